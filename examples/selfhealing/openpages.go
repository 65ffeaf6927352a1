package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/oauth"
)

// csrfCookie is a name of this app's own: others share the host.
const csrfCookie = "bkfta_csrftoken"

// maxForm is far more than the longest form of a phone page needs, in bytes.
const maxForm = 64 << 10

// entrance is how members sign in by one set of settings; it never changes.
type entrance struct {
	guard *oauth.Guard
	csrf  *oauth.CSRF
}

// openPages signs members in by these settings from now on. While some are
// missing nobody can, and the pages say what is. If it fails, everything is as
// before.
func (a *app) openPages(w settings.Wechat) error {
	if len(missingForPages(w)) > 0 {
		a.entrance.Store(nil)
		return nil
	}
	u, err := url.Parse(w.AppURL)
	if err != nil {
		return fmt.Errorf("%s is no URL", settings.AppURL)
	}
	e := &entrance{}
	e.guard, err = oauth.New(oauth.Config{
		Provider:    oauth.WeCom{API: a.wechat, CorpID: w.CorpID, AgentID: w.AgentID, OpenURL: a.cfg.set.OpenDomain},
		CallbackURL: w.AppURL + "login/", Keys: a.sessionKeys,
		Location: site.Location, CookiePath: u.Path, Home: u.Path + "todo/",
		Fail: a.signInFailed, OnError: func(r *http.Request, err error) {
			a.cfg.log.WarnContext(r.Context(), "sign-in", "err", err)
		},
	})
	if err != nil {
		return err
	}
	e.csrf, err = oauth.NewCSRF(oauth.CSRFConfig{
		Keys: a.sessionKeys, CookieName: csrfCookie, CookiePath: u.Path, Secure: u.Scheme == "https",
		Origins: []string{u.Scheme + "://" + u.Host}, MaxForm: maxForm, Fail: a.forged,
	})
	if err != nil {
		return err
	}
	a.entrance.Store(e)
	return nil
}

// missingForPages are the settings without which nobody can sign in.
func missingForPages(w settings.Wechat) (fields []string) {
	for _, field := range w.Missing() {
		if field != settings.Token && field != settings.EncodingAESKey {
			fields = append(fields, field)
		}
	}
	return fields
}

// members lets signed-in members of the company in, by the settings of now.
func (a *app) members(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := a.entrance.Load()
		if e == nil {
			a.closed(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		e.guard.Protect(e.guard.RequireMember(e.csrf.Protect(next))).ServeHTTP(w, r)
	})
}

// login is where WeCom leads back to.
func (a *app) login(w http.ResponseWriter, r *http.Request) {
	if e := a.entrance.Load(); e != nil {
		e.guard.Callback().ServeHTTP(w, r)
		return
	}
	a.closed(w, r)
}

// phoneToken goes into the forms of members.
func (a *app) phoneToken(r *http.Request) string {
	if e := a.entrance.Load(); e != nil {
		return e.csrf.Token(r)
	}
	return ""
}

func (a *app) closed(w http.ResponseWriter, r *http.Request) {
	a.pages.Notice(w, r, http.StatusServiceUnavailable, pages.Notice{
		Title: "还不能登录",
		Text:  "企业微信的配置还不完整，缺少：" + strings.Join(missingForPages(a.wechat.settings()), "、") + "。\n请联系管理员补全后重试；审批消息可在应用会话中直接回复。",
	})
}

// signInFailed is the page of a sign-in that ended without one.
func (a *app) signInFailed(w http.ResponseWriter, r *http.Request, f oauth.Failure) {
	n := pages.Notice{Title: "无法登录", Text: f.Message()}
	switch {
	case f.Reason == oauth.WrongClient:
		n.Title = "请在" + f.Client + "中打开"
	case f.Retry != "":
		n.Links = []pages.Link{{Label: "重试", URL: f.Retry}}
	}
	a.pages.Notice(w, r, f.Status(), n)
}
