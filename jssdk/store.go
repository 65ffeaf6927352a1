package jssdk

import (
	"context"
	"fmt"
	"time"
)

const storeTime = 2 * time.Second // for one step of a store

// shared is one flight's view of the store. After its first error it is left alone for the rest of the
// flight, so that a store that is away costs one timeout.
type shared struct {
	*keeper
	away bool
}

func (s *shared) try(ctx context.Context, doing string, step func(context.Context) error, secrets ...string) bool {
	if s.store == nil || s.away {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	if err := safely(func() error { return step(ctx) }); err != nil {
		s.away = true
		s.report(fmt.Errorf("jssdk: the TicketStore failed to %s, going on without it: %w", doing, withoutSecrets(err, secrets...)))
		return false
	}
	return true
}

// load returns a ticket that is better than the current one, else nil.
func (s *shared) load(ctx context.Context, current *ticket) *ticket {
	var value string
	var expires time.Time
	ok := s.try(ctx, "load a ticket", func(ctx context.Context) (err error) {
		value, expires, err = s.store.Load(ctx, s.key)
		if err != nil {
			return withoutSecrets(err, value)
		}
		return nil
	})
	now := time.Now()
	left := min(expires.Sub(now), maxLife)
	if !ok || value == "" || left <= leeway {
		return nil
	}
	if current != nil && (value == current.value || now.Add(left).Before(current.ends)) {
		return nil
	}
	return newTicket(value, now, left)
}

func (s *shared) save(ctx context.Context, t *ticket) {
	s.try(ctx, "save a ticket", func(ctx context.Context) error {
		return s.store.Save(ctx, s.key, t.value, t.ends.Round(0))
	}, t.value)
}
