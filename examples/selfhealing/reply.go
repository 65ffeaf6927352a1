package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/bkwecom/wecom/message"
)

// decideTime is how long a decision may wait for the database: callback
// acknowledges a message after 4.5 s.
const decideTime = 3 * time.Second

// replies is the channel of approval by reply: it turns a member's message into
// a decision of the desk, and the outcome into what the member reads.
type replies struct {
	desk   *approval.Desk
	wechat *wechat
	db     *database.DB
	wake   func()
	log    *slog.Logger
}

// newCallback serves the callback address. It is nil while Token or
// EncodingAESKey is missing.
func (r *replies) newCallback(set settings.Wechat, seen callback.Duplicates) (*callback.Handler, error) {
	if !set.Token.Set() || !set.EncodingAESKey.Set() {
		return nil, nil
	}
	cfg := callback.Config{
		Token: set.Token.Reveal(), EncodingAESKey: set.EncodingAESKey.Reveal(), ReceiverID: set.CorpID,
		Duplicates: seen,
		Handle:     r.handle,
		Late:       r.late,
		OnError: func(req *http.Request, err error) {
			r.log.WarnContext(req.Context(), "callback", "err", err)
		},
	}
	if set.AgentID != 0 {
		cfg.AgentIDs = []int{set.AgentID}
	}
	if set.CorpID == "" {
		cfg.ReceiverID = wecomcrypto.AnyReceiver
	}
	if set.CorpID == "" || set.PublicDefaults() {
		// Only the URL check works: nobody knows for whom a message is, or
		// everybody can write one.
		cfg.Handle = r.ignore
	}
	h, err := callback.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("%s, %s: %w", settings.Token, settings.EncodingAESKey, err)
	}
	return h, nil
}

func (r *replies) ignore(ctx context.Context, _ callback.Message) (callback.Reply, error) {
	r.log.WarnContext(ctx, "a message was not looked at", "why", insecure(r.wechat.set))
	return nil, nil
}

// insecure says why messages from WeCom decide nothing; "" if they do.
func insecure(set settings.Wechat) string {
	switch {
	case set.PublicDefaults():
		return "Token 或 EncodingAESKey 是公开的默认值，请先修改 (the guide's defaults are known to everybody: change " + settings.Token + " and " + settings.EncodingAESKey + ")"
	case set.CorpID == "":
		return settings.CorpID + " is not set"
	}
	return ""
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
	out, err := r.desk.Decide(ctx, approval.Decision{
		Alarm: alarm, Node: node, Approve: c.approve,
		By: m.FromUser, Channel: approval.ChannelReply, Reason: c.reason,
	})
	if err != nil {
		return "", err
	}
	return outcomeText(out), nil
}

// late sends what could not be answered in time as a message of its own.
func (r *replies) late(ctx context.Context, m callback.Message, reply callback.Reply, err error) {
	text, ok := reply.(callback.TextReply)
	if err != nil {
		text, ok = "【故障自愈】处理失败，请稍后再回复一次", true
	}
	if !ok {
		return
	}
	err = r.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := outbox.Add(ctx, tx, outbox.Draft{Group: "late/" + m.Head().FromUser}, func(row int64) (string, []byte, error) {
			return r.wechat.Prepare([]string{m.Head().FromUser}, message.Text{Content: fmt.Sprintf("%s\n（消息编号 %d）", text, row)})
		})
		return err
	})
	if err != nil {
		r.log.ErrorContext(ctx, "a late answer is lost", "err", err)
		return
	}
	r.wake()
}
