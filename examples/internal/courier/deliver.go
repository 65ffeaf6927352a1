package courier

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/message"
)

// Prepare makes a message to members into what the outbox stores. It needs an
// agentid, but neither a secret nor WeCom: what is stored now may go out later.
func (c *Courier) Prepare(to []string, content message.Content) (kind string, payload []byte, err error) {
	l := c.now.Load()
	if l.account.AgentID == 0 {
		return "", nil, c.notConfigured()
	}
	p, err := l.sender.Prepare(message.Message{
		To:      message.Recipients{Users: to},
		Content: content,
		// The outbox repeats the same bytes for as long as WeCom recognises them.
		DuplicateCheck: true, DuplicateInterval: outbox.DuplicateWindow,
	})
	return Kind, p, err
}

// Deliver sends a stored message, under the agentid of now: it is the
// outbox.Deliver of [Kind]. The result is the message.Result as JSON.
func (c *Courier) Deliver(ctx context.Context, row outbox.Row) ([]byte, error) {
	l := c.now.Load()
	if l.client == nil || l.account.AgentID == 0 {
		return nil, c.notConfigured()
	}
	res, err := l.sender.SendPrepared(ctx, message.Prepared(readdress(row.Payload, l.account.AgentID)))
	if err != nil {
		if hopeless(err) {
			return nil, outbox.Permanent(err)
		}
		return nil, err
	}
	if len(res.InvalidUsers) > 0 {
		c.cfg.Log.WarnContext(ctx, "some members cannot see the app: put them into its visible range",
			"row", row.ID, "group", row.Group, "users", strings.Join(res.InvalidUsers, ","))
	}
	return json.Marshal(res)
}

// hopeless tells errors of the message itself from those that an operator can
// mend while the outbox waits: a wrong secret, an untrusted address.
func hopeless(err error) bool {
	var limit *message.LimitError
	var field *message.FieldError
	if errors.As(err, &limit) || errors.As(err, &field) {
		return true
	}
	var api *wecom.Error
	if !errors.As(err, &api) {
		return false
	}
	switch api.Code {
	case wecom.CodeNoReceiver, // all members invalid
		40003, 40008, 40031, 40032, 40033, 40035, 40058, 40063, 44004, 45002, 82001: // malformed, by errcodes of message/send
		return true
	}
	return false
}
