package phone

import (
	"context"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/bkwecom/wecom/wecomtest"
)

const (
	maxForm = 64 << 10
	// welcomeTime is how long a page waits for the app's welcome.
	welcomeTime = 5 * time.Second
)

// acts is a member's doing; its outcome is a line of the chat, to which the
// browser goes back.
func (h *handler) acts(do func(ctx context.Context, u wecomtest.User, form url.Values)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		u, known := h.member(r)
		if !known || !h.writes(u) {
			http.NotFound(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "内容太长或格式不对", http.StatusBadRequest)
			return
		}
		// What a member has done is done, also if the browser goes away.
		do(context.WithoutCancel(r.Context()), u, r.PostForm)
		http.Redirect(w, r, path(u.ID), http.StatusSeeOther)
	}
}

func (h *handler) reply(ctx context.Context, u wecomtest.User, form url.Values) {
	text := form.Get("text")
	if text == "" {
		return
	}
	h.diary.wrote(u.ID, text)
	if !utf8.ValidString(text) {
		h.diary.note(u.ID, "没有发出：不是文字。")
		return
	}
	h.heard(u.ID)(h.cfg.Agent.SendText(ctx, u.ID, text))
}

func (h *handler) click(ctx context.Context, u wecomtest.User, form url.Values) {
	key := form.Get("key")
	text, ok := clicks(h.menu(u), key)
	if !ok {
		h.diary.note(u.ID, "菜单已经更新，点击没有发出。")
		return
	}
	h.diary.note(u.ID, "点击了菜单「"+text+"」")
	h.heard(u.ID)(h.cfg.Agent.Click(ctx, u.ID, key))
}

func (h *handler) tap(ctx context.Context, u wecomtest.User, form url.Values) {
	task, key := form.Get("task"), form.Get("key")
	c, label, inMenu := h.shows(u, task), "", false
	if c != nil {
		label, inMenu = c.label(key)
	}
	if label == "" {
		h.diary.note(u.ID, words(wecomtest.ErrCard))
		return
	}
	chosen, ok := c.answers(form)
	if !ok {
		h.diary.note(u.ID, "请先选择，再点「"+label+"」。")
		return
	}
	done := "点击了「" + label + "」"
	if what := c.spell(chosen); what != "" && !inMenu {
		done += "：" + what
	}
	h.diary.note(u.ID, done)
	h.heard(u.ID)(h.cfg.Agent.TapCard(ctx, u.ID, task, key, chosen...))
}

// welcome tells the app that a member has opened the chat for the first time.
func (h *handler) welcome(ctx context.Context, u wecomtest.User) {
	if !h.writes(u) || !h.diary.first(u.ID) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), welcomeTime)
	defer cancel()
	h.heard(u.ID)(h.cfg.Agent.EnterAgent(ctx, u.ID))
}

// heard says in words what a real phone keeps from the member: why nothing came
// back.
func (h *handler) heard(user string) func(wecomtest.Reply, error) {
	return func(reply wecomtest.Reply, err error) {
		switch {
		case err != nil:
			h.cfg.Log.Warn("the app did not take what a member did", "userid", user, "err", err)
			h.diary.note(user, words(err))
		case reply.Ignored:
			h.diary.note(user, "应用答复了 "+reply.MsgType+"，企业微信在这里不显示这种答复。")
		}
	}
}
