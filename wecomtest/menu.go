package wecomtest

import (
	"encoding/json"
	"slices"
)

// Button is an entry of an app's menu, as [Server.Menu] gives it.
type Button struct {
	Type     string   `json:"type"`
	Name     string   `json:"name"`
	Key      string   `json:"key"`
	URL      string   `json:"url"`
	PagePath string   `json:"pagepath"`
	AppID    string   `json:"appid"`
	Sub      []Button `json:"sub_button"`
}

// Menu returns the app's menu, nil if none is published.
func (s *Server) Menu(agentID int) []Button {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.agents[agentID]
	if a == nil || a.menu == nil {
		return nil
	}
	var buttons []Button
	if json.Unmarshal(a.menu, &buttons) != nil {
		return nil // cannot happen: checked when it came in
	}
	return buttons
}

// The menu is that of the agentid in the query, not in the body (vendor's
// document: menu/create).

func (s *Server) createMenu(c *call) (any, *refusal) {
	if refused := c.checkAgentID(); refused != nil {
		return nil, refused
	}
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	buttons, ok := body.list("button")
	if !ok {
		return nil, refuse(40058, "button")
	}
	if refused := checkLevel(buttons, topLevel); refused != nil {
		if s.rules.MenuName40058 && (refused.code == topLevel.badName || refused.code == subLevel.badName) {
			refused = refuse(40058, "button.name exceed max length")
		}
		return nil, refused
	}
	if s.rules.MenuNeedsCallback && !c.agent.hasCallback() && sendsEvents(buttons) {
		return nil, refuse(43012, "")
	}
	c.agent.menu = slices.Clone(body["button"])
	return nil, nil
}

func (s *Server) getMenu(c *call) (any, *refusal) {
	if refused := c.checkAgentID(); refused != nil {
		return nil, refused
	}
	if c.agent.menu == nil {
		return nil, refuse(46003, "")
	}
	return struct {
		Button json.RawMessage `json:"button"`
	}{c.agent.menu}, nil
}

// deleteMenu answers 0 for a menu that is not there: nothing says otherwise.
func (s *Server) deleteMenu(c *call) (any, *refusal) {
	if refused := c.checkAgentID(); refused != nil {
		return nil, refused
	}
	c.agent.menu = nil
	return nil, nil
}
