// Package visit is a person's browser in a demo or a test: it reads pages and
// sends their forms.
package visit

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Visit is one browser.
type Visit struct {
	Client *http.Client
	Site   string // what paths are below, such as http://localhost:5001
}

// Page is a page as it was shown.
type Page struct {
	Status int
	URL    *url.URL // where the browser ended up
	Header http.Header
	Body   string
}

// maxPage bounds what is read of a page.
const maxPage = 4 << 20

// Get opens an address, or a path of the site.
func (v *Visit) Get(ctx context.Context, address string) (Page, error) {
	if strings.HasPrefix(address, "/") {
		address = v.Site + address
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Page{}, err
	}
	return v.Do(req)
}

// Send fills in the form of a page whose action ends with action, and sends it
// with all hidden fields; fields replace those of the same name.
func (v *Visit) Send(ctx context.Context, p Page, action string, fields url.Values) (Page, error) {
	form, to, err := p.Form(action)
	if err != nil {
		return Page{}, err
	}
	for name, values := range fields {
		form[name] = values
	}
	return v.Post(ctx, to.String(), form)
}

// Post sends a form to an address.
func (v *Visit) Post(ctx context.Context, address string, form url.Values) (Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return Page{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.Do(req)
}

// Cookie is a cookie's value as the browser would send it to an address, or "".
func (v *Visit) Cookie(name, address string) string {
	u, err := url.Parse(address)
	if err != nil || v.Client.Jar == nil {
		return ""
	}
	for _, c := range v.Client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// Do sends a request and reads the page that answers, behind all redirects.
func (v *Visit) Do(req *http.Request) (Page, error) {
	resp, err := v.Client.Do(req)
	if err != nil {
		return Page{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	return Page{resp.StatusCode, resp.Request.URL, resp.Header, string(body)}, err
}

var (
	formTag   = regexp.MustCompile(`(?s)<form [^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	linkTag   = regexp.MustCompile(`<a href="([^"]*)">`)
)

// Form is the hidden fields of a form and where it goes.
func (p Page) Form(action string) (hidden url.Values, to *url.URL, err error) {
	for _, m := range formTag.FindAllStringSubmatch(p.Body, -1) {
		to, err := p.URL.Parse(html.UnescapeString(m[1]))
		if err != nil || !strings.HasSuffix(to.Path, action) {
			continue
		}
		hidden = url.Values{}
		for _, field := range hiddenTag.FindAllStringSubmatch(m[2], -1) {
			hidden.Set(field[1], html.UnescapeString(field[2]))
		}
		return hidden, to, nil
	}
	return nil, nil, fmt.Errorf("页面 %s 上没有表单 %s", p.URL.Path, action)
}

// Shows fails unless the page has the status and all the words.
func (p Page) Shows(status int, words ...string) error {
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

// Link is the first link in a text such as a message, or "".
func Link(text string) string {
	m := linkTag.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}
