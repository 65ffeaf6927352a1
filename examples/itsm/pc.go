package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/examples/internal/site"
)

// signedIn lets in who is signed in with BlueKing. The login page leads back to
// this host, so it has to be one that shares the login's cookie: another would
// be foreign, or a loop.
func (a *app) signedIn(next http.Handler) http.Handler {
	required := a.bk.Require(next, bklogin.Gate{
		Back: func(r *http.Request) string {
			at := site.Origin(r)
			return at.Scheme + "://" + at.Host + a.backTo(r)
		},
		Unsaved: func(w http.ResponseWriter, r *http.Request, loginPage string) {
			a.pages.Notice(w, r, http.StatusUnauthorized, pages.Notice{
				Title: "登录已失效", Text: "刚才提交的内容没有保存。请先重新登录，再提交一次。",
				Links: []pages.Link{{Label: "重新登录", URL: loginPage}},
			})
		},
		Unavailable: func(w http.ResponseWriter, r *http.Request, _ error) { a.fail(w, r, http.StatusServiceUnavailable) },
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !a.bk.SharesCookie(site.Origin(r).Host) {
			a.pages.Notice(w, r, http.StatusMisdirectedRequest, pages.Notice{
				Title: "地址不对", Text: "请从蓝鲸桌面打开流程服务。",
			})
			return
		}
		required.ServeHTTP(w, r)
	})
}

// backTo is the page to come back to after the login: this one, or the one whose
// form was sent, if the browser tells.
func (a *app) backTo(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return site.Location(r)
	}
	from, err := url.Parse(r.Referer())
	if err != nil || !strings.EqualFold(from.Host, site.Origin(r).Host) || !strings.HasPrefix(from.Path, site.Path(r, a.pc.base)) {
		return site.Path(r, a.pc.base)
	}
	return from.EscapedPath()
}

// visited stores what the visit has shown of the user's binding.
func (a *app) visited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, ok := bklogin.FromContext(r.Context())
		if !ok {
			a.fail(w, r, http.StatusInternalServerError)
			return
		}
		if user.BindingKnown {
			if err := a.remember(r.Context(), user); err != nil {
				a.broken(w, r, err)
				return
			}
		}
		next.ServeHTTP(w, withUser(r, user.Username))
	})
}

// remember stores a binding, and asks those who can be reached from now on about
// what waits for them.
func (a *app) remember(ctx context.Context, user bklogin.User) error {
	asked := 0
	err := a.db.Tx(ctx, func(tx *sql.Tx) error {
		ids := binding.IDs{WxOpenID: user.WxOpenID}
		if a.cfg.set.IsQY {
			ids = binding.IDs{WxUserID: user.WxUserID}
		}
		reachable, err := binding.Store(ctx, tx, user.Username, ids)
		if errors.Is(err, binding.ErrMalformed) {
			// What was stored is not what BlueKing has any more.
			a.cfg.log.WarnContext(ctx, "a binding is taken for none", "user", user.Username, "err", err)
			reachable, err = binding.Store(ctx, tx, user.Username, binding.IDs{})
		}
		if err != nil {
			return err
		}
		if !a.cfg.set.IsQY { // Store tells of members alone
			reachable = append(reachable, user.Username)
		}
		for _, name := range reachable {
			n, err := a.desk.Bound(ctx, tx, name)
			if err != nil {
				return err
			}
			asked += n
		}
		return nil
	})
	if asked > 0 && err == nil {
		a.wake()
	}
	return err
}
