package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// decideTime is how long a decision may wait for the database: callback
// acknowledges a message after 4.5 s.
const decideTime = 3 * time.Second

// replies is the channel of approval by reply and by card: it turns what a member
// sends into a decision of the desk, and the outcome into what the member sees.
type replies struct {
	decide func(context.Context, approval.Decision) (approval.Outcome, error)
	desk   *approval.Desk
	wechat *wechat
	log    *slog.Logger
}

// handle answers within milliseconds: a decision is committed before the
// answer, everything else is the outbox's.
func (r *replies) handle(ctx context.Context, m callback.Message) (callback.Reply, error) {
	switch m := m.(type) {
	case *callback.Text:
		text, err := r.text(ctx, m)
		if err != nil {
			return nil, err // 500: WeCom delivers again
		}
		return callback.TextReply(text), nil
	case *callback.CardEvent:
		return r.tap(ctx, m)
	case *callback.MenuClick, *callback.EnterAgent:
		return callback.TextReply(helpText), nil
	}
	return nil, nil
}

func (r *replies) text(ctx context.Context, m *callback.Text) (string, error) {
	c, ok := parseCommand(m.Content)
	if !ok {
		return helpText, nil
	}
	// Not decided by then it is not decided at all, and WeCom delivers again;
	// acknowledged before it is committed it could get lost.
	ctx, cancel := context.WithTimeout(ctx, decideTime)
	defer cancel()
	alarm, node, _ := approval.ParseNumber(c.number) // a malformed number is 0, which no alarm has
	out, err := r.decide(ctx, approval.Decision{
		Alarm: alarm, Node: node, Approve: c.approve,
		By: m.FromUser, Channel: approval.ChannelReply, Reason: c.reason,
	})
	if err != nil {
		return "", err
	}
	return outcomeText(out), nil
}

// late does what could not be answered in time by messages of their own.
func (r *replies) late(ctx context.Context, m callback.Message, reply callback.Reply, err error) {
	tap, isTap := m.(*callback.CardEvent)
	text, isText := reply.(callback.TextReply)
	switch {
	case err != nil && isTap:
		err = r.tell(ctx, tap.FromUser, "【故障自愈】处理失败，请稍后再点一次")
	case err != nil:
		err = r.tell(ctx, m.Head().FromUser, "【故障自愈】处理失败，请稍后再回复一次")
	case isTap:
		err = r.lateTap(ctx, tap, reply)
	case isText:
		err = r.tell(ctx, m.Head().FromUser, string(text))
	}
	if err != nil {
		r.log.ErrorContext(ctx, "a late answer is lost", "err", err)
	}
}
