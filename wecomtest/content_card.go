package wecomtest

import (
	"regexp"
	"slices"
)

const maxCardKey = 1024 // bytes

var validTaskID = regexp.MustCompile(`^[0-9A-Za-z_@-]{1,128}$`)

// card is what a phone needs to know of a template card to let it be tapped.
type card struct {
	kind        string
	keys        []string // of its buttons or its submit button
	menuKeys    []string
	interactive bool
}

// cardChecks are the checks per card_type; nil for the notices, which have one
// in common.
var interactiveCards = map[string]func(object, *card) *refusal{
	"button_interaction":   checkButtons,
	"vote_interaction":     checkVote,
	"multiple_interaction": checkMultiple,
}

func (s *Server) checkTemplateCard(o *outgoing) (refused *refusal) {
	c := &card{}
	if c.kind, refused = o.textField("card_type"); refused != nil {
		return refused
	}
	check := interactiveCards[c.kind]
	c.interactive = check != nil
	if !c.interactive && c.kind != "text_notice" && c.kind != "news_notice" {
		return refuse(42031, "")
	}
	if title, ok := o.part.child("main_title"); ok {
		if o.msg.Title, refused = textOf(title, "main_title", "title"); refused != nil {
			return refused
		}
		if o.msg.Description, refused = textOf(title, "main_title", "desc"); refused != nil {
			return refused
		}
	}
	if refused = c.checkMenu(o.part); refused != nil {
		return refused
	}
	if refused = s.checkTaskID(o, c.interactive || len(c.menuKeys) > 0); refused != nil {
		return refused
	}
	if c.interactive {
		refused = check(o.part, c)
	} else {
		refused = checkNotice(o, c.kind)
	}
	if refused != nil {
		return refused
	}
	if c.interactive && !o.agent.hasCallback() {
		return refuse(43012, "")
	}
	o.msg.card, o.msg.CardType = c, c.kind
	o.responseCode = c.interactive || len(c.menuKeys) > 0
	return nil
}

// checkTaskID also refuses one that the app has used before.
func (s *Server) checkTaskID(o *outgoing, needed bool) (refused *refusal) {
	id, refused := o.textField("task_id")
	if refused != nil {
		return refused
	}
	if id == "" && !needed {
		return nil
	}
	if !validTaskID.MatchString(id) || s.sent.tasks[taskKey{o.agent, id}] {
		return refuse(42014, "")
	}
	o.taskID, o.msg.TaskID = id, id
	return nil
}

func (c *card) checkMenu(part object) (refused *refusal) {
	menu, ok := part.child("action_menu")
	if !ok {
		return nil
	}
	items, ok := menu.list("action_list")
	if !ok || len(items) < 1 || len(items) > 3 {
		return refuse(40058, "action_menu.action_list")
	}
	c.menuKeys, refused = uniqueKeys(items, "action_list", 40058, 42051)
	return refused
}

// uniqueKeys reads the key of each item.
func uniqueKeys(items []object, where string, missing, twice int) (keys []string, refused *refusal) {
	for _, item := range items {
		key, refused := textOf(item, where, "key")
		switch {
		case refused != nil:
			return nil, refused
		case key == "" || len(key) > maxCardKey:
			return nil, refuse(missing, "%s.key", where)
		case slices.Contains(keys, key):
			return nil, refuse(twice, "%s.key", where)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func checkNotice(o *outgoing, kind string) *refusal {
	if kind == "text_notice" && o.msg.Title == "" {
		if sub, refused := o.textField("sub_title_text"); refused != nil || sub == "" {
			return refuse(42033, "main_title.title or sub_title_text")
		}
	}
	if kind == "news_notice" {
		_, image := o.part.child("card_image")
		_, area := o.part.child("image_text_area")
		if !image && !area {
			return refuse(42044, "card_image or image_text_area")
		}
	}
	action, ok := o.part.child("card_action")
	if !ok {
		return refuse(42045, "card_action")
	}
	switch t, ok := action.whole("type"); {
	case !ok || t != 1 && t != 2:
		return refuse(42045, "card_action.type")
	case t == 1:
		url, refused := textOf(action, "card_action", "url")
		if refused != nil || url == "" {
			return refuse(42028, "card_action.url")
		}
		o.msg.URL = url
	}
	return nil
}

func checkButtons(part object, c *card) *refusal {
	buttons, ok := part.list("button_list")
	if !ok || len(buttons) < 1 || len(buttons) > 6 {
		return refuse(40058, "button_list has not 1 to 6 buttons")
	}
	var callback []object
	for _, b := range buttons {
		if text, ok := b.text("text"); !ok || text == "" {
			return refuse(42038, "button_list.text")
		}
		switch t, ok := b.whole("type"); {
		case !ok || t < 0 || t > 1:
			return refuse(40058, "button_list.type")
		case t == 0:
			callback = append(callback, b)
		default:
			if url, ok := b.text("url"); !ok || url == "" {
				return refuse(42028, "button_list.url")
			}
		}
	}
	keys, refused := uniqueKeys(callback, "button_list", 42039, 42039)
	c.keys = keys
	return refused
}

func checkVote(part object, c *card) *refusal {
	box, ok := part.child("checkbox")
	if !ok {
		return refuse(40058, "checkbox")
	}
	if refused := checkQuestion(box, "checkbox", 20); refused != nil {
		return refused
	}
	return checkSubmit(part, c)
}

func checkMultiple(part object, c *card) *refusal {
	lists, ok := part.list("select_list")
	if !ok || len(lists) < 1 || len(lists) > 3 {
		return refuse(42047, "")
	}
	for _, l := range lists {
		if refused := checkQuestion(l, "select_list", 10); refused != nil {
			return refused
		}
	}
	return checkSubmit(part, c)
}

func checkQuestion(q object, where string, most int) *refusal {
	if key, ok := q.text("question_key"); !ok || key == "" || len(key) > maxCardKey {
		return refuse(42043, "%s.question_key", where)
	}
	if options, ok := q.list("option_list"); !ok || len(options) < 1 || len(options) > most {
		return refuse(42037, "%s.option_list", where)
	}
	return nil
}

func checkSubmit(part object, c *card) *refusal {
	submit, ok := part.child("submit_button")
	if !ok {
		return refuse(42049, "submit_button")
	}
	if text, ok := submit.text("text"); !ok || text == "" {
		return refuse(42049, "submit_button.text")
	}
	key, ok := submit.text("key")
	if !ok || key == "" || len(key) > maxCardKey {
		return refuse(42046, "submit_button.key")
	}
	c.keys = []string{key}
	return nil
}

// checkTaskCard is for the legacy task card.
func (s *Server) checkTaskCard(o *outgoing) (refused *refusal) {
	if o.msg.Title, refused = o.needed("title", 41016); refused != nil {
		return refused
	}
	if o.msg.Description, refused = o.needed("description", 41033); refused != nil {
		return refused
	}
	if buttons, ok := o.part.list("btn"); !ok || len(buttons) < 1 || len(buttons) > 2 {
		return refuse(40058, "taskcard.btn")
	}
	return s.checkTaskID(o, true)
}
