package oauth

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// What holds secrets shows none of them, whoever prints it. Package fmt calls no method on an unexported
// field: do not keep these values in one that is printed.

// String names provider and address.
func (c Config) String() string {
	id := ""
	if !isNil(c.Provider) {
		id = c.Provider.ID()
	}
	return fmt.Sprintf("oauth.Config{Provider:%q, CallbackURL:%q, Keys:%d}", id, c.CallbackURL, len(c.Keys))
}

// Format answers every verb of package fmt, %#v too, with String.
func (c Config) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue implements [slog.LogValuer].
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON is String.
func (c Config) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// String names the cookie.
func (c CSRFConfig) String() string {
	return fmt.Sprintf("oauth.CSRFConfig{CookieName:%q, CookiePath:%q, Keys:%d}", c.CookieName, c.CookiePath, len(c.Keys))
}

// Format answers every verb of package fmt, %#v too, with String.
func (c CSRFConfig) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue implements [slog.LogValuer].
func (c CSRFConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalJSON is String.
func (c CSRFConfig) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// String names the account.
func (p OfficialAccount) String() string {
	return fmt.Sprintf("oauth.OfficialAccount{AppID:%q, Scope:%q}", p.AppID, p.Scope)
}

// Format answers every verb of package fmt, %#v too, with String.
func (p OfficialAccount) Format(f fmt.State, _ rune) { io.WriteString(f, p.String()) }

// LogValue implements [slog.LogValuer].
func (p OfficialAccount) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalJSON is String.
func (p OfficialAccount) MarshalJSON() ([]byte, error) { return json.Marshal(p.String()) }

// String names the person.
func (g Grant) String() string {
	return fmt.Sprintf("oauth.Grant{UserID:%q, OpenID:%q, ExternalUserID:%q, Scope:%q}",
		g.UserID, g.OpenID, g.ExternalUserID, g.Scope)
}

// Format answers every verb of package fmt, %#v too, with String.
func (g Grant) Format(f fmt.State, _ rune) { io.WriteString(f, g.String()) }

// LogValue implements [slog.LogValuer].
func (g Grant) LogValue() slog.Value { return slog.StringValue(g.String()) }

// MarshalJSON is String.
func (g Grant) MarshalJSON() ([]byte, error) { return json.Marshal(g.String()) }
