package jssdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/jssdk"
)

func get(h http.Handler, method, target string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func own(page string) string { return "/o/itsm/weixin/api/jssdk/?url=" + url.QueryEscape(page) }

// TestHandler: which request gets signatures, and why another does not.
func TestHandler(t *testing.T) {
	t.Parallel()
	var told []string
	s := newSigner(t, &vendor{}, func(c *jssdk.Config) { c.OnError = func(err error) { told = append(told, err.Error()) } })
	h := s.Handler()
	headers := func(pairs ...string) http.Header {
		header := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			header.Add(pairs[i], pairs[i+1])
		}
		return header
	}
	const origin = "https://itsm.example.com"
	for _, tt := range []struct {
		name, method, target string
		header               http.Header
		status               int
		told                 string
	}{
		{"a script", "GET", own(page), headers("Referer", page, "Sec-Fetch-Site", "same-origin"), 200, ""},
		{"a page with a fragment", "GET", own(page + "#x"), nil, 200, ""},
		{"an old webview", "GET", own(page), nil, 200, ""},
		{"an address typed in", "GET", own(page), headers("Sec-Fetch-Site", "none"), 200, ""},
		{"Referer alone", "GET", "/x/", headers("Referer", page), 200, ""},
		{"Referrer-Policy: origin", "GET", own(page), headers("Referer", origin+"/"), 200, ""},
		{"pushState went on", "GET", own(page), headers("Referer", origin+"/o/itsm/weixin/ticket/7/"), 200, ""},
		{"its own Origin", "GET", own(page), headers("Origin", origin), 200, ""},
		{"HEAD", "HEAD", own(page), nil, 200, ""},

		{"POST", "POST", own(page), nil, 405, ""},
		{"no page", "GET", "/x/", nil, 400, ""},
		{"an empty page", "GET", "/x/?url=", headers("Referer", page), 400, ""},
		{"two pages", "GET", own(page) + "&url=" + url.QueryEscape(page), headers("Referer", page), 400, ""},
		{"a broken query", "GET", own(page) + "&x=%zz", nil, 400, ""},

		{"foreign page", "GET", own("https://evil.example.com/"), nil, 403, "https://evil.example.com/ " + notOurs},
		{"foreign page by Referer", "GET", "/x/", headers("Referer", "https://evil.example.com/?code=1"), 403, "https://evil.example.com/ " + notOurs},
		{"another page says ours", "GET", own(page), headers("Referer", "https://evil.example.com/?code=1"), 403, "the Referer is https://evil.example.com/"},
		{"another app of the host says ours", "GET", own(page), headers("Referer", origin+"/o/other/"), 403, "the Referer is " + origin + "/o/other/"},
		{"by another scheme", "GET", own(page), headers("Referer", "http://itsm.example.com/"), 403, "the Referer is http://itsm.example.com/"},
		{"a foreign Origin", "GET", own(page), headers("Origin", "https://evil.example.com"), 403, "the Origin is another one"},
		{"no Origin to tell", "GET", own(page), headers("Origin", "null"), 403, "the Origin is another one"},
		{"two Origins", "GET", own(page), headers("Origin", origin, "Origin", "https://evil.example.com"), 403, "the Origin is another one"},
		{"a foreign site", "GET", own(page), headers("Sec-Fetch-Site", "cross-site"), 403, `Sec-Fetch-Site is "cross-site"`},
		{"a sister site", "GET", own(page), headers("Sec-Fetch-Site", "same-site"), 403, `Sec-Fetch-Site is "same-site"`},
		{"a line in a header", "GET", own(page), headers("Sec-Fetch-Site", "x\ny"), 403, `Sec-Fetch-Site is "x y"`},
	} {
		told = nil
		w := get(h, tt.method, tt.target, tt.header)
		var a struct {
			Result  bool
			Code    int
			Message string
			Data    map[string]any
		}
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		good := tt.status == 200
		if w.Code != tt.status || a.Result != good || (a.Code == 0) != good || (a.Message == "") != good || (len(a.Data) == 2) != good {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
		if got := strings.Join(told, "\n"); !strings.HasSuffix(got, tt.told) || (got == "") != (tt.told == "") || strings.Contains(got, "code=1") {
			t.Errorf("%s: OnError was told %q", tt.name, got)
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Content-Type": "application/json; charset=utf-8",
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Origin": "",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s: %q", tt.name, name, got)
			}
		}
	}
}

