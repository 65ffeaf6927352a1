package message

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Chats are the group chats of one app (应用推送消息到群聊会话). Only a self-built app that the whole
// company can see may have them (else error 48002), and an app reaches only those that it created
// itself (else 86008). Members see a chat after its first message.
//
// A company may create 1000 chats a day and change 1000 an hour. A member gets 200 messages a minute
// and 10,000 a day from chats; WeCom drops what is more without a word.
//
// It is safe for concurrent use.
type Chats struct{ API Caller }

// Chat is a group chat and who is in it.
type Chat struct {
	// ID is at most 32 bytes of [0-9A-Za-z]; the vendor makes one if it is "".
	ID string
	// Name is at most 50 characters, which the vendor would cut without a word; "" lets it name the chat.
	Name string
	// Owner is one of Users; "" lets the vendor choose.
	Owner string
	Users []string // userids, 2 to 2000
}

// ChatUpdate changes a chat; what is left empty stays as it is.
type ChatUpdate struct {
	ID          string   // of the chat; required
	Name, Owner string   // as in Chat
	AddUsers    []string // userids, at most 2000
	DelUsers    []string // userids, at most 2000
}

// Create makes a chat and returns its id.
//
// It is repeated only when the request was certainly not sent: a second chat cannot be deleted. With
// an ID of the caller's own, [Chats.Get] tells whether one whose answer was lost exists.
//
// Errors: [*LimitError] and [*FieldError]; from the vendor 86215 (the ID exists), 86216 (unknown
// member). Source: vendor's document appchat/create.
func (c *Chats) Create(ctx context.Context, chat Chat) (string, error) {
	var f fields
	if chat.ID != "" {
		checkNewChatID(&f, chat.ID)
	}
	checkChatName(&f, chat.Name)
	users := members(&f, "userlist", chat.Users)
	if len(users) < minChat {
		f.bad("userlist", "has %d members: a chat needs %d to %d", len(users), minChat, maxChat)
	}
	checkOwner(&f, chat.Owner, users)
	if f.err != nil {
		return "", f.err
	}
	var got struct {
		ChatID string `json:"chatid"`
	}
	in := chatRequest{Name: chat.Name, Owner: chat.Owner, Users: users, ChatID: chat.ID}
	if err := c.post(ctx, "create", in, never, &got); err != nil {
		return "", err
	}
	if got.ChatID == "" {
		return "", errors.New("message: chat create: the answer holds no chatid")
	}
	return got.ChatID, nil
}

// Update changes name, owner and members.
//
// It is repeated when its answer is lost, unless members come or go: a second removal of the same
// member would be refused.
//
// Errors: [*LimitError] and [*FieldError]; from the vendor 86003 (no such chat), 86216 (unknown
// member, or none of this chat). Source: vendor's document appchat/update.
func (c *Chats) Update(ctx context.Context, u ChatUpdate) error {
	var f fields
	f.required("chatid", u.ID)
	checkChatName(&f, u.Name)
	if u.Owner != "" {
		checkMember(&f, "owner", u.Owner)
	}
	add, del := members(&f, "add_user_list", u.AddUsers), members(&f, "del_user_list", u.DelUsers)
	checkDisjoint(&f, add, del)
	if u.Name == "" && u.Owner == "" && len(add)+len(del) == 0 {
		f.bad("chatid", "there is nothing to change: set Name, Owner, AddUsers or DelUsers")
	}
	if f.err != nil {
		return f.err
	}
	window := always
	if len(add)+len(del) > 0 {
		window = never
	}
	return c.post(ctx, "update", chatRequest{ChatID: u.ID, Name: u.Name, Owner: u.Owner, Add: add, Del: del}, window, nil)
}

// Get reads a chat.
//
// Errors: [*FieldError]; from the vendor 86003 (no such chat), 86008 (of another app).
// Source: vendor's document appchat/get.
func (c *Chats) Get(ctx context.Context, chatID string) (Chat, error) {
	var f fields
	f.required("chatid", chatID)
	if f.err != nil {
		return Chat{}, f.err
	}
	type info struct {
		ID    string   `json:"chatid"`
		Name  string   `json:"name"`
		Owner string   `json:"owner"`
		Users []string `json:"userlist"`
	}
	var got struct {
		Info info `json:"chat_info"`
	}
	err := c.call(ctx, "get", always, func(ctx context.Context) error {
		got.Info = info{} // an attempt that failed may have left something
		return c.API.Call(ctx, http.MethodGet, "/cgi-bin/appchat/get", url.Values{"chatid": {chatID}}, nil, &got)
	})
	if err != nil {
		return Chat{}, err
	}
	return Chat(got.Info), nil
}

type chatRequest struct {
	Name   string   `json:"name,omitempty"`
	Owner  string   `json:"owner,omitempty"`
	Users  []string `json:"userlist,omitempty"`
	ChatID string   `json:"chatid,omitempty"`
	Add    []string `json:"add_user_list,omitempty"`
	Del    []string `json:"del_user_list,omitempty"`
}

func (c *Chats) post(ctx context.Context, name string, in chatRequest, window func() time.Duration, out any) error {
	body, err := appendJSON(nil, in)
	if err != nil {
		return err
	}
	return c.call(ctx, name, window, func(ctx context.Context) error {
		return c.API.Call(ctx, http.MethodPost, "/cgi-bin/appchat/"+name, nil, json.RawMessage(body), out)
	})
}

func (c *Chats) call(ctx context.Context, name string, window func() time.Duration, once func(context.Context) error) error {
	if c.API == nil {
		return &FieldError{Field: "API", Problem: "is nil: set Chats.API to a *wecom.Client"}
	}
	return (&Sender{API: c.API}).repeat(ctx, "chat "+name, window, once)
}

// never is the window of a call that must not be made twice.
func never() time.Duration { return 0 }
