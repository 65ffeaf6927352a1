package wecomtest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	p := &plainApp{token: testToken, key: testKey, corpID: testCorp}
	echo := func(r *http.Request) string {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		return w.Body.String()
	}
	for name, tt := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		reason string // "" is success
	}{
		"right": {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, echo(r)) }, ""},
		"just in time": {func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(999 * time.Millisecond)
			io.WriteString(w, echo(r))
		}, ""},
		"too late": {func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(1001 * time.Millisecond)
			io.WriteString(w, echo(r))
		}, "within 1s"},
		"line break":    {func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, echo(r)) }, "20 bytes"},
		"quotes":        {func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%q", echo(r)) }, "21 bytes"},
		"empty":         {func(w http.ResponseWriter, r *http.Request) {}, "0 bytes"},
		"wrong number":  {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "1234567890123456789") }, "19 bytes"},
		"status 201":    {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(201); io.WriteString(w, echo(r)) }, "status 201"},
		"redirect":      {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusMovedPermanently) }, "status 301"},
		"not decrypted": {func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Query().Get("echostr")) }, "bytes answered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, agent := appOf(t, http.HandlerFunc(tt.answer))
				err := agent.Verify(t.Context())
				if (err == nil) != (tt.reason == "") || err != nil && !strings.Contains(err.Error(), tt.reason) {
					t.Errorf("error %v, want %q", err, tt.reason)
				}
			})
		})
	}
}

func TestSave(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	next := &plainApp{token: "Next", key: testKey, corpID: testCorp}
	if err := c.agent.Save(t.Context(), wecomtest.Callback{Token: "Other", EncodingAESKey: testKey, Handler: next}); err == nil {
		t.Error("saved although the app has another token")
	}
	if err := c.agent.Save(t.Context(), wecomtest.Callback{URL: "entry", Token: "Next", EncodingAESKey: testKey}); err == nil {
		t.Error("saved without a host")
	}
	if err := c.agent.Verify(t.Context()); err != nil {
		t.Errorf("a refused Save changed something: %v", err)
	}
	silent := c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "silent"})
	if silent.Receives() || !c.agent.Receives() {
		t.Error("an app without an address receives, or one with it does not")
	}
	if err := c.agent.Save(t.Context(), wecomtest.Callback{Token: "Next", EncodingAESKey: testKey, Handler: next}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.agent.SendText(t.Context(), "zhangsan", "x"); err != nil {
		t.Error(err)
	}
	if got, _ := next.received(); len(got) != 1 {
		t.Errorf("the new address received %q", got)
	}
}
