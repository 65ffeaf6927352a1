package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/internal/userid"
	"github.com/bkwecom/wecom/oauth"
)

// consolePath is the inner path of the settings page (the guide: 配置故障自愈).
const consolePath = "/doc/wechat_config/"

// console is the settings page on the PC.
type console struct {
	*app
	bk   *bklogin.Client // nil without BKPAAS_LOGIN_URL
	csrf *oauth.CSRF
	busy sync.Mutex // a check runs: each asks other servers, and takes seconds
}

func newConsole(a *app) (c *console, err error) {
	c = &console{app: a}
	set := a.cfg.set
	if set.LoginURL != "" {
		c.bk, err = bklogin.New(bklogin.Config{
			LoginURL: set.LoginURL, ComponentURL: set.ComponentURL, AppID: set.AppID, AppSecret: set.AppSecret,
			HTTPClient: a.cfg.client, Cache: a.cfg.bkCache, Log: a.cfg.log,
		})
		if err != nil {
			return nil, err
		}
	}
	c.csrf, err = oauth.NewCSRF(oauth.CSRFConfig{
		Keys: a.sessionKeys, CookieName: csrfCookie + "_doc", CookiePath: set.Prefix + consolePath, MaxForm: maxForm,
		Session: bklogin.Session, Fail: c.forged,
	})
	return c, err
}

func (c *console) routes(mux *http.ServeMux) {
	handle := func(method, path string, h http.HandlerFunc) {
		mux.Handle(method+" "+path+"{$}", c.within(h))
		mux.Handle(method+" "+strings.TrimSuffix(path, "/"), c.within(h)) // a redirect would know nothing of the prefix
	}
	handle(http.MethodGet, consolePath, c.show)
	handle(http.MethodPost, consolePath, c.save)
	handle(http.MethodPost, consolePath+"retire/", c.retire)
	handle(http.MethodPost, consolePath+"connection/", c.test("测试连接", c.testConnection))
	handle(http.MethodPost, consolePath+"callback/", c.test("检查回调地址", c.testCallback))
	handle(http.MethodPost, consolePath+"menu/", c.test("发布菜单", c.putMenu))
}

// within lets in who is signed in with BlueKing and one of BKAPP_ADMINS. Forms
// must be of this page.
func (c *console) within(next http.Handler) http.Handler {
	inner := c.visited(c.admins(c.csrf.Protect(next)))
	if c.bk == nil {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.pages.Notice(w, r, http.StatusServiceUnavailable, pages.Notice{
				Title: "不能登录", Text: "没有设置 BKPAAS_LOGIN_URL，无法用蓝鲸账号登录。请设置该环境变量后重启。",
			})
		})
	}
	required := c.bk.Require(inner, bklogin.Gate{
		Back: func(r *http.Request) string {
			at := site.Origin(r)
			return at.Scheme + "://" + at.Host + site.Path(r, consolePath)
		},
		Unsaved: func(w http.ResponseWriter, r *http.Request, loginPage string) {
			c.pages.Notice(w, r, http.StatusUnauthorized, pages.Notice{
				Title: "登录已失效", Text: "刚才提交的内容没有保存。请先重新登录，再提交一次。",
				Links: []pages.Link{{Label: "重新登录", URL: loginPage}},
			})
		},
		Unavailable: func(w http.ResponseWriter, r *http.Request, _ error) {
			c.pages.Fail(w, r, http.StatusServiceUnavailable)
		},
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.bk.SharesCookie(site.Origin(r).Host) {
			c.pages.Notice(w, r, http.StatusMisdirectedRequest, pages.Notice{Title: "地址不对", Text: "请从蓝鲸桌面打开故障自愈，再进入设置页。"})
			return
		}
		required.ServeHTTP(w, r)
	})
}

// visited stores what the visit has shown of the user's binding, admin or not:
// the run hook is told who has approved by the BlueKing name too.
func (c *console) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, ok := bklogin.FromContext(r.Context())
		if !ok {
			c.pages.Fail(w, r, http.StatusInternalServerError)
			return
		}
		if user.BindingKnown {
			if err := c.remember(r.Context(), user); err != nil {
				c.cfg.log.ErrorContext(r.Context(), "a binding cannot be stored", "err", err)
				c.pages.Fail(w, r, http.StatusInternalServerError)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (c *console) remember(ctx context.Context, user bklogin.User) error {
	return c.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := binding.Store(ctx, tx, user.Username, binding.IDs{WxUserID: user.WxUserID})
		if errors.Is(err, binding.ErrMalformed) {
			// What was stored is not what BlueKing has any more.
			c.cfg.log.WarnContext(ctx, "a binding is taken for none", "user", user.Username, "err", err)
			_, err = binding.Store(ctx, tx, user.Username, binding.IDs{})
		}
		return err
	})
}

func (c *console) admins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.ContainsFunc(c.cfg.set.Admins, func(name string) bool { return userid.Same(name, adminOf(r)) }) {
			c.cfg.log.WarnContext(r.Context(), "the settings page was refused", "user", adminOf(r))
			c.pages.Notice(w, r, http.StatusForbidden, pages.Notice{
				Title: "没有权限", Text: "设置页只对管理员开放。\n请联系运维人员把您的蓝鲸用户名加入环境变量 BKAPP_ADMINS。",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// adminOf is who is signed in with BlueKing.
func adminOf(r *http.Request) string {
	user, _ := bklogin.FromContext(r.Context())
	return user.Username
}

func (c *console) forged(w http.ResponseWriter, r *http.Request, err error) {
	c.cfg.log.WarnContext(r.Context(), "a form without the right CSRF token", "err", err)
	if errors.Is(err, oauth.ErrCSRFForm) { // its token was never read
		c.pages.Fail(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	c.pages.Notice(w, r, http.StatusForbidden, pages.Notice{
		Title: "页面已过期", Text: "没有保存任何内容。请返回设置页刷新后重试。",
		Links: []pages.Link{{Label: "返回设置页", Path: consolePath}},
	})
}

// sameHost reports whether a request has come by the host of an address: with
// that address saved, the gate would refuse it.
func sameHost(r *http.Request, address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err == nil && site.Names(r, u.Host)
}
