package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/internal/pages"
	"github.com/bkwecom/wecom/oauth"
)

type userKey struct{}

// userOf is the BlueKing username of who asks. It is empty only outside of the
// two middlewares that let requests in.
func userOf(r *http.Request) string {
	name, _ := r.Context().Value(userKey{}).(string)
	return name
}

func withUser(r *http.Request, username string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), userKey{}, username))
}

// bound lets in who has signed in on a phone and is bound to a BlueKing user.
func (a *app) bound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, ok := oauth.FromContext(r.Context())
		if !ok {
			a.fail(w, r, http.StatusInternalServerError)
			return
		}
		var username string
		err := a.db.Tx(r.Context(), func(tx *sql.Tx) (err error) {
			switch {
			case !a.cfg.set.IsQY:
				username, err = binding.ByOpenID(r.Context(), tx, id.OpenID)
			case id.Member():
				username, err = binding.ByUserID(r.Context(), tx, id.UserID)
			default: // no member of the company
				err = binding.ErrUnbound
			}
			return err
		})
		switch {
		case errors.Is(err, binding.ErrUnbound), errors.Is(err, binding.ErrConflict), errors.Is(err, binding.ErrMalformed):
			a.unbound(w, r, err)
		case err != nil:
			a.broken(w, r, err)
		default:
			next.ServeHTTP(w, withUser(r, username))
		}
	})
}

// unbound tells how to bind (the guide's step 3).
func (a *app) unbound(w http.ResponseWriter, r *http.Request, err error) {
	n := pages.Notice{
		Title: "还没有绑定",
		Text:  "请先登录蓝鲸个人中心绑定" + a.client() + "，再在 PC 端访问一次流程服务。\n绑定完成后，从这里重新进入即可。",
		Links: []pages.Link{{Label: "我已绑定，重试", Path: phonePath}},
	}
	if errors.Is(err, binding.ErrConflict) {
		n.Title = "绑定有冲突"
		n.Text = "您的" + a.client() + "账号同时绑定了多个蓝鲸用户，暂时不能使用。\n请在蓝鲸个人中心解除多余的绑定，再在 PC 端访问一次流程服务。"
	}
	if wantsJSON(r) {
		answer(w, http.StatusForbidden, n.Text, nil)
		return
	}
	a.pages.Notice(w, r, http.StatusForbidden, n)
}

func (a *app) client() string {
	if a.cfg.set.IsQY {
		return "企业微信"
	}
	return "微信"
}
