package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestSwitch: in the simulation one ordinary browser is one member after the
// other, whoever is signed in there.
func TestSwitch(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *config) { c.webview = true })
	s.wecom.Configure(func(r *wecomtest.Rules) { r.AnyBrowser = true })
	s.bound("zhangsan")
	s.bound("lisi")
	browser := &http.Client{Jar: must[*cookiejar.Jar](t)(cookiejar.New(nil))}
	for _, username := range []string{"zhangsan", "lisi", "lisi", "zhangsan"} {
		resp := must[*http.Response](t)(browser.Get(s.members().Open(members[username], s.site+s.home())))
		body := string(must[[]byte](t)(io.ReadAll(resp.Body)))
		_ = resp.Body.Close()
		for other := range map[string]bool{"zhangsan": true, "lisi": true} {
			if strings.Contains(body, other) != (other == username) {
				t.Errorf("opened for %s: %s", username, body)
			}
		}
	}
}

func TestSimBinds(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	for _, a := range s.bindings() {
		if result, err := a.Do(t.Context()); err != nil || !strings.Contains(result, "已绑定") {
			t.Errorf("%s: %q, %v", a.Name, result, err)
		}
		if _, err := a.Do(t.Context()); err == nil {
			t.Errorf("%s: bound twice", a.Name)
		}
	}
	s.get(must[*visit.Visit](t)(s.desk("lisi")), "/o/itsm/").wants(t, http.StatusOK)
	s.get(s.phone("LiSi"), s.home()).wants(t, http.StatusOK, "待我审批")
}
