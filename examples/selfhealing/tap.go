package main

import (
	"context"
	"fmt"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/message"
)

// tap is the channel of approval by card. What it returns changes the tapper's
// card at once; everybody else's follows through the outbox.
func (r *replies) tap(ctx context.Context, m *callback.CardEvent) (callback.Reply, error) {
	if m.Key != keyApprove && m.Key != keyReject {
		return nil, nil // no button of ours
	}
	ctx, cancel := context.WithTimeout(ctx, decideTime)
	defer cancel()
	out, err := r.decide(ctx, approval.Decision{
		TaskID: m.TaskID, Approve: m.Key == keyApprove,
		By: m.FromUser, Channel: approval.ChannelCard,
	})
	switch {
	case err != nil:
		return nil, err
	case out.Kind == approval.OutcomeNotAllowed, out.Kind == approval.OutcomeNoNumber:
		return r.refuseTap(ctx, m, outcomeText(out))
	}
	return callback.UpdateButton(standing(out.Alarm)), nil
}

// refuseTap takes the buttons away from who may not use them, and says why in a
// message, too: a card that changes is easily overlooked.
func (r *replies) refuseTap(ctx context.Context, m *callback.CardEvent, why string) (callback.Reply, error) {
	if err := r.tell(ctx, m.FromUser, why); err != nil {
		r.log.WarnContext(ctx, "the refusal of a tap is on the card alone", "err", err)
	}
	address := r.wechat.settings().AppURL
	if address == "" {
		return callback.UpdateButton(tapRefused), nil // a text_notice needs an address to open
	}
	card, err := message.CardJSON(message.TextNotice{
		Source:       message.Source{Desc: "故障自愈"},
		MainTitle:    message.MainTitle{Title: tapRefused},
		SubTitleText: why,
		CardAction:   message.URL(address + todoPage),
	})
	if err != nil {
		return nil, fmt.Errorf("the card that refuses a tap: %w", err)
	}
	return callback.UpdateTemplateCard{Card: card}, nil
}

const tapRefused = "审批未生效"

// tell stores a message to one member.
func (r *replies) tell(ctx context.Context, member, text string) error {
	return r.desk.Answer(ctx, member, func(row int64) (string, []byte, error) {
		return r.wechat.Prepare([]string{member}, message.Text{Content: fmt.Sprintf("%s\n（消息编号 %d）", text, row)})
	})
}

// lateTap changes the tapper's card when the passive reply came too late, with
// the code that the tap has brought.
func (r *replies) lateTap(ctx context.Context, m *callback.CardEvent, reply callback.Reply) error {
	buttons := tapRefused
	switch reply := reply.(type) {
	case nil:
		return nil
	case callback.UpdateButton:
		buttons = string(reply)
	}
	if m.ResponseCode == "" {
		return nil
	}
	return r.desk.Answer(ctx, m.FromUser, func(int64) (string, []byte, error) {
		return cardChange{ResponseCode: approval.Code(m.ResponseCode), To: []string{m.FromUser}, Buttons: buttons}.stored()
	})
}
