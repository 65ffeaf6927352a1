package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

// FuzzReturn: what is accepted leads, as browsers and a decoding proxy resolve it, to a page of this app.
func FuzzReturn(f *testing.F) {
	for _, target := range hostile(f) {
		f.Add(target)
	}
	f.Add(ticket)
	a := newApp(f, nil)
	f.Fuzz(func(t *testing.T, target string) {
		got, ok := a.guard.Way(target)
		if !ok {
			return
		}
		if wrong := wrongWay(got); wrong != "" || got != target {
			t.Errorf("%q becomes %q, which %s", target, got, wrong)
		}
	})
}

// splice puts text into value, at a place that may be outside of it: then text is all.
func splice(value string, from, to uint, text string) string {
	if from > to || to > uint(len(value)) {
		return text
	}
	return value[:from] + text + value[to:]
}

func addSplices(f *testing.F) {
	f.Add(uint(0), uint(0), "")
	f.Add(uint(40), uint(41), "a")
	f.Add(uint(63), uint(64), "\n")
	f.Add(uint(20), uint(20), "\n")
	f.Add(uint(1), uint(0), strings.Repeat("a", 64))
}

// FuzzState: the only states are those that were made.
func FuzzState(f *testing.F) {
	a := newApp(f, nil)
	made := a.guard.MakeState(time.Now())
	addSplices(f)
	f.Fuzz(func(t *testing.T, from, to uint, text string) {
		state := splice(made, from, to, text)
		if got := a.guard.ReadState(state); got != (state == made) {
			t.Errorf("%q: %v, beside %q", state, got, made)
		}
	})
}

// FuzzSession: the only sessions are those that were made.
func FuzzSession(f *testing.F) {
	a := newApp(f, nil)
	made := a.guard.MakeSession(visitor, time.Now())
	addSplices(f)
	f.Fuzz(func(t *testing.T, from, to uint, text string) {
		value := splice(made, from, to, text)
		id, ok := a.guard.OpenSession(value)
		if ok != (value == made) || ok && id.OpenID != visitor.OpenID {
			t.Errorf("%q: %v %v, beside %q", value, ok, id, made)
		}
	})
}

// FuzzSealedSession: what is sealed, by a program of another version perhaps, is read whole or not at all.
func FuzzSealedSession(f *testing.F) {
	a := newApp(f, nil)
	f.Add(append([]byte{1, 0, 0, 0, 1, 0x98, 0, 0, 0, 0}, make([]byte, 20)...))
	f.Fuzz(func(t *testing.T, plain []byte) {
		id, ok := a.guard.OpenSession(a.guard.SealSession(plain))
		if !ok {
			return
		}
		again, ok := a.guard.OpenSession(a.guard.MakeSession(id, id.SignedIn))
		again.Session = id.Session
		if !ok || again != id {
			t.Errorf("%x is read as %+v, which is read as %+v", plain, id, again)
		}
	})
}

// FuzzCallback: whatever a browser sends, nobody gets in, and nobody is sent anywhere else.
func FuzzCallback(f *testing.F) {
	a := newApp(f, func(c *oauth.Config) { c.OnError = func(*http.Request, error) {} })
	state := a.guard.MakeState(time.Now())
	name, value := a.guard.MakePending(state, ticket)
	f.Add("code=X&state="+state, "")
	f.Add("code=X&state="+state+"&c_url=//evil.example", a.guard.CookieName()+"=x")
	f.Add("state="+state, name+"="+value+"x")
	f.Add("error="+value, name+"="+value+"x")
	f.Add("c_url=%2f%2fevil.example", "a=b; "+name+"_="+value)
	f.Fuzz(func(t *testing.T, query, cookies string) {
		r := &http.Request{
			Method: http.MethodGet, URL: &url.URL{Path: callback, RawQuery: query}, Host: "itsm.example.com",
			Header: http.Header{"Cookie": {cookies}, "User-Agent": {weComAgent}},
		}
		w := &answerOf{header: http.Header{}}
		a.ServeHTTP(w, r)
		for _, line := range w.header["Set-Cookie"] {
			if strings.HasPrefix(line, a.guard.CookieName()+"=") && !strings.Contains(line, "Max-Age=0") {
				t.Errorf("a session: %s", line)
			}
		}
		switch location := w.header.Get("Location"); w.status {
		case http.StatusFound:
			back := must(url.Parse(must(url.Parse(location)).Query().Get("redirect_uri")))
			if !strings.HasPrefix(location, "https://vendor.example/authorize?") || wrongWay(back.Query().Get("c_url")) != "" {
				t.Errorf("sent to %q", location)
			}
		case http.StatusSeeOther:
			if !strings.HasPrefix(location, callback+"?error=") {
				t.Errorf("sent to %q", location)
			}
		default:
			t.Errorf("status %d", w.status)
		}
	})
}

// answerOf is a ResponseWriter without checks, so that fuzzing is fast.
type answerOf struct {
	header http.Header
	status int
}

func (w *answerOf) Header() http.Header         { return w.header }
func (w *answerOf) WriteHeader(status int)      { w.status = status }
func (w *answerOf) Write(p []byte) (int, error) { return len(p), nil }

// FuzzCSRF: a request is accepted if, and only if, it has what the page of this session was given.
func FuzzCSRF(f *testing.F) {
	c := newCSRF(f, nil)
	token := c.Token(csrfRequest("POST", "s1"))
	other := c.Token(csrfRequest("POST", "s2"))
	f.Add("s1", token, token, "")
	f.Add("s1", token, other, "")
	f.Add("s1", other, other, "")
	f.Add("s1", "", "", "csrf_token="+token)
	f.Add("s1", "", "", "csrf_token="+other)
	f.Add("", "", "", "csrf_token="+token)
	f.Add("s1", "", "", "csrf_token="+token+"&csrf_token="+token)
	f.Fuzz(func(t *testing.T, session, header, cookie, form string) {
		r := csrfRequest("POST", session, "Content-Type", "application/x-www-form-urlencoded")
		r.Body = http.NoBody
		if form != "" {
			r.Body = readCloser{strings.NewReader(form)}
		}
		if header != "" {
			r.Header["X-Csrftoken"] = []string{header}
		}
		valid := (&http.Cookie{Name: "csrf", Value: cookie, Quoted: false}).Valid() == nil
		if valid {
			r.Header.Set("Cookie", "csrf="+cookie)
		}
		want := c.Token(r)
		fields, err := url.ParseQuery(form)
		byForm := header == "" && err == nil && len(fields["csrf_token"]) == 1 && fields.Get("csrf_token") == want
		byHeader := header != "" && header == want && valid && cookie == want
		if got := c.Check(r) == nil; got != (session != "" && (byForm || byHeader)) {
			t.Errorf("session %q, header %q, cookie %q, form %q: accepted %v", session, header, cookie, form, got)
		}
	})
}
