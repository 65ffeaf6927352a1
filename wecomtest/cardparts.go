package wecomtest

import (
	"slices"
	"strings"
)

// checkFrame is for what several kinds of card have in common.
func checkFrame(c *TemplateCard) *refusal {
	if c.Source != nil && (c.Source.DescColor < 0 || c.Source.DescColor > 3) {
		return refuse(40058, "source.desc_color")
	}
	if c.QuoteArea != nil {
		if refused := c.QuoteArea.check("quote_area"); refused != nil {
			return refused
		}
	}
	if c.CardAction == nil {
		return nil
	}
	return c.CardAction.check("card_action")
}

func (l *CardLink) check(where string) *refusal {
	switch {
	case l.Type < 0 || l.Type > 2:
		if where == "card_action" {
			return refuse(42045, "card_action.type")
		}
		return refuse(40058, "%s.type", where)
	case l.Type == 1 && l.URL == "":
		return refuse(42028, "%s.url", where)
	case l.Type == 2 && l.AppID == "":
		return refuse(42030, "%s.appid", where)
	}
	return nil
}

func (s *Server) checkHorizontal(rows []HorizontalContent, by *robot) *refusal {
	if len(rows) > 6 {
		return refuse(42035, "")
	}
	for i, h := range rows {
		switch {
		case h.KeyName == "":
			return refuse(42027, "horizontal_content_list[%d].keyname", i)
		case h.Type < 0 || h.Type > 3:
			return refuse(40058, "horizontal_content_list[%d].type", i)
		case h.Type == 1 && h.URL == "":
			return refuse(42028, "horizontal_content_list[%d].url", i)
		case h.Type == 2 && h.MediaID == "":
			return refuse(42029, "horizontal_content_list[%d].media_id", i)
		case h.Type == 2:
			if _, refused := s.usableMedia(h.MediaID, "", by); refused != nil {
				return refused
			}
		case h.Type == 3:
			if _, ok := s.people.users[strings.ToLower(h.UserID)]; !ok {
				return refuse(42050, "horizontal_content_list[%d].userid", i)
			}
		}
	}
	return nil
}

func checkJumps(jumps []Jump, byRobot bool) *refusal {
	if len(jumps) > 3 {
		return refuse(42042, "")
	}
	for i := range jumps {
		j := &jumps[i]
		if j.Title == "" {
			return refuse(42033, "jump_list[%d].title", i)
		}
		if byRobot && j.Type == 3 {
			if j.Question == "" {
				return refuse(40058, "jump_list[%d].question", i)
			}
			continue
		}
		if refused := j.CardLink.check("jump_list"); refused != nil {
			return refused
		}
	}
	return nil
}

func checkButtons(c *TemplateCard) *refusal {
	if n := len(c.ButtonList); n < 1 || n > 6 {
		return refuse(40058, "button_list has not 1 to 6 buttons")
	}
	var seen []string
	for i, b := range c.ButtonList {
		switch {
		case b.Text == "":
			return refuse(42038, "button_list[%d].text", i)
		case b.Type < 0 || b.Type > 1:
			return refuse(40058, "button_list[%d].type", i)
		case b.Style < 0 || b.Style > 4:
			return refuse(40058, "button_list[%d].style", i)
		case b.Type == 1 && b.URL == "":
			return refuse(42028, "button_list[%d].url", i)
		case b.Type == 1:
			continue
		case b.Key == "" || len(b.Key) > maxCardKey || slices.Contains(seen, b.Key):
			return refuse(42039, "button_list[%d].key", i)
		}
		seen = append(seen, b.Key)
	}
	if q := c.ButtonSelection; q != nil {
		return checkQuestion("button_selection", q.QuestionKey, q.OptionList, 10)
	}
	return nil
}

func checkVote(c *TemplateCard) *refusal {
	q := c.CheckBox
	if q == nil {
		return refuse(40058, "checkbox")
	}
	if q.Mode < 0 || q.Mode > 1 {
		return refuse(40058, "checkbox.mode")
	}
	if refused := checkQuestion("checkbox", q.QuestionKey, q.OptionList, 20); refused != nil {
		return refused
	}
	return checkSubmit(c.SubmitButton)
}

func checkMultiple(c *TemplateCard) *refusal {
	if n := len(c.SelectList); n < 1 || n > 3 {
		return refuse(42047, "")
	}
	for _, q := range c.SelectList {
		if refused := checkQuestion("select_list", q.QuestionKey, q.OptionList, 10); refused != nil {
			return refused
		}
	}
	return checkSubmit(c.SubmitButton)
}

func checkQuestion(where, key string, options []CardOption, most int) *refusal {
	if key == "" || len(key) > maxCardKey {
		return refuse(42043, "%s.question_key", where)
	}
	if len(options) < 1 || len(options) > most {
		return refuse(42037, "%s.option_list", where)
	}
	var seen []string
	for i, o := range options {
		switch {
		case o.ID == "" || len(o.ID) > maxOptionID || slices.Contains(seen, o.ID):
			return refuse(42040, "%s.option_list[%d].id", where, i)
		case o.Text == "":
			return refuse(42041, "%s.option_list[%d].text", where, i)
		}
		seen = append(seen, o.ID)
	}
	return nil
}

func checkSubmit(b *CardKey) *refusal {
	switch {
	case b == nil || b.Text == "":
		return refuse(42049, "submit_button.text")
	case b.Key == "" || len(b.Key) > maxCardKey:
		return refuse(42046, "submit_button.key")
	}
	return nil
}
