package wecomtest

import "slices"

func (s *Server) checkTemplateCard(o *outgoing) *refusal {
	c := &TemplateCard{}
	if !decodeExact(o.raw, c) {
		return refuse(40058, "template_card")
	}
	if refused := s.checkCard(c, cardUse{agent: o.agent, robot: o.robot}); refused != nil {
		return refused
	}
	o.msg.showCard(c)
	o.taskID = c.TaskID
	o.responseCode = o.agent != nil && c.calledBack()
	return nil
}

// showCard fills in what a message has of its card.
func (m *Message) showCard(c *TemplateCard) {
	m.Card, m.CardType, m.TaskID = c, c.CardType, c.TaskID
	m.Title, m.Description, m.URL = "", "", ""
	if c.MainTitle != nil {
		m.Title, m.Description = c.MainTitle.Title, c.MainTitle.Desc
	}
	if c.CardAction != nil {
		m.URL = c.CardAction.URL
	}
}

// TaskCard is the legacy task card.
type TaskCard struct {
	Title       string           `json:"title"`
	Description string           `json:"description"`
	URL         string           `json:"url"`
	TaskID      string           `json:"task_id"`
	Buttons     []TaskCardButton `json:"btn"`
}

// TaskCardButton is one of a [TaskCard].
type TaskCardButton struct {
	Key         string `json:"key"`
	Name        string `json:"name"`
	ReplaceName string `json:"replace_name"`
	Color       string `json:"color"`
	IsBold      bool   `json:"is_bold"`
}

// checkTaskCard is for the legacy task card. Its limits in bytes are unverified
// (facts: messages-out.md §3.13), so it takes longer texts.
func (s *Server) checkTaskCard(o *outgoing) *refusal {
	c := &TaskCard{}
	if !decodeExact(o.raw, c) {
		return refuse(40058, "taskcard")
	}
	switch {
	case c.Title == "":
		return refuse(41016, "taskcard.title")
	case c.Description == "":
		return refuse(41033, "taskcard.description")
	case len(c.Buttons) < 1 || len(c.Buttons) > 2:
		return refuse(40058, "taskcard.btn")
	}
	var seen []string
	for _, b := range c.Buttons {
		switch {
		case b.Key == "":
			return refuse(42019, "taskcard.btn.key")
		case !validTaskID.MatchString(b.Key) || slices.Contains(seen, b.Key):
			return refuse(42018, "taskcard.btn.key")
		case b.Name == "":
			return refuse(42020, "taskcard.btn.name")
		case b.Color != "" && b.Color != "red" && b.Color != "blue":
			return refuse(40058, "taskcard.btn.color")
		}
		seen = append(seen, b.Key)
	}
	if refused := s.checkTaskID(c.TaskID, true, cardUse{agent: o.agent}); refused != nil {
		return refused
	}
	o.taskID, o.msg.TaskID, o.msg.TaskCard = c.TaskID, c.TaskID, c
	o.msg.Title, o.msg.Description, o.msg.URL = c.Title, c.Description, c.URL
	return nil
}
