package message_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// The table of the vendor's document, template_card: which field a kind has (x required, o
// optional), and what each object holds. It judges requests and knows nothing of the package.

var cardFields = map[string]string{
	"text_notice":          "card_type:x source:o action_menu:o task_id:o main_title:o quote_area:o emphasis_content:o sub_title_text:o horizontal_content_list:o jump_list:o card_action:x",
	"news_notice":          "card_type:x source:o action_menu:o task_id:o main_title:x quote_area:o image_text_area:o card_image:o vertical_content_list:o horizontal_content_list:o jump_list:o card_action:x",
	"button_interaction":   "card_type:x source:o action_menu:o task_id:x main_title:x quote_area:o sub_title_text:o horizontal_content_list:o jump_list:o card_action:o button_selection:o button_list:x",
	"vote_interaction":     "card_type:x source:o task_id:x main_title:x checkbox:x submit_button:x",
	"multiple_interaction": "card_type:x source:o task_id:x main_title:x select_list:x submit_button:x",
}

var objectFields = map[string]string{
	"source":                  "icon_url:o desc:o desc_color:o",
	"action_menu":             "desc:o action_list:x",
	"action_list":             "text:x key:x",
	"main_title":              "title:o desc:o",
	"quote_area":              "type:o url:o appid:o pagepath:o title:o quote_text:o",
	"emphasis_content":        "title:o desc:o",
	"image_text_area":         "type:o url:o appid:o pagepath:o title:o desc:o image_url:x",
	"card_image":              "url:x aspect_ratio:o",
	"vertical_content_list":   "title:x desc:o",
	"horizontal_content_list": "type:o keyname:x value:o url:o media_id:o userid:o",
	"jump_list":               "type:o title:x url:o appid:o pagepath:o",
	"card_action":             "type:o url:o appid:o pagepath:o",
	"button_selection":        "question_key:x title:o option_list:x selected_id:o disable:o",
	"select_list":             "question_key:x title:o option_list:x selected_id:o disable:o",
	"button_list":             "type:o text:x style:o key:o url:o",
	"checkbox":                "question_key:x mode:o option_list:x disable:o",
	"option_list":             "id:x text:x is_checked:o",
	"submit_button":           "text:x key:x",
}

var listLengths = map[string]int{
	"action_menu.action_list": 3, "vertical_content_list": 4, "horizontal_content_list": 6, "jump_list": 3, "button_selection.option_list": 10,
	"button_list": 6, "checkbox.option_list": 20, "select_list": 3, "select_list.option_list": 10,
}

var byteLimits = map[string]int{"key": 1024, "question_key": 1024, "id": 128, "task_id": 128}

// uniqueIn names the field that may not stand twice in a list.
var uniqueIn = map[string]string{"action_list": "key", "button_list": "key", "option_list": "id", "select_list": "question_key"}

var numberRanges = map[string][2]float64{
	"desc_color": {0, 3}, "style": {1, 4}, "mode": {0, 1}, "quote_area.type": {0, 2}, "image_text_area.type": {0, 2},
	"horizontal_content_list.type": {0, 3}, "jump_list.type": {0, 2}, "card_action.type": {0, 2}, "button_list.type": {0, 1},
}

// typeNeeds is what a type demands, and alone may have.
var typeNeeds = map[string][]string{
	"quote_area": {"", "url", "appid"}, "image_text_area": {"", "url", "appid"}, "jump_list": {"", "url", "appid"}, "card_action": {"", "url", "appid"},
	"horizontal_content_list": {"", "url", "media_id", "userid"}, "button_list": {"key", "url"},
}

var taskID = regexp.MustCompile(`^[0-9A-Za-z_@-]{1,128}$`)

