package wecomtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"
)

// maxDuplicateInterval and defaultDuplicateInterval are in seconds (vendor's
// document: message/send).
const (
	maxDuplicateInterval     = 14400
	defaultDuplicateInterval = 1800
)

// sendAnswer is what message/send answers beside errcode and errmsg.
type sendAnswer struct {
	InvalidUser  string `json:"invaliduser,omitempty"`
	InvalidParty string `json:"invalidparty,omitempty"`
	InvalidTag   string `json:"invalidtag,omitempty"`
	MsgID        string `json:"msgid"`
	ResponseCode string `json:"response_code,omitempty"`
}

// outgoing is one message of an app, to members or to a chat, or of a robot on
// its way through the checks.
type outgoing struct {
	agent *Agent
	body  object
	part  object          // the object named like the msgtype
	raw   json.RawMessage // part as it came
	kind  msgType
	rules Rules
	msg   Message // what the phones will show

	chat  *chat  // appchat/send
	robot *robot // webhook/send; agent is nil then

	everyone     bool
	responseCode bool // the answer carries one
	taskID       string
}

// sendMessage checks in the vendor's order, as far as it is known: JSON, msgtype, agentid,
// receivers, content.
func (s *Server) sendMessage(c *call) (any, *refusal) {
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	o := &outgoing{agent: c.agent, body: body, rules: s.rules}
	for _, check := range []func() *refusal{o.checkType, o.checkAgent, o.checkOptions} {
		if refused := check(); refused != nil {
			return nil, refused
		}
	}
	repeat, interval, refused := o.duplicateCheck()
	if refused != nil {
		return nil, refused
	}
	key := duplicateKey{o.agent, sha256.Sum256(c.body)}
	if repeat {
		if earlier, ok := s.sent.duplicate(key); ok {
			return earlier, nil
		}
	}
	to, refused := s.receivers(o)
	if refused != nil {
		return nil, refused
	}
	if refused := s.checkContent(o); refused != nil {
		return nil, refused
	}
	answer := sendAnswer{
		InvalidUser:  strings.Join(to.invalidUsers, "|"),
		InvalidParty: strings.Join(to.invalidParties, "|"),
		InvalidTag:   strings.Join(to.invalidTags, "|"),
		MsgID:        rand.Text() + rand.Text(),
	}
	if o.responseCode {
		answer.ResponseCode = s.codes.issue(o.agent, answer.MsgID, s.rules.ResponseCodeLife)
	}
	s.sent.remember(o.agent, answer.MsgID, o.taskID)
	if repeat {
		s.sent.suppress(key, answer, interval)
	}
	o.msg.MsgID, o.msg.AgentID, o.msg.Time, o.msg.JSON = answer.MsgID, o.agent.app.AgentID, time.Now(), c.body
	for _, u := range to.users {
		if s.phones.send(paceKey{o.agent, strings.ToLower(u.ID)}, u, o.msg, memberPace(s.rules)) {
			o.agent.reached.add(o.msg.Time, 1)
		}
	}
	return answer, nil
}

func (o *outgoing) checkType() *refusal {
	name, ok := o.body.text("msgtype")
	if o.kind = msgTypes[name]; !ok || o.kind.check == nil {
		return refuse(40008, "")
	}
	o.msg.MsgType = name
	return nil
}

func (o *outgoing) checkAgent() *refusal {
	if !o.body.has("agentid") {
		if o.kind.anyAgent {
			return nil
		}
		return refuse(41011, "")
	}
	id, ok := o.body.whole("agentid")
	return o.agent.checkID(id, ok)
}

// checkOptions looks at safe. For types that have no safe mode and no code of
// their own for it, the value is ignored, as nothing says that it is refused.
func (o *outgoing) checkOptions() *refusal {
	safe, ok := o.body.whole("safe")
	if !ok || safe < 0 || safe > 2 || safe == 2 && o.msg.MsgType != "mpnews" {
		return refuse(40058, "safe")
	}
	if safe != 0 && o.msg.MsgType == "news" {
		return refuse(40074, "")
	}
	o.msg.Safe = safe
	if n, ok := o.body.whole("enable_id_trans"); !ok || n < 0 || n > 1 {
		return refuse(40058, "enable_id_trans")
	}
	return nil
}

func (o *outgoing) duplicateCheck() (on bool, interval time.Duration, refused *refusal) {
	enabled, ok := o.body.whole("enable_duplicate_check")
	if !ok || enabled < 0 || enabled > 1 {
		return false, 0, refuse(40058, "enable_duplicate_check")
	}
	seconds, ok := o.body.whole("duplicate_check_interval")
	if !ok || seconds < 0 || seconds > maxDuplicateInterval {
		return false, 0, refuse(40058, "duplicate_check_interval")
	}
	if seconds == 0 {
		seconds = defaultDuplicateInterval
	}
	return enabled == 1, time.Duration(seconds) * time.Second, nil
}
