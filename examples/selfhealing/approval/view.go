package approval

import (
	"context"
	"database/sql"
	"errors"
)

// ErrForbidden means that the member is none of those who may decide.
var ErrForbidden = errors.New("approval: the member may not decide this alarm")

// View is an alarm as those who may decide it are shown.
type View struct {
	Alarm   Alarm
	History []Entry // its own and its incident's, oldest first
	Joined  []Alarm // what has joined it, oldest first, at most maxJoined; Alarm.Joined counts all
}

// maxJoined bounds a page; the numbers of the others are in the audit.
const maxJoined = 100

// View returns an alarm to a member who may decide it, be it decided already or
// not. Errors: ErrForbidden; ErrNoAlarm, which only those hear who may decide
// something; or the database's.
func (d *Desk) View(ctx context.Context, id int64, userid string) (v View, err error) {
	err = d.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		v, err = d.view(ctx, tx, id, userid)
		return err
	})
	return v, err
}

func (d *Desk) view(ctx context.Context, tx *sql.Tx, id int64, userid string) (View, error) {
	a, err := get(ctx, tx, id)
	if errors.Is(err, ErrNoAlarm) {
		out, unknown := d.noNumber(ctx, tx, userid)
		if unknown == nil && out.Kind == OutcomeNotAllowed {
			return View{}, ErrForbidden
		}
		return View{}, errors.Join(unknown, err)
	}
	if err != nil {
		return View{}, err
	}
	if !d.MayDecide(a, userid) {
		return View{}, ErrForbidden
	}
	v := View{Alarm: a}
	if v.History, err = history(ctx, tx, a.ID, a.Incident); err != nil {
		return View{}, err
	}
	v.Joined, err = list(ctx, tx, `a.incident = ? ORDER BY a.id LIMIT ?`, a.ID, maxJoined)
	return v, err
}