// lawful is nil for a card that the document allows.
func lawful(card map[string]any, update bool) error {
	kind, _ := card["card_type"].(string)
	allowed, ok := cardFields[kind]
	if !ok {
		return fmt.Errorf("card_type %q", kind)
	}
	if update && strings.HasSuffix(kind, "interaction") {
		allowed += " replace_text:o"
	}
	if err := cardObject("", card, allowed, update); err != nil {
		return err
	}
	_, menu := card["action_menu"]
	id, _ := card["task_id"].(string)
	if (menu || id != "") && !taskID.MatchString(id) {
		return fmt.Errorf("task_id %q", id)
	}
	title, _ := card["main_title"].(map[string]any)
	_, sub := card["sub_title_text"]
	if title["title"] == nil && (kind != "text_notice" || !sub) {
		return fmt.Errorf("no title")
	}
	_, image := card["card_image"]
	_, area := card["image_text_area"]
	if kind == "news_notice" && !image && !area {
		return fmt.Errorf("no picture")
	}
	action, _ := card["card_action"].(map[string]any)
	if strings.HasSuffix(kind, "notice") && action["type"] == nil {
		return fmt.Errorf("card_action opens nothing")
	}
	return nil
}

// cardObject checks one object; name is its path without indexes.
func cardObject(name string, m map[string]any, allowed string, update bool) error {
	rules := make(map[string]string)
	for rule := range strings.FieldsSeq(allowed) {
		field, need, _ := strings.Cut(rule, ":")
		rules[field] = need
		if _, ok := m[field]; need == "x" && !ok {
			return fmt.Errorf("%s.%s is missing", name, field)
		}
	}
	for field, v := range m {
		if rules[field] == "" {
			return fmt.Errorf("%s has no %s", name, field)
		}
		if err := cardValue(strings.TrimPrefix(name+"."+field, "."), field, v, update); err != nil {
			return err
		}
	}
	needs, ok := typeNeeds[name]
	if !ok {
		return nil
	}
	number, _ := m["type"].(float64)
	need := needs[int(number)]
	if need != "" && m[need] == nil {
		return fmt.Errorf("%s of type %v has no %s", name, number, need)
	}
	for _, other := range []string{"url", "appid", "media_id", "userid", "key"} {
		if other != need && m[other] != nil {
			return fmt.Errorf("%s of type %v has %s", name, number, other)
		}
	}
	if m["pagepath"] != nil && need != "appid" {
		return fmt.Errorf("%s of type %v has a pagepath", name, number)
	}
	return nil
}

func cardValue(path, field string, v any, update bool) error {
	switch v := v.(type) {
	case map[string]any:
		return cardObject(path, v, objectFields[field], update)
	case []any:
		if limit := listLengths[path]; len(v) == 0 || len(v) > limit {
			return fmt.Errorf("%s has %d entries of %d", path, len(v), limit)
		}
		var seen []any
		for _, item := range v {
			m, ok := item.(map[string]any)
			if !ok {
				return fmt.Errorf("%s holds %T", path, item)
			}
			if err := cardObject(path, m, objectFields[field], update); err != nil {
				return err
			}
			if key := m[uniqueIn[field]]; key != nil {
				if slices.Contains(seen, key) {
					return fmt.Errorf("%s has %q twice", path, key)
				}
				seen = append(seen, key)
			}
		}
	case bool:
		if field != "is_checked" && field != "disable" || field == "disable" && !update {
			return fmt.Errorf("%s is a boolean", path)
		}
	case float64:
		if field == "aspect_ratio" && v > 1.3 && v < 2.25 {
			return nil
		}
		limits, ok := numberRanges[path]
		if !ok {
			limits, ok = numberRanges[field]
		}
		if !ok || v < limits[0] || v > limits[1] || v != float64(int(v)) {
			return fmt.Errorf("%s is %v", path, v)
		}
	case string:
		limit, ok := byteLimits[field]
		if v == "" || ok && len(v) > limit {
			return fmt.Errorf("%s has %d bytes", path, len(v))
		}
		if strings.HasSuffix(field, "url") {
			if u, err := url.Parse(v); err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
				return fmt.Errorf("%s is %q", path, v)
			}
		}
	default:
		return fmt.Errorf("%s is %T", path, v)
	}
	return nil
}
