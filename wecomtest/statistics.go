package wecomtest

import "time"

type statistics struct {
	Statistics []appStatistics `json:"statistics"`
}

type appStatistics struct {
	AgentID int    `json:"agentid"`
	AppName string `json:"app_name"`
	Count   int    `json:"count"`
}

// getStatistics plays message/get_statistics. Not documented, and so guesses:
// the count is of members reached, an app sees itself alone.
func (s *Server) getStatistics(c *call) (any, *refusal) {
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	back, ok := body.whole("time_type")
	if !ok || back < 0 || back > 1 {
		return nil, refuse(40058, "time_type")
	}
	count := c.agent.reached[day(time.Now().AddDate(0, 0, -back))]
	return statistics{[]appStatistics{{c.agent.app.AgentID, c.agent.app.Name, count}}}, nil
}
