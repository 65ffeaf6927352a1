package wecomtest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

// appOf gives the member zhangsan an app with that handler.
func appOf(t *testing.T, h http.Handler) (*wecomtest.Server, *wecomtest.Agent) {
	t.Helper()
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	return srv, srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s", Token: testToken, EncodingAESKey: testKey, Handler: h})
}

func TestSendTextOverTheNetwork(t *testing.T) {
	t.Parallel()
	app := &plainApp{token: testToken, key: testKey, corpID: testCorp, reply: func(string) string { return textReply("zhangsan", "收到") }}
	ts := httptest.NewServer(http.StripPrefix("/wechat/entry", app))
	defer ts.Close()
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	agent := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s", Token: testToken, EncodingAESKey: testKey, CallbackURL: ts.URL + "/wechat/entry/?app=1"})
	srv.Configure(func(r *wecomtest.Rules) { r.VerifyTimeout = time.Minute }) // the machine may be busy
	if err := agent.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	for range 5 { // as many as there are forms of the envelope, and one more
		reply, err := agent.SendText(t.Context(), "zhangsan", "a ]]> b\x00")
		if err != nil || reply.Content != "收到" || reply.MsgType != "text" || reply.Attempts != 1 {
			t.Errorf("%+v, %v", reply, err)
		}
	}
	got, errs := app.received()
	if len(got) != 5 || len(errs) > 0 {
		t.Fatalf("received %q, %v", got, errs)
	}
	if !strings.Contains(got[0], "<![CDATA[a ]]]]><![CDATA[> b\uFFFD]]>") {
		t.Errorf("content in %s", got[0])
	}
	box := srv.Inbox("zhangsan")
	if len(box) != 5 || !box[0].Passive || box[0].Content != "收到" || box[0].MsgID != "" || !strings.Contains(box[0].XML, "收到") {
		t.Errorf("inbox %+v", box)
	}
}

func TestWhoCannotWrite(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddUser(wecomtest.User{ID: "gone", Disabled: true})
	mute := c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "other"})
	for name, act := range map[string]func() (wecomtest.Reply, error){
		"nobody":      func() (wecomtest.Reply, error) { return c.agent.SendText(t.Context(), "nobody", "x") },
		"disabled":    func() (wecomtest.Reply, error) { return c.agent.Click(t.Context(), "gone", "x") },
		"no callback": func() (wecomtest.Reply, error) { return mute.SendText(t.Context(), "zhangsan", "x") },
	} {
		if _, err := act(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if got, _ := c.app.received(); len(got) != 0 {
		t.Errorf("the app received %q", got)
	}
}

// TestRetries fails some attempts in every way and looks at what the app saw.
func TestRetries(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]http.HandlerFunc{
		"status 500":  func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) },
		"status 204":  func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) },
		"redirect":    func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/wechat/entry/", http.StatusFound) },
		"reset":       func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"panic":       func(w http.ResponseWriter, r *http.Request) { panic("broken") },
		"too slow":    func(w http.ResponseWriter, r *http.Request) { time.Sleep(5*time.Second + 1) },
		"slow body":   func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "succ"); time.Sleep(6 * time.Second) },
		"cut":         func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "succ"); panic(http.ErrAbortHandler) },
		"gives up":    func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"hangs a day": func(w http.ResponseWriter, r *http.Request) { time.Sleep(24 * time.Hour) },
	} {
		for _, failures := range []int{1, 3, 4} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					app := &plainApp{token: testToken, key: testKey, corpID: testCorp}
					var queries []string
					var mu sync.Mutex
					_, agent := appOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						app.ServeHTTP(httptest.NewRecorder(), r)
						mu.Lock()
						queries = append(queries, r.URL.Query().Get("nonce"))
						n := len(queries)
						mu.Unlock()
						if n <= failures {
							fail(w, r)
						}
					}))
					start := time.Now()
					reply, err := agent.SendText(t.Context(), "zhangsan", "TY 1_1")
					attempts := min(failures+1, 4)
					if reply.Attempts != attempts || (err != nil) != (failures == 4) {
						t.Errorf("%d attempts, want %d; error %v", reply.Attempts, attempts, err)
					}
					var failed *wecomtest.DeliveryError
					if failures == 4 && (!errors.As(err, &failed) || len(failed.Attempts) != 4) {
						t.Errorf("error %v", err)
					}
					answered := map[string]int{"status 204": http.StatusNoContent, "redirect": http.StatusFound}
					var status *wecomtest.StatusError
					if code := answered[name]; code != 0 && failures == 4 && (!errors.As(err, &status) || status.Status != code) {
						t.Errorf("error %v, want status %d", err, code)
					}
					if err != nil && strings.Contains(err.Error(), "signature") {
						t.Errorf("the error shows a signature: %v", err)
					}
					if took := time.Since(start); took > time.Duration(attempts)*5*time.Second+time.Millisecond {
						t.Errorf("took %v", took)
					}
					mu.Lock()
					defer mu.Unlock()
					seen := map[string]bool{}
					for _, q := range queries {
						if seen[q] {
							t.Error("a nonce was used twice")
						}
						seen[q] = true
					}
					got, errs := app.received()
					if len(got) != attempts || len(errs) > 0 {
						t.Errorf("received %q, %v", got, errs)
					}
					for _, g := range got {
						if g != got[0] {
							t.Errorf("the retry differs: %s", g)
						}
					}
				})
			})
		}
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var delay atomic.Int64
		srv, agent := appOf(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Duration(delay.Load())) }))
		delay.Store(int64(5*time.Second - time.Millisecond))
		if reply, err := agent.SendText(t.Context(), "zhangsan", "x"); err != nil || reply != (wecomtest.Reply{Attempts: 1}) {
			t.Errorf("just before 5 s: %+v, %v", reply, err)
		}
		delay.Store(int64(2 * time.Second))
		srv.Configure(func(r *wecomtest.Rules) { r.CallbackTimeout = time.Second; r.Retries = 1; r.RetryPause = time.Minute })
		start := time.Now()
		reply, err := agent.SendText(t.Context(), "zhangsan", "x")
		if reply.Attempts != 2 || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Minute+2*time.Second {
			t.Errorf("%+v, %v after %v", reply, err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if reply, err := agent.SendText(ctx, "zhangsan", "x"); reply.Attempts != 1 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("caller gives up in the pause: %+v, %v", reply, err)
		}
	})
}

