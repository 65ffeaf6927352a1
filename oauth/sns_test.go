package oauth_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/oauth"
)

// account is an official account whose API answers with h.
func account(t testing.TB, h http.HandlerFunc) oauth.OfficialAccount {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return oauth.OfficialAccount{AppID: "wx1", Secret: "SECRET/canary+", APIURL: srv.URL}
}

func TestOfficialAccountExchange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer string
		want   oauth.Grant
	}{
		"whole": {
			`{"access_token":"TOKEN","expires_in":7200,"refresh_token":"REFRESH","openid":"oVisitor","scope":"snsapi_userinfo","unionid":"UNION"}`,
			oauth.Grant{Identity: oauth.Identity{OpenID: "oVisitor", UnionID: "UNION"}, AccessToken: "TOKEN", RefreshToken: "REFRESH",
				ExpiresIn: 2 * time.Hour, Scope: "snsapi_userinfo"},
		},
		"a number as text": {`{"access_token":"TOKEN","expires_in":"7200","openid":"oVisitor"}`,
			oauth.Grant{Identity: oauth.Identity{OpenID: "oVisitor"}, AccessToken: "TOKEN", ExpiresIn: 2 * time.Hour}},
		"no number": {`{"access_token":"TOKEN","expires_in":"soon","openid":"oVisitor","errcode":0}`,
			oauth.Grant{Identity: oauth.Identity{OpenID: "oVisitor"}, AccessToken: "TOKEN"}},
		"virtual account": {` {"access_token":"TOKEN","expires_in":-1,"openid":"oVirtual","is_snapshotuser":1}`,
			oauth.Grant{Identity: oauth.Identity{OpenID: "oVirtual"}, AccessToken: "TOKEN", Snapshot: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := account(t, func(w http.ResponseWriter, r *http.Request) {
				if want := "GET /sns/oauth2/access_token?appid=wx1&code=CODE&grant_type=authorization_code&secret=SECRET%2Fcanary%2B"; r.Method+" "+r.URL.String() != want {
					t.Errorf("%s %s", r.Method, r.URL)
				}
				if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
					t.Errorf("a body of %d bytes, %v", r.ContentLength, r.TransferEncoding)
				}
				io.WriteString(w, tt.answer)
			})
			got, err := p.Exchange(t.Context(), "CODE")
			if diff := cmp.Diff(fields(tt.want), fields(got)); diff != "" || err != nil {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestOfficialAccountRefusals(t *testing.T) {
	t.Parallel()
	refusal := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"errcode":%d,"errmsg":%q}`, code, text) }
	}
	status := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://evil.example/%zz")
			w.WriteHeader(code)
			io.WriteString(w, text)
		}
	}
	for name, tt := range map[string]struct {
		h         http.HandlerFunc
		code      int
		retryable bool
		want      string
	}{
		"no code of ours":   {refusal(40029, "invalid code, rid: 1-2-3"), 40029, false, "errcode 40029: invalid code, rid: 1-2-3"},
		"used":              {refusal(40163, "code been used: CODE-canary"), 40163, false, "code been used: [redacted]"},
		"wrong secret":      {refusal(40125, "invalid appsecret SECRET/canary+"), 40125, false, "[redacted]; check OfficialAccount.Secret"},
		"wrong credential":  {refusal(40001, "invalid credential"), 40001, false, "check OfficialAccount.Secret"},
		"busy":              {refusal(-1, "system error"), -1, true, "errcode -1"},
		"redirect":          {status(302, ""), 0, false, "a redirect, which is not followed"},
		"gateway":           {status(502, "<html>SECRET/canary+</html>"), 0, true, "HTTP 502"},
		"an error with 500": {status(500, `{"openid":"x"}`), 0, true, "HTTP 500"},
		"not JSON":          {status(200, "hello"), 0, false, "not one of the API"},
		"cut":               {status(200, `{"openid":`), 0, false, "not one of the API"},
		"an array":          {status(200, `[{"openid":"x"}]`), 0, false, "not one of the API"},
		"null":              {status(200, "null"), 0, false, "not one of the API"},
		"empty":             {status(200, ""), 0, false, "not one of the API"},
		"wrong types":       {status(200, `{"openid":7}`), 0, false, "not one of the API"},
		"too long":          {status(200, `{"openid":"x"}`+strings.Repeat(" ", 64<<10)), 0, false, "not one of the API"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := account(t, tt.h).Exchange(t.Context(), "CODE-canary")
			var got *oauth.Error
			if !errors.As(err, &got) || got.ErrCode() != tt.code || got.Retryable() != tt.retryable || got.NotSent() {
				t.Fatalf("%#v", err)
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "evil") {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	if _, err := account(t, status(200, `{"access_token":"x"}`)).Exchange(t.Context(), "CODE"); !errors.Is(err, oauth.ErrNobody) {
		t.Errorf("nobody: %v", err)
	}
}

// TestOfficialAccountClient: the given client is copied, its redirects are not followed, and it need not
// have a transport or a timeout.
func TestOfficialAccountClient(t *testing.T) {
	t.Parallel()
	p := account(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Referer") != "" {
			t.Error("there is a Referer")
		}
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	})
	given := &http.Client{}
	p.HTTPClient = given
	if _, err := p.Exchange(t.Context(), "CODE"); err == nil || !strings.Contains(err.Error(), "redirect") {
		t.Error(err)
	}
	if given.CheckRedirect != nil || given.Transport != nil || given.Timeout != 0 {
		t.Error("the given client was changed")
	}
}

func TestProfile(t *testing.T) {
	t.Parallel()
	p := account(t, func(w http.ResponseWriter, r *http.Request) {
		if want := "/sns/userinfo?access_token=TOKEN-canary&lang=zh_CN&openid=oVisitor"; r.URL.String() != want {
			t.Errorf("%s", r.URL)
		}
		io.WriteString(w, `{"openid":"oVisitor","nickname":"张三","sex":1,"province":"","city":"","country":"","headimgurl":"https://h/","privilege":["a"],"unionid":"U"}`)
	})
	g := oauth.Grant{Identity: oauth.Identity{OpenID: "oVisitor"}, AccessToken: "TOKEN-canary"}
	got, err := p.Profile(t.Context(), g)
	want := oauth.Profile{OpenID: "oVisitor", UnionID: "U", Nickname: "张三", Sex: 1, HeadImgURL: "https://h/", Privilege: []string{"a"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	p = account(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"errcode":48001,"errmsg":"api unauthorized TOKEN-canary"}`)
	})
	if _, err := p.Profile(t.Context(), g); err == nil || !strings.Contains(err.Error(), "Scope UserInfo") || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
	var field *oauth.FieldError
	if _, err := p.Profile(t.Context(), oauth.Grant{}); !errors.As(err, &field) {
		t.Error(err)
	}
	if _, err := (oauth.OfficialAccount{}).Profile(t.Context(), g); !errors.As(err, &field) {
		t.Error(err)
	}
}

// TestOfficialAccountGuard: in WeChat the whole way, to an openid.
func TestOfficialAccountGuard(t *testing.T) {
	t.Parallel()
	p := account(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"access_token":"T","expires_in":7200,"openid":"o-%s"}`, r.URL.Query().Get("code"))
	})
	a := newApp(t, func(c *oauth.Config) { c.Provider = p })
	b := newBrowser(t, a)
	b.agent = weChatAgent
	_, _, out := b.open(ticket)
	if !strings.HasPrefix(out, "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&") {
		t.Fatalf("sent to %s", out)
	}
	if text, _, _ := b.open(sentBack(t, out, map[string][]string{"code": {"C1"}})); text != "true o-C1 at "+ticket {
		t.Errorf("shows %q", text)
	}
}
