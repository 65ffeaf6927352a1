package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/examples/internal/serve"
	"github.com/bkwecom/wecom/wecomtest"
)

// simulate keeps the demo's parts up, with a page for every member's phone.
func simulate(ctx context.Context, f command.Flags, out, errOut io.Writer) error {
	log := logs.New(errOut, slog.LevelInfo)
	t, err := openTheatre(ctx, f.Addr, cmp.Or(f.DB, "itsm-sim.db"), log, func(c *config) {
		c.webview = true // the person at this machine has an ordinary browser
	})
	if err != nil {
		return command.Start(err)
	}
	defer t.close()
	t.wecom.Configure(func(r *wecomtest.Rules) { r.AnyBrowser = true })
	phones, err := command.ListenBeside(ctx, t.listener.Addr())
	if err != nil {
		return err
	}
	t.serve(phones, phone.Handler(phone.Config{
		WeCom: t.wecom, Title: "流程服务", Open: t.members().Open, Home: t.site + t.app.cfg.set.PhonePath(), Actions: t.bindings(), Log: log,
	}))
	fmt.Fprintf(out, `模拟环境（企业微信、蓝鲸登录、反向代理和成员都在本进程内，只在本机可见；Ctrl-C 结束）

  PC 端（先在蓝鲸登录页选一个用户）  http://%s/o/itsm/
  成员的手机，绑定企业微信          http://%s/
  健康检查                          http://%s/healthz

`, t.listener.Addr(), phones.Addr(), t.listener.Addr())
	return serve.Run(ctx, serve.Config{Listener: t.listener, Handler: phone.Local(t.app.handler), Stop: t.app.stops(), Log: log})
}

// bindings are what users do in BlueKing's 个人中心, by a button for each.
func (t *theatre) bindings() (all []phone.Action) {
	for _, username := range slices.Sorted(maps.Keys(members)) {
		all = append(all, phone.Action{Name: "bind-" + username, Label: username + " 在个人中心绑定企业微信", Do: func(context.Context) (string, error) {
			if err := t.bk.Bind(username, members[username]); err != nil {
				return "", err
			}
			return username + " 已绑定 " + members[username] + "：还要以 " + username + " 登录，访问一次 PC 端", nil
		}})
	}
	return all
}
