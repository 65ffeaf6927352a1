package callback_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/callback"
)

// TestSharedMemory: what a message leaves behind is wiped, and what a handler keeps
// is its own.
func TestSharedMemory(t *testing.T) {
	t.Parallel()
	if left := callback.Wiped(strings.Repeat("c", 1000), "TY 1_1"); len(left) < 1000 || len(bytes.Trim(left, "\x00")) > 0 {
		t.Errorf("of a message stays %q", bytes.Trim(left, "\x00"))
	}
	var kept []*callback.Unknown
	h, log := newHandler(t, callback.Config{Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
		kept = append(kept, m.(*callback.Unknown))
		return nil, nil
	}})
	for _, key := range []string{"first", "other"} {
		if w := serve(h, message(t, eventXML("made_up", key))); w.Code != 200 {
			t.Fatal(dump(w), log.take())
		}
	}
	for i, key := range []string{"first", "other"} {
		if want := eventXML("made_up", key); string(kept[i].Raw) != want {
			t.Errorf("message %d became %s", i, kept[i].Raw)
		}
	}
}
