package binding

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/userid"
)

// IDs are what a user is bound to. Either may be empty.
type IDs struct {
	WxUserID string // WeCom's userid, compared by ASCII case folding
	WxOpenID string // an official account's openid, compared as it is
}

// Store keeps what a visit of the user on the PC has shown; without any id it
// removes what was kept. reachable are the users, this one or others, whom
// messages to a wx_userid can reach from now on and could not before: after a
// first binding, or after a conflict has ended. With ErrMalformed nothing is
// changed.
func Store(ctx context.Context, tx *sql.Tx, username string, ids IDs) (reachable []string, err error) {
	if username == "" || ids.WxUserID != "" && !userid.Valid(ids.WxUserID) || ids.WxOpenID != "" && !validOpenID(ids.WxOpenID) {
		return nil, ErrMalformed
	}
	reachable, err = store(ctx, tx, username, ids)
	if err != nil {
		return nil, fmt.Errorf("binding: store: %w", err)
	}
	return reachable, nil
}

func store(ctx context.Context, tx *sql.Tx, username string, ids IDs) ([]string, error) {
	folded := userid.Fold(username)
	var old string
	err := tx.QueryRowContext(ctx, `SELECT coalesce((SELECT wx_userid_folded FROM binding WHERE folded = ?), '')`, folded).Scan(&old)
	if err != nil {
		return nil, err
	}
	touched := []string{old}
	if id := userid.Fold(ids.WxUserID); id != old {
		touched = append(touched, id)
	}
	before, err := alone(ctx, tx, touched)
	if err != nil {
		return nil, err
	}
	if ids == (IDs{}) {
		_, err = tx.ExecContext(ctx, `DELETE FROM binding WHERE folded = ?`, folded)
	} else {
		_, err = tx.ExecContext(ctx, `INSERT INTO binding (folded, username, wx_userid, wx_userid_folded, wx_openid, stored_at)
			VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (folded) DO UPDATE SET username = excluded.username, wx_userid = excluded.wx_userid,
			wx_userid_folded = excluded.wx_userid_folded, wx_openid = excluded.wx_openid, stored_at = excluded.stored_at`,
			folded, username, ids.WxUserID, userid.Fold(ids.WxUserID), ids.WxOpenID, database.Millis(time.Now()))
	}
	if err != nil {
		return nil, err
	}
	after, err := alone(ctx, tx, touched)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(after, func(u string) bool {
		return slices.ContainsFunc(before, func(had string) bool { return userid.Same(had, u) })
	}), nil
}

// alone lists the users who have one of the ids to themselves.
func alone(ctx context.Context, tx *sql.Tx, wxUserIDs []string) (usernames []string, err error) {
	for _, id := range wxUserIDs {
		if id == "" {
			continue
		}
		found, err := find(ctx, tx, `wx_userid_folded`, id)
		if err != nil {
			return nil, err
		}
		if len(found) == 1 {
			usernames = append(usernames, found[0])
		}
	}
	return usernames, nil
}

// find lists at most two users of an id: one is a binding, two are a conflict.
func find(ctx context.Context, tx *sql.Tx, column, id string) (usernames []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT username FROM binding WHERE `+column+` = ? AND `+column+` <> '' ORDER BY folded LIMIT 2`, id)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var u string
		if err := rows.Scan(&u); err != nil {
			return nil, err
		}
		usernames = append(usernames, u)
	}
	return usernames, rows.Err()
}

// validOpenID allows what openids are made of, and a length that none has.
func validOpenID(s string) bool {
	return len(s) <= 128 && !strings.ContainsFunc(s, func(c rune) bool {
		return !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c == '_' || c == '-')
	})
}
