package wecomtest_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
)

// memDuplicates is a right store; the fields break it in one way each.
type memDuplicates struct {
	mu sync.Mutex
	m  map[string]*dup

	twoSteps, retakeTwoSteps, loseReply, leaseForever, noLease, failKeeps, failAll         bool
	doneEndsWithLease, sharesSlice, keepsSlice, cutsKey, textOnly, emptyIsNotDone, bothSet bool
	broken                                                                                 bool
}

type dup struct {
	until time.Time
	done  bool
	reply []byte
}

func (d *memDuplicates) key(key string) string {
	if d.cutsKey && len(key) > 255 {
		return key[:255]
	}
	return key
}

func (d *memDuplicates) Begin(_ context.Context, key string, lease time.Duration) (mine, done bool, reply []byte, err error) {
	if d.broken {
		return false, false, nil, errors.New("no connection")
	}
	key = d.key(key)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.m == nil {
		d.m = map[string]*dup{}
	}
	e := d.m[key]
	held := e != nil && (d.leaseForever || time.Now().Before(e.until))
	if e != nil && e.done && (held || !d.doneEndsWithLease) {
		if d.sharesSlice {
			return false, true, e.reply, nil
		}
		return d.bothSet, true, bytes.Clone(e.reply), nil
	}
	if held {
		return false, false, nil, nil
	}
	if d.twoSteps && e == nil || d.retakeTwoSteps && e != nil {
		d.mu.Unlock()
		time.Sleep(time.Millisecond)
		d.mu.Lock()
	}
	if d.noLease {
		lease = time.Millisecond
	}
	d.m[key] = &dup{until: time.Now().Add(lease)}
	return true, false, nil, nil
}

func (d *memDuplicates) Done(_ context.Context, key string, reply []byte, keep time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.m[d.key(key)]
	if e == nil || d.emptyIsNotDone && len(reply) == 0 {
		return nil
	}
	e.done = true
	switch {
	case d.loseReply:
	case d.keepsSlice:
		e.reply = reply
	case d.textOnly:
		e.reply = bytes.ToValidUTF8(reply, nil)
	default:
		e.reply = bytes.Clone(reply)
	}
	if !d.doneEndsWithLease {
		e.until = time.Now().Add(keep)
	}
	return nil
}

func (d *memDuplicates) Fail(_ context.Context, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.failAll:
		clear(d.m)
	case !d.failKeeps:
		delete(d.m, d.key(key))
	}
	return nil
}

func TestDuplicatesConformance(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		store  *memDuplicates
		reason string // "" passes
	}{
		"right":                         {&memDuplicates{}, ""},
		"Begin checks, then takes":      {&memDuplicates{twoSteps: true}, "concurrent Begins of a new key"},
		"a lapsed lease goes to many":   {&memDuplicates{retakeTwoSteps: true}, "concurrent Begins of a key whose lease ended"},
		"Done loses the reply":          {&memDuplicates{loseReply: true}, "another reply"},
		"Done of no reply is forgotten": {&memDuplicates{emptyIsNotDone: true}, "done without a reply"},
		"a reply is not binary":         {&memDuplicates{textOnly: true}, "done with a reply: another reply"},
		"the reply is the caller's":     {&memDuplicates{keepsSlice: true}, "done with a reply: another reply"},
		"the reply is shared":           {&memDuplicates{sharesSlice: true}, "asked again: another reply"},
		"a lease never ends":            {&memDuplicates{leaseForever: true}, "has not ended"},
		"a lease ends at once":          {&memDuplicates{noLease: true}, "into its lease"},
		"Fail does not release":         {&memDuplicates{failKeeps: true}, "concurrent Begins of a failed key"},
		"Fail releases all":             {&memDuplicates{failAll: true}, "neighbour"},
		"Done ends with the lease":      {&memDuplicates{doneEndsWithLease: true}, "done key after its lease"},
		"long keys are cut":             {&memDuplicates{cutsKey: true}, "after 1000 bytes"},
		"mine and done at once":         {&memDuplicates{bothSet: true}, "both mine and done"},
		"errors":                        {&memDuplicates{broken: true}, "no connection"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { expectFinding(t, wecomtest.TestDuplicates(tt.store), tt.reason) })
		})
	}
}

// TestDuplicatesInRealTime also runs outside a bubble, where time is spent.
func TestDuplicatesInRealTime(t *testing.T) {
	t.Parallel()
	if err := wecomtest.TestDuplicates(&memDuplicates{}); err != nil {
		t.Error(err)
	}
}
