package jssdk

import (
	"context"
	"errors"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// obtain looks into the store, then asks the vendor. It runs in flights only.
func (k *keeper) obtain(ctx context.Context, current *ticket) (*ticket, error) {
	s := &shared{keeper: k}
	if t := s.load(ctx, current); t != nil {
		return t, nil
	}
	k.mu.Lock()
	held, first := k.held(time.Now()), k.failed == nil
	k.mu.Unlock()
	if held != nil {
		return nil, held
	}
	var value string
	var life time.Duration
	var start time.Time
	once := func() error {
		start = time.Now() // the life counts from before the question
		return k.once(ctx, current, &value, &life)
	}
	// The call may be made twice without harm. Later in a failing streak there is one attempt at a time.
	again := func(err error, _ time.Duration) bool {
		return first && !errors.Is(err, errNoTicket) && !errors.Is(err, errQuota)
	}
	if err := retry.Do(ctx, once, again); err != nil {
		return nil, k.fail(err, current)
	}
	k.mu.Lock()
	k.failed = nil
	k.mu.Unlock()
	t := newTicket(value, start, life)
	if current != nil && current.value == value && start.Before(current.ends) {
		t = current.same(start, life)
	}
	s.save(ctx, t)
	return t, nil
}

// once makes one attempt, within the quota.
func (k *keeper) once(ctx context.Context, current *ticket, value *string, life *time.Duration) error {
	if !k.spend() {
		return errQuota
	}
	err := safely(func() (err error) {
		*value, *life, err = k.ask(ctx)
		return err
	})
	if err == nil {
		return nil
	}
	if retry.NotSent(err) {
		k.refund()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	secrets := []string{*value}
	if current != nil {
		secrets = append(secrets, current.value)
	}
	return withoutSecrets(err, secrets...)
}
