package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/bkwecom/wecom/message"
)

// addresses says where users are reached: by the WeCom member that they are
// bound to, or, with an official account, by the follower. That account sends
// nothing, but who is bound to it is not 未绑定.
func (a *app) addresses(ctx context.Context, tx *sql.Tx, usernames []string) (map[string]string, error) {
	bound, err := binding.Of(ctx, tx, usernames)
	if err != nil {
		return nil, err
	}
	reached := make(map[string]string, len(bound))
	for name, ids := range bound {
		address := ids.WxOpenID
		if a.cfg.set.IsQY {
			address = ids.WxUserID
		}
		if address != "" {
			reached[name] = address
		}
	}
	return reached, nil
}

// notify makes the message of an event, as the outbox stores it.
func (a *app) notify(e ticket.Event, row int64) (kind string, payload []byte, err error) {
	if on, _ := a.cfg.set.Notifications(); !on {
		return "", nil, nil
	}
	return a.courier.Prepare([]string{e.Address}, message.Text{Content: a.eventText(e, row)})
}

// eventText is the message as ITSM's users know it: what, which, by whom, and the
// link. row tells equal messages apart.
func (a *app) eventText(e ticket.Event, row int64) string {
	t := e.Ticket
	var b strings.Builder
	switch e.Kind {
	case ticket.EventAsked:
		b.WriteString("【流程服务】您有一张单据待审批")
	case ticket.EventHandedOver:
		fmt.Fprintf(&b, "【流程服务】%s 将一张单据转给您审批", message.EscapeText(e.By))
	case ticket.EventDecided:
		fmt.Fprintf(&b, "【流程服务】您的单据已被 %s %s", message.EscapeText(e.By), verb(t.Status))
	}
	fmt.Fprintf(&b, "\n标题：%s\n单号：%s", message.EscapeText(t.Title), t.SN)
	if e.Kind != ticket.EventDecided {
		fmt.Fprintf(&b, "\n提单人：%s", message.EscapeText(t.Creator))
	}
	switch {
	case e.Words == "":
	case e.Kind == ticket.EventHandedOver:
		fmt.Fprintf(&b, "\n转交原因：%s", message.EscapeText(e.Words))
	default:
		fmt.Fprintf(&b, "\n审批意见：%s", message.EscapeText(e.Words))
	}
	fmt.Fprintf(&b, "\n<a href=%q>点击查看详情</a>（%d）", a.cfg.set.PhoneURL(ticketPath(t.ID)), row)
	return b.String()
}

func ticketPath(id int64) string { return fmt.Sprintf("ticket/%d/", id) }

func verb(s ticket.Status) string {
	if s == ticket.Approved {
		return "同意"
	}
	return "驳回"
}