func TestTapCard(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.app.reply = func(plain string) string {
		if strings.Contains(plain, "btn_approve") {
			return readFile(t, "replies", "update_button.xml")
		}
		return ""
	}
	if a := c.post(sendPath, `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":`+readFile(t, "cards", "button_interaction.json")+`}`); a.code() != 0 {
		t.Fatal(a.raw)
	}
	const task = "task-20231114-2"
	if _, err := c.agent.TapCard(t.Context(), "zhangsan", task, "btn_none"); !errors.Is(err, wecomtest.ErrCard) {
		t.Errorf("a button that the card does not have was tapped: %v", err)
	}
	for range 2 {
		if _, err := c.agent.TapCard(t.Context(), "zhangsan", task, "btn_reject"); err != nil {
			t.Error(err)
		}
	}
	reply, err := c.agent.TapCard(t.Context(), "ZhangSan", task, "btn_approve")
	if err != nil || reply.ReplaceName != "Approved" || reply.Ignored {
		t.Errorf("%+v, %v", reply, err)
	}
	if box := c.srv.Inbox("zhangsan"); len(box) != 1 || box[0].Replaced != "Approved" || box[0].TaskID != task || box[0].CardType != "button_interaction" {
		t.Errorf("inbox %+v", box)
	}
	if _, err := c.agent.TapCard(t.Context(), "zhangsan", task, "btn_reject"); !errors.Is(err, wecomtest.ErrCard) {
		t.Errorf("a button that was replaced was tapped: %v", err)
	}
	if a := c.post("/cgi-bin/message/recall", `{"msgid":"`+c.srv.Inbox("zhangsan")[0].MsgID+`"}`); a.code() != 0 {
		t.Error(a.raw)
	}
	if _, err := c.agent.TapCard(t.Context(), "zhangsan", task, "btn_reject"); !errors.Is(err, wecomtest.ErrCard) || !strings.Contains(err.Error(), "recalled") {
		t.Errorf("a card that was recalled was tapped: %v", err)
	}
	got, _ := c.app.received()
	if len(got) != 3 || got[0] == got[1] {
		t.Errorf("received %q, want a fresh response code each time", got)
	}
}

