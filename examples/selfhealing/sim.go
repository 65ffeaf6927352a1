package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/examples/internal/serve"
	"github.com/bkwecom/wecom/wecomtest"
)

// simulate keeps the demo's parts up, with a page for every member's phone.
func simulate(ctx context.Context, f command.Flags, out, errOut io.Writer) error {
	log := logs.New(errOut, slog.LevelInfo)
	t, err := openTheatre(ctx, f.Addr, cmp.Or(f.DB, "selfhealing-sim.db"), log, nil)
	if err != nil {
		return command.Start(err)
	}
	defer t.close()
	// The person at this machine has an ordinary browser.
	t.wecom.Configure(func(r *wecomtest.Rules) { r.AnyBrowser = true })
	if err := t.app.wechat.publishMenu(ctx); err != nil {
		return err
	}
	phones, err := command.ListenBeside(ctx, t.listener.Addr())
	if err != nil {
		return err
	}
	// Whoever sits at this machine is one member after the other, in an ordinary browser.
	t.wecom.Configure(func(r *wecomtest.Rules) { r.AnyBrowser = true })
	change := phone.Switch{WeCom: t.wecom, Base: t.app.cfg.set.Wechat.AppURL}
	pages := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: phone.Handler(phone.Config{
		WeCom: t.wecom, Agent: t.agent, Title: "故障自愈", Open: change.Open, Log: log,
		Actions: []phone.Action{
			{Name: "push", Label: "推送一条告警（回复审批）", Do: t.pushAgain("api_default", "磁盘 /data 只读，服务无法写入")},
			{Name: "defense", Label: "推送一条异常防御告警（页面审批，同类收敛）", Do: t.pushAgain("api_defense", "异常进程外连 3 次")},
			{Name: "card", Label: "推送一条告警（卡片审批）", Do: t.pushAgain("api_card", "主库延迟 120 秒")},
			{Name: "quick", Label: "推送一条 2 秒后超时的告警", Do: t.pushAgain("api_quick", "磁盘 /tmp 使用率 99%")},
			{Name: "runs", Label: "查看执行记录", Do: t.showRuns},
		},
	})}
	go func() { _ = pages.Serve(phones) }()
	defer func() { _ = pages.Close() }()

	fmt.Fprintf(out, `模拟环境（企业微信、成员和执行接口都在本进程内，只在本机可见；Ctrl-C 结束）

  成员的手机和推送按钮  http://%s/
  健康检查              http://%s/healthz
  推送告警              curl -H 'X-Secret: %s' -d '{"ip":"10.0.0.1","source_id":"%d","source_time":"%s","alarm_type":"api_default","alarm_content":"磁盘只读"}' %s

`, phones.Addr(), t.listener.Addr(), t.secret, time.Now().UnixNano(), time.Now().Format("2006-01-02 15:04:05-07:00"), t.pushURL)
	return serve.Run(ctx, serve.Config{Listener: t.listener, Handler: phone.Local(phone.Webview(change.Handler(t.app.handler()))), Stop: t.app.stops(), Log: log})
}

// pushAgain pushes a new alarm at each press.
func (t *theatre) pushAgain(alarmType, content string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		id, err := t.push(ctx, alarmType, fmt.Sprintf("sim-%d", time.Now().UnixNano()), content)
		if err != nil {
			return "", err
		}
		return "已推送，单号 " + number(id) + "：打开 zhangsan 的手机，回复 TY " + number(id) + "，或按消息提示审批", nil
	}
}

func (t *theatre) showRuns(context.Context) (string, error) {
	text := fmt.Sprintf("执行接口共收到 %d 次请求。", len(t.hook.log()))
	for _, run := range t.hook.log() {
		text += fmt.Sprintf(" %d_1 %s（%s，审批人 %s）。", run.AlarmID, run.Plan, run.IP, run.Approver)
	}
	return text, nil
}
