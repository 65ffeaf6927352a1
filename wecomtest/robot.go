package wecomtest

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// robot is a group robot (群机器人). It belongs to a chat of members, to no app.
type robot struct {
	key   string
	users []string
	sent  pace
	shown []Message
}

// AddRobot adds a group robot to a chat of these members and returns its key,
// as in the webhook address that WeCom shows. A chat without members is good
// enough for [Server.RobotMessages].
func (s *Server) AddRobot(userids ...string) (key string) {
	var b [16]byte
	_, _ = rand.Read(b[:]) // does not fail
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	key = fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.robots[key] = &robot{key: key, users: slices.Clone(userids)}
	return key
}

// RemoveRobot takes a robot out of its chat: its key is 93000 from now on.
func (s *Server) RemoveRobot(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.robots, key)
}

// RobotMessages lists what a robot sent to its chat, oldest first; at least the
// latest 2000. UserID is empty: the members' phones have the same.
func (s *Server) RobotMessages(key string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.robots[key]
	if r == nil {
		return nil
	}
	var copied []Message
	for _, m := range r.shown {
		m.JSON, m.Data = bytes.Clone(m.JSON), bytes.Clone(m.Data)
		copied = append(copied, m)
	}
	return copied
}

func (s *Server) robotOf(c *call) (*robot, *refusal) {
	r := s.robots[c.query.Get("key")]
	if r == nil {
		return nil, refuse(93000, "")
	}
	return r, nil
}

// uploadRobotMedia plays webhook/upload_media. An empty file is noticed before
// the key (facts: messages-out.md §9).
func (s *Server) uploadRobotMedia(c *call) (any, *refusal) {
	if _, data, refused := c.file("media"); refused == nil && len(data) == 0 || refused != nil && refused.code == 44001 {
		return nil, refuse(44001, "")
	}
	r, refused := s.robotOf(c)
	if refused != nil {
		return nil, refused
	}
	rules := mediaRules(s.rules)
	return s.upload(c, map[string]mediaRule{"file": rules["file"], "voice": rules["voice"]}, r)
}

// robotSend plays webhook/send.
func (s *Server) robotSend(c *call) (any, *refusal) {
	r, refused := s.robotOf(c)
	if refused != nil {
		return nil, refused
	}
	body, refused := s.object(c)
	if refused != nil {
		return nil, refused
	}
	o := &outgoing{body: body, rules: s.rules, robot: r}
	name, ok := body.text("msgtype")
	if o.kind = robotTypes[name]; !ok || o.kind.check == nil {
		return nil, refuse(40008, "")
	}
	o.msg.MsgType = name
	if refused := s.checkContent(o); refused != nil {
		return nil, refused
	}
	if !r.sent.take(time.Minute, s.rules.RobotPerMinute) {
		return nil, refuse(45009, "")
	}
	o.msg.Robot, o.msg.Time, o.msg.JSON = true, time.Now(), c.body
	r.shown = append(r.shown, o.msg)
	if len(r.shown) >= 2*keptMessages {
		r.shown = append([]Message(nil), r.shown[keptMessages:]...)
	}
	for _, id := range r.users {
		if u, ok := s.people.find(id); ok {
			s.phones.put(u, o.msg)
		}
	}
	return nil, nil
}
