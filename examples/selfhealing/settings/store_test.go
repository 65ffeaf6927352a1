package settings_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/vault"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/google/go-cmp/cmp"
)

// shelf is a store on a file, as one process has it.
type shelf struct {
	*settings.Store
	t     *testing.T
	audit []string // "actor: fields"
}

func open(t *testing.T, file, appSecret string, first map[string]string) *shelf {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{Path: file, Kind: "test", Schemas: []database.Schema{settings.Schema}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return shelve(t, db, appSecret, first)
}

func shelve(t *testing.T, db *database.DB, appSecret string, first map[string]string) *shelf {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	box, err := vault.New(env.NewSecret(appSecret), log)
	if err != nil {
		t.Fatal(err)
	}
	w, problems := settings.ParseWechat(func(field string) string { return first[field] })
	if problems != nil {
		t.Fatal(problems)
	}
	store, err := settings.NewStore(settings.StoreConfig{DB: db, Vault: box, First: w, Log: log,
		Check: func(w settings.Wechat) []settings.Problem {
			if slices.Contains(w.SuperApprovers, "toomany") {
				return []settings.Problem{{Field: settings.SuperApprover, Text: "too many", Words: "太多"}}
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	return &shelf{Store: store, t: t}
}

func (s *shelf) record(_ context.Context, _ *sql.Tx, actor string, fields ...string) error {
	s.audit = append(s.audit, actor+": "+strings.Join(fields, " "))
	return nil
}

func (s *shelf) load() settings.State {
	s.t.Helper()
	state, err := s.Load(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

// saves saves fields, given by name and value, by the version of now.
func (s *shelf) saves(by string, fields ...string) settings.State {
	s.t.Helper()
	c := settings.Change{Version: s.load().Version, By: by, Values: map[string]string{}}
	for i := 0; i < len(fields); i += 2 {
		c.Values[fields[i]] = fields[i+1]
	}
	state, _, err := s.Save(s.t.Context(), c, s.record)
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

// values are all fields as they are entered.
func values(w settings.Wechat) map[string]string {
	all := map[string]string{}
	for _, field := range settings.Fields {
		all[field] = w.Text(field)
	}
	return all
}

// expect merges given() with what is different.
func expect(fields ...string) map[string]string {
	want := map[string]string{}
	for _, field := range settings.Fields {
		want[field] = given()[field]
	}
	want[settings.SuperApprover] = "zhangsan,lisi"
	for i := 0; i < len(fields); i += 2 {
		want[fields[i]] = fields[i+1]
	}
	return want
}

const newKey = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"

// TestSave: what is saved wins over the environment, over restarts, field by
// field; a secret that is left empty is kept.
func TestSave(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.db")
	db, err := database.Open(t.Context(), database.Config{Path: file, Kind: "test", Schemas: []database.Schema{settings.Schema}})
	if err != nil {
		t.Fatal(err)
	}
	s := shelve(t, db, "app secret", given())
	if diff := cmp.Diff(expect(), values(s.load().Wechat)); diff != "" {
		t.Error("at first", diff)
	}
	before := time.Now()
	state := s.saves("admin", settings.Secret, "new-secret", settings.Token, "", settings.AgentID, " 1000003 ", settings.CorpID, given()[settings.CorpID])
	want := expect(settings.Secret, "new-secret", settings.AgentID, "1000003")
	if diff := cmp.Diff(want, values(state.Wechat)); diff != "" {
		t.Error("saved", diff)
	}
	if saved := state.Saved[settings.AgentID]; saved.By != "admin" || saved.Version != state.Version || saved.At.Before(before.Truncate(time.Millisecond)) || len(state.Saved) != 2 {
		t.Errorf("%+v", state.Saved)
	}
	// Fields may be emptied: plain ones by an empty value, secrets by Clear alone.
	_, changed, err := s.Save(t.Context(), settings.Change{Version: state.Version, By: "ops", Values: map[string]string{settings.SuperApprover: "", settings.EncodingAESKey: ""},
		Clear: []string{settings.Secret, settings.AppURL}}, s.record)
	if diff := cmp.Diff([]string{settings.Secret, settings.SuperApprover}, changed); diff != "" || err != nil {
		t.Error(diff, err)
	}
	want[settings.Secret], want[settings.SuperApprover] = "", ""
	if diff := cmp.Diff(want, values(s.load().Wechat)); diff != "" {
		t.Error("emptied", diff)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	// After a restart with another environment, only what nobody has saved is the
	// environment's.
	other := given()
	maps.Copy(other, map[string]string{settings.Secret: "env", settings.AgentID: "7", settings.SuperApprover: "wangwu", settings.CorpID: "wwother"})
	again := open(t, file, "app secret", other)
	want[settings.CorpID] = "wwother"
	if diff := cmp.Diff(want, values(again.load().Wechat)); diff != "" {
		t.Error("after a restart", diff)
	}
	if diff := cmp.Diff([]string{"admin: " + settings.Secret + " " + settings.AgentID, "ops: " + settings.Secret + " " + settings.SuperApprover}, s.audit); diff != "" {
		t.Error("audit", diff)
	}
}

// TestNothingSaved: a refused value, a conflict and a form without a change leave
// everything as it was.
func TestNothingSaved(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "x.db"), "a", given())
	s.saves("lisi", settings.StaticURL, "/other/")
	s.saves("wangwu", settings.SuperApprover, "wangwu")
	now, audited := s.load(), len(s.audit)
	fails := func(c settings.Change) error {
		t.Helper()
		_, changed, err := s.Save(t.Context(), c, s.record)
		if diff := cmp.Diff(values(now.Wechat), values(s.load().Wechat)); diff != "" || s.load().Version != now.Version || len(s.audit) != audited || len(changed) > 0 {
			t.Errorf("something was saved: %v %s", changed, diff)
		}
		return err
	}
	var refused *settings.RefusedError
	err := fails(settings.Change{Version: now.Version, Values: map[string]string{settings.Token: "hunter2!", settings.StaticURL: "/fine/", settings.SuperApprover: "toomany"}})
	if !errors.As(err, &refused) || len(refused.Problems) != 2 || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
	for _, p := range refused.Problems {
		if p.Words == "" {
			t.Errorf("no words for the page: %+v", p)
		}
	}
	for version, want := range map[int64][]string{0: {settings.StaticURL, settings.SuperApprover}, 1: {settings.SuperApprover}, 99: nil, -1: {settings.StaticURL, settings.SuperApprover}} {
		var conflict *settings.ConflictError
		err := fails(settings.Change{Version: version, Values: map[string]string{settings.StaticURL: "/mine/"}})
		if !errors.As(err, &conflict) {
			t.Fatalf("version %d: %v", version, err)
		}
		if diff := cmp.Diff(want, conflict.Fields); diff != "" || conflict.State.Version != now.Version {
			t.Errorf("version %d: %s", version, diff)
		}
	}
	if err := fails(settings.Change{Version: now.Version, Values: map[string]string{settings.StaticURL: "/other/", settings.Secret: " "}}); err != nil {
		t.Errorf("no change: %v", err)
	}
	broken := errors.New("audit is full")
	_, _, err = s.Save(t.Context(), settings.Change{Version: now.Version, Values: map[string]string{settings.StaticURL: "/x/"}},
		func(context.Context, *sql.Tx, string, ...string) error { return broken })
	if !errors.Is(err, broken) || s.load().StaticURL != "/other/" {
		t.Errorf("saved without an audit: %v", err)
	}
}

// TestSealed: the file tells no secret, and another BKPAAS_APP_SECRET opens none.
// The old one does again, and what is entered anew can be read.
func TestSealed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.db")
	db, err := database.Open(t.Context(), database.Config{Path: file, Kind: "test", Schemas: []database.Schema{settings.Schema}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	s := shelve(t, db, "old", given())
	s.saves("admin", settings.Secret, "kanarienvogel1", settings.Token, "kanarienvogel2", settings.EncodingAESKey, newKey)
	s.saves("admin", settings.Token, "kanarienvogel3")
	for _, name := range []string{file, file + "-wal"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"kanarienvogel", newKey, given()[settings.EncodingAESKey]} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s holds %s", filepath.Base(name), secret)
			}
		}
	}
	changed := shelve(t, db, "new", given())
	state := changed.load()
	if diff := cmp.Diff([]string{settings.EncodingAESKey, settings.Secret, settings.Token}, state.Unreadable); diff != "" ||
		state.Secret.Set() || state.Token.Set() || len(state.Retired) != 0 || state.CorpID == "" {
		t.Errorf("%s %+v", diff, state)
	}
	if back := s.load(); len(back.Unreadable) != 0 || back.Secret.Reveal() != "kanarienvogel1" || len(back.Retired) != 2 {
		t.Errorf("with the old one again: %+v", back)
	}
	changed.saves("admin", settings.Secret, "kanarienvogel4")
	state, _, err = changed.Save(t.Context(), settings.Change{Version: changed.load().Version, By: "admin", Clear: []string{settings.Token}}, changed.record)
	if diff := cmp.Diff([]string{settings.EncodingAESKey}, state.Unreadable); diff != "" || err != nil || state.Secret.Reveal() != "kanarienvogel4" {
		t.Errorf("%s %v", diff, err)
	}
}

// TestPairs: which former pairs are valid, and until when.
func TestPairs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "x.db")
		db, err := database.Open(t.Context(), database.Config{Path: file, Kind: "test", Schemas: []database.Schema{settings.Schema}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		s := shelve(t, db, "a", given())
		start := time.Now()
		tokens := func(what string, want ...string) {
			t.Helper()
			var got []string
			for _, p := range shelve(t, db, "a", given()).load().Retired { // as after a restart
				got = append(got, p.Token.Reveal()+" "+p.Until.Sub(start).String())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		tokens("at first")
		s.saves("admin", settings.SuperApprover, "wangwu", settings.Secret, "other", settings.AgentID, "2")
		tokens("another setting")
		s.saves("admin", settings.Token, "Token2")
		tokens("one change", "Token1 24h0m0s")
		time.Sleep(time.Hour)
		old := s.load().Version
		s.saves("admin", settings.EncodingAESKey, newKey)
		tokens("another change", "Token1 24h0m0s", "Token2 25h0m0s")
		if _, err := s.PairSeen(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		tokens("a request under a pair that is not the one of now", "Token1 24h0m0s", "Token2 25h0m0s")
		seen, err := s.PairSeen(t.Context(), s.load().Version)
		if err != nil || !seen.Retired[0].Seen {
			t.Fatal(err)
		}
		tokens("seen", "Token1 1h10m0s", "Token2 1h10m0s")
		time.Sleep(5 * time.Minute)
		if _, err := s.PairSeen(t.Context(), s.load().Version); err != nil {
			t.Fatal(err)
		}
		tokens("seen again", "Token1 1h10m0s", "Token2 1h10m0s")
		s.saves("admin", settings.Token, "Token1")
		tokens("the one of now is none of the former", "Token1 1h10m0s", "Token2 1h10m0s", "Token2 25h5m0s")
		time.Sleep(6 * time.Minute)
		tokens("two have ended", "Token2 25h5m0s")
		time.Sleep(24 * time.Hour)
		tokens("all have ended")

		s.saves("admin", settings.Token, "Token3")
		audited := len(s.audit)
		for range 2 { // the second has nothing to end
			if _, err := s.EndPairs(t.Context(), "admin", s.record); err != nil {
				t.Fatal(err)
			}
		}
		tokens("ended by hand")
		if diff := cmp.Diff([]string{"admin: " + settings.OldPair}, s.audit[audited:]); diff != "" {
			t.Error(diff)
		}
	})
}

// TestPairsNobodyMayUse: a pair that everybody knows or that is of no company or
// of another one ends with the save.
func TestPairsNobodyMayUse(t *testing.T) {
	t.Parallel()
	for what, tt := range map[string]struct {
		first, save []string
		retired     int
	}{
		"usual":                {nil, []string{settings.Token, "Token2"}, 1},
		"public Token":         {[]string{settings.Token, "FTAToken"}, []string{settings.Token, "Token2"}, 0},
		"public key":           {[]string{settings.EncodingAESKey, "FTAEncodingAESKeyFTAEncodingAESKey923456781"}, []string{settings.EncodingAESKey, newKey}, 0},
		"no company":           {[]string{settings.CorpID, ""}, []string{settings.Token, "Token2"}, 0},
		"no company until now": {[]string{settings.CorpID, ""}, []string{settings.Token, "Token2", settings.CorpID, "ww1"}, 0},
		"another company":      {nil, []string{settings.CorpID, "wwother"}, 0},
		"both":                 {nil, []string{settings.CorpID, "wwother", settings.Token, "Token2"}, 0},
		"half a pair":          {[]string{settings.Token, ""}, []string{settings.Token, "Token2"}, 0},
	} {
		first := given()
		for i := 0; i < len(tt.first); i += 2 {
			first[tt.first[i]] = tt.first[i+1]
		}
		s := open(t, filepath.Join(t.TempDir(), "x.db"), "a", first)
		if state := s.saves("admin", tt.save...); len(state.Retired) != tt.retired {
			t.Errorf("%s: %d former pairs", what, len(state.Retired))
		}
	}
	// What was valid before ends with the company too.
	s := open(t, filepath.Join(t.TempDir(), "x.db"), "a", given())
	s.saves("admin", settings.Token, "Token2")
	if state := s.saves("admin", settings.CorpID, "wwother"); len(state.Retired) != 0 {
		t.Error("a pair of another company is valid")
	}
}
