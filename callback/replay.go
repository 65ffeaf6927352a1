package callback

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// OpenLetter returns the message of a letter, for a list of them. It is opened
// with the keys that are valid now; give the former ones for letters from before
// a rotation.
func (h *Handler) OpenLetter(l DeadLetter, former ...Keys) (Message, error) {
	m, _, _, err := h.openLetter(l, former)
	return m, err
}

func (h *Handler) openLetter(l DeadLetter, former []Keys) (m Message, plain []byte, is form, err error) {
	openers := *h.keys.Load()
	for _, k := range former {
		o, err := newOpener(k)
		if err != nil {
			return nil, nil, 0, fmt.Errorf("callback: former Keys: %w", err)
		}
		openers = append(openers[:len(openers):len(openers)], o)
	}
	q := query{signature: l.MsgSignature, timestamp: l.Timestamp, nonce: l.Nonce}
	plain, by, err := openWith(nil, openers, q, l.Encrypt, time.Now())
	if err != nil {
		return nil, nil, 0, fmt.Errorf("callback: letter %s: give the keys that it was sealed with: %w", l.Key, err)
	}
	if m, is, err = l.Envelope.decode(plain); err != nil {
		return nil, nil, 0, err
	}
	head := m.Head()
	switch created := head.Created(); {
	case q.swapped(created, h.cfg.Skew):
		return nil, nil, 0, ErrStale
	case by.reflected(head):
		return nil, nil, 0, ErrReply
	case !h.accepts(head.AgentID):
		return nil, nil, 0, ErrAgent
	}
	return m, plain, is, nil
}

// Replay gives a letter to Handle again and drops it if that succeeds; if not,
// the letter is kept anew. Everything but the age of the letter is checked as at
// its delivery, and a message that was handled meanwhile is not handled a second
// time, as long as Duplicates remembers it; the reply is nil then.
//
// Nobody waits for the reply any more: send it as a message of its own. Replay
// waits for the handler, whose context ends with ctx, or after Config.Timeout.
// ErrBusy means that a delivery of the message is being handled just now.
// former are keys as in OpenLetter.
func (h *Handler) Replay(ctx context.Context, l DeadLetter, former ...Keys) (Reply, error) {
	m, plain, is, err := h.openLetter(l, former)
	if err != nil {
		return nil, err
	}
	l.Key = duplicateKey(m.Head(), plain) // a store may have mixed up its keys
	l.Replays++
	run, first := h.join(ctx, l.Key)
	if run == nil || !first {
		return nil, ErrBusy
	}
	run.job = job{m: m, to: targetOf(m, is)}
	if h.cfg.DeadLetters != nil {
		run.letter = &l
	}
	defer context.AfterFunc(ctx, run.cancel)()
	h.handle(run, time.Now().Add(acknowledge))
	return run.reply, errors.Join(run.errs...)
}
