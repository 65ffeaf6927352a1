package wecomtest

import (
	"encoding/json"
	"slices"
	"strings"
)

// cardUpdate is the body of message/update_template_card.
type cardUpdate struct {
	UserIDs      []string        `json:"userids"`
	PartyIDs     []int           `json:"partyids"`
	TagIDs       []int           `json:"tagids"`
	AtAll        int             `json:"atall"`
	ResponseCode string          `json:"response_code"`
	IDTrans      int             `json:"enable_id_trans"`
	Button       *updateButton   `json:"button"`
	TemplateCard json.RawMessage `json:"template_card"`
}

type updateButton struct {
	ReplaceName string `json:"replace_name"`
}

// updateAnswer has arrays, where message/send has joined strings.
type updateAnswer struct {
	InvalidUser  []string `json:"invaliduser,omitempty"`
	InvalidParty []int    `json:"invalidparty,omitempty"`
	InvalidTag   []int    `json:"invalidtag,omitempty"`
}

// updateCard plays message/update_template_card.
func (s *Server) updateCard(c *call) (any, *refusal) {
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	if refused := (&outgoing{agent: c.agent, body: body}).checkAgent(); refused != nil {
		return nil, refused
	}
	var u cardUpdate
	if !decodeExact(c.body, &u) || u.AtAll < 0 || u.AtAll > 1 || u.IDTrans < 0 || u.IDTrans > 1 {
		return nil, refuse(40058, "a field of update_template_card")
	}
	code, refused := s.codes.check(u.ResponseCode, c.agent)
	if refused != nil {
		return nil, refused
	}
	reached, answer, refused := s.updateTargets(&u, code.msgID)
	if refused != nil {
		return nil, refused
	}
	card, refused := s.checkUpdate(c.agent, &u, code.msgID)
	if refused != nil {
		return nil, refused
	}
	delete(s.codes, u.ResponseCode)
	for _, m := range reached {
		if card != nil {
			s.redraw(m, card)
		} else {
			m.disable(u.Button.ReplaceName)
		}
	}
	s.phones.signal()
	return answer, nil
}

// checkUpdate takes one of the two forms; the card is nil for the button's.
func (s *Server) checkUpdate(a *Agent, u *cardUpdate, msgID string) (*TemplateCard, *refusal) {
	switch hasCard := len(u.TemplateCard) > 0 && string(u.TemplateCard) != "null"; {
	case hasCard == (u.Button != nil):
		return nil, refuse(40058, "button or template_card is needed, and not both")
	case !hasCard && u.Button.ReplaceName == "":
		return nil, refuse(40058, "button.replace_name")
	case !hasCard:
		return nil, nil
	}
	card := &TemplateCard{}
	if !decodeExact(u.TemplateCard, card) {
		return nil, refuse(40058, "template_card")
	}
	return card, s.checkCard(card, cardUse{agent: a, update: true, msgID: msgID})
}

// updateTargets finds the cards on the phones of those who are named. Who did
// not get the card is invalid; if that is all of them, the call is refused.
func (s *Server) updateTargets(u *cardUpdate, msgID string) (cards []*Message, answer updateAnswer, refused *refusal) {
	switch {
	case len(u.UserIDs)+len(u.PartyIDs)+len(u.TagIDs)+u.AtAll == 0:
		return nil, answer, refuse(82101, "")
	case len(u.UserIDs) > maxUsers:
		return nil, answer, refuse(40032, "")
	case len(u.PartyIDs) > maxParties:
		return nil, answer, refuse(82002, "")
	case len(u.TagIDs) > maxTags:
		return nil, answer, refuse(82003, "")
	}
	if msgID == "" {
		return nil, answer, nil
	}
	if u.AtAll == 1 {
		for userid := range s.phones.inboxes {
			cards = append(cards, s.phones.received(userid, msgID)...)
		}
		return cards, answer, nil
	}
	r := &receivers{seen: map[string]bool{}}
	for _, id := range u.UserIDs {
		if member, ok := s.people.find(id); ok && len(s.phones.received(id, msgID)) > 0 {
			r.add(member)
		} else if id = strings.ToLower(id); !slices.Contains(answer.InvalidUser, id) {
			answer.InvalidUser = append(answer.InvalidUser, id)
		}
	}
	answer.InvalidParty = addNumbered(r, u.PartyIDs, s.people.department)
	answer.InvalidTag = addNumbered(r, u.TagIDs, s.people.tagged)
	for _, member := range r.users {
		cards = append(cards, s.phones.received(member.ID, msgID)...)
	}
	if len(cards) == 0 {
		return nil, updateAnswer{}, refuse(82102, "")
	}
	return cards, answer, nil
}

func addNumbered(r *receivers, ids []int, members func(id int) ([]User, bool)) (invalid []int) {
	for _, id := range ids {
		if users, ok := members(id); ok {
			r.add(users...)
		} else if !slices.Contains(invalid, id) {
			invalid = append(invalid, id)
		}
	}
	return invalid
}

// redraw puts another card in the place of the one on a phone.
func (s *Server) redraw(m *Message, card *TemplateCard) {
	m.showCard(card)
	m.Replaced = card.ReplaceText
	m.Updates++
	if card.TaskID != "" {
		s.sent.tasks[taskKey{s.agents[m.AgentID], card.TaskID}] = m.MsgID
	}
}

// disable takes the buttons of a card away. A notice has none.
func (m *Message) disable(replaceName string) {
	if m.Card != nil && m.Card.isNotice() {
		return
	}
	m.Replaced = replaceName
	m.Updates++
}
