package binding_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/google/go-cmp/cmp"
)

func in(t *testing.T, fn func(ctx context.Context, tx *sql.Tx)) {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{Path: filepath.Join(t.TempDir(), "x.db"), Kind: "test",
		Schemas: []database.Schema{binding.Schema}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Tx(t.Context(), func(tx *sql.Tx) error { fn(t.Context(), tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// A story of visits: each step stores, names who has become reachable, and then
// the whole table is looked up from both sides.
func TestVisits(t *testing.T) {
	t.Parallel()
	type ids = binding.IDs
	in(t, func(ctx context.Context, tx *sql.Tx) {
		for _, step := range []struct {
			what      string
			username  string
			ids       ids
			reachable []string
			byUserID  map[string]string // wx_userid: username, or what is wrong
			of        map[string]ids
		}{
			{"first visit, not bound", "lisi", ids{}, nil,
				map[string]string{"LiSi": "unbound"}, map[string]ids{}},
			{"bound", "lisi", ids{WxUserID: "LiSi"}, []string{"lisi"},
				map[string]string{"LiSi": "lisi", "lisi": "lisi", "lısi": "unbound", "": "unbound"},
				map[string]ids{"lisi": {WxUserID: "LiSi"}, "LISI": {WxUserID: "LiSi"}}},
			{"again", "LiSi", ids{WxUserID: "lisi"}, nil,
				map[string]string{"LiSi": "LiSi"}, map[string]ids{"lisi": {WxUserID: "lisi"}, "LISI": {WxUserID: "lisi"}}},
			{"taken by another", "wangwu", ids{WxUserID: "LISI"}, nil,
				map[string]string{"LiSi": "conflict"}, map[string]ids{}},
			{"by a third", "zhangsan", ids{WxUserID: "lisi", WxOpenID: "oABC"}, nil,
				map[string]string{"LiSi": "conflict"}, map[string]ids{"zhangsan": {WxOpenID: "oABC"}}},
			{"the third binds their own", "zhangsan", ids{WxUserID: "zhangsan"}, []string{"zhangsan"},
				map[string]string{"LiSi": "conflict", "zhangsan": "zhangsan"}, map[string]ids{"zhangsan": {WxUserID: "zhangsan"}}},
			{"the other unbinds, which ends the conflict", "wangwu", ids{}, []string{"LiSi"},
				map[string]string{"LiSi": "LiSi"},
				map[string]ids{"lisi": {WxUserID: "lisi"}, "LISI": {WxUserID: "lisi"}, "zhangsan": {WxUserID: "zhangsan"}}},
			{"bound to another member, reachable before and after", "lisi", ids{WxUserID: "lisi2"}, nil,
				map[string]string{"LiSi": "unbound", "lisi2": "lisi"},
				map[string]ids{"lisi": {WxUserID: "lisi2"}, "LISI": {WxUserID: "lisi2"}, "zhangsan": {WxUserID: "zhangsan"}}},
			{"a visit without removes", "LISI", ids{}, nil,
				map[string]string{"lisi2": "unbound"}, map[string]ids{"zhangsan": {WxUserID: "zhangsan"}}},
		} {
			reachable, err := binding.Store(ctx, tx, step.username, step.ids)
			if diff := cmp.Diff(step.reachable, reachable); diff != "" && len(step.reachable)+len(reachable) > 0 || err != nil {
				t.Errorf("%s: reachable %v, %v", step.what, reachable, err)
			}
			for id, want := range step.byUserID {
				if got := found(binding.ByUserID(ctx, tx, id)); got != want {
					t.Errorf("%s: %q is %s, want %s", step.what, id, got, want)
				}
			}
			of, err := binding.Of(ctx, tx, []string{"lisi", "LISI", "wangwu", "zhangsan", "stranger"})
			if diff := cmp.Diff(step.of, of); diff != "" || err != nil {
				t.Errorf("%s: %v\n%s", step.what, err, diff)
			}
		}
	})
}

func found(username string, err error) string {
	switch {
	case errors.Is(err, binding.ErrUnbound):
		return "unbound"
	case errors.Is(err, binding.ErrConflict):
		return "conflict"
	case err != nil:
		return err.Error()
	}
	return username
}

// openids differ by case.
func TestByOpenID(t *testing.T) {
	t.Parallel()
	in(t, func(ctx context.Context, tx *sql.Tx) {
		for username, id := range map[string]string{"zhangsan": "oAb_-1", "lisi": "oaB_-1", "wangwu": "oTwo", "zhaoliu": "oTwo"} {
			if _, err := binding.Store(ctx, tx, username, binding.IDs{WxOpenID: id}); err != nil {
				t.Error(err)
			}
		}
		for id, want := range map[string]string{"oAb_-1": "zhangsan", "oaB_-1": "lisi", "oab_-1": "unbound", "oTwo": "conflict", "": "unbound"} {
			if got := found(binding.ByOpenID(ctx, tx, id)); got != want {
				t.Errorf("%q is %s, want %s", id, got, want)
			}
			if got := found(binding.ByUserID(ctx, tx, id)); got != "unbound" {
				t.Errorf("as a userid %q is %s", id, got)
			}
		}
		of, err := binding.Of(ctx, tx, []string{"zhangsan", "wangwu"})
		if diff := cmp.Diff(map[string]binding.IDs{"zhangsan": {WxOpenID: "oAb_-1"}}, of); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

// What could reach others, or everybody, is never stored.
func TestMalformed(t *testing.T) {
	t.Parallel()
	in(t, func(ctx context.Context, tx *sql.Tx) {
		if _, err := binding.Store(ctx, tx, "lisi", binding.IDs{WxUserID: "LiSi"}); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []binding.IDs{{WxUserID: "@all"}, {WxUserID: "a|b"}, {WxUserID: "李四"}, {WxOpenID: "o b"}, {WxUserID: "a", WxOpenID: "o|b"}} {
			if _, err := binding.Store(ctx, tx, "lisi", bad); !errors.Is(err, binding.ErrMalformed) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if _, err := binding.Store(ctx, tx, "", binding.IDs{WxUserID: "a"}); !errors.Is(err, binding.ErrMalformed) {
			t.Errorf("nobody: %v", err)
		}
		if got := found(binding.ByUserID(ctx, tx, "lisi")); got != "lisi" {
			t.Errorf("a malformed visit has changed the binding: %s", got)
		}
	})
}
