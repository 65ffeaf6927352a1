package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/bkwecom/wecom/internal/retry"
)

// exchangeTime is for the exchange, Revoked and SignedIn together.
const exchangeTime = 15 * time.Second

// signIn exchanges the code and starts a session. It goes on when the browser has given up: the code
// can be used only once.
func (c *core) signIn(w http.ResponseWriter, r *http.Request, web bool, code string, now time.Time) Failure {
	if code == "" || code == "authdeny" {
		return Failure{Reason: Denied, Err: errors.New("oauth: callback: the visitor refused")}
	}
	if err := checkCode(code); err != nil {
		return Failure{Reason: Foreign, Err: err}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), exchangeTime)
	defer cancel()
	g, err := c.provider(web).Exchange(ctx, code)
	if err != nil {
		return Failure{Reason: whyNot(err), Err: fmt.Errorf("oauth: exchange: %w", withoutSecrets(err, code))}
	}
	if g.UserID == "" && g.OpenID == "" {
		return Failure{Reason: Unavailable, Err: ErrNobody}
	}
	id, ck, err := c.startSession(g.Identity, web, now)
	if err != nil {
		return Failure{Reason: Unavailable, Err: err}
	}
	g.Identity = id
	if f := c.admit(ctx, g); f.Reason != "" {
		return f
	}
	http.SetCookie(w, ck)
	return Failure{}
}

// admit asks the app.
func (c *core) admit(ctx context.Context, g Grant) Failure {
	if c.revoked != nil {
		gone, err := c.revoked(ctx, g.Identity)
		if err != nil {
			return Failure{Reason: Unavailable, Err: fmt.Errorf("oauth: Config.Revoked: %w", err)}
		}
		if gone {
			return Failure{Reason: Refused, Err: errors.New("oauth: Config.Revoked refused a sign-in")}
		}
	}
	if c.signedIn == nil {
		return Failure{}
	}
	if err := c.signedIn(ctx, g); err != nil {
		f := Failure{Reason: Refused, Err: fmt.Errorf("oauth: Config.SignedIn: %w", withoutSecrets(err, g.UserTicket, g.AccessToken, g.RefreshToken))}
		if passing(err) {
			f.Reason = Unavailable
		}
		return f
	}
	return Failure{}
}

// passing tells a look-up that may work next time from a refusal: nobody shall ask the admin for a right
// because the vendor was busy.
func passing(err error) bool {
	var r interface{ Retryable() bool }
	return errors.As(err, &r) && r.Retryable() || errors.Is(err, context.DeadlineExceeded)
}

// whyNot tells a code that has run out from an exchange that failed.
func whyNot(err error) Reason {
	switch retry.ErrCode(err) {
	case codeBadCode, codeUsedCode, codeOldCode:
		return Expired
	}
	return Unavailable
}
