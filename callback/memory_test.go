package callback_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/wecomtest"
)

func TestMemoryDuplicates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if err := wecomtest.TestDuplicates(callback.NewMemory(1000)); err != nil {
			t.Error(err)
		}
	})
}

// TestMemoryBound: the oldest messages are forgotten first.
func TestMemoryBound(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	m := callback.NewMemory(10)
	for i := range 20 {
		key := fmt.Sprint(i)
		if mine, _, _, _ := m.Begin(ctx, key, time.Minute); !mine {
			t.Fatalf("key %d is not ours", i)
		}
		if err := m.Done(ctx, key, []byte(key), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if _, done, reply, _ := m.Begin(ctx, "19", time.Minute); !done || string(reply) != "19" {
		t.Error("the newest message is forgotten")
	}
	if _, done, _, _ := m.Begin(ctx, "0", time.Minute); done {
		t.Error("the oldest message is remembered")
	}
}
