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
	if len(q.timestamp) != 10 {
		return ErrStale
	}
	var seconds int64
	for _, c := range []byte(q.timestamp) {
		if c < '0' || c > '9' {
			return ErrStale
		}
		seconds = seconds*10 + int64(c-'0')
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > skew || age < -skew {
		return ErrStale
	}
	return nil
}
