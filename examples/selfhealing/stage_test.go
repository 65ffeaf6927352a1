package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// stage is a theatre whose app is served, for the length of a test.
type stage struct {
	*theatre
	t   testing.TB
	log *play.Log
}

func newStage(t testing.TB, edit func(*config)) *stage {
	t.Helper()
	s := &stage{t: t, log: &play.Log{}}
	var err error
	s.theatre, err = openTheatre(t.Context(), "127.0.0.1:0", filepath.Join(t.TempDir(), "test.db"), logs.New(s.log, slog.LevelDebug), func(c *config) {
		c.limits = &message.Limiter{MemberPerMinute: 1e6, MemberPerHour: 1e6} // as unlimited does at the other side
		c.budget = 1e6
		if edit != nil {
			edit(c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	unlimited(s.wecom)
	srv := &http.Server{Handler: s.app.handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(s.listener) }()
	t.Cleanup(func() {
		_ = srv.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		for _, stop := range s.app.stops() {
			if err := stop(ctx); err != nil {
				t.Error(err)
			}
		}
		s.close()
		s.noSecrets()
	})
	return s
}

// unlimited takes away WeCom's limit of messages to one member, beyond which it
// drops them in silence: a test sends more in a minute than people would read.
func unlimited(wecom *wecomtest.Server) {
	wecom.Configure(func(r *wecomtest.Rules) { r.MemberPerMinute, r.MemberPerHour = 0, 0 })
}

// noSecrets holds every log line of every test against every secret there is.
func (s *stage) noSecrets() {
	set := s.app.cfg.set
	for name, secret := range map[string]string{
		"push secret": s.secret, "app secret": set.AppSecret.Reveal(), "run secret": set.RunSecret.Reveal(), "corpsecret": set.Wechat.Secret.Reveal(),
		"Token": set.Wechat.Token.Reveal(), "EncodingAESKey": set.Wechat.EncodingAESKey.Reveal(),
		"access_token": "access_token", "plaintext": canary,
	} {
		if secret != "" && strings.Contains(s.log.String(), secret) {
			s.t.Errorf("the log tells the %s:\n%s", name, s.log)
		}
	}
}

// canary stands in alarms and reasons; logs must not quote them.
const canary = "kanarienvogel"

func (s *stage) alarm(alarmType, sourceID, content string) int64 {
	s.t.Helper()
	id, err := s.push(s.t.Context(), alarmType, sourceID, content)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *stage) says(member, text string) string {
	s.t.Helper()
	reply, err := s.agent.SendText(s.t.Context(), member, text)
	if err != nil {
		s.t.Errorf("%s says %q: %v\n%s", member, text, err, s.log)
	}
	return reply.Content
}

// gets waits for a message that is no passive reply and holds the words.
func (s *stage) gets(member string, words ...string) wecomtest.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	m, err := s.wecom.WaitInbox(ctx, member, func(m wecomtest.Message) bool {
		for _, w := range words {
			if m.Passive || !strings.Contains(m.Content, w) {
				return false
			}
		}
		return true
	})
	if err != nil {
		s.t.Fatalf("%s never got %q: %v\n%s", member, words, err, s.log)
	}
	return m
}

// active are the messages on a phone that the app sent by itself.
func (s *stage) active(member string) (texts []string) {
	for _, m := range s.wecom.Inbox(member) {
		if !m.Passive {
			texts = append(texts, m.Content)
		}
	}
	return texts
}

// run waits for the first run of an alarm.
func (s *stage) run(id int64) hookRun {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for _, r := range s.hook.log() {
			if r.AlarmID == id {
				return r
			}
		}
	}
	s.t.Fatalf("alarm %d never ran\n%s", id, s.log)
	return hookRun{}
}

func (s *stage) get(url string, header ...string) (status int, body string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, b.String()
}

func (s *stage) inner(path string) string {
	return fmt.Sprintf("http://%s%s", s.listener.Addr(), path)
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// open opens a page below the outer address, or a whole address.
func (s *stage) open(v *visit.Visit, page string) visit.Page {
	s.t.Helper()
	if !strings.HasPrefix(page, "http") {
		page = s.address() + page
	}
	return must[visit.Page](s.t)(v.Get(s.t.Context(), page))
}

// decides opens an alarm's page and presses a button.
func (s *stage) decides(v *visit.Visit, id int64, verb, comment string) visit.Page {
	s.t.Helper()
	return s.sends(v, s.open(v, alarmPage(id)), "message", verb, "approve", comment)
}

// sends sends the form of an alarm's page.
func (s *stage) sends(v *visit.Visit, p visit.Page, fields ...string) visit.Page {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return must[visit.Page](s.t)(v.Send(s.t.Context(), p, flowPage, form))
}

// shows fails the test unless a page has the status and the words.
func (s *stage) shows(p visit.Page, status int, words ...string) visit.Page {
	s.t.Helper()
	if err := p.Shows(status, words...); err != nil {
		s.t.Errorf("%v\n%s", err, p.Body)
	}
	return p
}

// card waits for the newest card of an alarm on a phone.
func (s *stage) card(member string, id int64) wecomtest.Message {
	s.t.Helper()
	return s.found(member, "a card of "+number(id), func(m wecomtest.Message) bool { return cardOf(m, id) })
}

func (s *stage) found(member, what string, fits func(wecomtest.Message) bool) wecomtest.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	m, err := s.wecom.WaitInbox(ctx, member, fits)
	if err != nil {
		s.t.Fatalf("%s never got %s: %v\n%s", member, what, err, s.log)
	}
	return m
}

// until waits for something that no message tells of.
func (s *stage) until(what string, done func() bool) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("never: %s\n%s", what, s.log)
		}
	}
}

// drained reports whether all messages and runs are with their receivers.
func (s *stage) drained() bool {
	left := 1
	err := s.app.outboxCounts(s.t.Context(), func(waiting, unknown, failed int) error {
		left = waiting + unknown + failed
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return left == 0
}

// bind is what a visit of the user on the PC leaves.
func (s *stage) bind(username, userid string) {
	s.t.Helper()
	err := s.app.db.Tx(s.t.Context(), func(tx *sql.Tx) error {
		_, err := binding.Store(s.t.Context(), tx, username, binding.IDs{WxUserID: userid})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}
