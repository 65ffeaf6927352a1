package main

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// consolePage is what the settings page shows.
type consolePage struct {
	Version int64
	Fields  []consoleField

	Callback string // to be entered in WeCom's console
	Domain   string // 可信域名
	Home     string // 审批列表

	Missing    []string
	Insecure   bool
	Unreadable []string
	Retired    []settings.Pair

	Undelivered              []approval.Undelivered
	Waiting, Unknown, Failed int

	Note string // what became of the last form
	Good bool

	Test     string // name of the check whose findings follow
	Findings []finding
}

// consoleField is a field of the form.
type consoleField struct {
	Name, Label, Hint string
	Secret            bool
	Value             string // of a secret always empty
	Set               bool
	By                string // who has saved it; "" is the first value
	At                time.Time
	Unreadable        bool
	Changed           bool // by somebody else meanwhile
	Problem           string
}

// page is the state of now.
func (c *console) page(r *http.Request) consolePage {
	state := c.state.Load()
	p := consolePage{
		Version: state.Version, Missing: labels(state.Missing()), Insecure: state.PublicDefaults(),
		Unreadable: labels(state.Unreadable), Retired: state.Retired,
	}
	p.Retired = slices.DeleteFunc(slices.Clone(p.Retired), func(old settings.Pair) bool { return !time.Now().Before(old.Until) })
	if u, err := url.Parse(state.AppURL); err == nil && u.Host != "" {
		p.Callback, p.Domain, p.Home = state.AppURL+"entry/", u.Host, state.AppURL+"todo/"
	}
	for _, f := range guideFields {
		saved := state.Saved[f.Name]
		f.Secret, f.By, f.At = settings.IsSecret(f.Name), saved.By, saved.At
		value := state.Text(f.Name)
		f.Set, f.Unreadable = value != "", slices.Contains(state.Unreadable, f.Name)
		if !f.Secret {
			f.Value = value
		}
		p.Fields = append(p.Fields, f)
	}
	ctx := r.Context()
	err := c.outboxCounts(ctx, func(waiting, unknown, failed int) error {
		p.Waiting, p.Unknown, p.Failed = waiting, unknown, failed
		return nil
	})
	if err == nil {
		p.Undelivered, err = c.desk.Undelivered(ctx, shownUndelivered)
	}
	if err != nil {
		c.cfg.log.ErrorContext(ctx, "undelivered messages cannot be read", "err", err)
	}
	return p
}

const shownUndelivered = 20

func (p *consolePage) mark(fields []string) {
	for i := range p.Fields {
		p.Fields[i].Changed = slices.Contains(fields, p.Fields[i].Name)
	}
}

// show changes nothing.
func (c *console) show(w http.ResponseWriter, r *http.Request) {
	p := c.page(r)
	switch r.URL.Query().Get("done") {
	case "saved":
		p.Note, p.Good = "已保存，立即生效，无需重启。如果修改了 Token 或 EncodingAESKey，请同步修改企业微信后台的回调配置。", true
	case "nothing":
		p.Note, p.Good = "没有改动。", true
	case "retired":
		p.Note, p.Good = "旧的 Token 和 EncodingAESKey 已作废。", true
	}
	c.render(w, r, http.StatusOK, p)
}

func (c *console) render(w http.ResponseWriter, r *http.Request, status int, p consolePage) {
	c.pages.Show(w, r, status, "settings", p)
}

// test is a button that asks other servers, one at a time.
func (c *console) test(name string, run func(*http.Request) []finding) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !c.busy.TryLock() {
			c.pages.Fail(w, r, http.StatusTooManyRequests)
			return
		}
		defer c.busy.Unlock()
		p := c.page(r)
		p.Test, p.Findings = name, run(r)
		c.render(w, r, http.StatusOK, p)
	}
}

func (c *console) testConnection(r *http.Request) []finding {
	return c.doctor().connection(r.Context())
}

func (c *console) testCallback(r *http.Request) []finding {
	return c.doctor().callback(r.Context())
}

func (c *console) putMenu(r *http.Request) []finding {
	return published(c.wechat.publishMenu(r.Context()))
}

func (c *console) doctor() doctor {
	return doctor{set: c.state.Load().Wechat, api: c.cfg.set.APIDomain, client: c.cfg.client, echo: c.cfg.echo}
}