// TestHandlerAnswer: the arguments of wx.config and wx.agentConfig, ready to use.
func TestHandlerAnswer(t *testing.T) {
	t.Parallel()
	type answer struct {
		Data map[string]map[string]any
	}
	for name, tt := range map[string]struct {
		change func(*jssdk.Config)
		want   map[string]map[string]any
	}{
		"both": {func(*jssdk.Config) {}, map[string]map[string]any{
			"config":      {"beta": true, "appId": corpID, "jsApiList": []any{"scanQRCode"}},
			"agentConfig": {"corpid": corpID, "agentid": "1000002", "jsApiList": []any{"selectExternalContact"}},
		}},
		"wx.config": {func(c *jssdk.Config) { c.AgentAPIs, c.AgentID = nil, 0 }, map[string]map[string]any{
			"config": {"beta": true, "appId": corpID, "jsApiList": []any{"scanQRCode"}},
		}},
		"wx.agentConfig": {func(c *jssdk.Config) { c.APIs = nil }, map[string]map[string]any{
			"agentConfig": {"corpid": corpID, "agentid": "1000002", "jsApiList": []any{"selectExternalContact"}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vendor{}
			w := get(newSigner(t, v, tt.change).Handler(), "GET", own(page), nil)
			var got answer
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			for name, c := range got.Data {
				stamp, ok := c["timestamp"].(float64)
				if age := time.Since(time.Unix(int64(stamp), 0)); !ok || age < 0 || age > time.Minute {
					t.Errorf("%s: timestamp %v", name, c["timestamp"])
				}
				if nonce, _ := c["nonceStr"].(string); len(nonce) != 16 {
					t.Errorf("%s: nonceStr %v", name, c["nonceStr"])
				}
				if len(c["signature"].(string)) != 40 {
					t.Errorf("%s: signature %v", name, c["signature"])
				}
				delete(c, "timestamp")
				delete(c, "nonceStr")
				delete(c, "signature")
			}
			if diff := cmp.Diff(tt.want, got.Data); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if v.count() != len(tt.want) {
				t.Errorf("%d tickets were fetched: %q", v.count(), v.calls)
			}
		})
	}
}

// TestHandlerWithoutTicket: 503 at once or within ten seconds, with the time to come back.
func TestHandlerWithoutTicket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{answer: failing(errQuota)}
		h := newSigner(t, v).Handler()
		for range 2 {
			w := get(h, "GET", own(page), nil)
			if after := w.Header().Get("Retry-After"); w.Code != 503 || len(after) != 3 || after < "300" || after > "360" {
				t.Errorf("%d, Retry-After %q: %s", w.Code, after, w.Body)
			}
		}
		v = &vendor{answer: slow(time.Minute)}
		start := time.Now()
		w := get(newSigner(t, v).Handler(), "GET", own(page), nil)
		if took := time.Since(start); w.Code != 503 || took != 10*time.Second {
			t.Errorf("%d after %v", w.Code, took)
		}
		time.Sleep(time.Minute) // the fetch goes on for others, and ends
	})
}

// TestOnErrorPanics: a broken OnError harms no page.
func TestOnErrorPanics(t *testing.T) {
	t.Parallel()
	v := &vendor{answer: func(context.Context, int) (string, int, error) { return "", 0, errors.New("x") }}
	s := newSigner(t, v, func(c *jssdk.Config) { c.OnError = func(error) { panic("x") } })
	if w := get(s.Handler(), "GET", own("https://evil.example.com/"), nil); w.Code != 403 {
		t.Errorf("%d", w.Code)
	}
	v.become(failing(errFreshIP))
	if w := get(s.Handler(), "GET", own(page), nil); w.Code != 503 {
		t.Errorf("%d", w.Code)
	}
}
