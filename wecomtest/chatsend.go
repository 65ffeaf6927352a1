package wecomtest

import (
	"strings"
	"time"
)

// chatTypes are what appchat/send takes.
var chatTypes = map[string]bool{
	"text": true, "image": true, "voice": true, "video": true, "file": true,
	"textcard": true, "news": true, "mpnews": true, "markdown": true,
}

// sendToChat plays appchat/send, whose answer is errcode and errmsg alone.
func (s *Server) sendToChat(c *call) (any, *refusal) {
	body, refused := s.chatCall(c)
	if refused != nil {
		return nil, refused
	}
	id, ok := body.text("chatid")
	if !ok {
		return nil, refuse(86001, "")
	}
	found, refused := s.ownChat(c.agent, id)
	if refused != nil {
		return nil, refused
	}
	o := &outgoing{agent: c.agent, body: body, rules: s.rules, chat: found}
	if refused := o.checkType(); refused != nil || !chatTypes[o.msg.MsgType] {
		return nil, refuse(86214, "")
	}
	if refused := o.checkOptions(); refused != nil {
		return nil, refused
	}
	if refused := s.checkContent(o); refused != nil {
		return nil, refused
	}
	o.msg.AgentID, o.msg.ChatID, o.msg.Time, o.msg.JSON = c.agent.app.AgentID, found.id, time.Now(), c.body
	limit := paceLimit{s.rules.ChatMemberPerMinute, s.rules.ChatMemberPerDay, 24 * time.Hour}
	for _, id := range found.users {
		if u, ok := s.people.find(id); ok {
			s.phones.send(paceKey{userid: strings.ToLower(id)}, u, o.msg, limit)
		}
	}
	return nil, nil
}
