package menu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// pauses are the upper ends of the random waits between attempts ("full jitter"): the vendor asks
// to repeat at most three times.
var pauses = [...]time.Duration{500 * time.Millisecond, 2 * time.Second}

// repeat calls once until it succeeds or the vendor's answer is definite, within ctx. Everything
// else may pass, and no call of this package does harm when made twice.
func repeat(ctx context.Context, once func() error) error {
	for attempt := 0; ; attempt++ {
		err := once()
		if err == nil || attempt == len(pauses) || errCode(err) != 0 && !retryable(err) {
			return err
		}
		pause := rand.N(pauses[attempt])
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause {
			return err // the reason is worth more than "deadline exceeded" some time later
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%w (not repeated: %w)", err, ctx.Err())
		case <-timer.C:
		}
	}
}