func TestDisturb(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	count := func(act func() (wecomtest.Reply, error)) (attempts, arrived int, err error) {
		before, _ := c.app.received()
		reply, err := act()
		after, _ := c.app.received()
		return reply.Attempts, len(after) - len(before), err
	}
	text := func() (wecomtest.Reply, error) { return c.agent.SendText(t.Context(), "zhangsan", "x") }

	c.agent.Disturb(wecomtest.CallbackFault{Lost: true})
	c.agent.Disturb(wecomtest.CallbackFault{AnswerLost: true, Times: 2})
	if attempts, arrived, err := count(text); attempts != 4 || arrived != 3 || err != nil {
		t.Errorf("one lost, two answers lost: %d attempts, %d arrived, %v", attempts, arrived, err)
	}
	if attempts, arrived, err := count(text); attempts != 1 || arrived != 1 || err != nil {
		t.Errorf("after that: %d attempts, %d arrived, %v", attempts, arrived, err)
	}
	c.agent.Disturb(wecomtest.CallbackFault{Lost: true, Times: -1})
	if attempts, arrived, err := count(text); attempts != 4 || arrived != 0 || err == nil {
		t.Errorf("all lost: %d attempts, %d arrived, %v", attempts, arrived, err)
	}
	c.agent.ClearFaults()
	c.agent.Disturb(wecomtest.CallbackFault{Times: 4, Change: func(r *http.Request) {
		q := r.URL.Query()
		q.Set("nonce", "1")
		r.URL.RawQuery = q.Encode()
	}})
	if attempts, arrived, err := count(text); attempts != 4 || arrived != 0 || err == nil {
		t.Errorf("altered: %d attempts, %d arrived, %v", attempts, arrived, err)
	}
	if _, errs := c.app.received(); len(errs) != 4 || errs[0].Error() != "signature" {
		t.Errorf("the app refused %v", errs)
	}
}

func TestCopies(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.app.reply = func(string) string { return textReply("zhangsan", "ok") }
	late := c.agent.TextXML("zhangsan", "TY 1_1", time.Unix(1700000000, 0))
	if !strings.Contains(string(late), "<CreateTime>1700000000</CreateTime>") {
		t.Errorf("late: %s", late)
	}
	first, second, err := c.agent.DeliverTwice(t.Context(), late)
	if err != nil || first.Content != "ok" || second.Content != "ok" {
		t.Errorf("%+v, %+v, %v", first, second, err)
	}
	replies, err := c.agent.DeliverAtOnce(t.Context(), late, 20)
	if err != nil || len(replies) != 20 {
		t.Fatalf("%d replies, %v", len(replies), err)
	}
	for _, r := range replies {
		if r.Content != "ok" {
			t.Errorf("reply %+v", r)
		}
	}
	got, errs := c.app.received()
	if len(got) != 22 || len(errs) > 0 {
		t.Fatalf("%d received, %v", len(got), errs)
	}
	for _, g := range got {
		if diff := cmp.Diff(string(late), g); diff != "" {
			t.Fatalf("a copy differs:\n%s", diff)
		}
	}
	if other := c.agent.TextXML("zhangsan", "TY 1_1", time.Unix(1700000000, 0)); string(other) == string(late) {
		t.Error("two messages have one MsgId")
	}
}

func TestRequestsForAttacks(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	req, err := c.agent.NewRequest(t.Context(), []byte("<xml>anything</xml>"))
	if err != nil {
		t.Fatal(err)
	}
	c.app.ServeHTTP(httptest.NewRecorder(), req)
	if got, errs := c.app.received(); len(got) != 1 || got[0] != "<xml>anything</xml>" {
		t.Errorf("received %q, %v", got, errs)
	}
	check, number, err := c.agent.NewVerification(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	c.app.ServeHTTP(w, check)
	if w.Body.String() != number || len(number) != 19 {
		t.Errorf("answered %q to %q", w.Body, number)
	}
}
