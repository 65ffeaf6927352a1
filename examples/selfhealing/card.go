package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/message"
)

// The keys of a card's buttons, which its events bring back.
const (
	keyApprove = "approve"
	keyReject  = "reject"
)

// askingCard asks for approval by two buttons. Those whose client shows no cards
// can answer with the commands in it.
func askingCard(e approval.Event, address string) message.Card {
	a := e.Alarm
	c := message.ButtonInteraction{
		TaskID:       e.TaskID,
		Source:       message.Source{Desc: "故障自愈"},
		MainTitle:    message.MainTitle{Title: "即将执行 " + message.EscapeText(a.Plan.Name) + "，请审核！"},
		SubTitleText: cut(message.EscapeText(a.Content), maxCardText),
		HorizontalContentList: []message.HorizontalContent{
			{KeyName: "单号", Value: a.Number()},
			{KeyName: "主机", Value: cut(message.EscapeText(a.IP), maxCardLine)},
			{KeyName: "有效期", Value: spell(a.Plan.Timeout)},
			{KeyName: "回复审批", Value: "TY " + a.Number() + " / BH " + a.Number()},
		},
		ButtonList: []message.Button{
			{Text: "准许执行", Key: keyApprove, Style: 1},
			{Text: "拒绝执行", Key: keyReject, Style: 2},
		},
	}
	if e.Kind == approval.EventReminder {
		c.MainTitle.Desc = "提醒：仍待审批，请尽快处理"
	}
	if address != "" {
		c.CardAction = message.URL(address + alarmPage(a.ID))
	}
	return c
}

// What a card shows without cutting it, in bytes: 160 and 30 characters are
// recommended (vendor's document: message/send, template_card).
const (
	maxCardText = 3 * 160
	maxCardLine = 3 * 30
)

// standing is what the buttons of a decided card become.
func standing(a approval.Alarm) string {
	if a.Status == approval.TimedOut {
		return "已超时"
	}
	return a.DecidedBy + " 已" + verdict(a)
}

// kindCard is the outbox kind of changes of cards.
const kindCard = "card"

// cardChange is such a change as the outbox stores it.
type cardChange struct {
	ResponseCode approval.Code `json:"response_code"`
	To           []string      `json:"to"`
	Buttons      string        `json:"buttons"` // what stands in their place
}

func (c cardChange) stored() (kind string, payload []byte, err error) {
	payload, err = json.Marshal(c)
	return kindCard, payload, err
}

// Vendor's document: message/update_template_card.
const (
	codeUsed    = 60140 // or too old
	codeForeign = 42015 // of another app
	codeNobody  = 81013 // all members invalid
)

// changeCard is the outbox.Deliver of kindCard.
func (w *wechat) changeCard(ctx context.Context, row outbox.Row) ([]byte, error) {
	if !w.Ready() {
		return nil, errNotConfigured
	}
	var c cardChange
	if err := json.Unmarshal(row.Payload, &c); err != nil {
		return nil, outbox.Permanent(fmt.Errorf("the stored change of a card cannot be read: %w", err))
	}
	sender := &message.Sender{API: w, AgentID: w.AgentID()}
	res, err := sender.Update(ctx, message.Update{
		ResponseCode: c.ResponseCode.Reveal(), To: message.Recipients{Users: c.To}, ReplaceName: c.Buttons,
	})
	if err == nil {
		return json.Marshal(approval.Sent{InvalidUsers: res.InvalidUsers})
	}
	var api interface{ ErrCode() int }
	if !errors.As(err, &api) {
		return nil, err
	}
	switch code := api.ErrCode(); {
	case code == codeUsed:
		// By an attempt before, whose answer was lost or which a crash has cut off:
		// nobody else has this code, and it is younger than the 72 h of its life.
		w.log.InfoContext(ctx, "a card was changed by an attempt before", "row", row.ID, "attempts", row.Attempts)
		return nil, nil
	case code == codeForeign, code == codeNobody:
		return nil, outbox.Permanent(err)
	}
	return nil, err
}
