package oauth

import (
	"context"
	"time"
)

// Identity is who signed in. A visitor who is not a member of the company has an OpenID only, and is
// signed in as well: see [Identity.Member] and [Guard.RequireMember].
type Identity struct {
	UserID         string // of a member; as WeCom spells it, to be compared without regard to case
	OpenID         string // of somebody else, at most 64 bytes; belongs to the company or official account
	ExternalUserID string // if that visitor is an external contact (外部联系人) that the app may see
	UnionID        string // of an official account that is bound to the Open Platform

	SignedIn time.Time // when, to the millisecond; set by the Guard
	Session  string    // a random name for this session, for audits and Revoked; new at each sign-in; no secret
	Provider string    // ID of the Provider that was signed in with; set by the Guard
}

// Member reports whether the visitor is a member of the company (WeCom only).
func (i Identity) Member() bool { return i.UserID != "" }

// same reports whether both are one person.
func (i Identity) same(o Identity) bool {
	return i.UserID == o.UserID && i.OpenID == o.OpenID
}

// Grant is the vendor's answer to a code. Its secrets are hidden from fmt, log/slog and encoding/json.
type Grant struct {
	Identity
	DeviceID   string // only of WeCom's older path
	UserTicket string // of WeCom with PrivateInfo, for [WeCom.Detail]: at most 512 bytes, 1800 s

	// Of an official account: the visitor's own token, for [OfficialAccount.Profile].
	AccessToken  string
	RefreshToken string        // 30 days
	ExpiresIn    time.Duration // of AccessToken
	Scope        string        // what the visitor agreed to
	Snapshot     bool          // WeChat's 快照页: OpenID and UnionID are a virtual account's; refuse it in SignedIn if accounts are kept
}

type identityKey struct{}

// FromContext is who signed in, in requests that passed [Guard.Protect].
func FromContext(ctx context.Context) (Identity, bool) {
	id, ok := ctx.Value(identityKey{}).(Identity)
	return id, ok
}

// NewContext is for tests of handlers that expect [Guard.Protect] before them. Set Session, too, if
// they check forms with a [CSRF].
func NewContext(ctx context.Context, id Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, id)
}
