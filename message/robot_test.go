package message_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

const (
	robotKey     = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa-canary"
	robotWebhook = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + robotKey
)

// posts plays a robot's other side without a network.
type posts struct {
	mu     sync.Mutex
	got    []string // path, query without key, body
	at     []time.Time
	answer func(n int) (status int, body string, err error) // of the nth, from 0
}

func (p *posts) RoundTrip(req *http.Request) (*http.Response, error) {
	query := req.URL.Query()
	if query.Get("key") != robotKey {
		return nil, errors.New("another key")
	}
	query.Del("key")
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, fmt.Sprintf("%s %s?%s %s", req.Method, req.URL.Path, query.Encode(), body))
	p.at = append(p.at, time.Now())
	status, text := 200, `{"errcode":0,"errmsg":"ok"}`
	if p.answer != nil {
		if status, text, err = p.answer(len(p.got) - 1); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: req}, nil
}

func (p *posts) robot(t testing.TB, o message.RobotOptions) *message.Robot {
	t.Helper()
	o.HTTPClient = &http.Client{Transport: p}
	r, err := message.NewRobot(robotWebhook, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRobotKinds(t *testing.T) {
	t.Parallel()
	card := message.TextNotice{MainTitle: message.MainTitle{Title: "t"}, CardAction: message.URL("http://h")}
	for _, tt := range []struct {
		c    message.RobotContent
		want string
	}{
		{message.RobotText{Content: "<a>&"}, `{"msgtype":"text","text":{"content":"<a>&"}}`},
		{
			&message.RobotText{Content: "x", Mentioned: []string{"lisi", message.EveryoneMentioned}, MentionedMobiles: []string{"13800001111", "+86-138", message.EveryoneMentioned}},
			`{"msgtype":"text","text":{"content":"x","mentioned_list":["lisi","@all"],"mentioned_mobile_list":["13800001111","+86-138","@all"]}}`,
		},
		{message.RobotMarkdown{Content: "<@lisi>"}, `{"msgtype":"markdown","markdown":{"content":"<@lisi>"}}`},
		{message.RobotMarkdownV2{Content: "| a |"}, `{"msgtype":"markdown_v2","markdown_v2":{"content":"| a |"}}`},
		// printf '\xff\xd8\xff\xe0 a picture' | base64, md5sum
		{message.RobotImage{Data: []byte(aJPG)}, `{"msgtype":"image","image":{"base64":"/9j/4CBhIHBpY3R1cmU=","md5":"5750bddcd71ad39871028646b338c84c"}}`},
		{message.News{Articles: []message.Article{{Title: "t", URL: "http://h/?a&b"}}}, `{"msgtype":"news","news":{"articles":[{"title":"t","url":"http://h/?a&b"}]}}`},
		{message.File{MediaID: "M"}, `{"msgtype":"file","file":{"media_id":"M"}}`},
		{message.Voice{MediaID: "M"}, `{"msgtype":"voice","voice":{"media_id":"M"}}`},
		{card, `{"msgtype":"template_card","template_card":{"card_type":"text_notice","main_title":{"title":"t"},"card_action":{"type":1,"url":"http://h"}}}`},
		{
			message.NewsNotice{MainTitle: message.MainTitle{Title: "t"}, CardImage: message.CardImage{URL: "http://h/p.png"}, CardAction: message.URL("http://h")},
			`{"msgtype":"template_card","template_card":{"card_type":"news_notice","main_title":{"title":"t"},"card_image":{"url":"http://h/p.png"},"card_action":{"type":1,"url":"http://h"}}}`,
		},
	} {
		p := &posts{}
		if err := p.robot(t, message.RobotOptions{}).Send(t.Context(), tt.c); err != nil {
			t.Errorf("%T: %v", tt.c, err)
			continue
		}
		if diff := cmp.Diff([]string{"POST /cgi-bin/webhook/send? " + tt.want}, p.got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", tt.c, diff)
		}
	}
}

func TestRobotLimits(t *testing.T) {
	t.Parallel()
	x := strings.Repeat
	picture := func(n int) []byte { return []byte(aPNG + x("x", n-len(aPNG))) }
	for _, tt := range []struct {
		field, unit string
		limit       int
		c           func(n int) message.RobotContent
	}{
		{"text.content", "bytes", 2048, func(n int) message.RobotContent { return message.RobotText{Content: x("a", n)} }},
		{"markdown.content", "bytes", 4096, func(n int) message.RobotContent { return message.RobotMarkdown{Content: x("a", n)} }},
		{"markdown_v2.content", "bytes", 4096, func(n int) message.RobotContent { return message.RobotMarkdownV2{Content: x("a", n)} }},
		{"image.base64", "bytes", 2 << 20, func(n int) message.RobotContent { return message.RobotImage{Data: picture(n)} }},
		{"news.articles", "articles", 8, func(n int) message.RobotContent {
			return message.News{Articles: make8(n)}
		}},
	} {
		p := &posts{}
		r := p.robot(t, message.RobotOptions{})
		if err := r.Send(t.Context(), tt.c(tt.limit)); err != nil {
			t.Errorf("%s at the limit: %v", tt.field, err)
		}
		err := r.Send(t.Context(), tt.c(tt.limit+1))
		var got *message.LimitError
		if !errors.As(err, &got) || got.Field != tt.field || got.Limit != tt.limit || got.Size != tt.limit+1 || got.Unit != tt.unit {
			t.Errorf("%s past the limit: %v", tt.field, err)
		}
		if len(p.got) != 1 {
			t.Errorf("%s: %d posts", tt.field, len(p.got))
		}
	}
}

func make8(n int) []message.Article {
	out := make([]message.Article, n)
	for i := range out {
		out[i] = message.Article{Title: "t", URL: "http://h"}
	}
	return out
}

func TestRobotContentThatIsRefused(t *testing.T) {
	t.Parallel()
	p := &posts{}
	r := p.robot(t, message.RobotOptions{})
	menu := message.ActionMenu{Desc: "d", ActionList: []message.MenuAction{{Text: "t", Key: "k"}}}
	for _, tt := range []struct {
		c              message.RobotContent
		field, problem string
	}{
		{nil, "msgtype", "no content"},
		{(*message.RobotText)(nil), "msgtype", "no content"},
		{message.RobotText{}, "text.content", "required"},
		{message.RobotText{Content: "a\x01"}, "text.content", "U+0001"},
		{message.RobotText{Content: "a", Mentioned: []string{"a", "b c"}}, "text.mentioned_list[1]", "byte 1"},
		{message.RobotText{Content: "a", MentionedMobiles: []string{"1", ""}}, "text.mentioned_mobile_list[1]", "phone"},
		{message.RobotText{Content: "a", MentionedMobiles: []string{"lisi"}}, "text.mentioned_mobile_list[0]", "phone"},
		{message.RobotMarkdown{}, "markdown.content", "required"},
		{message.RobotMarkdownV2{}, "markdown_v2.content", "required"},
		{message.RobotImage{}, "image.base64", "0 bytes"},
		{message.RobotImage{Data: []byte("\xff\xd8\xff12")}, "image.base64", "5 bytes"},
		{message.RobotImage{Data: []byte("GIF89a")}, "image.base64", "JPG or PNG"},
		{message.News{}, "news.articles", "empty"},
		{message.News{Articles: []message.Article{{Title: "t", URL: "http://h"}, {Title: "t", AppID: "wx", PagePath: "p"}}}, "news.articles[1].appid", "mini-program"},
		{message.File{}, "file.media_id", "required"},
		{message.Voice{}, "voice.media_id", "required"},
		{message.TextNotice{ActionMenu: menu}, "template_card.action_menu", "callback"},
		{message.NewsNotice{ActionMenu: menu}, "template_card.action_menu", "callback"},
		{message.TextNotice{}, "template_card.main_title.title", "required"},
	} {
		wantField(t, r.Send(t.Context(), tt.c), tt.field, tt.problem)
	}
	_, err := r.Upload(t.Context(), message.MediaImage, "a.png", strings.NewReader(aPNG), int64(len(aPNG)))
	wantField(t, err, "type", "RobotImage")
	_, err = r.Upload(t.Context(), message.MediaVoice, "a.amr", strings.NewReader("123456"), 6)
	wantField(t, err, "media", "AMR")
	if len(p.got) > 0 {
		t.Errorf("%d posts", len(p.got))
	}
	var none *message.Robot
	wantField(t, none.Send(t.Context(), message.RobotText{Content: "x"}), "webhook", "NewRobot")
	_, err = (&message.Robot{}).Upload(t.Context(), message.MediaFile, "a", strings.NewReader("123456"), 6)
	wantField(t, err, "webhook", "NewRobot")
}

func TestWebhookAddresses(t *testing.T) {
	t.Parallel()
	for address, problem := range map[string]string{
		robotWebhook: "",
		"http://[::1]:8080/proxy/x/cgi-bin/webhook/send?key=a_B-1": "",
		"http://h/cgi-bin/webhook/send?debug=1&key=k":              "",
		"":                    "whole URL",
		"\x00" + robotWebhook: "whole URL",
		"ftp://h/cgi-bin/webhook/send?key=canary":              "whole URL",
		"https://canary:pw@h/cgi-bin/webhook/send?key=canary":  "whole URL",
		"https:///cgi-bin/webhook/send?key=canary":             "whole URL",
		"https://h/cgi-bin/webhook/upload_media?key=canary":    "the path",
		"https://h/a%2fb/cgi-bin/webhook/send?key=canary":      "the path",
		"https://h/cgi-bin/webhook/send":                       "one ?key=",
		"https://h/cgi-bin/webhook/send?key=":                  "one ?key=",
		"https://h/cgi-bin/webhook/send?key=canary&key=canary": "one ?key=",
		"https://h/cgi-bin/webhook/send?key=canary;x":          "one ?key=",
		"https://h/cgi-bin/webhook/send?key=canary%20":         "letters, digits",
		"https://h/cgi-bin/webhook/send?key=canary%0d%0aX":     "letters, digits",
		robotKey: "whole URL",
	} {
		_, err := message.NewRobot(address, message.RobotOptions{})
		if problem == "" {
			if err != nil {
				t.Errorf("%q: %v", address, err)
			}
			continue
		}
		wantField(t, err, "webhook", problem)
		noCanary(t, err)
	}
}

func TestRobotErrors(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Err: errors.New("refused " + robotKey)}
	for _, tt := range []struct {
		name      string
		status    int
		body      string
		err       error
		code      int
		retryable bool
		notSent   bool
		posts     int
		text      string
	}{
		{name: "well", status: 200, body: `{"errcode":0}`, posts: 1},
		{name: "bad key", status: 200, body: `{"errcode":93000,"errmsg":"invalid webhook url, ` + robotKey + `\n"}`, code: 93000, posts: 1, text: "check the webhook's address"},
		{name: "too many", status: 200, body: `{"errcode":45009,"errmsg":"api freq out of limit"}`, code: 45009, posts: 1, text: "20 messages a minute"},
		{name: "busy", status: 200, body: `{"errcode":-1,"errmsg":"system busy"}`, code: -1, retryable: true, posts: 1},
		{name: "over-long", status: 200, body: `{"errcode":40058,"errmsg":"` + strings.Repeat("字", 500) + `"}`, code: 40058, posts: 1, text: "…"},
		{name: "gateway", status: 502, body: `<html>`, retryable: true, posts: 1, text: "HTTP 502"},
		{name: "gateway that says ok", status: 502, body: `{"errcode":0}`, retryable: true, posts: 1, text: "HTTP 502"},
		{name: "not found", status: 404, posts: 1, text: "nothing at this address"},
		{name: "redirect", status: 302, posts: 1, text: "a redirect"},
		{name: "another server", status: 200, body: `{"ok":true}`, posts: 1, text: "not one of the API"},
		{name: "endless", status: 200, body: `{"errcode":0,"x":"` + strings.Repeat("x", 64<<10) + `"}`, posts: 1, text: "not one of the API"},
		{name: "reset", err: errors.New("reset while posting to " + robotWebhook + "\n"), retryable: true, posts: 1, text: "reset"},
		{name: "refused", err: refused, retryable: true, notSent: true, posts: 3, text: "refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &posts{answer: func(int) (int, string, error) { return tt.status, tt.body, tt.err }}
				err := p.robot(t, message.RobotOptions{}).Send(t.Context(), message.RobotText{Content: "x"})
				if len(p.got) != tt.posts {
					t.Errorf("%d posts, want %d", len(p.got), tt.posts)
				}
				if tt.name == "well" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				var e interface {
					ErrCode() int
					Retryable() bool
					NotSent() bool
				}
				if !errors.As(err, &e) || e.ErrCode() != tt.code || e.Retryable() != tt.retryable || e.NotSent() != tt.notSent || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("got %v", err)
				}
				if tt.err != nil && !errors.Is(err, tt.err) {
					t.Errorf("%v is not %v", err, tt.err)
				}
				if strings.Contains(err.Error(), "\n") || len(err.Error()) > 1400 {
					t.Errorf("%q", err)
				}
				noCanary(t, err)
			})
		})
	}
}

// What a robot's key must not be seen in.
func TestRobotHidesItsKey(t *testing.T) {
	t.Parallel()
	r := (&posts{}).robot(t, message.RobotOptions{})
	type holder struct {
		R *message.Robot
		V message.Robot
		r *message.Robot
		v message.Robot
	}
	h := holder{r, *r, r, *r}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("robot", "r", r, "v", *r, "h", h)
	}
	out := []string{log.String(), r.String(), message.Robot{}.String()}
	for _, v := range []any{r, *r, h, &h, []any{r, *r}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			out = append(out, fmt.Sprintf(verb, v))
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		out = append(out, string(b))
	}
	for _, s := range out {
		if strings.Contains(s, "canary") || strings.Contains(s, fmt.Sprintf("%x", robotKey)) {
			t.Errorf("the key can be read in %s", s)
		}
	}
	if r.String() != `message.Robot{Host:"qyapi.weixin.qq.com"}` {
		t.Error(r.String())
	}
}
