package wecomtest

import (
	"net/http"
	"slices"
	"strconv"
)

// checkID compares an agentid that a caller named with the token's app.
func (a *Agent) checkID(id int, isNumber bool) *refusal {
	if !isNumber || a.srv.agents[id] == nil {
		return refuse(40056, "")
	}
	if id != a.app.AgentID {
		return refuse(301002, "")
	}
	return nil
}

// checkAgentID looks at the query's agentid.
func (c *call) checkAgentID() *refusal {
	text := c.query.Get("agentid")
	if text == "" {
		return refuse(41011, "")
	}
	id, err := strconv.Atoi(text)
	return c.agent.checkID(id, err == nil)
}

type agentAnswer struct {
	AgentID     int    `json:"agentid"`
	Name        string `json:"name"`
	Logo        string `json:"square_logo_url"`
	Description string `json:"description"`
	Users       struct {
		User []agentUser `json:"user"`
	} `json:"allow_userinfos"`
	Parties struct {
		ID []int `json:"partyid"`
	} `json:"allow_partys"`
	Tags struct {
		ID []int `json:"tagid"`
	} `json:"allow_tags"`
	Close          int    `json:"close"`
	RedirectDomain string `json:"redirect_domain"`
	Location       int    `json:"report_location_flag"`
	ReportEnter    int    `json:"isreportenter"`
	HomeURL        string `json:"home_url"`
}

type agentUser struct {
	UserID string `json:"userid"`
}

// getAgent plays agent/get.
func (s *Server) getAgent(c *call) (any, *refusal) {
	if refused := c.checkAgentID(); refused != nil {
		return nil, refused
	}
	a := agentAnswer{AgentID: c.agent.app.AgentID, Name: c.agent.app.Name, Description: c.agent.app.Description, RedirectDomain: c.agent.trustedDomain}
	if c.agent.hasCallback() {
		a.ReportEnter = 1
	}
	a.Users.User, a.Parties.ID, a.Tags.ID = []agentUser{}, []int{rootDepartment}, []int{}
	for _, u := range s.people.everyone() {
		a.Users.User = append(a.Users.User, agentUser{u.ID})
		for _, tag := range u.Tags {
			if !slices.Contains(a.Tags.ID, tag) {
				a.Tags.ID = append(a.Tags.ID, tag)
			}
		}
	}
	return a, nil
}

type ipList struct {
	IPs []string `json:"ip_list"`
}

// Addresses are from the blocks for documentation (RFC 5737).

func (s *Server) getCallbackIP(*call) (any, *refusal) {
	return ipList{[]string{"127.0.0.1", "203.0.113.10", "198.51.100.*"}}, nil
}

func (s *Server) getAPIDomainIP(*call) (any, *refusal) {
	return ipList{[]string{"203.0.113.7"}}, nil
}

var _ http.Handler = (*Server)(nil)
