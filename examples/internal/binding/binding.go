// Package binding keeps which WeCom member, or which follower of an official
// account, is which BlueKing user.
//
// A user binds in 个人中心 of BlueKing; an app learns of it when that user
// visits it on the PC, and so it does of an unbinding. One id binds one user:
// while two users have the same, neither is found by it, since one of them must
// be wrong and nobody here knows which.
package binding

import (
	"errors"

	"github.com/bkwecom/wecom/examples/internal/database"
)

var (
	// ErrUnbound means that no user has this id: bind in 个人中心, then visit the
	// app once on the PC.
	ErrUnbound = errors.New("binding: nobody is bound to this id")

	// ErrConflict means that two users or more have this id: all but one have to
	// unbind in 个人中心 and visit the app once on the PC.
	ErrConflict = errors.New("binding: more than one user is bound to this id")

	// ErrMalformed means that an id or a username is written as none can be. Such
	// an id must not come near a message: "@all" reaches everybody.
	ErrMalformed = errors.New("binding: an id or a username is malformed")
)

// Schema is the table of this package.
var Schema = database.Schema{Name: "binding", Steps: []string{`
CREATE TABLE binding (
	folded           TEXT    PRIMARY KEY, -- the username in ASCII lower case
	username         TEXT    NOT NULL,
	wx_userid        TEXT    NOT NULL,
	wx_userid_folded TEXT    NOT NULL,
	wx_openid        TEXT    NOT NULL,
	stored_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX binding_userid ON binding (wx_userid_folded) WHERE wx_userid <> '';
CREATE INDEX binding_openid ON binding (wx_openid) WHERE wx_openid <> '';
`}}
