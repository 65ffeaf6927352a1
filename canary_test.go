package wecom_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What must not be seen anywhere.
const (
	canarySecret   = "canarySecret/+=0123456789abcdef"
	canaryAccess   = "canaryAccess/+Token=0123456789"
	canaryToken    = "CanaryCallbackToken2024"
	canaryAESKey   = "CanaryAESKeyCanaryAESKey0123456789abcdefghi"
	canaryCode     = "canaryCode-0123456789"
	canaryTicket   = "canaryUserTicket-0123456789"
	canaryResponse = "canaryResponseCode-0123456789"
	canaryWebhook  = "canary00-0000-4000-8000-000000000000"
	canaryPlain    = "canaryPlaintext TY 1234_1"
	canarySession  = "canarySessionKey0123456789abcdef"
)

// evidence is what a failure left where somebody may read it.
type evidence struct {
	mu       sync.Mutex
	secrets  map[string]string // name to value
	seen     map[string]string // where to text
	failures int
	log      *slog.Logger
	buf      bytes.Buffer
}

func newEvidence() *evidence {
	e := &evidence{seen: map[string]string{}, secrets: map[string]string{
		"corpsecret": canarySecret, "access_token": canaryAccess, "Token": canaryToken, "EncodingAESKey": canaryAESKey,
		"code": canaryCode, "user_ticket": canaryTicket, "response_code": canaryResponse, "webhook key": canaryWebhook,
		"plaintext": canaryPlain, "session key": canarySession,
	}}
	key, _ := base64.StdEncoding.DecodeString(canaryAESKey + "=")
	e.secrets["AES key"] = string(key)
	e.log = slog.New(slog.NewTextHandler(e, nil))
	return e
}

// Write is that of the log.
func (e *evidence) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.buf.Write(p)
}

// secret is one that is made while the test runs.
func (e *evidence) secret(name, value string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(value) >= 8 {
		e.secrets[name] = value
	}
}

func (e *evidence) text(where, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen[where] += text + "\n"
}

// value is printed in every way.
func (e *evidence) value(where string, v any) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		e.text(where+" "+verb, fmt.Sprintf(verb, v))
	}
	slog.New(slog.NewJSONHandler(e, nil)).Info(where, "v", v, "list", []any{v})
	e.log.Info(where, "v", v)
	if data, err := json.Marshal(v); err == nil {
		e.text(where+" JSON", string(data))
	}
}

// err looks at an error and at everything that it wraps. nil is no failure.
func (e *evidence) err(err error) {
	if err == nil {
		return
	}
	e.mu.Lock()
	e.failures++
	e.mu.Unlock()
	e.chain(err, "error")
}

func (e *evidence) chain(err error, where string) {
	e.value(where, err)
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		if inner := u.Unwrap(); inner != nil {
			e.chain(inner, where+"'s cause")
		}
	case interface{ Unwrap() []error }:
		for i, inner := range u.Unwrap() {
			e.chain(inner, where+"'s cause "+strconv.Itoa(i))
		}
	}
	var u *url.Error
	if errors.As(err, &u) {
		e.value(where+"'s *url.Error", u)
	}
}

// answer looks at what a peer got. Cookies are for it to keep, sealed as they are.
func (e *evidence) answer(resp *http.Response) {
	if resp.StatusCode >= 300 {
		e.mu.Lock()
		e.failures++
		e.mu.Unlock()
	}
	h := resp.Header.Clone()
	h.Del("Set-Cookie")
	data, _ := io.ReadAll(resp.Body)
	e.text("answer", fmt.Sprint(resp.Status, h, string(data)))
}

// serve lets a handler answer a request.
func (e *evidence) serve(h http.Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	resp := w.Result()
	data, _ := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(data))
	e.answer(resp)
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp
}

// elsewhere redirects every request to another host, which should hear nothing.
func (e *evidence) elsewhere(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "elsewhere.example" {
		e.text("another host", fmt.Sprint(r.URL, r.Header, r.Referer()))
		return response(r, 200, "application/json", `{"errcode":0}`), nil
	}
	resp := response(r, http.StatusTemporaryRedirect, "text/html", "")
	resp.Header.Set("Location", "https://elsewhere.example/?"+r.URL.RawQuery)
	return resp, nil
}

