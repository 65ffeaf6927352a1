package message

import (
	"context"
	"fmt"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// repeat calls once until it succeeds, three times at most. An attempt that may have arrived is
// followed by another only within window, the time for which the vendor drops a copy.
func (s *Sender) repeat(ctx context.Context, what string, window func() time.Duration, once func(context.Context) error) error {
	if s.API == nil {
		return &FieldError{Field: "API", Problem: "is nil: set Sender.API to a *wecom.Client"}
	}
	attempt := 0
	var began, arrived time.Time // of this attempt; of the first one that may have reached the vendor
	return retry.Do(ctx, func() error {
		attempt++
		began = time.Now()
		ctx := ctx
		if !arrived.IsZero() { // an attempt may wait long before it writes
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, arrived.Add(window()))
			defer cancel()
		}
		if err := once(ctx); err != nil {
			return fmt.Errorf("message: %s, attempt %d: %w", what, attempt, err)
		}
		return nil
	}, func(err error, pause time.Duration) bool {
		if arrived.IsZero() && !retry.NotSent(err) {
			arrived = began
		}
		return arrived.IsZero() || time.Since(arrived)+pause < window()
	})
}
