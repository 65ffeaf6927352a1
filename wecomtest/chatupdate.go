package wecomtest

import (
	"encoding/json"
	"slices"
	"time"
)

// updateChat plays appchat/update: nothing changes if anything is wrong.
func (s *Server) updateChat(c *call) (any, *refusal) {
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
	name, refused := chatName(body)
	if refused != nil {
		return nil, refused
	}
	users, refused := s.changedUsers(found, body)
	if refused != nil {
		return nil, refused
	}
	owner, refused := s.chatOwner(body, users)
	if refused != nil {
		return nil, refused
	}
	if !s.chats.changes.take(time.Hour, changesPerHour) {
		return nil, refuse(45009, "")
	}
	if owner == "" {
		owner = found.owner
	}
	if !slices.Contains(users, owner) {
		owner = users[0] // somebody has to be; whom the vendor takes is not documented
	}
	if name != "" {
		found.name = name
	}
	found.owner, found.users = owner, users
	return nil, nil
}

// changedUsers is the list after add_user_list and del_user_list. A member who
// left the company can still be removed.
func (s *Server) changedUsers(of *chat, body object) ([]string, *refusal) {
	added, refused := s.chatUsers(body, "add_user_list")
	if refused != nil {
		return nil, refused
	}
	var gone []string
	if body.has("del_user_list") && json.Unmarshal(body["del_user_list"], &gone) != nil {
		return nil, refuse(86007, "del_user_list")
	}
	users := slices.Clone(of.users)
	for _, id := range gone {
		if !slices.ContainsFunc(of.users, sameFold(id)) {
			return nil, refuse(86216, "del_user_list")
		}
		users = slices.DeleteFunc(users, sameFold(id))
	}
	for _, id := range added {
		if !slices.Contains(users, id) {
			users = append(users, id)
		}
	}
	if n := len(users); n < minChatMembers || n > maxChatMembers {
		return nil, refuse(86006, "")
	}
	return users, nil
}
