package wecomtest

import (
	"crypto/rand"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Limits of group chats (facts: messages-out.md §6).
const (
	maxChatName    = 50 // characters
	minChatMembers = 2
	maxChatMembers = 2000
	maxChatID      = 32
	chatsPerDay    = 1000
	changesPerHour = 1000
)

var validChatID = regexp.MustCompile(`^[0-9A-Za-z]+$`)

// Chat is a group chat that an app created.
type Chat struct {
	ChatID  string
	AgentID int
	Name    string
	Owner   string
	Users   []string // the members' userids
}

type chat struct {
	id, name, owner string
	users           []string // as spelt in the address book
	agent           *Agent
}

type chatBook struct {
	byID    map[string]*chat
	created perDay
	changes pace
}

func (b *chatBook) init() { b.byID, b.created = map[string]*chat{}, perDay{} }

// Chat returns a group chat.
func (s *Server) Chat(chatID string) (c Chat, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.chats.byID[chatID]
	if !ok {
		return Chat{}, false
	}
	return Chat{found.id, found.agent.app.AgentID, found.name, found.owner, slices.Clone(found.users)}, true
}

// chatCall reads a body of appchat, after the app's right to it.
func (s *Server) chatCall(c *call) (object, *refusal) {
	if s.rules.NoChats {
		return nil, refuse(48002, "")
	}
	return s.object(c)
}

// ownChat finds a chat that the app created.
func (s *Server) ownChat(a *Agent, id string) (*chat, *refusal) {
	found := s.chats.byID[id]
	switch {
	case id == "":
		return nil, refuse(86201, "")
	case found == nil:
		return nil, refuse(86003, "")
	case found.agent != a:
		return nil, refuse(86008, "")
	}
	return found, nil
}

// createChat plays appchat/create.
func (s *Server) createChat(c *call) (any, *refusal) {
	body, refused := s.chatCall(c)
	if refused != nil {
		return nil, refused
	}
	made := &chat{agent: c.agent}
	if made.id, refused = s.newChatID(body); refused != nil {
		return nil, refused
	}
	if made.name, refused = chatName(body); refused != nil {
		return nil, refused
	}
	if !body.has("userlist") {
		return nil, refuse(86204, "")
	}
	if made.users, refused = s.chatUsers(body, "userlist"); refused != nil {
		return nil, refused
	}
	if n := len(made.users); n < minChatMembers || n > maxChatMembers {
		return nil, refuse(86006, "")
	}
	if made.owner, refused = s.chatOwner(body, made.users); refused != nil {
		return nil, refused
	}
	if made.owner == "" {
		made.owner = made.users[0] // any of them, the vendor says
	}
	now := time.Now()
	if s.chats.created[day(now)] >= chatsPerDay {
		return nil, refuse(45009, "")
	}
	s.chats.created.add(now, 1)
	s.chats.byID[made.id] = made
	return struct {
		ChatID string `json:"chatid"`
	}{made.id}, nil
}

func (s *Server) newChatID(body object) (string, *refusal) {
	id, ok := body.text("chatid")
	switch {
	case ok && id == "":
		return "wr" + rand.Text(), nil
	case !ok || !validChatID.MatchString(id):
		return "", refuse(86001, "")
	case len(id) > maxChatID:
		return "", refuse(86205, "")
	case s.chats.byID[id] != nil:
		return "", refuse(86215, "")
	}
	return id, nil
}

func chatName(body object) (string, *refusal) {
	name, ok := body.text("name")
	if !ok {
		return "", refuse(86004, "")
	}
	return cutChars(name, maxChatName), nil
}

// chatUsers reads a list of userids, each once.
func (s *Server) chatUsers(body object, name string) ([]string, *refusal) {
	if !body.has(name) {
		return nil, nil
	}
	var ids, users []string
	if json.Unmarshal(body[name], &ids) != nil {
		return nil, refuse(86007, "%s", name)
	}
	for _, id := range ids {
		u, ok := s.people.find(id)
		if !ok {
			return nil, refuse(86216, "%s", name)
		}
		if !slices.Contains(users, u.ID) {
			users = append(users, u.ID)
		}
	}
	return users, nil
}

// chatOwner reads the owner, "" if none is given.
func (s *Server) chatOwner(body object, users []string) (string, *refusal) {
	id, ok := body.text("owner")
	if ok && id == "" {
		return "", nil
	}
	u, known := s.people.find(id)
	if !ok || !known {
		return "", refuse(86005, "")
	}
	if !slices.Contains(users, u.ID) {
		return "", refuse(86207, "")
	}
	return u.ID, nil
}

// getChat plays appchat/get.
func (s *Server) getChat(c *call) (any, *refusal) {
	if s.rules.NoChats {
		return nil, refuse(48002, "")
	}
	found, refused := s.ownChat(c.agent, c.query.Get("chatid"))
	if refused != nil {
		return nil, refused
	}
	type info struct {
		ChatID   string   `json:"chatid"`
		Name     string   `json:"name"`
		Owner    string   `json:"owner"`
		UserList []string `json:"userlist"`
		ChatType int      `json:"chat_type"`
	}
	return struct {
		Info info `json:"chat_info"`
	}{info{found.id, found.name, found.owner, found.users, 0}}, nil
}

func sameFold(id string) func(string) bool {
	return func(other string) bool { return strings.EqualFold(id, other) }
}
