package settings

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/vault"
)

// A former pair is valid for Overlap, and for no more than AfterSeen from the
// first request under the pair that follows it: WeCom may still deliver what it
// had sealed before.
const (
	Overlap   = 24 * time.Hour
	AfterSeen = 10 * time.Minute
)

// OldPair stands in the audit for former pairs that were ended by hand.
const OldPair = "old_callback_pair"

const pairPurpose = "settings/pair"

type storedPair struct {
	Token, EncodingAESKey, CorpID string
	AgentID                       int
}

// pairs reads the former pairs that are valid. One that cannot be opened, since
// BKPAAS_APP_SECRET has changed, has ended.
func (s *Store) pairs(ctx context.Context, tx *sql.Tx, now time.Time) (all []Pair, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT sealed, until_at, seen FROM wechat_pair WHERE until_at > ? ORDER BY id`, database.Millis(now))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var sealed []byte
		var until int64
		var p Pair
		if err := rows.Scan(&sealed, &until, &p.Seen); err != nil {
			return nil, err
		}
		plain, err := s.cfg.Vault.Open(pairPurpose, sealed)
		if errors.Is(err, vault.ErrSealed) {
			s.cfg.Log.WarnContext(ctx, "a former callback pair cannot be opened and has ended", "err", err)
			continue
		}
		var stored storedPair
		if err == nil {
			err = json.Unmarshal(plain, &stored)
		}
		if err != nil {
			return nil, err
		}
		p.Token, p.EncodingAESKey = env.NewSecret(stored.Token), env.NewSecret(stored.EncodingAESKey)
		p.CorpID, p.AgentID, p.Until = stored.CorpID, stored.AgentID, database.Time(until)
		all = append(all, p)
	}
	return all, rows.Err()
}

// retire keeps the pair that is replaced valid for a while. Not one that
// everybody knows or that was of no company: by those nothing may be decided.
// Nor one of another company: its members are not this one's, and all former
// pairs end with it.
func (s *Store) retire(ctx context.Context, tx *sql.Tx, old State, next Wechat, now time.Time) error {
	was, usable := old.pair()
	is, _ := next.pair()
	if was.CorpID == is.CorpID && was.sameKeys(is) {
		return nil
	}
	keep := old.Retired
	if usable && !was.sameKeys(is) {
		was.Until = now.Add(Overlap)
		keep = append(keep, was)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM wechat_pair`); err != nil {
		return err
	}
	for _, p := range keep {
		if p.CorpID != is.CorpID || p.sameKeys(is) {
			continue
		}
		plain, err := json.Marshal(storedPair{p.Token.Reveal(), p.EncodingAESKey.Reveal(), p.CorpID, p.AgentID})
		if err != nil {
			return err
		}
		sealed, err := s.cfg.Vault.Seal(pairPurpose, plain)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO wechat_pair (sealed, until_at, seen) VALUES (?, ?, ?)`,
			sealed, database.Millis(p.Until), p.Seen); err != nil {
			return err
		}
	}
	return nil
}

// PairSeen records that WeCom uses the pair of now: what was valid before it
// ends soon. version is of the state whose pair it was; after another save it is
// not the pair of now, and nothing is recorded.
func (s *Store) PairSeen(ctx context.Context, version int64) (state State, err error) {
	err = s.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		if state, err = s.load(ctx, tx); err != nil || state.Version != version {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE wechat_pair SET seen = 1, until_at = min(until_at, ?) WHERE seen = 0`,
			database.Millis(time.Now().Add(AfterSeen)))
		if err != nil {
			return err
		}
		state, err = s.load(ctx, tx)
		return err
	})
	return state, wrap(err)
}

// EndPairs ends all former pairs at once (立即作废).
func (s *Store) EndPairs(ctx context.Context, by string, audit Audit) (state State, err error) {
	err = s.cfg.DB.Tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM wechat_pair`)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n > 0 {
			if err := audit(ctx, tx, by, OldPair); err != nil {
				return err
			}
		}
		state, err = s.load(ctx, tx)
		return err
	})
	return state, wrap(err)
}
