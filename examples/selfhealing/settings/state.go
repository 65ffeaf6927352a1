package settings

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/env"
)

// Fields are those of the settings page, in the guide's order.
var Fields = []string{AppURL, StaticURL, Token, EncodingAESKey, CorpID, Secret, AgentID, SuperApprover}

// IsSecret reports whether a field's value is shown to nobody.
func IsSecret(field string) bool {
	return field == Token || field == EncodingAESKey || field == Secret
}

// State is what counts now.
type State struct {
	Wechat

	// Version grows with every save.
	Version int64

	// Saved is who has saved a field last; a field that is not in it has its first
	// value, from the environment.
	Saved map[string]Saved

	// Unreadable are saved secrets that cannot be opened, or saved values that
	// cannot be read: they count as empty, and have to be entered anew.
	Unreadable []string

	// Retired are the callback's former pairs that are still valid, the oldest
	// first.
	Retired []Pair
}

// Saved is one save of a field.
type Saved struct {
	By      string // a BlueKing user
	At      time.Time
	Version int64
}

// Pair is a Token and its EncodingAESKey, with the app that they were for.
type Pair struct {
	Token, EncodingAESKey env.Secret
	CorpID                string
	AgentID               int

	Until time.Time
	Seen  bool // WeCom has used the pair after it: Until is near
}

// Equal reports whether two sets of settings are the same.
func (w Wechat) Equal(o Wechat) bool {
	return !slices.ContainsFunc(Fields, func(field string) bool { return w.Text(field) != o.Text(field) })
}

// Text is the value of a field as it is entered. Do not show those of which
// [IsSecret] is true.
func (w Wechat) Text(field string) string {
	switch field {
	case AppURL:
		return w.AppURL
	case StaticURL:
		return w.StaticURL
	case Token:
		return w.Token.Reveal()
	case EncodingAESKey:
		return w.EncodingAESKey.Reveal()
	case CorpID:
		return w.CorpID
	case Secret:
		return w.Secret.Reveal()
	case AgentID:
		if w.AgentID != 0 {
			return strconv.Itoa(w.AgentID)
		}
	case SuperApprover:
		return strings.Join(w.SuperApprovers, ",")
	}
	return ""
}

// pair is the callback's pair of now; ok is false if nobody could decide by it,
// because it is incomplete, known to everybody, or of no company.
func (w Wechat) pair() (p Pair, ok bool) {
	p = Pair{Token: w.Token, EncodingAESKey: w.EncodingAESKey, CorpID: w.CorpID, AgentID: w.AgentID}
	return p, w.Token.Set() && w.EncodingAESKey.Set() && w.CorpID != "" && !w.PublicDefaults()
}

func (p Pair) sameKeys(o Pair) bool {
	return p.Token.Reveal() == o.Token.Reveal() && p.EncodingAESKey.Reveal() == o.EncodingAESKey.Reveal()
}
