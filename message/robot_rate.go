package message

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	robotRate   = 20 // messages that a robot may post in robotMinute (error 45009)
	robotMinute = time.Minute
)

// RobotBusyError says that the robot has posted its 20 messages of the minute. Nothing was sent.
type RobotBusyError struct {
	// Until is when the next message may go out, if no other takes its place.
	Until time.Time
}

// Error says when to send again.
func (e *RobotBusyError) Error() string {
	return fmt.Sprintf("message: robot: %d messages went out in a minute: send again after %s", robotRate, e.Until.Format(time.RFC3339))
}

// ErrCode is 0: the vendor was not asked.
func (*RobotBusyError) ErrCode() int { return 0 }

// NotSent is true.
func (*RobotBusyError) NotSent() bool { return true }

// Retryable is true, after Until.
func (*RobotBusyError) Retryable() bool { return true }

// robotSlots are the messages of a minute. A slot is free again a minute after its answer has come,
// not after its request was made: the vendor counts when it arrives, somewhere between.
type robotSlots struct {
	free chan struct{} // one for each element of from

	mu   sync.Mutex
	from []time.Time // when the free slots may be used, in order
}

func newRobotSlots() *robotSlots {
	s := &robotSlots{free: make(chan struct{}, robotRate), from: make([]time.Time, robotRate)}
	for range robotRate {
		s.free <- struct{}{}
	}
	return s
}

// take waits for a slot, or refuses. done gives it back: used tells whether the message may have
// arrived.
func (s *robotSlots) take(ctx context.Context, refuse bool) (done func(used bool), err error) {
	if refuse {
		select {
		case <-s.free:
		default: // all are on their way
			return nil, &RobotBusyError{Until: time.Now().Add(robotMinute)}
		}
	} else {
		select {
		case <-s.free:
		case <-ctx.Done():
			return nil, waitEnded(ctx)
		}
	}
	from := s.pop()
	if pause := time.Until(from); pause > 0 {
		if refuse {
			s.push(from)
			return nil, &RobotBusyError{Until: from}
		}
		if err := sleep(ctx, pause); err != nil {
			s.push(from)
			return nil, err
		}
	}
	return func(used bool) {
		if used {
			from = time.Now().Add(robotMinute)
		}
		s.push(from)
	}, nil
}

func (s *robotSlots) pop() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := s.from[0]
	s.from = s.from[1:]
	return from
}

func (s *robotSlots) push(from time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := len(s.from)
	for i > 0 && s.from[i-1].After(from) {
		i--
	}
	s.from = append(s.from[:i:i], append([]time.Time{from}, s.from[i:]...)...)
	s.free <- struct{}{} // never blocks: it holds one for each slot
}

func sleep(ctx context.Context, d time.Duration) error {
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return &RobotBusyError{Until: time.Now().Add(d)} // the reason is worth more than "deadline exceeded" later
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return waitEnded(ctx)
	}
}

func waitEnded(ctx context.Context) error {
	err := ctx.Err()
	return &robotFailure{
		text: "waiting for the minute to end: " + err.Error(), notSent: true,
		is: func(target error) bool { return errors.Is(err, target) },
	}
}
