package message

import (
	"context"
	"encoding/json"
	"math"
	"time"
)

// Recall takes a message back from those who have it in WeCom; a copy in the WeChat plugin stays.
// msgID is [Result.MsgID] of the same app, not older than 24 h.
//
// Errors: [*FieldError] for an empty or malformed msgID; from the vendor 42052 (older than 24 h)
// and 40058 (another app's message). Source: vendor's document message/recall.
func (s *Sender) Recall(ctx context.Context, msgID string) error {
	var f fields
	f.required("msgid", msgID)
	if f.err != nil {
		return f.err
	}
	in, err := appendJSON(nil, struct {
		MsgID string `json:"msgid"`
	}{msgID})
	if err != nil {
		return err
	}
	return s.repeat(ctx, "recall", always, func(ctx context.Context) error {
		return s.API.Call(ctx, "POST", "/cgi-bin/message/recall", nil, json.RawMessage(in), nil)
	})
}

// always is the window of a call that does no more when made twice.
func always() time.Duration { return math.MaxInt64 }
