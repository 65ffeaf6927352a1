package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/play"
	"github.com/bkwecom/wecom/examples/internal/visit"
)

// patience is how long the parts have to stop at the end.
const patience = 5 * time.Second

// demo plays the guide's 企业微信配置步骤 as members would, and fails at the first
// step whose effect is not visit.Page in their browsers or on their phones.
func demo(ctx context.Context, out io.Writer) error { return perform(ctx, out, nil) }

func perform(ctx context.Context, out io.Writer, edit func(*config)) (err error) {
	dir, err := os.MkdirTemp("", "itsm-demo-")
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
	t.serve(t.listener, t.app.handler)
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		for _, stop := range t.app.stops() {
			err = errors.Join(err, stop(end))
		}
	}()

	fmt.Fprintln(out, "流程服务：企业微信移动端演示（企业微信、蓝鲸登录和反向代理都在本进程内模拟，无需企业账号）")
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
	fmt.Fprintf(out, "\n全部 %d 步已逐一核对：成员看到的页面和手机上的消息都与预期一致。\n", steps)
	return nil
}

// A performance is the guide, step by step.
type performance struct {
	*theatre
	play.Play
	ctx context.Context

	home           string       // path of the phone pages
	zhangsan, lisi *visit.Visit // their phones
	ticket         string       // path of the ticket's page, as the submitter sees it
}

func (p *performance) perform() {
	p.home = p.app.cfg.set.PhonePath()
	p.zhangsan, p.lisi = p.phone("ZhangSan"), p.phone("LiSi")
	p.Step("zhangsan 在企业微信工作台点开应用，静默登录，被提示先绑定", p.unbound)
	p.Step("zhangsan 在蓝鲸个人中心绑定企业微信，并在 PC 端访问一次流程服务", func() error { return p.bind("zhangsan") })
	p.Step("zhangsan 再次从工作台进入，看到待办", func() error {
		return p.sees(p.zhangsan, p.home, "待我审批", "没有待处理的单据")
	})
	p.Step("zhangsan 提单，请 lisi 审批；lisi 还未绑定，页面如实说明", p.submit)
	p.Step("lisi 绑定并访问一次 PC 端，补发的通知到了手机上", func() error {
		if err := p.bind("lisi"); err != nil {
			return err
		}
		return p.Gets(p.ctx, "LiSi", "待审批", "申请重启 web-01", "点击查看详情")
	})
	p.Step("zhaoliu 打开同一个链接，无权查看", p.stranger)
	p.Step("lisi 点开消息里的链接，不写意见不能驳回", p.refuseWithout)
	p.Step("lisi 同意并写明意见", func() error { return p.decides("true", "周日窗口内执行") })
	p.Step("zhangsan 收到审批结果", func() error {
		if err := p.Gets(p.ctx, "ZhangSan", "已被 lisi 同意", "周日窗口内执行"); err != nil {
			return err
		}
		return p.sees(p.zhangsan, p.ticket, "已同意", "lisi", "周日窗口内执行")
	})
	p.Step("整个过程只取了一次 access_token", func() error {
		if n := p.wecom.Calls("/cgi-bin/gettoken"); n != 1 {
			return fmt.Errorf("取了 %d 次", n)
		}
		return nil
	})
}

// sees opens a page and prints what it says first.
func (p *performance) sees(v *visit.Visit, path string, words ...string) error {
	s, err := v.Get(p.ctx, path)
	if err != nil {
		return err
	}
	return s.Shows(http.StatusOK, words...)
}

func (p *performance) unbound() error {
	s, err := p.zhangsan.Get(p.ctx, p.home)
	if err != nil {
		return err
	}
	if err := s.Shows(http.StatusForbidden, "还没有绑定", "个人中心"); err != nil {
		return err
	}
	p.Tell("zhangsan 的手机", "还没有绑定：请先登录蓝鲸个人中心绑定企业微信，再在 PC 端访问一次流程服务")
	return nil
}

func (p *performance) bind(username string) error {
	if err := p.bk.Bind(username, members[username]); err != nil {
		return err
	}
	pc, err := p.desk(username)
	if err != nil {
		return err
	}
	return p.sees(pc, p.app.cfg.set.Prefix+"/", "待我审批")
}

func (p *performance) submit() error {
	form, err := p.zhangsan.Get(p.ctx, p.home+"ticket/create/")
	if err != nil {
		return err
	}
	s, err := p.zhangsan.Send(p.ctx, form, "/ticket/create/", url.Values{
		"title": {"申请重启 web-01"}, "content": {"内存持续上涨，需要重启。"}, "approvers": {"lisi"},
	})
	if err != nil {
		return err
	}
	p.ticket = s.URL.Path
	p.Tell("zhangsan 的手机", "单据 申请重启 web-01：待审批；审批人 lisi 未绑定，没有收到通知")
	return errors.Join(s.Shows(http.StatusOK, "申请重启 web-01", "待审批", "未绑定", "没有收到通知"), p.None("LiSi"))
}

func (p *performance) stranger() error {
	if err := p.bind("zhaoliu"); err != nil {
		return err
	}
	s, err := p.phone("ZhaoLiu").Get(p.ctx, p.ticket)
	if err != nil {
		return err
	}
	return s.Shows(http.StatusForbidden, "不能查看这张单据")
}

// open is lisi tapping the link in the message.
func (p *performance) open() (visit.Page, error) {
	m, err := p.Find(p.ctx, "LiSi", "待审批")
	if err != nil {
		return visit.Page{}, err
	}
	link := visit.Link(m.Content)
	if link == "" {
		return visit.Page{}, errors.New("消息里没有链接")
	}
	s, err := p.lisi.Get(p.ctx, link)
	if err != nil {
		return s, err
	}
	return s, s.Shows(http.StatusOK, "申请重启 web-01", "同意", "驳回")
}

func (p *performance) refuseWithout() error {
	page, err := p.open()
	if err != nil {
		return err
	}
	s, err := p.lisi.Send(p.ctx, page, "/decide/", url.Values{"result": {"false"}})
	if err != nil {
		return err
	}
	return s.Shows(http.StatusUnprocessableEntity, "请填写", "待审批")
}

func (p *performance) decides(result, opinion string) error {
	page, err := p.open()
	if err != nil {
		return err
	}
	s, err := p.lisi.Send(p.ctx, page, "/decide/", url.Values{"result": {result}, "opinion": {opinion}})
	if err != nil {
		return err
	}
	p.Tell("lisi 的手机", "单据 申请重启 web-01：已同意，"+opinion)
	return s.Shows(http.StatusOK, "已同意", opinion)
}
