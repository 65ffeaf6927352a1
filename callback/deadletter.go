package callback

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
	"time"
)

// DeadLetters keeps the messages that Handle failed on. Every failure is kept,
// and dropped as soon as a later delivery or [Handler.Replay] succeeds: what is
// there ten minutes after it failed will not come again by itself.
//
// A letter is the JSON of a [DeadLetter]. Its message stays sealed, so that the
// store holds no plaintext. Messages that never came to Handle, since they were
// answered with 503 or got lost together with their process, are not among them.
type DeadLetters interface {
	// Keep stores a letter, in the place of an older one with the same key.
	Keep(ctx context.Context, key string, letter []byte) error
	// Drop forgets a letter. It is called for every message that was handled, and
	// nearly always there is none.
	Drop(ctx context.Context, key string) error
}

// DeadLetter is a message as it was received, with what became of it.
type DeadLetter struct {
	Key      string    `json:"key"` // names the message, as for Duplicates
	Received time.Time `json:"received"`
	Failed   time.Time `json:"failed"`
	// Reason is the text of Handle's error: it holds of the message what Handle
	// put there.
	Reason string `json:"reason"`
	// Replays counts how often it has failed in Replay.
	Replays int `json:"replays,omitempty"`

	// The request. Whoever has the keys can read the message.
	Envelope     Envelope `json:"envelope"`
	MsgSignature string   `json:"msg_signature"`
	Timestamp    string   `json:"timestamp"`
	Nonce        string   `json:"nonce"`
	Encrypt      string   `json:"encrypt"`
}

// Format hides the sealed message from fmt.
func (l DeadLetter) Format(s fmt.State, _ rune) {
	io.WriteString(s, "callback.DeadLetter("+l.Key+", failed "+l.Failed.Format(time.RFC3339)+")")
}

// newLetter is nil where nobody keeps letters, and for a BotStream, which asks
// again by itself.
func (h *Handler) newLetter(m Message, key string, q query, encrypted string, received time.Time) *DeadLetter {
	if _, poll := m.(*BotStream); poll || h.cfg.DeadLetters == nil {
		return nil
	}
	return &DeadLetter{
		Key: key, Received: received, Envelope: h.cfg.Envelope,
		MsgSignature: q.signature, Timestamp: q.timestamp, Nonce: q.nonce, Encrypt: encrypted,
	}
}

// keep stores the letter of a failed run, before the next delivery is provoked:
// it may succeed, and drop the letter.
func (h *Handler) keep(run *run, failed error) {
	if run.letter == nil {
		return
	}
	l := *run.letter
	l.Failed, l.Reason = time.Now(), failed.Error()
	raw, err := json.Marshal(l)
	if err == nil {
		err = bury(run.ctx, func(ctx context.Context) error { return h.cfg.DeadLetters.Keep(ctx, l.Key, raw) })
	}
	if err != nil {
		h.tell(run, fmt.Errorf("%w: %w", ErrDeadLetters, err))
	}
}

// drop forgets the letter of a run that succeeded.
func (h *Handler) drop(run *run) {
	if run.letter == nil {
		return
	}
	if err := bury(run.ctx, func(ctx context.Context) error { return h.cfg.DeadLetters.Drop(ctx, run.letter.Key) }); err != nil {
		h.tell(run, fmt.Errorf("%w: %w", ErrDeadLetters, err))
	}
}

// bury gives a step of the store an end, and makes an error of its panic.
func bury(ctx context.Context, step func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	return step(ctx)
}
