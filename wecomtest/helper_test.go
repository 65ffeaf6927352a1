package wecomtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

const (
	testCorp   = "ww1234567890abcdef"
	testSecret = "secret-of-1000002"
	testToken  = "SimToken2024"
	testKey    = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	sendPath   = "/cgi-bin/message/send"
)

// company is a server with three members and the app 1000002, whose callbacks
// go to app.
type company struct {
	t     testing.TB
	srv   *wecomtest.Server
	agent *wecomtest.Agent
	app   *plainApp
}

// inMemory makes a company without a network.
func inMemory(t testing.TB) *company {
	t.Helper()
	return newCompany(t, wecomtest.NewUnstartedServer())
}

func newCompany(t testing.TB, srv *wecomtest.Server) *company {
	t.Helper()
	t.Cleanup(srv.Close)
	c := &company{t: t, srv: srv, app: &plainApp{token: testToken, key: testKey, corpID: testCorp}}
	c.agent = srv.AddApp(wecomtest.App{AgentID: 1000002, Name: "自愈", Secret: testSecret, Token: testToken, EncodingAESKey: testKey, Handler: c.app})
	srv.AddDepartment(wecomtest.Department{ID: 2})
	srv.AddDepartment(wecomtest.Department{ID: 21, ParentID: 2})
	srv.AddDepartment(wecomtest.Department{ID: 9})
	srv.AddUser(wecomtest.User{ID: "zhangsan", Departments: []int{2}, Tags: []int{5}})
	srv.AddUser(wecomtest.User{ID: "LiSi", Departments: []int{21}})
	srv.AddUser(wecomtest.User{ID: "wangwu", Tags: []int{5, 6}})
	return c
}

// answer is a decoded answer of the API.
type answer struct {
	t    testing.TB
	http *http.Response
	raw  string
	all  map[string]any
}

func (a answer) code() int {
	a.t.Helper()
	code, ok := a.all["errcode"].(float64)
	if !ok {
		a.t.Fatalf("no errcode in the answer %d %q", a.http.StatusCode, a.raw)
	}
	return int(code)
}

func (a answer) text(name string) string {
	s, _ := a.all[name].(string)
	return s
}

func (c *company) do(method, path string, query url.Values, body string) answer {
	c.t.Helper()
	res, raw, err := c.try(method, path, query, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	a := answer{t: c.t, http: res, raw: raw}
	_ = json.Unmarshal([]byte(raw), &a.all) // a 404 has no JSON
	return a
}

// with is do with request headers; empty ones are left out.
func (c *company) with(method, path string, query url.Values, header http.Header, body string) answer {
	c.t.Helper()
	res, raw, err := c.tryWith(method, path, query, header, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	a := answer{t: c.t, http: res, raw: raw}
	_ = json.Unmarshal([]byte(raw), &a.all) // a file is no JSON
	return a
}

func (c *company) try(method, path string, query url.Values, body string) (*http.Response, string, error) {
	return c.tryWith(method, path, query, nil, body)
}

func (c *company) tryWith(method, path string, query url.Values, header http.Header, body string) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL+path+"?"+query.Encode(), strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	for name := range header {
		if v := header.Get(name); v != "" {
			req.Header.Set(name, v)
		}
	}
	res, err := c.srv.Client().Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return res, string(raw), err
}

func (c *company) getToken(secret string) answer {
	c.t.Helper()
	return c.do(http.MethodGet, "/cgi-bin/gettoken", url.Values{"corpid": {c.srv.CorpID}, "corpsecret": {secret}}, "")
}

func (c *company) token() string {
	c.t.Helper()
	a := c.getToken(testSecret)
	if a.code() != 0 {
		c.t.Fatalf("gettoken: %s", a.raw)
	}
	return a.text("access_token")
}

func (c *company) post(path, body string, query ...string) answer {
	c.t.Helper()
	q := url.Values{"access_token": {c.token()}}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return c.do(http.MethodPost, path, q, body)
}

func (c *company) get(path string, query ...string) answer {
	c.t.Helper()
	q := url.Values{"access_token": {c.token()}}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return c.do(http.MethodGet, path, q, "")
}

// send posts a text to zhangsan, changed by the given JSON members.
func (c *company) sendText(content string) answer {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"touser": "zhangsan", "msgtype": "text", "agentid": 1000002, "text": map[string]any{"content": content}})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.post(sendPath, string(body))
}

func contents(box []wecomtest.Message) []string {
	var all []string
	for _, m := range box {
		all = append(all, m.Content)
	}
	return all
}

func readFile(t testing.TB, elem ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files testdata/%s: %v", pattern, err)
	}
	return names
}
