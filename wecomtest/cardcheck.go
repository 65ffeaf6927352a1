package wecomtest

import (
	"regexp"
	"slices"
)

// Limits in bytes (vendor's document: "模板卡片消息"). Lengths in characters are
// recommendations there: the client cuts or wraps, nothing refuses.
const (
	maxCardKey  = 1024
	maxOptionID = 128
)

var validTaskID = regexp.MustCompile(`^[0-9A-Za-z_@-]{1,128}$`)

// cardChecks has what is special to each card_type.
var cardChecks = map[string]func(*TemplateCard) *refusal{
	"text_notice":          checkTextNotice,
	"news_notice":          checkNewsNotice,
	"button_interaction":   checkButtons,
	"vote_interaction":     checkVote,
	"multiple_interaction": checkMultiple,
}

// cardUse is who sends a card, and for what.
type cardUse struct {
	agent  *Agent // nil for a group robot
	robot  *robot // nil for an app
	update bool
	msgID  string // whose card is updated
}

// checkCard refuses a card that the vendor refuses, and removes what the vendor
// ignores. The order of the checks is a guess.
func (s *Server) checkCard(c *TemplateCard, use cardUse) *refusal {
	special := cardChecks[c.CardType]
	if special == nil || use.robot != nil && !c.isNotice() {
		return refuse(42031, "")
	}
	c.dropUnused(use.update)
	if refused := checkActionMenu(c.ActionMenu); refused != nil {
		return refused
	}
	if refused := s.checkTaskID(c.TaskID, c.calledBack(), use); refused != nil {
		return refused
	}
	for _, check := range []func(*TemplateCard) *refusal{special, checkMainTitle, checkFrame} {
		if refused := check(c); refused != nil {
			return refused
		}
	}
	if refused := s.checkHorizontal(c.HorizontalContentList, use.robot); refused != nil {
		return refused
	}
	if refused := checkJumps(c.JumpList, use.robot != nil); refused != nil {
		return refused
	}
	if !c.isNotice() && !use.agent.hasCallback() {
		return refuse(43012, "")
	}
	return nil
}

// checkTaskID also refuses one that the app has used before, except where a
// card keeps its own in an update.
func (s *Server) checkTaskID(id string, needed bool, use cardUse) *refusal {
	if id == "" && !needed {
		return nil
	}
	if !validTaskID.MatchString(id) {
		return refuse(42014, "")
	}
	if owner, used := s.sent.tasks[taskKey{use.agent, id}]; used && (!use.update || owner != use.msgID) {
		return refuse(42014, "task_id was used before")
	}
	return nil
}

func checkActionMenu(menu *ActionMenu) *refusal {
	if menu == nil {
		return nil
	}
	if n := len(menu.ActionList); n < 1 || n > 3 {
		return refuse(40058, "action_menu.action_list")
	}
	var seen []string
	for i, a := range menu.ActionList {
		switch {
		case a.Text == "":
			return refuse(40058, "action_menu.action_list[%d].text", i)
		case a.Key == "" || len(a.Key) > maxCardKey:
			return refuse(40058, "action_menu.action_list[%d].key", i)
		case slices.Contains(seen, a.Key):
			return refuse(42051, "action_menu.action_list[%d].key", i)
		}
		seen = append(seen, a.Key)
	}
	return nil
}

// checkMainTitle is for all kinds but text_notice, which may have a
// sub_title_text instead.
func checkMainTitle(c *TemplateCard) *refusal {
	if c.CardType != "text_notice" && (c.MainTitle == nil || c.MainTitle.Title == "") {
		return refuse(42033, "main_title.title")
	}
	return nil
}

func checkTextNotice(c *TemplateCard) *refusal {
	if (c.MainTitle == nil || c.MainTitle.Title == "") && c.SubTitleText == "" {
		return refuse(42033, "main_title.title or sub_title_text")
	}
	return checkCardAction(c.CardAction)
}

func checkNewsNotice(c *TemplateCard) *refusal {
	if c.CardImage == nil && c.ImageTextArea == nil {
		return refuse(42044, "card_image or image_text_area")
	}
	if i := c.CardImage; i != nil {
		// "Greater than 1.3" and "1.3 by default" are both documented: 1.3 passes.
		if i.URL == "" || i.AspectRatio != 0 && (i.AspectRatio < 1.3 || i.AspectRatio >= 2.25) {
			return refuse(42044, "card_image.url or aspect_ratio")
		}
	}
	if a := c.ImageTextArea; a != nil {
		if a.ImageURL == "" {
			return refuse(42028, "image_text_area.image_url")
		}
		if refused := a.CardLink.check("image_text_area"); refused != nil {
			return refused
		}
	}
	if len(c.VerticalContentList) > 4 {
		return refuse(42036, "vertical_content_list")
	}
	for i, v := range c.VerticalContentList {
		if v.Title == "" {
			return refuse(42033, "vertical_content_list[%d].title", i)
		}
	}
	return checkCardAction(c.CardAction)
}

// checkCardAction is for the notices, whose whole card must lead somewhere.
func checkCardAction(action *CardLink) *refusal {
	if action == nil || action.Type != 1 && action.Type != 2 {
		return refuse(42045, "card_action.type")
	}
	return nil
}
