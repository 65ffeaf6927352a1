package bklogin_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/google/go-cmp/cmp"
)

func do(t *testing.T, h http.Handler, method, target, body string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "127.0.0.1:8000"
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// The shapes as BlueKing writes them, asked without our client.
func TestServerAnswers(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, nil)
	token := st.signIn(t, "zhangsan")
	const esb, app = "/api/c/compapi/v2/bk_login/", "bk_app_code=itsm&bk_app_secret=" + secret
	v1 := `"username":"zhangsan","role":"0","chname":"张三","wx_userid":"ZhangSan","qq":"","phone":"","email":"","language":"zh-cn","time_zone":"Asia/Shanghai"`
	v2 := strings.Replace(strings.Replace(v1, `"username"`, `"bk_username"`, 1), `"role":"0"`, `"bk_role":0`, 1)
	for _, tt := range []struct {
		what, method, target, body string
		header                     http.Header
		want                       string
	}{
		{"login", "GET", "/accounts/get_user/?bk_token=" + token, "", nil, `{"result":true,"code":"00","message":"用户信息获取成功","data":{` + v1 + `}}`},
		{"login below its path", "GET", "/login/accounts/get_user/?bk_token=" + token, "", nil, `{"result":true,"code":"00","message":"用户信息获取成功","data":{` + v1 + `}}`},
		{"login, expired", "GET", "/accounts/get_user/?bk_token=x", "", nil, `{"result":false,"code":"1200","message":"登录态已过期","data":{}}`},
		{"ESB", "GET", esb + "get_user/?" + app + "&bk_token=" + token, "", nil, `{"result":true,"code":0,"message":"用户信息获取成功","data":{` + v2 + `}}`},
		{"ESB version 1", "GET", "/api/c/compapi/bk_login/get_user/?" + app + "&bk_token=" + token, "", nil, `{"result":true,"code":0,"message":"用户信息获取成功","data":{` + v1 + `}}`},
		{"ESB, body", "POST", esb + "get_user/", `{"bk_app_code":"itsm","bk_app_secret":"` + secret + `","bk_token":"` + token + `"}`, nil, `{"result":true,"code":0,"message":"用户信息获取成功","data":{` + v2 + `}}`},
		{"ESB, header", "GET", esb + "get_user/?bk_token=" + token, "", http.Header{"X-Bkapi-Authorization": {`{"bk_app_code":"itsm","bk_app_secret":"` + secret + `"}`}}, `{"result":true,"code":0,"message":"用户信息获取成功","data":{` + v2 + `}}`},
		{"ESB, wrong secret", "GET", esb + "get_user/?bk_app_code=itsm&bk_app_secret=x&bk_token=" + token, "", nil, `{"result":false,"code":1306403,"message":"APP permission is insufficient, the app code or the app secret is wrong","data":null}`},
		{"ESB, another app", "GET", esb + "get_user/?bk_app_code=sops&bk_app_secret=" + secret + "&bk_token=" + token, "", nil, `{"result":false,"code":1306403,"message":"APP permission is insufficient, the app code or the app secret is wrong","data":null}`},
		{"ESB, no token", "GET", esb + "get_user/?" + app, "", nil, `{"result":false,"code":1302100,"message":"登录态已过期","data":null}`},
		{"ESB, method", "PUT", esb + "get_user/?" + app, "", nil, `{"result":false,"code":1306209,"message":"The system interface does not support the request method","data":null}`},
	} {
		w := do(t, st.server, tt.method, tt.target, tt.body, tt.header)
		var got, want any
		if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
			t.Errorf("%s: %d %s", tt.what, w.Code, w.Body)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.what, diff)
		}
	}
	for target, names := range map[string]string{esb + "get_all_users/": "bk_username", "/api/c/compapi/bk_login/get_all_user/": "username"} {
		w := do(t, st.server, "GET", target+"?"+app+"&bk_token="+token, "", nil)
		var all struct{ Data []map[string]any }
		if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil || len(all.Data) != 3 || all.Data[1][names] != "lisi" || all.Data[0]["wx_userid"] != "ZhangSan" {
			t.Errorf("%s: %s", target, w.Body)
		}
	}
	if w := do(t, st.server, "POST", "/accounts/get_user/?bk_token="+token, "", nil); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("%d", w.Code)
	}
}

// 个人中心 binds one id to one user.
func TestServerBinds(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, nil)
	s := st.server
	for _, step := range []struct {
		what string
		err  error
		ok   bool
	}{
		{"a bound user", s.Bind("zhangsan", "other"), false},
		{"a taken id", s.Bind("lisi", "ZhangSan"), false},
		{"no id", s.Bind("lisi", ""), false},
		{"no user", s.Bind("stranger", "x"), false},
		{"unbind", s.Unbind("zhangsan"), true},
		{"the id again", s.Bind("lisi", "ZhangSan"), true},
		{"an openid", s.BindOpenID("zhangsan", "oZ"), true},
		{"a taken openid", s.BindOpenID("lisi", "oZ"), false},
		{"unbind nobody", s.Unbind("stranger"), false},
		{"a bad name", s.AddUser(bklogin.Account{Username: "a b"}), false},
		{"a conflict on purpose", s.AddUser(bklogin.Account{Username: "zhaoliu", WxUserID: "ZhangSan"}), true},
		{"a user replaced", s.AddUser(bklogin.Account{Username: "WangWu", Name: "王五"}), true},
	} {
		if (step.err == nil) != step.ok {
			t.Errorf("%s: %v", step.what, step.err)
		}
	}
	want := []bklogin.Account{{Username: "zhangsan", Name: "张三", WxOpenID: "oZ"}, {Username: "lisi", Name: "李四", WxUserID: "ZhangSan"},
		{Username: "WangWu", Name: "王五"}, {Username: "zhaoliu", WxUserID: "ZhangSan"}}
	if diff := cmp.Diff(want, s.Users()); diff != "" {
		t.Error(diff)
	}
	if _, err := s.SignIn("stranger"); err == nil {
		t.Error("a stranger signed in")
	}
}

