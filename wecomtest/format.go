package wecomtest

import "fmt"

// Apps land in logs of failed tests and of programs that run on wecomtest;
// their secrets, tokens and keys need not.

// Format shows the app without its secrets, for every verb of fmt.
func (a App) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "wecomtest.App(%d)", a.AgentID) }

// Format shows the app without its secrets, for every verb of fmt.
func (a *Agent) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "wecomtest.Agent(%d)", a.app.AgentID) }

// Format shows the address without the token and key, for every verb of fmt.
func (c Callback) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "wecomtest.Callback(%s)", c.URL) }

// Format shows the account without its secret, for every verb of fmt.
func (a OfficialAccount) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "wecomtest.OfficialAccount(%s)", a.AppID)
}

// MarshalText hides the secrets from encoding/json and log/slog.
func (a App) MarshalText() ([]byte, error) { return fmt.Append(nil, a), nil }

// MarshalText hides the token and key from encoding/json and log/slog.
func (c Callback) MarshalText() ([]byte, error) { return fmt.Append(nil, c), nil }

// MarshalText hides the secret from encoding/json and log/slog.
func (a OfficialAccount) MarshalText() ([]byte, error) { return fmt.Append(nil, a), nil }

// Format shows the server without what it holds, for every verb of fmt.
func (s *Server) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "wecomtest.Server(%s)", s.URL) }
