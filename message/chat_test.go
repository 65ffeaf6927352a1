package message_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// chatAPI is fakeAPI for calls that may have no body.
type chatAPI struct {
	fakeAPI
	empty []string // methods of calls without a body
}

func (c *chatAPI) Call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	if in == nil {
		c.empty = append(c.empty, method)
		in = json.RawMessage(nil)
	}
	return c.fakeAPI.Call(ctx, method, path, query, in, out)
}

// people are n userids.
func people(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("user%d", i)
	}
	return out
}

func TestChatsWriteTheDocumentedRequests(t *testing.T) {
	t.Parallel()
	api := &chatAPI{fakeAPI: fakeAPI{outcomes: []outcome{
		{answer: `{"errcode":0,"chatid":"CHAT1"}`}, {}, {},
		{answer: `{"errcode":0,"chat_info":{"chatid":"CHAT1","name":"值班","owner":"zhangsan","userlist":["zhangsan","lisi"],"chat_type":0}}`},
	}}}
	c, ctx := &message.Chats{API: api}, t.Context()
	id, err := c.Create(ctx, message.Chat{ID: "CHAT1", Name: "<值班>", Owner: "ZhangSan", Users: []string{"zhangsan", "lisi", "LISI"}})
	if err != nil || id != "CHAT1" {
		t.Fatal(id, err)
	}
	if err := c.Update(ctx, message.ChatUpdate{ID: "CHAT1", Name: "n", Owner: "lisi", AddUsers: []string{"wangwu"}, DelUsers: []string{"zhangsan"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Update(ctx, message.ChatUpdate{ID: "wr_-x", Name: "n"}); err != nil {
		t.Fatal(err)
	}
	got, err := c.Get(ctx, "CHAT1")
	if err != nil {
		t.Fatal(err)
	}
	want := message.Chat{ID: "CHAT1", Name: "值班", Owner: "zhangsan", Users: []string{"zhangsan", "lisi"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chat (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]call{
		{"POST", "/cgi-bin/appchat/create", "", `{"name":"<值班>","owner":"ZhangSan","userlist":["zhangsan","lisi"],"chatid":"CHAT1"}`},
		{"POST", "/cgi-bin/appchat/update", "", `{"name":"n","owner":"lisi","chatid":"CHAT1","add_user_list":["wangwu"],"del_user_list":["zhangsan"]}`},
		{"POST", "/cgi-bin/appchat/update", "", `{"name":"n","chatid":"wr_-x"}`},
		{"GET", "/cgi-bin/appchat/get", "chatid=CHAT1", ""},
	}, api.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"GET"}, api.empty); diff != "" {
		t.Errorf("calls without a body (-want +got):\n%s", diff)
	}
}

func TestChatLimits(t *testing.T) {
	t.Parallel()
	x := strings.Repeat
	two := people(2)
	create := func(chat message.Chat) error {
		_, err := (&message.Chats{API: &chatAPI{fakeAPI: fakeAPI{outcomes: []outcome{{answer: `{"chatid":"C"}`}}}}}).Create(t.Context(), chat)
		return err
	}
	update := func(u message.ChatUpdate) error {
		u.ID = "C"
		return (&message.Chats{API: &chatAPI{}}).Update(t.Context(), u)
	}
	for _, tt := range []struct {
		field, unit string
		limit       int
		call        func(n int) error
	}{
		{"chatid", "bytes", 32, func(n int) error { return create(message.Chat{ID: x("a", n), Users: two}) }},
		{"name", "characters", 50, func(n int) error { return create(message.Chat{Name: x("字", n), Users: two}) }},
		{"userlist", "users", 2000, func(n int) error { return create(message.Chat{Users: people(n)}) }},
		{"name", "characters", 50, func(n int) error { return update(message.ChatUpdate{Name: x("字", n)}) }},
		{"add_user_list", "users", 2000, func(n int) error { return update(message.ChatUpdate{AddUsers: people(n)}) }},
		{"del_user_list", "users", 2000, func(n int) error { return update(message.ChatUpdate{DelUsers: people(n)}) }},
	} {
		if err := tt.call(tt.limit); err != nil {
			t.Errorf("%s at the limit: %v", tt.field, err)
		}
		err := tt.call(tt.limit + 1)
		var got *message.LimitError
		if !errors.As(err, &got) {
			t.Errorf("%s past the limit: %v", tt.field, err)
			continue
		}
		want := &message.LimitError{Field: tt.field, Limit: tt.limit, Size: tt.limit + 1, Unit: tt.unit}
		if diff := cmp.Diff(want, got, ignoreHint); diff != "" {
			t.Errorf("%s past the limit (-want +got):\n%s", tt.field, diff)
		}
	}
	if err := create(message.Chat{Users: two}); err != nil {
		t.Errorf("two members: %v", err)
	}
	wantField(t, create(message.Chat{Users: people(1)}), "userlist", "has 1 members")
	wantField(t, create(message.Chat{Users: []string{"lisi", "LiSi"}}), "userlist", "has 1 members")
}

func TestChatsThatAreRefused(t *testing.T) {
	t.Parallel()
	api := &chatAPI{}
	c, ctx, two := &message.Chats{API: api}, t.Context(), people(2)
	create := func(chat message.Chat) error { _, err := c.Create(ctx, chat); return err }
	get := func(id string) error { _, err := c.Get(ctx, id); return err }
	text := message.Text{Content: "x"}
	send := func(m message.ChatMessage) error { return c.Send(ctx, "C", m) }
	for _, tt := range []struct {
		err            error
		field, problem string
	}{
		{create(message.Chat{ID: "a-b", Users: two}), "chatid", "byte 1"},
		{create(message.Chat{Name: "a\x00", Users: two}), "name", "U+0000"},
		{create(message.Chat{Users: []string{"lisi", "li si"}}), "userlist[1]", "byte 2"},
		{create(message.Chat{Users: []string{"@all", "lisi"}}), "userlist[0]", "@all"},
		{create(message.Chat{Users: two, Owner: "lisi"}), "owner", "not in the list"},
		{create(message.Chat{Users: two, Owner: "li|si"}), "owner", "byte 2"},
		{c.Update(ctx, message.ChatUpdate{Name: "n"}), "chatid", "required"},
		{c.Update(ctx, message.ChatUpdate{ID: "C"}), "chatid", "nothing to change"},
		{c.Update(ctx, message.ChatUpdate{ID: "C", Owner: "@all"}), "owner", "@all"},
		{c.Update(ctx, message.ChatUpdate{ID: "C", AddUsers: []string{""}}), "add_user_list[0]", "empty"},
		{c.Update(ctx, message.ChatUpdate{ID: "C", AddUsers: []string{"LiSi"}, DelUsers: []string{"wangwu", "lisi"}}), "del_user_list[1]", "added as well"},
		{get(""), "chatid", "required"},
		{c.Send(ctx, "", message.ChatMessage{Content: text}), "chatid", "required"},
		{send(message.ChatMessage{}), "msgtype", "no content"},
		{send(message.ChatMessage{Content: (*message.Text)(nil)}), "msgtype", "no content"},
		{send(message.ChatMessage{Content: message.MiniProgramNotice{}}), "msgtype", "no miniprogram_notice"},
		{send(message.ChatMessage{Content: message.TextNotice{}}), "msgtype", "no template_card"},
		{send(message.ChatMessage{Content: message.Text{}}), "text.content", "required"},
		{send(message.ChatMessage{Content: text, Safe: 2}), "safe", "2 is unknown"},
		{send(message.ChatMessage{Content: text, Safe: -1}), "safe", "-1 is unknown"},
		{send(message.ChatMessage{Content: message.Markdown{Content: "x"}, Safe: 1}), "safe", "cannot be confidential"},
		{send(message.ChatMessage{Content: message.Markdown{Content: "x"}, Mentioned: two}), "mentioned_list", "<@userid>"},
		{send(message.ChatMessage{Content: text, Mentioned: []string{"lisi", "a|b"}}), "text.mentioned_list[1]", "byte 1"},
		{(&message.Chats{}).Send(ctx, "C", message.ChatMessage{Content: text}), "API", "Chats.API"},
	} {
		wantField(t, tt.err, tt.field, tt.problem)
	}
	if len(api.calls) > 0 {
		t.Errorf("%d calls", len(api.calls))
	}
	_, err := (&message.Chats{API: &chatAPI{}}).Create(ctx, message.Chat{Users: two})
	if err == nil {
		t.Error("an answer without a chatid is a success")
	}
}

func TestChatKinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		m    message.ChatMessage
		want string
	}{
		{message.ChatMessage{Content: message.Text{Content: "<a>"}}, `"msgtype":"text","text":{"content":"<a>"}}`},
		{message.ChatMessage{Content: &message.Text{Content: "你好"}, Mentioned: []string{"lisi", message.EveryoneMentioned}, Safe: message.Confidential}, `"msgtype":"text","text":{"content":"你好","mentioned_list":["lisi","@all"]},"safe":1}`},
		{message.ChatMessage{Content: message.Image{MediaID: "M"}, Safe: 1}, `"msgtype":"image","image":{"media_id":"M"},"safe":1}`},
		{message.ChatMessage{Content: message.Voice{MediaID: "M"}}, `"msgtype":"voice","voice":{"media_id":"M"}}`},
		{message.ChatMessage{Content: message.Video{MediaID: "M", Title: "t"}}, `"msgtype":"video","video":{"media_id":"M","title":"t"}}`},
		{message.ChatMessage{Content: message.File{MediaID: "M"}}, `"msgtype":"file","file":{"media_id":"M"}}`},
		{message.ChatMessage{Content: message.TextCard{Title: "t", Description: "d", URL: "http://h"}}, `"msgtype":"textcard","textcard":{"title":"t","description":"d","url":"http://h"}}`},
		{message.ChatMessage{Content: message.News{Articles: []message.Article{{Title: "t", URL: "http://h"}}}}, `"msgtype":"news","news":{"articles":[{"title":"t","url":"http://h"}]}}`},
		{message.ChatMessage{Content: message.MPNews{Articles: []message.MPArticle{{Title: "t", ThumbMediaID: "M", Content: "c"}}}, Safe: 1}, `"msgtype":"mpnews","mpnews":{"articles":[{"title":"t","thumb_media_id":"M","content":"c"}]},"safe":1}`},
		{message.ChatMessage{Content: message.Markdown{Content: "<@lisi>"}}, `"msgtype":"markdown","markdown":{"content":"<@lisi>"}}`},
	} {
		api := &chatAPI{}
		if err := (&message.Chats{API: api}).Send(t.Context(), `C"1`, tt.m); err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff([]call{{"POST", "/cgi-bin/appchat/send", "", `{"chatid":"C\"1",` + tt.want}}, api.calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	}
}

// Nothing arrives twice: a chat has no duplicate check.
func TestWhatChatsRepeat(t *testing.T) {
	t.Parallel()
	two := people(2)
	calls := map[string]func(context.Context, *message.Chats) error{
		"create": func(ctx context.Context, c *message.Chats) error {
			_, err := c.Create(ctx, message.Chat{Users: two})
			return err
		},
		"send": func(ctx context.Context, c *message.Chats) error {
			return c.Send(ctx, "C", message.ChatMessage{Content: message.Text{Content: "x"}})
		},
		"members": func(ctx context.Context, c *message.Chats) error {
			return c.Update(ctx, message.ChatUpdate{ID: "C", DelUsers: two})
		},
		"name": func(ctx context.Context, c *message.Chats) error {
			return c.Update(ctx, message.ChatUpdate{ID: "C", Name: "n"})
		},
		"get": func(ctx context.Context, c *message.Chats) error { _, err := c.Get(ctx, "C"); return err },
	}
	for name, do := range calls {
		for failure, harmless := range map[*apiError]bool{errNotSent: true, errLost: false, errBusy: false} {
			t.Run(name+"/"+failure.text, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					api := &chatAPI{fakeAPI: fakeAPI{outcomes: []outcome{{err: failure}, {answer: `{"chatid":"C","chat_info":{"chatid":"C"}}`}}}}
					err := do(t.Context(), &message.Chats{API: api})
					again := harmless || name == "name" || name == "get"
					if again != (err == nil) || again != (len(api.calls) == 2) || !again && !errors.Is(err, failure) {
						t.Errorf("%d calls, %v", len(api.calls), err)
					}
				})
			})
		}
	}
}
