package message

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// pauses are the upper ends of the random waits between attempts ("full jitter"): the vendor asks
// to repeat at most three times, and many senders must not come back together.
var pauses = [...]time.Duration{500 * time.Millisecond, 2 * time.Second}

// repeat calls once until it succeeds, three times at most. An attempt that may have arrived is
// followed by another only within window, the time for which the vendor drops a copy.
func (s *Sender) repeat(ctx context.Context, what string, window func() time.Duration, once func() error) error {
	if s.API == nil {
		return &FieldError{Field: "API", Problem: "is nil: set Sender.API to a *wecom.Client"}
	}
	var arrived time.Time // when the first attempt began that may have reached the vendor
	for attempt := 1; ; attempt++ {
		began := time.Now()
		err := once()
		if err == nil {
			return nil
		}
		if arrived.IsZero() && !notSent(err) {
			arrived = began
		}
		failed := fmt.Errorf("message: %s, attempt %d: %w", what, attempt, err)
		if attempt > len(pauses) || final(err) {
			return failed
		}
		pause := rand.N(pauses[attempt-1])
		if !arrived.IsZero() && time.Since(arrived)+pause >= window() {
			return failed
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause {
			return failed // the reason is worth more than "deadline exceeded" some time later
		}
		if err := sleep(ctx, pause); err != nil {
			return fmt.Errorf("%w (not repeated: %w)", failed, err)
		}
	}
}

// final tells a definite answer of the vendor, which another attempt would not change. (The client
// may get one without sending, when it asks for a token.)
func final(err error) bool { return errCode(err) != 0 && !retryable(err) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
