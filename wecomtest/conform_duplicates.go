package wecomtest

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Duplicates remembers which callbacks were handled. It is the same as
// callback.Duplicates.
type Duplicates interface {
	// Begin gives a key to the first who asks (mine) until Done, Fail or the end of
	// the lease. Others learn that it is done, with the reply, or in work (neither).
	Begin(ctx context.Context, key string, lease time.Duration) (mine, done bool, reply []byte, err error)
	// Done keeps the reply for at least so long, whatever the lease was.
	Done(ctx context.Context, key string, reply []byte, keep time.Duration) error
	// Fail releases the key: the next who asks gets it.
	Fail(ctx context.Context, key string) error
}

// TestDuplicates checks that a store of duplicates keeps what it promises, and
// returns all that it found wrong. It takes keys of its own, so the store may be
// in use, and a few seconds, because leases have to run out.
func TestDuplicates(d Duplicates) error {
	ctx, cancel := context.WithTimeout(context.Background(), conformTimeout)
	defer cancel()
	var f findings
	checkOwner(ctx, d, &f)
	checkReplies(ctx, d, &f)
	checkFail(ctx, d, &f)
	checkLeases(ctx, d, &f)
	checkBeginRace(ctx, d, &f, freshKey("race"), "a new key")
	return f.err()
}

type begun int

const (
	nobody begun = iota // error, or an impossible answer
	mine
	inWork
	finished
)

func (b begun) String() string {
	return [...]string{"an impossible answer", "mine", "in work elsewhere", "done"}[b]
}

func begin(ctx context.Context, d Duplicates, f *findings, key string, lease time.Duration) (begun, []byte) {
	isMine, isDone, reply, err := d.Begin(ctx, key, lease)
	switch {
	case err != nil:
		f.add("Begin: %w", err)
		return nobody, nil
	case isMine && isDone:
		f.add("Begin says both mine and done")
		return nobody, nil
	case isMine:
		return mine, nil
	case isDone:
		return finished, reply
	}
	return inWork, nil
}

func expectBegin(ctx context.Context, d Duplicates, f *findings, what, key string, want begun) []byte {
	got, reply := begin(ctx, d, f, key, time.Minute)
	if got != want && got != nobody {
		f.add("Begin of %s: %v, want %v", what, got, want)
	}
	return reply
}

func checkOwner(ctx context.Context, d Duplicates, f *findings) {
	key := freshKey("owner")
	expectBegin(ctx, d, f, "a new key", key, mine)
	expectBegin(ctx, d, f, "a key in work", key, inWork)
	expectBegin(ctx, d, f, "a key that differs in case", key+"x", mine)
	expectBegin(ctx, d, f, "a key that differs in case", key+"X", mine)
	long := key + string(bytes.Repeat([]byte("y"), 1000))
	expectBegin(ctx, d, f, "a long key", long, mine)
	expectBegin(ctx, d, f, "a key that differs after 1000 bytes", long+"z", mine)
	if err := sleep(ctx, 100*time.Millisecond); err != nil {
		f.add("%w", err)
	}
	expectBegin(ctx, d, f, "a key 100 ms into its lease of a minute", key, inWork)
}

func checkReplies(ctx context.Context, d Duplicates, f *findings) {
	binary := []byte("<xml>\x00\xff\r\n好</xml>")
	for _, c := range []struct {
		what  string
		reply []byte
	}{{"a key done with a reply", binary}, {"a key done without a reply", nil}, {"a key done with a reply of 20 KiB", bytes.Repeat(binary, 1200)}} {
		key, given := freshKey("reply"), bytes.Clone(c.reply)
		expectBegin(ctx, d, f, "a new key", key, mine)
		if err := d.Done(ctx, key, given, time.Hour); err != nil {
			f.add("Done: %w", err)
		}
		clear(given) // a store that keeps the caller's slice shows it now
		reply := expectBegin(ctx, d, f, c.what, key, finished)
		if !bytes.Equal(reply, c.reply) {
			f.add("Begin of %s: another reply, of %d bytes, want %d", c.what, len(reply), len(c.reply))
		}
		clear(reply)
		if again := expectBegin(ctx, d, f, c.what+", asked again", key, finished); !bytes.Equal(again, c.reply) {
			f.add("Begin of %s, asked again: another reply, of %d bytes, want %d", c.what, len(again), len(c.reply))
		}
	}
}

func checkFail(ctx context.Context, d Duplicates, f *findings) {
	key, other := freshKey("fail"), freshKey("other")
	expectBegin(ctx, d, f, "a new key", key, mine)
	expectBegin(ctx, d, f, "a new key", other, mine)
	if err := d.Fail(ctx, key); err != nil {
		f.add("Fail: %w", err)
	}
	expectBegin(ctx, d, f, "a key whose neighbour failed", other, inWork)
	checkBeginRace(ctx, d, f, key, "a failed key")
}

// checkLeases: a lease that ran out gives the key away, to one; a finished key
// outlives its lease.
func checkLeases(ctx context.Context, d Duplicates, f *findings) {
	short, kept := freshKey("lease"), freshKey("kept")
	if got, _ := begin(ctx, d, f, kept, conformLease); got == mine {
		if err := d.Done(ctx, kept, []byte("kept"), time.Hour); err != nil {
			f.add("Done: %w", err)
		}
	}
	begin(ctx, d, f, short, conformLease)
	// The winner's lease is short as well, so that a race follows for the rest.
	ended, err := eventually(ctx, 5*conformLease, func() (bool, error) {
		got, _ := begin(ctx, d, f, short, conformLease)
		return got == mine || got == nobody, nil
	})
	if err != nil || !ended {
		f.add("a lease of %v has not ended after %v", conformLease, 6*conformLease)
	} else if err := sleep(ctx, 2*conformLease); err == nil {
		checkBeginRace(ctx, d, f, short, "a key whose lease ended")
	}
	if reply := expectBegin(ctx, d, f, "a done key after its lease", kept, finished); string(reply) != "kept" {
		f.add("Begin of a done key after its lease: another reply, of %d bytes", len(reply))
	}
}

// checkBeginRace: of many who ask at once, one gets the key.
func checkBeginRace(ctx context.Context, d Duplicates, f *findings, key, what string) {
	const askers = 30
	var given atomic.Int32
	var mu sync.Mutex // findings are not made for concurrency
	var all sync.WaitGroup
	for range askers {
		all.Go(func() {
			var own findings
			if got, _ := begin(ctx, d, &own, key, time.Minute); got == mine {
				given.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			f.errs = append(f.errs, own.errs...)
		})
	}
	all.Wait()
	if n := given.Load(); n != 1 {
		f.add("%d concurrent Begins of %s: given to %d, want 1", askers, what, n)
	}
}
