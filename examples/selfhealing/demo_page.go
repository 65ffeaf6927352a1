package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/visit"
)

// byPage is the guide's 异常防御需审批.
func (p *performance) byPage() {
	var first, second int64
	var link string
	lisi, zhangsan := p.phone("lisi"), p.phone("zhangsan")
	var before visit.Page // zhangsan's, opened before lisi decides
	p.Step("同一主机的两条同类告警（异常防御）收敛为一次审批，审批人只收到一条带链接的消息", func() (err error) {
		first, second, link, err = p.incident()
		return err
	})
	p.Step("zhaoliu 打开消息里的链接，无权查看", func() error {
		page, err := p.phone(stranger).Get(p.ctx, link)
		if err != nil {
			return err
		}
		p.Tell(stranger+" 的手机", "没有权限")
		return page.Shows(http.StatusForbidden, "没有权限")
	})
	p.Step("lisi 点开菜单【审批列表】，静默登录，看到待审批的告警", func() error {
		page, err := lisi.Get(p.ctx, p.wecom.Menu(simAgent)[0].URL)
		if err != nil {
			return err
		}
		p.Tell("lisi 的手机", "审批列表: 隔离主机 "+number(first)+"，同类告警 1 条")
		return page.Shows(http.StatusOK, "隔离主机", number(first), "同类告警 1 条")
	})
	p.Step("lisi 打开告警，在页面上准许执行并写明意见；执行一次，两条告警同一结果", func() (err error) {
		if before, err = zhangsan.Get(p.ctx, link); err != nil {
			return err
		}
		if err := p.presses(lisi, link, "approved", "已联系业务方", http.StatusOK, "lisi 同意（页面）", "已联系业务方"); err != nil {
			return err
		}
		if err := p.ran(first, "lisi"); err != nil {
			return err
		}
		page, err := lisi.Get(p.ctx, p.address()+alarmPage(second))
		if err != nil {
			return err
		}
		return errors.Join(page.Shows(http.StatusOK, "并入同类告警", "lisi 同意"),
			p.Gets(p.ctx, "zhangsan", number(first), "已由 lisi 同意", "含同类告警 1 条", "已联系业务方"))
	})
	p.Step("zhangsan 在先前打开的页面上点拒绝，得知已有人审批", func() error {
		page, err := zhangsan.Send(p.ctx, before, flowPage, url.Values{"message": {"rejected"}})
		if err != nil {
			return err
		}
		p.Tell("zhangsan 的手机", "此告警已由 lisi 同意。")
		return page.Shows(http.StatusConflict, "已由 lisi 同意")
	})
}

// incident pushes two alarms and sees one message.
func (p *performance) incident() (first, second int64, link string, err error) {
	for i, id := range []*int64{&first, &second} {
		if *id, err = p.push(p.ctx, "api_defense", fmt.Sprintf("defense-%d", i), fmt.Sprintf("异常进程外连 %d 次", i+1)); err != nil {
			return 0, 0, "", err
		}
	}
	for _, member := range []string{"zhangsan", "lisi", super} {
		m, err := p.Find(p.ctx, member, "即将执行 隔离主机", number(first))
		if err != nil {
			return 0, 0, "", err
		}
		if link = visit.Link(m.Content); link == "" {
			return 0, 0, "", errors.New("消息里没有链接")
		}
		if member == "zhangsan" {
			p.Tell("zhangsan 的手机", m.Content)
		}
	}
	if err := p.quiet(); err != nil {
		return 0, 0, "", err
	}
	for _, m := range p.wecom.Inbox("zhangsan") {
		if strings.Contains(m.Content, number(second)) {
			return 0, 0, "", fmt.Errorf("第二条告警不该单独发送，收到了 %q", m.Content)
		}
	}
	return first, second, link, p.None(stranger)
}

// presses opens an alarm and presses one of its buttons.
func (p *performance) presses(v *visit.Visit, link, verb, comment string, status int, words ...string) error {
	page, err := v.Get(p.ctx, link)
	if err != nil {
		return err
	}
	if err := page.Shows(http.StatusOK, "准许执行自愈套餐", "拒绝执行"); err != nil {
		return err
	}
	if page, err = v.Send(p.ctx, page, flowPage, url.Values{"message": {verb}, "approve": {comment}}); err != nil {
		return err
	}
	p.Tell("lisi 的手机", "已同意，"+comment)
	return page.Shows(status, words...)
}
