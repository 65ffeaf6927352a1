package binding

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/userid"
)

// ByUserID finds the user of a WeCom member. Errors: ErrUnbound, ErrConflict,
// or the database's.
func ByUserID(ctx context.Context, tx *sql.Tx, wxUserID string) (username string, err error) {
	return by(ctx, tx, `wx_userid_folded`, userid.Fold(wxUserID))
}

// ByOpenID finds the user of an official account's follower. Errors: ErrUnbound,
// ErrConflict, or the database's.
func ByOpenID(ctx context.Context, tx *sql.Tx, wxOpenID string) (username string, err error) {
	return by(ctx, tx, `wx_openid`, wxOpenID)
}

func by(ctx context.Context, tx *sql.Tx, column, id string) (string, error) {
	found, err := find(ctx, tx, column, id)
	switch {
	case err != nil:
		return "", fmt.Errorf("binding: %w", err)
	case len(found) == 0:
		return "", ErrUnbound
	case len(found) > 1:
		return "", ErrConflict
	}
	return found[0], nil
}

// Of returns the bindings of users, by the spelling that was asked for. An id
// that somebody else has too is left out, and so is a user without any.
func Of(ctx context.Context, tx *sql.Tx, usernames []string) (map[string]IDs, error) {
	bound := map[string]IDs{}
	for _, username := range usernames {
		var ids IDs
		err := tx.QueryRowContext(ctx, `SELECT wx_userid, wx_openid FROM binding WHERE folded = ?`,
			userid.Fold(username)).Scan(&ids.WxUserID, &ids.WxOpenID)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("binding: %w", err)
		}
		if _, err := ByUserID(ctx, tx, ids.WxUserID); errors.Is(err, ErrConflict) {
			ids.WxUserID = ""
		} else if err != nil && !errors.Is(err, ErrUnbound) {
			return nil, err
		}
		if _, err := ByOpenID(ctx, tx, ids.WxOpenID); errors.Is(err, ErrConflict) {
			ids.WxOpenID = ""
		} else if err != nil && !errors.Is(err, ErrUnbound) {
			return nil, err
		}
		if ids != (IDs{}) {
			bound[username] = ids
		}
	}
	return bound, nil
}
