package callback

import (
	"net/url"
	"strings"
	"time"
)

// maxQuery is ten times what the vendor sends.
const maxQuery = 8 << 10

// query holds the parameters of the vendor's requests. The URL may have others
// of its own: they are not signed and not read.
type query struct{ signature, timestamp, nonce, echo string }

// parseQuery wants each of the parameters once, and echostr for GET alone: of
// two values it would be open which one the signature is for.
func parseQuery(raw string, get bool) (q query, err error) {
	if len(raw) > maxQuery {
		return q, ErrQuery
	}
	for len(raw) > 0 {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		name, value, _ := strings.Cut(pair, "=")
		var field *string
		switch name {
		case "msg_signature":
			field = &q.signature
		case "timestamp":
			field = &q.timestamp
		case "nonce":
			field = &q.nonce
		case "echostr":
			if !get {
				continue
			}
			field = &q.echo
		default:
			continue
		}
		if *field != "" || value == "" {
			return q, ErrQuery
		}
		if *field, err = url.QueryUnescape(value); err != nil {
			return q, ErrQuery
		}
	}
	if q.signature == "" || q.timestamp == "" || q.nonce == "" || get != (q.echo != "") {
		return q, ErrQuery
	}
	// Base64 has no spaces: they are plus signs that a proxy left unescaped.
	q.echo = strings.ReplaceAll(q.echo, " ", "+")
	return q, nil
}

// fresh wants ten digits, since the signature has no separators and would fit
// a timestamp that borrows digits of the nonce, and wants it near now.
func (q query) fresh(now time.Time, skew time.Duration) error {
	t, ok := tenDigits(q.timestamp)
	if !ok || apart(now, t, skew) {
		return ErrStale
	}
	return nil
}

// swapped tells a message that is sent again with timestamp and nonce exchanged:
// the signature sorts its fields, so it fits as well, as soon as the nonce has
// become the present time. Then the nonce is when the message was made.
func (q query) swapped(created time.Time, skew time.Duration) bool {
	t, _ := tenDigits(q.timestamp)
	n, ok := tenDigits(q.nonce)
	return ok && !created.IsZero() && apart(created, t, skew) && !apart(created, n, skew)
}

func apart(a, b time.Time, skew time.Duration) bool { return a.Sub(b).Abs() > skew }

// tenDigits reads a time in Unix seconds.
func tenDigits(s string) (t time.Time, ok bool) {
	if len(s) != 10 {
		return t, false
	}
	var seconds int64
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return t, false
		}
		seconds = seconds*10 + int64(c-'0')
	}
	return time.Unix(seconds, 0), true
}
