package message

import (
	"fmt"
	"slices"
	"time"
)

// RateError says that a send would have gone beyond a [Limiter], and could or should not wait.
// Nothing was sent; the same message can be sent again later.
type RateError struct {
	// Users are the members who have had as many messages as WeCom delivers, or whom earlier messages
	// wait for, in the spelling that was sent. None are named when it is the app that has sent too many.
	Users []BusyUser
	// Again is when the message may be sent to all of its users, at the earliest.
	Again time.Time
	cause error // of a context that ended
}

// BusyUser is a member who cannot get the message yet.
type BusyUser struct {
	UserID string    // in the spelling that was sent
	Again  time.Time // when the member may be sent to
}

// namedUsers keeps the error of a message to a thousand members in one line.
const namedUsers = 5

// Error names the first five members, and when to send again.
func (e *RateError) Error() string {
	s := "message: the app has sent as many messages as its limiter allows"
	if len(e.Users) > 0 {
		s = "message: touser: the limiter holds back messages to"
		for i, u := range e.Users {
			if i == namedUsers {
				s += fmt.Sprintf(" and %d more", len(e.Users)-i)
				break
			}
			s += " " + u.UserID
		}
	}
	s += ": send again at " + e.Again.Format("15:04:05.000")
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap is the error of the context that ended a wait, or nil.
func (e *RateError) Unwrap() error { return e.cause }

// ErrCode is 0: the vendor was not asked.
func (*RateError) ErrCode() int { return 0 }

// NotSent is true.
func (*RateError) NotSent() bool { return true }

// Retryable is true.
func (*RateError) Retryable() bool { return true }

// refusal names whom p waits for.
func (l *Limiter) refusal(p *pass, now time.Duration, cause error) *RateError {
	e := &RateError{Again: l.epoch.Add(now), cause: cause}
	limits := l.memberLimits()
	for i, w := range p.members {
		ahead := slices.Index(w.waiting, p)
		if at := w.free(now, limits, ahead); at > now || ahead > 0 {
			e.add(p.users[i], l.epoch.Add(at))
		}
	}
	if p.app != nil {
		e.Again = l.epoch.Add(p.app.free(now, l.appLimits(), slices.Index(p.app.waiting, p)))
	}
	return e
}

// noRoom is for members whom the limiter has no memory for: within a minute it can forget others.
func noRoom(users []string) *RateError {
	e := &RateError{}
	for _, id := range users {
		e.add(id, time.Now().Add(time.Minute))
	}
	return e
}

func (e *RateError) add(userID string, again time.Time) {
	e.Users = append(e.Users, BusyUser{UserID: userID, Again: again})
	if again.After(e.Again) {
		e.Again = again
	}
}
