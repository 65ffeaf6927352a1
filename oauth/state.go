package oauth

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"time"
)

const (
	// signInTime is how long a sign-in may take.
	signInTime = 10 * time.Minute
	// clockSkew is how far the clocks of two processes may differ.
	clockSkew = time.Minute

	stateBody = 24 // kind, 6 bytes of milliseconds, 17 random ones
	stateText = 64 // letters and digits, of the vendor's 128

	suffixAt, suffixText = 14, 16 // where a cookie's suffix begins in a state, and its length as text
)

// stateEncoding has letters and digits only, as the vendor demands; stateText is a multiple of its
// block, so that a state has one spelling.
var stateEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// state is one sign-in under way. The process keeps nothing of it: its tag says that it is ours.
type state [stateBody]byte

func newState(web bool, now time.Time) (s state) {
	if web {
		s[0] = 1
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli())) // #nosec G115 -- after 1970
	copy(s[1:7], ms[2:])
	_, _ = rand.Read(s[7:]) // never fails
	return s
}

func (s state) web() bool { return s[0] == 1 }

func (s state) issued() time.Time {
	var ms [8]byte
	copy(ms[2:], s[1:7])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(ms[:]))) // #nosec G115 -- 48 bits
}

// expired is true, too, for one from the future, which a changed clock leaves behind.
func (s state) expired(now time.Time) bool {
	age := now.Sub(s.issued())
	return age > signInTime || age < -clockSkew
}

func (s state) text(k *keyring) string {
	return stateEncoding.EncodeToString(append(s[:], k.tag(s[:])...))
}

// suffix of the cookie that goes with a state; random.
func (s state) suffix() string { return stateEncoding.EncodeToString(s[suffixAt:]) }

// parseState tells states of this guard from all others.
func parseState(text string, k *keyring) (s state, ok bool) {
	if len(text) != stateText {
		return s, false
	}
	data, err := stateEncoding.DecodeString(text)
	if err != nil || len(data) != stateBody+tagSize { // the decoder skips line breaks
		return s, false
	}
	return state(data[:stateBody]), k.tagged(data[:stateBody], data[stateBody:])
}
