package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/bkwecom/wecom/examples/internal/site"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// save stores the form, all of it or nothing.
func (c *console) save(w http.ResponseWriter, r *http.Request) {
	// What is no number is no version that anybody has seen.
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		version = -1
	}
	change := settings.Change{Version: version, By: adminOf(r), Values: map[string]string{}}
	for _, field := range settings.Fields {
		if given, ok := r.PostForm[field]; ok && len(given) == 1 {
			change.Values[field] = given[0]
		}
		if settings.IsSecret(field) && r.PostForm.Get("clear_"+field) != "" {
			change.Clear = append(change.Clear, field)
		}
	}
	if address := change.Values[settings.AppURL]; address != "" && sameHost(r, address) {
		c.refuse(w, r, change, []settings.Problem{{Field: settings.AppURL,
			Words: "这是您现在打开设置页所用的域名。外网域名上只开放微信端页面，保存后设置页将无法再用这个域名打开；请改用内网地址打开设置页后再保存"}})
		return
	}
	var changed []string
	_, err = c.change(r.Context(), func(ctx context.Context) (state settings.State, err error) {
		state, changed, err = c.store.Save(ctx, change, c.recordSettings)
		return state, err
	})
	var refused *settings.RefusedError
	var conflict *settings.ConflictError
	switch {
	case errors.As(err, &refused):
		c.refuse(w, r, change, refused.Problems)
	case errors.As(err, &conflict):
		p := c.page(r)
		p.Note = "没有保存：您打开页面之后，其他管理员已经修改了设置（见标出的字段）。下面是当前值，请核对后重新填写。"
		p.mark(conflict.Fields)
		c.render(w, r, http.StatusConflict, p)
	case err != nil:
		c.failed(w, r, err)
	case len(changed) == 0:
		http.Redirect(w, r, site.Path(r, consolePath)+"?done=nothing", http.StatusSeeOther)
	default:
		http.Redirect(w, r, site.Path(r, consolePath)+"?done=saved", http.StatusSeeOther)
	}
}

// refuse shows the form again, each problem beside its field. Secrets are not
// shown, and have to be entered once more.
func (c *console) refuse(w http.ResponseWriter, r *http.Request, change settings.Change, problems []settings.Problem) {
	p := c.page(r)
	p.Version = change.Version
	p.Note = "没有保存：请修改标出的字段。新填写的 Token、EncodingAESKey 和 Secret 需要重新填写。"
	for i := range p.Fields {
		f := &p.Fields[i]
		if given, ok := change.Values[f.Name]; ok && !f.Secret {
			f.Value = given
		}
		for _, problem := range problems {
			if problem.Field == f.Name {
				f.Problem = problem.Words
			}
		}
	}
	c.render(w, r, http.StatusUnprocessableEntity, p)
}

// retire ends the callback's former pairs (立即作废).
func (c *console) retire(w http.ResponseWriter, r *http.Request) {
	_, err := c.change(r.Context(), func(ctx context.Context) (settings.State, error) {
		return c.store.EndPairs(ctx, adminOf(r), c.recordSettings)
	})
	if err != nil {
		c.failed(w, r, err)
		return
	}
	http.Redirect(w, r, site.Path(r, consolePath)+"?done=retired", http.StatusSeeOther)
}

func (c *console) failed(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errNotUsed) {
		p := c.page(r)
		p.Note = "已保存，但有一部分没有生效，原因见日志。"
		c.render(w, r, http.StatusInternalServerError, p)
		return
	}
	c.cfg.log.ErrorContext(r.Context(), "settings cannot be saved", "err", err)
	c.pages.Fail(w, r, http.StatusInternalServerError)
}
