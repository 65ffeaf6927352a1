package oauth

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	sessionVersion = 1
	sessionHead    = 2 + 8 + 16 // version, kind, milliseconds, id
	maxIDBytes     = 1024       // of one of a session's names
	maxSameName    = 32         // cookies of one name that are looked at; longer paths, which others plant, come first
)

var (
	errNoSession   = errors.New("oauth: not signed in")
	errTwoSessions = errors.New("oauth: the browser sends valid sessions of two people: another app of this host may have planted one")
)

// startSession makes a new session, whatever was before.
func (c *core) startSession(id Identity, web bool, now time.Time) (Identity, *http.Cookie, error) {
	head := make([]byte, sessionHead, 256)
	if head[0] = sessionVersion; web {
		head[1] = 1
	}
	binary.BigEndian.PutUint64(head[2:], uint64(now.UnixMilli())) // #nosec G115 -- after 1970
	_, _ = rand.Read(head[10:])                                   // never fails
	plain := head
	for _, s := range []string{id.UserID, id.OpenID, id.ExternalUserID, id.UnionID} {
		if len(s) > maxIDBytes {
			return Identity{}, nil, fmt.Errorf("oauth: the provider answered an id of %d bytes: at most %d fit into a session", len(s), maxIDBytes)
		}
		plain = append(binary.AppendUvarint(plain, uint64(len(s))), s...)
	}
	ck := c.cookie(c.name, c.keys.seal(sessions, plain, ""), c.maxAge)
	if n := len(ck.String()); n > maxSealed {
		return Identity{}, nil, fmt.Errorf("oauth: the session cookie would have %d bytes: browsers take %d", n, maxSealed)
	}
	id, _ = c.readSession(plain)
	return id, ck, nil
}

func (c *core) readSession(plain []byte) (id Identity, ok bool) {
	if len(plain) < sessionHead || plain[0] != sessionVersion || plain[1] > 1 {
		return id, false
	}
	id.Provider = c.mainID
	if plain[1] == 1 {
		id.Provider = c.webID
	}
	id.SignedIn = time.UnixMilli(int64(binary.BigEndian.Uint64(plain[2:]))) // #nosec G115 -- sealed by us
	id.Session = hex.EncodeToString(plain[10:sessionHead])
	rest := plain[sessionHead:]
	for _, s := range []*string{&id.UserID, &id.OpenID, &id.ExternalUserID, &id.UnionID} {
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return Identity{}, false
		}
		*s, rest = string(rest[size:size+int(n)]), rest[size+int(n):] // #nosec G115 -- within rest
	}
	return id, len(rest) == 0
}

// openSession opens one cookie's value.
func (c *core) openSession(value string, now time.Time) (Identity, bool) {
	plain, ok := c.keys.open(sessions, value, "")
	if !ok {
		return Identity{}, false
	}
	id, ok := c.readSession(plain)
	age := now.Sub(id.SignedIn)
	return id, ok && age < c.maxAge && age > -clockSkew
}

// session is who signed in. Another app of the host can plant cookies of this name with another path:
// what does not open is passed over; two people's sessions are nobody's.
func (c *core) session(r *http.Request) (Identity, error) {
	var best Identity
	now := time.Now()
	for i, ck := range r.CookiesNamed(c.name) {
		if i == maxSameName {
			break
		}
		id, ok := c.openSession(ck.Value, now)
		switch {
		case !ok:
		case best.Session == "":
			best = id
		case !best.same(id):
			return Identity{}, errTwoSessions
		case id.SignedIn.After(best.SignedIn):
			best = id
		}
	}
	if best.Session == "" {
		return Identity{}, errNoSession
	}
	if c.revoked == nil {
		return best, nil
	}
	gone, err := c.revoked(r.Context(), best)
	if err != nil {
		return Identity{}, fmt.Errorf("oauth: Config.Revoked: %w", err)
	}
	if gone {
		return Identity{}, errNoSession
	}
	return best, nil
}
