package approval_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// TestWake: the outbox is woken by what has stored something for it, and not by
// members who name numbers.
func TestWake(t *testing.T) {
	t.Parallel()
	var woken atomic.Int64
	o := officeWith(t, filepath.Join(t.TempDir(), "db"), func(cfg *approval.Config) {
		cfg.Wake = func() { woken.Add(1) }
	})
	o.start()
	defer o.close()
	id := o.push("reply", "1")
	for _, tt := range []struct {
		name string
		do   func() approval.Outcome
		want approval.OutcomeKind
		more int64
	}{
		{"no such alarm", func() approval.Outcome { return o.decide(id+1, "zhangsan", true) }, approval.OutcomeNoNumber, 0},
		{"a stranger", func() approval.Outcome { return o.decide(id, "stranger", true) }, approval.OutcomeNotAllowed, 0},
		{"the first", func() approval.Outcome { return o.decide(id, "zhangsan", true) }, approval.OutcomeDecided, 1},
		{"again", func() approval.Outcome { return o.decide(id, "zhangsan", true) }, approval.OutcomeRepeated, 0},
		{"too late", func() approval.Outcome { return o.decide(id, "lisi", false) }, approval.OutcomeAlready, 0},
	} {
		before := woken.Load()
		if got := tt.do().Kind; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if got := woken.Load() - before; got != tt.more {
			t.Errorf("%s: woken %d times, want %d", tt.name, got, tt.more)
		}
	}
}