// leaks names the secrets that were seen, and where.
func (e *evidence) leaks() (found []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seen["log"] += e.buf.String()
	for name, value := range e.secrets {
		for where, text := range e.seen {
			for _, form := range forms(value) {
				if strings.Contains(text, form) {
					found = append(found, fmt.Sprintf("%s in %s: %.400s", name, where, text))
					break
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

// forms are how a value may stand in a text.
func forms(v string) []string {
	quoted := strconv.Quote(v)
	text, _ := json.Marshal(v)
	list := fmt.Sprint([]byte(v))
	return []string{
		v, quoted[1 : len(quoted)-1], string(text[1 : len(text)-1]), url.QueryEscape(v), url.PathEscape(v), strings.ToLower(url.QueryEscape(v)), hex.EncodeToString([]byte(v)), strings.ToUpper(hex.EncodeToString([]byte(v))),
		base64.StdEncoding.EncodeToString([]byte(v)), base64.RawURLEncoding.EncodeToString([]byte(v)), list[1 : len(list)-1],
	}
}

// A failureMode makes something fail while secrets are in use.
type failureMode struct {
	name string
	run  func(t *testing.T, e *evidence)
}

func canaryModes() []failureMode {
	return slices.Concat(clientModes, cryptoModes, callbackModes, oauthModes, messageModes, jssdkModes, proxyModes, printModes, simulatorModes)
}

// TestCanary drives every package into its failures, and looks for secrets in
// errors and their causes, logs, panics, answers, and what other hosts hear. It
// takes the default logger, so it runs before the parallel tests.
func TestCanary(t *testing.T) {
	modes := canaryModes()
	if len(modes) < 40 {
		t.Errorf("only %d failure modes", len(modes))
	}
	names := map[string]bool{}
	for _, mode := range modes {
		if names[mode.name] {
			t.Errorf("two failure modes are called %q", mode.name)
		}
		names[mode.name] = true
		t.Run(mode.name, func(t *testing.T) {
			e := newEvidence()
			former := slog.Default()
			slog.SetDefault(e.log)
			defer slog.SetDefault(former)
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Error("a panic came through")
						e.value("panic", p)
					}
				}()
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(time.Until(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))) // timestamps have ten digits
					mode.run(t, e)
				})
			}()
			if e.failures == 0 {
				t.Error("nothing failed: this shows nothing")
			}
			for _, leak := range e.leaks() {
				t.Error(leak)
			}
		})
	}
}

// TestCanaryIsSeen: what TestCanary looks for it would find.
func TestCanaryIsSeen(t *testing.T) {
	t.Parallel()
	plain := newEvidence()
	for name, value := range plain.secrets {
		for i, form := range forms(value) {
			for where, put := range map[string]func(*evidence){
				"error":  func(e *evidence) { e.err(errors.New("before " + form + " after")) },
				"cause":  func(e *evidence) { e.err(hiding{errors.New(form)}) },
				"log":    func(e *evidence) { e.log.Warn("x", "err", form) },
				"answer": func(e *evidence) { e.answer(response(nil, 400, "text/plain", form)) },
				"location": func(e *evidence) {
					e.answer(&http.Response{Header: http.Header{"Location": {form}}, Body: http.NoBody})
				},
			} {
				e := newEvidence()
				if where == "log" && strings.Contains(form, `\`) {
					continue // the log escapes once more
				}
				put(e)
				if len(e.leaks()) == 0 {
					t.Errorf("form %d of %s in the %s is not found: %q", i, name, where, form)
				}
			}
		}
	}
	plain.err(errors.New("nothing"))
	if leaks := plain.leaks(); len(leaks) > 0 {
		t.Errorf("found where there is nothing: %q", leaks)
	}
}

// hiding wraps an error that its text does not show.
type hiding struct{ error }

func (hiding) Error() string   { return "hidden" }
func (h hiding) Unwrap() error { return h.error }
