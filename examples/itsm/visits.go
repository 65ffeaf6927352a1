package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
)

// A visit is a person's browser in a demo or a test, which reads pages and sends
// their forms.
type visit struct {
	client *http.Client
	site   string // such as http://localhost:5001
}

// seen is a page as it was shown.
type seen struct {
	Status int
	URL    *url.URL // where the browser ended up
	Header http.Header
	Body   string
}

// phone is a member in WeCom, by userid.
func (t *theatre) phone(userid string) *visit {
	return &visit{client: t.wecom.Browser(userid), site: t.site}
}

// desk is a user's browser on the PC, signed in with BlueKing.
func (t *theatre) desk(username string) (*visit, error) {
	token, err := t.bk.SignIn(username)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	inner := &url.URL{Scheme: "http", Host: t.listener.Addr().String(), Path: "/"}
	jar.SetCookies(inner, []*http.Cookie{{Name: bklogin.Cookie, Value: token, Path: "/"}})
	return &visit{client: &http.Client{Jar: jar}, site: strings.TrimSuffix(inner.String(), "/")}, nil
}

func (v *visit) get(ctx context.Context, path string) (seen, error) {
	if strings.HasPrefix(path, "/") {
		path = v.site + path
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return seen{}, err
	}
	return v.do(req)
}

// send fills in the form of a page whose action ends with action, and sends it
// with all hidden fields.
func (v *visit) send(ctx context.Context, p seen, action string, fields url.Values) (seen, error) {
	for _, m := range formTag.FindAllStringSubmatch(p.Body, -1) {
		to, err := p.URL.Parse(html.UnescapeString(m[1]))
		if err != nil || !strings.HasSuffix(to.Path, action) {
			continue
		}
		all := url.Values{}
		for _, hidden := range hiddenTag.FindAllStringSubmatch(m[2], -1) {
			all.Set(hidden[1], html.UnescapeString(hidden[2]))
		}
		for name, values := range fields {
			all[name] = values
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), strings.NewReader(all.Encode()))
		if err != nil {
			return seen{}, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return v.do(req)
	}
	return seen{}, fmt.Errorf("页面 %s 上没有表单 %s", p.URL.Path, action)
}

func (v *visit) do(req *http.Request) (seen, error) {
	resp, err := v.client.Do(req)
	if err != nil {
		return seen{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return seen{resp.StatusCode, resp.Request.URL, resp.Header, string(body)}, err
}

var (
	formTag   = regexp.MustCompile(`(?s)<form [^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	linkTag   = regexp.MustCompile(`<a href="([^"]*)">`)
)

// shows fails unless the page has the status and all the words.
func (p seen) shows(status int, words ...string) error {
	if p.Status != status {
		return fmt.Errorf("页面 %s 的状态是 %d，应为 %d", p.URL.Path, p.Status, status)
	}
	for _, w := range words {
		if !strings.Contains(p.Body, w) {
			return fmt.Errorf("页面 %s 上没有 %q", p.URL.Path, w)
		}
	}
	return nil
}
