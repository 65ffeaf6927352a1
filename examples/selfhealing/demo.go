package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/play"
)

// patience is how long the parts have to stop at the end.
const patience = 5 * time.Second

// demo plays the guide's 自愈测试 as members would, and fails at the first step
// whose effect is not seen on their phones or in the hook's log. edit may change
// the app's configuration before it starts.
func demo(ctx context.Context, out io.Writer, edit func(*config)) (err error) {
	dir, err := os.MkdirTemp("", "selfhealing-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	log := &play.Log{}
	t, err := openTheatre(ctx, "127.0.0.1:0", filepath.Join(dir, "demo.db"), logs.New(log, slog.LevelWarn), edit)
	if err != nil {
		return err
	}
	defer t.close()
	srv := &http.Server{Handler: t.app.handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(t.listener) }()
	defer func() {
		_ = srv.Close()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		for _, stop := range t.app.stops() {
			err = errors.Join(err, stop(end))
		}
	}()

	fmt.Fprintln(out, "故障自愈：企业微信审批演示（企业微信、成员和执行接口都在本进程内模拟，无需企业账号）")
	fmt.Fprintln(out)
	p := &performance{theatre: t, ctx: ctx, Play: play.Play{Out: out, WeCom: t.wecom}}
	p.perform()
	steps, err := p.End()
	if err != nil {
		for _, line := range log.Last(20) {
			fmt.Fprintln(out, "    "+line)
		}
		return err
	}
	fmt.Fprintf(out, "\n全部 %d 步已逐一核对：成员手机上的消息和执行接口的记录都与预期一致。\n", steps)
	return nil
}

// A performance is the guide, step by step.
type performance struct {
	*theatre
	play.Play
	ctx context.Context
}

func (p *performance) perform() {
	var first, second, third int64
	p.Step("企业微信后台保存回调地址，应用解密随机串并原样返回", func() error {
		return p.agent.Verify(p.ctx)
	})
	p.Step("应用发布菜单【审批列表】", p.menu)
	p.Step("监控系统推送一条告警（磁盘只读），审批人收到消息", func() (err error) {
		first, err = p.alarm("api_default", "disk-1", "磁盘 /data 只读，服务无法写入")
		return err
	})
	p.Step("无权限的成员回复 TY，被拒绝", func() error {
		return p.says(stranger, "TY "+number(first), "没有权限")
	})
	p.Step("zhangsan 回复 TY，审批通过", func() error {
		return p.says("zhangsan", "TY "+number(first), "审批成功")
	})
	p.Step("套餐执行，执行接口验证了签名；其他审批人得知结果", func() error {
		if err := p.ran(first, "zhangsan"); err != nil {
			return err
		}
		return errors.Join(p.Gets(p.ctx, "lisi", number(first), "已由 zhangsan 同意"), p.Gets(p.ctx, "zhangsan", number(first), "执行成功"))
	})
	p.Step("lisi 又回复 BH，得知已有人审批", func() error {
		return p.says("lisi", "bh "+number(first), "已由 zhangsan 同意")
	})
	p.Step("第二条告警，lisi 回复 BH 并写明原因，不执行", func() (err error) {
		if second, err = p.alarm("api_default", "disk-2", "磁盘 /data 使用率 95%"); err != nil {
			return err
		}
		if err := p.says("lisi", "ＢＨ　"+number(second)+" 白天不重启", "审批成功"); err != nil {
			return err
		}
		return p.Gets(p.ctx, "zhangsan", number(second), "已由 lisi 驳回", "白天不重启")
	})
	p.Step("第三条告警无人审批，2 秒后超时，不执行", func() (err error) {
		if third, err = p.alarm("api_quick", "disk-3", "磁盘 /tmp 使用率 99%"); err != nil {
			return err
		}
		if err := p.Gets(p.ctx, "zhangsan", number(third), "已超时"); err != nil {
			return err
		}
		return p.says("zhangsan", "TY "+number(third), "已超时")
	})
	p.byPage()
	p.byCard()
	p.Step("执行接口一共只收到三次执行请求", func() error {
		if err := p.quiet(); err != nil {
			return err
		}
		if runs := p.hook.log(); len(runs) != 3 {
			return fmt.Errorf("执行接口收到 %d 次请求", len(runs))
		}
		return nil
	})
}

func (p *performance) menu() error {
	if err := p.app.wechat.publishMenu(p.ctx); err != nil {
		return err
	}
	buttons := p.wecom.Menu(simAgent)
	if len(buttons) != 1 || buttons[0].Name != "审批列表" || !strings.HasSuffix(buttons[0].URL, "/wechat/todo/") {
		return fmt.Errorf("菜单是 %+v", buttons)
	}
	p.Tell("菜单", buttons[0].Name+" → "+buttons[0].URL)
	return nil
}

// alarm pushes an alarm and sees every approver asked, and nobody else.
func (p *performance) alarm(alarmType, sourceID, content string) (int64, error) {
	id, err := p.push(p.ctx, alarmType, sourceID, content)
	if err != nil {
		return 0, err
	}
	asked := []string{"同意请回复: TY " + number(id) + "\n", content}
	if err := p.Gets(p.ctx, "zhangsan", asked...); err != nil {
		return 0, err
	}
	for _, member := range []string{"lisi", super} {
		if _, err := p.Find(p.ctx, member, asked...); err != nil {
			return 0, err
		}
	}
	p.Tell("lisi、"+super+" 的手机", "同一条消息")
	return id, p.None(stranger)
}

// says sends a member's reply and checks the answer that the member sees.
func (p *performance) says(member, text, want string) error {
	p.Tell(member+" 回复", text)
	reply, err := p.agent.SendText(p.ctx, member, text)
	if err != nil {
		return err
	}
	if !strings.Contains(reply.Content, want) {
		return fmt.Errorf("%s 应看到 %q，看到的是 %q", member, want, reply.Content)
	}
	p.Tell("应用答复", reply.Content)
	return nil
}

// ran waits for the run of an alarm.
func (p *performance) ran(id int64, approver string) error {
	err := p.Until(p.ctx, func() (bool, error) {
		for _, run := range p.hook.log() {
			if run.AlarmID == id && run.Approver == approver {
				p.Tell("执行接口", fmt.Sprintf("执行 %s，主机 %s，审批人 %s", run.Plan, run.IP, run.Approver))
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return fmt.Errorf("执行接口没有收到 %s 的执行请求", number(id))
	}
	return nil
}

// quiet waits until the app has nothing left to send or to run.
func (p *performance) quiet() error {
	err := p.Until(p.ctx, func() (quiet bool, err error) {
		err = p.app.outboxCounts(p.ctx, func(waiting, unknown, failed int) error {
			quiet = waiting+unknown+failed == 0
			return nil
		})
		return quiet, err
	})
	if err != nil {
		return fmt.Errorf("应用还有没送达的消息或执行请求: %w", err)
	}
	return nil
}