// A browser goes from the app to the login page and back.
func TestPlainPage(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, nil)
	login := httptest.NewServer(st.server)
	defer login.Close()
	client, err := bklogin.New(bklogin.Config{LoginURL: login.URL + "/login"})
	if err != nil {
		t.Fatal(err)
	}
	var app *httptest.Server
	app = httptest.NewServer(client.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, _ := bklogin.FromContext(r.Context())
		_, _ = io.WriteString(w, "hello "+u.Name+" at "+r.URL.RequestURI())
	}), bklogin.Gate{Back: func(r *http.Request) string { return app.URL + r.URL.RequestURI() }}))
	defer app.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	read := func(resp *http.Response, err error) (*http.Response, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	resp, page := read(browser.Get(app.URL + "/o/itsm/?page=2"))
	if !strings.Contains(page, "模拟环境") || !strings.Contains(page, `value="lisi"`) || !strings.Contains(page, "企业微信：ZhangSan") ||
		!strings.Contains(resp.Header.Get("Content-Security-Policy"), "form-action 'self' "+app.URL+";") {
		t.Fatalf("%v\n%s", resp.Header, page)
	}
	_, page = read(browser.PostForm(resp.Request.URL.String(), url.Values{"username": {"lisi"}, "c_url": {app.URL + "/o/itsm/?page=2"}}))
	if page != "hello 李四 at /o/itsm/?page=2" {
		t.Errorf("%s", page)
	}
}

// The page has no password: it answers this machine alone, and leads nowhere
// else.
func TestPlainPageRefuses(t *testing.T) {
	t.Parallel()
	st := open(t, bklogin.StyleLegacy, nil)
	form := func(back string) string {
		return url.Values{"username": {"lisi"}, "c_url": {back}}.Encode()
	}
	typed := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, back := range []string{"http://evil.example/", "https://127.0.0.1.evil.example/", "//evil.example/", "/path", "javascript:alert(1)",
		"http://evil.example\\@127.0.0.1/", "http://127.0.0.1@evil.example/", "http://127.0.0.1:80@evil.example/", "http://u@127.0.0.1/", "http:127.0.0.1", "http://127.0.0.1\\.evil.example/", "http://localhost.evil.example/", "\thttp://evil.example/"} {
		w := do(t, st.server, "GET", "/plain/?c_url="+url.QueryEscape(back), "", nil)
		if w.Code != http.StatusBadRequest {
			t.Errorf("GET %q: %d", back, w.Code)
		}
		w = do(t, st.server, "POST", "/plain/", form(back), typed)
		if w.Code != http.StatusBadRequest || w.Header().Get("Location")+w.Header().Get("Set-Cookie") != "" {
			t.Errorf("POST %q: %d %v", back, w.Code, w.Header())
		}
	}
	for _, back := range []string{"http://127.0.0.1:5000/o/itsm/?a=b&c=d", "http://localhost/x", "https://[::1]:8443/", ""} {
		w := do(t, st.server, "POST", "/login/plain/", form(back), typed)
		cookie := w.Header().Get("Set-Cookie")
		if w.Header().Get("Location") != back || !strings.HasPrefix(cookie, "bk_token=") || !strings.Contains(cookie, "HttpOnly; SameSite=Lax") {
			t.Errorf("%q: %d %v", back, w.Code, w.Header())
		}
	}
	if w := do(t, st.server, "POST", "/plain/", form(""), http.Header{"Content-Type": typed["Content-Type"], "Sec-Fetch-Site": {"cross-site"}}); w.Code != http.StatusForbidden {
		t.Errorf("a foreign page signs in: %d", w.Code)
	}
	if w := do(t, st.server, "POST", "/plain/", url.Values{"username": {"stranger"}}.Encode(), typed); w.Code != http.StatusBadRequest || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("a stranger signs in: %d", w.Code)
	}
	r := httptest.NewRequest("GET", "http://rebound.example/plain/", nil)
	w := httptest.NewRecorder()
	st.server.ServeHTTP(w, r)
	if w.Code != http.StatusMisdirectedRequest {
		t.Errorf("by another name: %d", w.Code)
	}
}

func TestNewServerWants(t *testing.T) {
	t.Parallel()
	for _, cfg := range []bklogin.ServerConfig{
		{AppID: "itsm"}, {AppSecret: "x"}, {AppID: "itsm", AppSecret: "x", Style: 7},
		{AppID: "itsm", AppSecret: "x", Accounts: []bklogin.Account{{Username: "@all"}}},
	} {
		if _, err := bklogin.NewServer(cfg); err == nil {
			t.Errorf("%+v", cfg)
		}
	}
}
