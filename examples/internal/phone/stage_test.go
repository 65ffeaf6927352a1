package phone_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

const agentID = 1000002

// A stage is a company with an app that repeats what it is told, and the phones
// of its members.
type stage struct {
	t      *testing.T
	wecom  *wecomtest.Server
	agent  *wecomtest.Agent
	sender *message.Sender
	cfg    phone.Config
	phones http.Handler
	path   string // of another page to look at

	mu    sync.Mutex
	heard []callback.Message
	fail  error // what the app answers, if it is no nil
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, wecom: wecomtest.NewUnstartedServer()}
	t.Cleanup(s.wecom.Close)
	const token = "SimToken2024"
	app, err := callback.New(callback.Config{
		Token: token, EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: s.wecom.CorpID, Handle: s.handle,
		OnError: func(*http.Request, error) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"zhangsan", "lisi"} {
		s.wecom.AddUser(wecomtest.User{ID: id, Name: id})
	}
	s.wecom.AddUser(wecomtest.User{ID: "wangwu", Disabled: true})
	s.agent = s.wecom.AddApp(wecomtest.App{
		AgentID: agentID, Secret: "s", Token: token, EncodingAESKey: wecomtest.ExampleAESKey,
		CallbackURL: "http://app.example.com/", Handler: app,
	})
	s.sender = &message.Sender{API: client(t, s.wecom), AgentID: agentID}
	s.cfg = phone.Config{
		WeCom: s.wecom, Agent: s.agent, Title: "故障自愈", Log: slog.New(slog.DiscardHandler),
		Open: func(userid, link string) string { return "/open/" + userid + "?" + link },
		Actions: []phone.Action{
			{Name: "push", Label: "推送", Do: func(context.Context) (string, error) { return "已推送 <1_1>", nil }},
			{Name: "fail", Label: "失败", Do: func(context.Context) (string, error) { return "", errors.New("不行") }},
		},
	}
	s.phones = phone.Handler(s.cfg)
	return s
}

// client is one of the app with the secret "s".
func client(t *testing.T, srv *wecomtest.Server) *wecom.Client {
	t.Helper()
	wc, err := wecom.New(wecom.Config{
		CorpID: srv.CorpID, Secret: "s", BaseURL: "http://wecom.invalid", HTTPClient: &http.Client{Transport: srv.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return wc
}

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func (s *stage) handle(_ context.Context, m callback.Message) (callback.Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, m)
	if s.fail != nil {
		return nil, s.fail
	}
	switch m := m.(type) {
	case *callback.EnterAgent:
		return callback.TextReply("欢迎 " + m.FromUser), nil
	case *callback.Text:
		return callback.TextReply("收到 <b>" + m.Content + "</b>"), nil
	case *callback.MenuClick:
		return callback.TextReply("帮助: " + m.Key), nil
	case *callback.CardEvent:
		switch m.Key {
		case "agree":
			return callback.UpdateButton("已同意"), nil
		case "text": // WeCom shows none to a tap
			return callback.TextReply("x"), nil
		}
	}
	return nil, nil
}

// events are what the app was told, but for members opening their chats.
func (s *stage) events() (all []callback.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.heard {
		if _, opened := m.(*callback.EnterAgent); !opened {
			all = append(all, m)
		}
	}
	return all
}

func (s *stage) setFail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

// send sends to zhangsan.
func (s *stage) send(c message.Content) message.Result {
	s.t.Helper()
	res, err := s.sender.Send(s.t.Context(), message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: c})
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}

func (s *stage) do(method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	return do(s.phones, method, "http://localhost:5000"+path, form, header...)
}

// page is zhangsan's phone, or another page.
func (s *stage) page() string {
	s.t.Helper()
	w := s.do("GET", cmp.Or(s.path, "/phone/zhangsan"), nil)
	if w.Code != http.StatusOK || !strings.HasSuffix(w.Body.String(), "</html>\n") {
		s.t.Fatalf("the page broke off: %d\n%s", w.Code, w.Body)
	}
	return w.Body.String()
}

// shows looks for texts on zhangsan's phone, in their order; what begins with !
// must not be there.
func (s *stage) shows(texts ...string) {
	s.t.Helper()
	page := s.page()
	rest := page
	for _, text := range texts {
		if not, ok := strings.CutPrefix(text, "!"); ok {
			if strings.Contains(page, not) {
				s.t.Errorf("the phone shows %q:\n%s", not, page)
			}
			continue
		}
		_, after, found := strings.Cut(rest, text)
		if !found {
			s.t.Errorf("the phone does not show %q there:\n%s", text, page)
			return
		}
		rest = after
	}
}

// acts sends a form that must lead back to the phone.
func (s *stage) acts(path string, form url.Values) {
	s.t.Helper()
	if w := s.do("POST", path, form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/phone/zhangsan" {
		s.t.Errorf("POST %s: %d to %q %s", path, w.Code, w.Header().Get("Location"), w.Body)
	}
}

func do(h http.Handler, method, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, target, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// echo verifies as the app does, and answers messages otherwise.
func echo(t *testing.T, corpID string, post http.HandlerFunc) http.Handler {
	t.Helper()
	app, err := callback.New(callback.Config{
		Token: "Next", EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: corpID,
		Handle: func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			post(w, r)
			return
		}
		app.ServeHTTP(w, r)
	})
}
