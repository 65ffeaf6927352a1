package message_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bkwecom/wecom/message"
)

var ignoreHint = cmpopts.IgnoreUnexported(message.LimitError{})

func TestLimits(t *testing.T) {
	t.Parallel()
	card := func(title, description, url string) message.Content {
		return message.TextCard{Title: title, Description: description, URL: url}
	}
	with := func(interval time.Duration) message.Message {
		m := toZhangsan(message.Text{Content: "x"})
		m.DuplicateCheck, m.DuplicateInterval = true, interval
		return m
	}
	x := strings.Repeat
	tests := []struct {
		name     string
		at, past message.Message
		want     message.LimitError
	}{
		{
			"text", toZhangsan(message.Text{Content: x("字", 682) + "ab"}), toZhangsan(message.Text{Content: x("字", 683)}),
			message.LimitError{Field: "text.content", Limit: 2048, Size: 2049, Unit: "bytes"},
		}, {
			"markdown", toZhangsan(message.Markdown{Content: x("a", 2048)}), toZhangsan(message.Markdown{Content: x("a", 2049)}),
			message.LimitError{Field: "markdown.content", Limit: 2048, Size: 2049, Unit: "bytes"},
		}, {
			"card url", toZhangsan(card("t", "d", "http://h/"+x("a", 2039))), toZhangsan(card("t", "d", "http://h/"+x("a", 2040))),
			message.LimitError{Field: "textcard.url", Limit: 2048, Size: 2049, Unit: "bytes"},
		}, {
			"interval", with(4 * time.Hour), with(4*time.Hour + time.Second),
			message.LimitError{Field: "duplicate_check_interval", Limit: 14400, Size: 14401, Unit: "seconds"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := prepare(t, tt.at); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			_, err := prepare(t, tt.past)
			var got *message.LimitError
			if !errors.As(err, &got) {
				t.Fatalf("past the limit: %v, want a *LimitError", err)
			}
			if diff := cmp.Diff(&tt.want, got, ignoreHint); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldsThatAreRefused(t *testing.T) {
	t.Parallel()
	text := func(s string) message.Message { return toZhangsan(message.Text{Content: s}) }
	card := func(title, description, url string) message.Message {
		return toZhangsan(message.TextCard{Title: title, Description: description, URL: url})
	}
	option := func(c message.Content, set func(*message.Message)) message.Message {
		m := toZhangsan(c)
		set(&m)
		return m
	}
	plain, mark, cardOK := message.Text{Content: "x"}, message.Markdown{Content: "x"}, message.TextCard{Title: "t", Description: "d", URL: "http://h"}
	safe := func(s message.Safety) func(*message.Message) { return func(m *message.Message) { m.Safe = s } }
	every := func(d time.Duration) func(*message.Message) {
		return func(m *message.Message) { m.DuplicateCheck, m.DuplicateInterval = true, d }
	}
	tests := []struct {
		name           string
		m              message.Message
		field, problem string
	}{
		{"no content", toZhangsan(nil), "msgtype", "no content"},
		{"nil pointer", toZhangsan((*message.Text)(nil)), "msgtype", "no content"},
		{"empty text", text(""), "text.content", "required"},
		{"empty markdown", toZhangsan(message.Markdown{}), "markdown.content", "required"},
		{"no title", card("", "d", "http://h"), "textcard.title", "required"},
		{"no description", card("t", "", "http://h"), "textcard.description", "required"},
		{"no url", card("t", "d", ""), "textcard.url", "required"},
		{"carriage return", text("a\r\nb"), "text.content", "U+000D at byte 1"},
		{"escape", text("a\x1b[31m"), "text.content", "U+001B"},
		{"DEL", text("\x7f"), "text.content", "U+007F"},
		{"C1", text("字\u0085"), "text.content", "U+0085 at byte 3"},
		{"no UTF-8", text("\xff"), "text.content", "UTF-8"},
		{"control in a button", toZhangsan(message.TextCard{Title: "t", Description: "d", URL: "http://h", BtnTxt: "\x00"}), "textcard.btntxt", "U+0000"},
		{"control in a markdown", toZhangsan(message.Markdown{Content: "\b"}), "markdown.content", "U+0008"},
		{"url without scheme", card("t", "d", "h.example.com/x"), "textcard.url", "http://"},
		{"url of script", card("t", "d", "javascript:alert(1)"), "textcard.url", "http://"},
		{"url without host", card("t", "d", "https:///x"), "textcard.url", "a host"},
		{"url with a port alone", card("t", "d", "https://:80/x"), "textcard.url", "a host"},
		{"url that breaks", card("t", "d", "http://[::1"), "textcard.url", "http://"},
		{"url with a space", card("t", "d", "http://h/a b"), "textcard.url", "white space"},
		{"safe markdown", option(mark, safe(message.Confidential)), "safe", "markdown cannot"},
		{"safe card", option(cardOK, safe(message.Confidential)), "safe", "textcard cannot"},
		{"safe of news", option(plain, safe(2)), "safe", "2 is unknown to text"},
		{"negative safe", option(plain, safe(-1)), "safe", "-1 is unknown"},
		{"translated markdown", option(mark, func(m *message.Message) { m.IDTranslation = true }), "enable_id_trans", "markdown has no"},
		{"interval without check", option(plain, func(m *message.Message) { m.DuplicateInterval = time.Minute }), "duplicate_check_interval", "without Message.DuplicateCheck"},
		{"negative interval", option(plain, every(-time.Second)), "duplicate_check_interval", "-1s"},
		{"short interval", option(plain, every(time.Millisecond)), "duplicate_check_interval", "1ms"},
		{"half seconds", option(plain, every(1500*time.Millisecond)), "duplicate_check_interval", "1.5s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := prepare(t, tt.m)
			wantField(t, err, tt.field, tt.problem)
		})
	}
}

// wantField also demands what an outbox asks of every error.
func wantField(t *testing.T, err error, field, problem string) {
	t.Helper()
	var got *message.FieldError
	if !errors.As(err, &got) || got.Field != field || !strings.Contains(got.Problem, problem) {
		t.Fatalf("error %v, want a *FieldError of %s: …%s…", err, field, problem)
	}
	if !got.NotSent() || got.Retryable() || got.ErrCode() != 0 {
		t.Errorf("NotSent %v, Retryable %v, ErrCode %d; want true, false, 0", got.NotSent(), got.Retryable(), got.ErrCode())
	}
}

func TestRefusedBeforeTheCall(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{}
	s := &message.Sender{API: api, AgentID: 1}
	_, err := s.Send(t.Context(), toZhangsan(message.Text{Content: strings.Repeat("x", 2049)}))
	want := "message: text.content has 2049 bytes, the limit is 2048: shorten it or set Text.Truncate"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	for _, agentID := range []int{0, -1} {
		s := &message.Sender{API: api, AgentID: agentID}
		_, err := s.Send(t.Context(), toZhangsan(message.Text{Content: "x"}))
		wantField(t, err, "agentid", "no app")
	}
	_, err = (&message.Sender{AgentID: 1}).Send(t.Context(), toZhangsan(message.Text{Content: "x"}))
	wantField(t, err, "API", "nil")
	if len(api.calls) != 0 {
		t.Errorf("%d calls, want none", len(api.calls))
	}
}

func TestCheckListsWhatIsOnlyRecommended(t *testing.T) {
	t.Parallel()
	card := func(title, description, button int) message.TextCard {
		x := strings.Repeat
		return message.TextCard{Title: x("字", title), Description: x("字", description), URL: "http://h", BtnTxt: x("字", button)}
	}
	for _, tt := range []struct {
		name string
		c    message.Content
		want []message.Advice
	}{
		{"nil", nil, nil},
		{"nil pointer", (*message.TextCard)(nil), nil},
		{"text", message.Text{Content: "x"}, nil},
		{"at the lengths", card(128, 512, 4), nil},
		{"past them", card(129, 513, 5), []message.Advice{
			{Field: "textcard.title", Limit: 128, Size: 129, Unit: "characters"},
			{Field: "textcard.description", Limit: 512, Size: 513, Unit: "characters"},
			{Field: "textcard.btntxt", Limit: 4, Size: 5, Unit: "characters"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, message.Check(tt.c)); diff != "" {
				t.Errorf("advice (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := prepare(t, toZhangsan(card(129, 513, 5))); err != nil {
		t.Errorf("what is only recommended is refused: %v", err)
	}
}
