package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// decide is the desk's Decide for every channel: it adds which BlueKing user the
// member is, whom the run hook is told.
func (a *app) decide(ctx context.Context, d approval.Decision) (approval.Outcome, error) {
	err := a.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		d.Username, err = binding.ByUserID(ctx, tx, d.By)
		return err
	})
	if err != nil && !errors.Is(err, binding.ErrUnbound) && !errors.Is(err, binding.ErrConflict) && !errors.Is(err, binding.ErrMalformed) {
		return approval.Outcome{}, err
	}
	return a.desk.Decide(ctx, d)
}
