package wecom

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// String describes the Config without its Secret.
func (c Config) String() string {
	return fmt.Sprintf("wecom.Config{CorpID:%q, BaseURL:%q, Secret:%s}", c.CorpID, c.shownBase(), c.shownSecret())
}

// Format answers every verb of package fmt, %#v too, with String.
func (c Config) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue implements [slog.LogValuer].
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(slog.String("CorpID", c.CorpID), slog.String("BaseURL", c.shownBase()), slog.String("Secret", c.shownSecret()))
}

// MarshalJSON shows CorpID and BaseURL.
func (c Config) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"CorpID": c.CorpID, "BaseURL": c.shownBase(), "Secret": c.shownSecret()})
}

// MarshalText is for encoders of other formats.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// shownBase may be called before New has refused a BaseURL with a password or a token in it.
func (c Config) shownBase() string {
	base, err := parseBase(c.BaseURL)
	if err != nil {
		return "[not valid]"
	}
	return base.String()
}

func (c Config) shownSecret() string {
	if c.Secret == "" {
		return ""
	}
	return redacted
}

// String names company and API, never the secret or the token.
func (c Client) String() string {
	if c.core == nil {
		return "wecom.Client{}"
	}
	return fmt.Sprintf("wecom.Client{CorpID:%q, BaseURL:%q}", c.core.corpID, c.core.base.String())
}

// Format answers every verb of package fmt, %#v too, with String.
func (c Client) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue implements [slog.LogValuer].
func (c Client) LogValue() slog.Value { return slog.StringValue(c.String()) }
