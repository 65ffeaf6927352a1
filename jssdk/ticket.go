package jssdk

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

const (
	maxLife = 7 * 24 * time.Hour // of what an answer or a store may claim; the vendor's tickets live two hours
	// leeway is how long before its end a ticket serves no more: a page needs some seconds to use it.
	leeway = 30 * time.Second
)

// kind is one of the vendor's two tickets, which are no good for each other's call (error 42012).
type kind struct {
	name, what, path string
	query            url.Values
}

var (
	corpTicket = kind{"jsapi", "the company's ticket", "/cgi-bin/get_jsapi_ticket", nil}
	appTicket  = kind{"agent_config", "the app's ticket", "/cgi-bin/ticket/get", url.Values{"type": {"agent_config"}}}
)

// ask makes the call that gets the ticket.
func (k kind) ask(api Caller) func(context.Context) (string, time.Duration, error) {
	return func(ctx context.Context) (value string, life time.Duration, err error) {
		var answer struct {
			Ticket    string `json:"ticket"`
			ExpiresIn int64  `json:"expires_in"` // seconds
		}
		query := url.Values{}
		for name, values := range k.query {
			query[name] = values
		}
		if err := api.Call(ctx, http.MethodGet, k.path, query, nil, &answer); err != nil {
			return answer.Ticket, 0, err // the ticket only for taking it out of the error
		}
		if answer.Ticket == "" || answer.ExpiresIn <= 0 {
			return answer.Ticket, 0, errNoTicket
		}
		return answer.Ticket, time.Duration(min(answer.ExpiresIn, int64(maxLife/time.Second))) * time.Second, nil
	}
}

// ticket does not change but for renew, which the keeper's lock guards. Its times are monotonic.
type ticket struct {
	value string
	renew time.Time // when a renewal ahead is due
	last  time.Time // when it serves no more
	ends  time.Time // when the vendor ends it
}

// newTicket is renewed between 80 and 95 % of its life, so that processes do not come together.
func newTicket(value string, now time.Time, life time.Duration) *ticket {
	t := &ticket{value: value, ends: now.Add(life), last: now.Add(life - min(leeway, life/10))}
	t.renew = now.Add(life/100*time.Duration(80+rand.IntN(15)) + rand.N(life/100+1))
	return t
}

// same is what becomes of old when the vendor hands it out again: it does not live longer for that,
// whatever the answer says.
func (old *ticket) same(now time.Time, life time.Duration) *ticket {
	return newTicket(old.value, now, min(life, old.ends.Sub(now)))
}

func (t *ticket) serves(now time.Time) bool { return t != nil && now.Before(t.last) }
