package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

// byCard is approval by a template card.
func (p *performance) byCard() {
	var id int64
	var task string
	p.Step("卡片审批：审批人收到带两个按钮的卡片", func() (err error) {
		if id, err = p.push(p.ctx, "api_card", "card-1", "主库延迟 120 秒"); err != nil {
			return err
		}
		for _, member := range []string{"zhangsan", "lisi", super} {
			m, err := p.card(member, func(m wecomtest.Message) bool { return cardOf(m, id) })
			if err != nil {
				return err
			}
			task = m.TaskID
			if member == "zhangsan" {
				p.Tell("zhangsan 的手机", fmt.Sprintf("卡片: %s %s [%s] [%s]", m.Card.MainTitle.Title, m.Card.SubTitleText, m.Card.ButtonList[0].Text, m.Card.ButtonList[1].Text))
			}
		}
		return p.None(stranger)
	})
	p.Step("zhaoliu 点了转来的卡片，被拒绝，另有消息说明", func() error {
		reply, err := p.agent.TapCard(p.ctx, stranger, task, keyApprove)
		if err != nil {
			return err
		}
		if !strings.Contains(reply.XML, "没有权限") {
			return fmt.Errorf("%s 的卡片没有变成说明", stranger)
		}
		return p.Gets(p.ctx, stranger, "没有权限")
	})
	p.Step("zhangsan 点【准许执行】，自己的卡片立即变化，其他人的卡片随后变化，套餐执行", func() error {
		const buttons = "zhangsan 已同意"
		reply, err := p.agent.TapCard(p.ctx, "zhangsan", task, keyApprove)
		if err != nil {
			return err
		}
		if reply.ReplaceName != buttons {
			return fmt.Errorf("zhangsan 的卡片应显示 %q，显示的是 %q", buttons, reply.ReplaceName)
		}
		for _, member := range []string{"zhangsan", "lisi", super} {
			m, err := p.card(member, func(m wecomtest.Message) bool { return m.TaskID == task && m.Replaced == buttons })
			if err != nil {
				return err
			}
			p.Tell(member+" 的卡片", m.Replaced)
		}
		return p.ran(id, "zhangsan")
	})
	p.Step("lisi 回复 BH，得知已有人在卡片上审批", func() error {
		return p.says("lisi", "BH "+number(id), "已由 zhangsan 同意")
	})
}

// card waits for a card on a member's phone.
func (p *performance) card(member string, fits func(wecomtest.Message) bool) (wecomtest.Message, error) {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	m, err := p.wecom.WaitInbox(ctx, member, fits)
	if err != nil {
		return m, fmt.Errorf("%s 的手机上没有出现应有的卡片", member)
	}
	return m, nil
}
