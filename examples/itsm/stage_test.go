package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// stage is a theatre whose app is served, for the length of a test.
type stage struct {
	*theatre
	play.Play
	t   *testing.T
	log *play.Log
}

func newStage(t *testing.T, edit func(*config)) *stage {
	t.Helper()
	s := &stage{t: t, log: &play.Log{}}
	var err error
	s.theatre, err = openTheatre(t.Context(), "127.0.0.1:0", filepath.Join(t.TempDir(), "test.db"), logs.New(s.log, slog.LevelDebug), func(c *config) {
		c.limits = &message.Limiter{MemberPerMinute: 1e6, MemberPerHour: 1e6}
		if edit != nil {
			edit(c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Play = play.Play{Out: testLog{t}, WeCom: s.wecom}
	s.wecom.Configure(func(r *wecomtest.Rules) { r.MemberPerMinute, r.MemberPerHour = 0, 0 })
	s.serve(s.listener, s.app.handler)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		for _, srv := range s.servers {
			_ = srv.Close()
		}
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

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

// canary stands in tickets; logs must not quote them.
const canary = "kanarienvogel"

// noSecrets holds every log line of every test against every secret there is.
func (s *stage) noSecrets() {
	set := s.app.cfg.set
	for name, secret := range map[string]string{
		"app secret": set.AppSecret.Reveal(), "corpsecret": set.WeixinSecret.Reveal(),
		"access_token": "access_token", "bk_token": "bk_token=", "code": "code=", "content": canary,
	} {
		if secret != "" && strings.Contains(s.log.String(), secret) {
			s.t.Errorf("the log tells the %s:\n%s", name, s.log)
		}
	}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// member is a bound user's phone, signed in.
func (s *stage) member(username string) *visit.Visit {
	s.t.Helper()
	s.bound(username)
	v := s.phone(members[username])
	s.get(v, s.home()).wants(s.t, http.StatusOK, "待我审批")
	return v
}

// bound binds a user and visits the PC.
func (s *stage) bound(username string) *visit.Visit {
	s.t.Helper()
	if s.app.cfg.set.IsQY {
		_ = s.bk.Bind(username, members[username]) // again is an error
	} else {
		_ = s.bk.BindOpenID(username, "o-"+members[username])
	}
	pc := must[*visit.Visit](s.t)(s.desk(username))
	s.get(pc, "/o/itsm/").wants(s.t, http.StatusOK, "待我审批")
	return pc
}

func (s *stage) home() string { return s.app.cfg.set.PhonePath() }

func (s *stage) get(v *visit.Visit, path string) shown {
	s.t.Helper()
	return shown{must[visit.Page](s.t)(v.Get(s.t.Context(), path))}
}

func (s *stage) send(v *visit.Visit, p shown, action string, fields ...string) shown {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return shown{must[visit.Page](s.t)(v.Send(s.t.Context(), p.Page, action, form))}
}

// submits makes a ticket on a form's page and returns its own.
func (s *stage) submits(v *visit.Visit, title, approvers string) shown {
	s.t.Helper()
	base := s.home()
	if !strings.HasPrefix(v.Site, s.site) {
		base = "/o/itsm/"
	}
	p := s.send(v, s.get(v, base+"ticket/create/"), "/ticket/create/", "title", title, "content", canary, "approvers", approvers)
	return p.wants(s.t, http.StatusOK, title, "待审批")
}

// shown is a page that a test looks at.
type shown struct{ visit.Page }

func (p shown) wants(t *testing.T, status int, words ...string) shown {
	t.Helper()
	if err := p.Shows(status, words...); err != nil {
		t.Fatalf("%v\n%s", err, p.Body)
	}
	return p
}

// apiAnswer is BlueKing's shape.
type apiAnswer struct {
	Status  int `json:"-"`
	Result  bool
	Code    int
	Message string
	Data    json.RawMessage
}

// api calls the JSON as the mobile page does, with the CSRF cookie in a header.
func (s *stage) api(v *visit.Visit, method, path, body string, header ...string) apiAnswer {
	s.t.Helper()
	return s.call(v, method, apiPath+path, body, header...)
}

// call is api for any path below the phone pages'.
func (s *stage) call(v *visit.Visit, method, path, body string, header ...string) apiAnswer {
	s.t.Helper()
	req := must[*http.Request](s.t)(http.NewRequestWithContext(s.t.Context(), method, v.Site+s.home()+path, strings.NewReader(body)))
	req.Header.Set("Accept", "application/json")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-CSRFToken", v.Cookie(csrfCookie, v.Site+s.home()))
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	p := must[visit.Page](s.t)(v.Do(req))
	a := apiAnswer{Status: p.Status}
	if err := json.Unmarshal([]byte(p.Body), &a); err != nil {
		s.t.Fatalf("%s %s: %d %v\n%s", method, path, p.Status, err, p.Body)
	}
	return a
}

// sessionCookie is the name of the phones' session cookie.
func (s *stage) sessionCookie() string {
	s.t.Helper()
	v := s.phone("WangWu")
	s.get(v, s.home())
	u := must[*url.URL](s.t)(url.Parse(s.site + s.home()))
	for _, c := range v.Client.Jar.Cookies(u) {
		if strings.HasPrefix(c.Name, "signin_") {
			return c.Name
		}
	}
	s.t.Fatal("nobody is signed in")
	return ""
}

// gets waits for a message on a member's phone.
func (s *stage) gets(username string, words ...string) wecomtest.Message {
	s.t.Helper()
	return must[wecomtest.Message](s.t)(s.Find(s.t.Context(), members[username], words...))
}

func ticketOf(t *testing.T, p shown) int64 {
	t.Helper()
	var id int64
	parts := strings.Split(strings.Trim(p.URL.Path, "/"), "/")
	if _, err := fmt.Sscan(parts[len(parts)-1], &id); err != nil {
		t.Fatalf("%s names no ticket", p.URL.Path)
	}
	return id
}

func account(username, userid string) bklogin.Account {
	return bklogin.Account{Username: username, Name: username, WxUserID: userid}
}

// csrfOf is the token in a page's form.
func csrfOf(body string) string {
	if m := regexp.MustCompile(`name="csrf_token" value="([^"]*)"`).FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return ""
}
