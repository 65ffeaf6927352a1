package health_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/health"
	"github.com/google/go-cmp/cmp"
)

func get(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, target, nil)
	r.Host = "10.1.2.3:5000"
	h.ServeHTTP(w, r)
	return w
}

var teapot = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })

func TestPaths(t *testing.T) {
	t.Parallel()
	h := health.Handler(teapot)
	for _, tt := range []struct {
		method, target string
		status         int
		body           string
	}{
		{"GET", "/ping", 200, "pong"},
		{"GET", "/ping/", 200, "pong"},
		{"HEAD", "/ping", 200, "pong"},
		{"POST", "/ping", 405, ""},
		{"GET", "/healthz", 200, `{"ok":true,"checks":{}}` + "\n"},
		{"GET", "/healthz/", 200, `{"ok":true,"checks":{}}` + "\n"},
		{"DELETE", "/healthz", 405, ""},
		{"GET", "/pings", 418, ""},
		{"POST", "/", 418, ""},
	} {
		if w := get(h, tt.method, tt.target); w.Code != tt.status || w.Body.String() != tt.body {
			t.Errorf("%s %s: %d %q", tt.method, tt.target, w.Code, w.Body)
		}
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	bad := errors.New("no token: errcode 40001")
	answer := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	hang := func(context.Context) error { time.Sleep(time.Minute); return nil } // honours nothing
	for name, tt := range map[string]struct {
		database, wecom func(context.Context) error
		status          int
		want            map[string]string
	}{
		"well":            {answer(nil), answer(nil), 200, map[string]string{"database": "ok", "wecom": "ok"}},
		"wecom away":      {answer(nil), answer(bad), 200, map[string]string{"database": "ok", "wecom": bad.Error()}},
		"database away":   {answer(bad), answer(nil), 503, map[string]string{"database": bad.Error(), "wecom": "ok"}},
		"wecom hangs":     {answer(nil), hang, 200, map[string]string{"database": "ok", "wecom": "no answer in time"}},
		"database hangs":  {hang, answer(nil), 503, map[string]string{"database": "no answer in time", "wecom": "ok"}},
		"database panics": {func(context.Context) error { panic("x") }, answer(nil), 503, map[string]string{"database": "the check panicked: string", "wecom": "ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := health.Handler(teapot, health.Check{Name: "database", Fatal: true, Ask: tt.database},
					health.Check{Name: "wecom", Ask: tt.wecom})
				start := time.Now()
				w := get(h, "GET", "/healthz")
				if took := time.Since(start); took > 2*time.Second {
					t.Errorf("took %v", took)
				}
				var got struct {
					OK     bool              `json:"ok"`
					Checks map[string]string `json:"checks"`
				}
				if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got.Checks); diff != "" || w.Code != tt.status || got.OK != (name == "well") {
					t.Errorf("%d, ok %v, %s", w.Code, got.OK, diff)
				}
				time.Sleep(time.Minute) // until the hanging check has returned
			})
		})
	}
}
