package oauth_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJSON: scripts get an address to go to, and no cookie.
func TestJSON(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	api := home + "api/ticket/receipts/?view_type=my_todo"
	page := site + home + "ticket/42/?tab=log"
	want := callback + "?c_url=" + url.QueryEscape(home+"ticket/42/?tab=log")
	homeURL := callback + "?c_url=" + url.QueryEscape(home)
	for name, tt := range map[string]struct {
		header []string
		status int
		want   string
	}{
		"Accept":             {[]string{"Accept", "application/json, text/plain, */*", "Referer", page}, 401, want},
		"XMLHttpRequest":     {[]string{"X-Requested-With", "XMLHttpRequest", "Referer", page}, 401, want},
		"Content-Type":       {[]string{"Content-Type", "application/json; charset=utf-8"}, 401, homeURL},
		"fetch":              {[]string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, 401, homeURL},
		"image":              {[]string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 401, homeURL},
		"foreign Referer":    {[]string{"Accept", "application/json", "Referer", "https://evil.example/o/itsm/weixin/x"}, 401, homeURL},
		"http Referer":       {[]string{"Accept", "application/json", "Referer", "http://itsm.example.com" + home + "x"}, 401, homeURL},
		"callback's Referer": {[]string{"Accept", "application/json", "Referer", callbackURL + "?error=x"}, 401, homeURL},
		"broken Referer":     {[]string{"Accept", "application/json", "Referer", "https://%zz"}, 401, homeURL},
		"Referer with port":  {[]string{"Accept", "application/json", "Referer", "https://ITSM.example.com:443" + home + "ticket/42/?tab=log"}, 401, want},
		"page":               {[]string{"Accept", "text/html,application/xhtml+xml,application/json;q=0.9"}, 302, ""},
		"webview's name":     {[]string{"X-Requested-With", "com.tencent.wework"}, 302, ""},
		"navigation":         {[]string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 302, ""},
		"anything":           {[]string{"Accept", "*/*"}, 302, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := newBrowser(t, a).get(api, tt.header...)
			if resp.StatusCode != tt.status {
				t.Fatalf("status %d, want %d", resp.StatusCode, tt.status)
			}
			if tt.status == 302 {
				return
			}
			if len(resp.Cookies()) > 0 || resp.Header.Get("Location") != "" {
				t.Errorf("cookies %v, location %q", resp.Cookies(), resp.Header.Get("Location"))
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(body(t, resp)), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]any{
				"result": false, "code": 401.0, "message": "请先登录。", "data": map[string]any{"login_url": tt.want},
			}, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLoginURL: the address that scripts are given begins a sign-in and leads to c_url.
func TestLoginURL(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	login := callback + "?c_url=" + url.QueryEscape(home+"#/ticket/42")
	_, _, out := b.open(login)
	resp := b.get(a.vendor.agree(t, out, zhangsan))
	if got := resp.Header.Get("Location"); got != home+"#/ticket/42" {
		t.Errorf("sent to %q", got)
	}
	if got := b.get(login).Header.Get("Location"); got != home+"#/ticket/42" {
		t.Errorf("with a session sent to %q", got)
	}
	if got := b.get(callback).Header.Get("Location"); got != home {
		t.Errorf("without c_url sent to %q", got)
	}
}

// TestUnsaved: the content of a form is not lost in silence.
func TestUnsaved(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		b := newBrowser(t, a)
		resp := b.do(method, home+"ticket/create/", "title=x", "Content-Type", "application/x-www-form-urlencoded",
			"Referer", site+home+"ticket/create/")
		want := "failed: unsaved; retry " + callback + "?c_url=" + url.QueryEscape(home+"ticket/create/")
		if got := body(t, resp); resp.StatusCode != 401 || got != want || len(resp.Cookies()) > 0 {
			t.Errorf("%s: %d %q", method, resp.StatusCode, got)
		}
	}
}

func TestHead(t *testing.T) {
	t.Parallel()
	a := newApp(t, nil)
	b := newBrowser(t, a)
	resp := b.do(http.MethodHead, ticket, "")
	if resp.StatusCode != http.StatusFound {
		t.Fatalf("status %d", resp.StatusCode)
	}
	back := a.vendor.agree(t, resp.Header.Get("Location"), zhangsan)
	if resp := b.do(http.MethodHead, back, ""); resp.StatusCode != 200 || a.vendor.exchanges() != 0 {
		t.Errorf("HEAD of the callback: %d, %d exchanges", resp.StatusCode, a.vendor.exchanges())
	}
	if text, _, _ := b.open(back); !strings.Contains(text, "zhangsan") {
		t.Errorf("GET after HEAD: %s", text)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodOptions} {
		resp := b.do(method, back, "")
		if resp.StatusCode != 405 || resp.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, resp.StatusCode, resp.Header.Get("Allow"))
		}
	}
}
