package main

import (
	"fmt"
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// office is a stage with a PC side: BlueKing, two admins and another user.
type office struct {
	*stage
	bk *bklogin.Server
}

const page = "/o/bk_fta_solutions" + consolePath

func newOffice(t *testing.T, edit func(*config)) *office {
	t.Helper()
	o := &office{}
	var err error
	o.bk, err = bklogin.NewServer(bklogin.ServerConfig{AppID: settings.DefaultApp, AppSecret: "esb", Accounts: []bklogin.Account{
		{Username: "admin", WxUserID: "lisi"}, {Username: "ops"}, {Username: "user", WxUserID: "zhangsan"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	login := httptest.NewServer(o.bk)
	t.Cleanup(login.Close)
	o.stage = newStage(t, func(c *config) {
		c.set.LoginURL, c.set.Admins, c.bkCache = login.URL+"/login", []string{"Admin", "ops"}, -1
		c.echo = time.Minute // the machine may be busy
		if edit != nil {
			edit(c)
		}
	})
	return o
}

// pc is a user's browser, signed in with BlueKing; "" is nobody's. It follows no
// redirect to the login.
func (o *office) pc(username string) *visit.Visit {
	o.t.Helper()
	jar := must[*cookiejar.Jar](o.t)(cookiejar.New(nil))
	site := &url.URL{Scheme: "http", Host: o.listener.Addr().String(), Path: "/"}
	if username != "" {
		jar.SetCookies(site, []*http.Cookie{{Name: bklogin.Cookie, Value: must[string](o.t)(o.bk.SignIn(username)), Path: "/"}})
	}
	return &visit.Visit{Site: strings.TrimSuffix(site.String(), "/"), Client: &http.Client{Jar: jar,
		CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			if r.URL.Host != site.Host {
				return http.ErrUseLastResponse
			}
			return nil
		}}}
}

// console opens the settings page.
func (o *office) console(v *visit.Visit) visit.Page {
	o.t.Helper()
	return o.open(v, v.Site+page)
}

// fill sends a form of the settings page, with fields given by name and value.
func (o *office) fill(v *visit.Visit, p visit.Page, action string, fields ...string) visit.Page {
	o.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return must[visit.Page](o.t)(v.Send(o.t.Context(), p, page+action, form))
}

// saves saves fields as an admin, on a page that was opened just now.
func (o *office) saves(fields ...string) {
	o.t.Helper()
	v := o.pc("admin")
	o.shows(o.fill(v, o.console(v), "", fields...), 200, "已保存")
}

// settings are those of now, by field.
func (o *office) settings() map[string]string {
	all := map[string]string{}
	for _, field := range settings.Fields {
		all[field] = o.app.state.Load().Text(field)
	}
	return all
}

// changes are the audit rows of settings.
func (o *office) changes() (rows []string) {
	o.t.Helper()
	err := approval.EachAudit(o.t.Context(), o.app.db, func(e approval.Entry) error {
		if e.Step == approval.StepSettings {
			rows = append(rows, fmt.Sprint(e.Actor, " ", e.Channel, " ", e.Detail))
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return rows
}

// findings are the lines of a check on the page, as "class text | what to do".
func findings(p visit.Page) (lines []string) {
	_, list, _ := strings.Cut(p.Body, `<section id="findings">`)
	list, _, _ = strings.Cut(list, "</ul>")
	for _, item := range strings.Split(list, `<li><span class="tag `)[1:] {
		class, text, _ := strings.Cut(item, `">`)
		_, text, _ = strings.Cut(text, "</span> ")
		text = strings.NewReplacer(`<p class="hint">处理办法：`, " | ", "</p>", "", "</li>", "").Replace(text)
		lines = append(lines, class+" "+strings.TrimSpace(html.UnescapeString(text)))
	}
	return lines
}

// has reports whether a line begins so and goes on with all the words.
func has(lines []string, begin string, words ...string) bool {
	return slices.ContainsFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, begin) && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) })
	})
}
