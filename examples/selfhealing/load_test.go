package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/play"
)

// connections of the client; at a rate the callbacks have half of them.
const connections = 20

// rates are how many there are a second of each work.
type rates struct{ callbacks, pushes, decisions int }

// steady is what a machine with a disk of its own bears for hours.
var steady = rates{200, 50, 5}

// borne are the rates where there are so many callbacks a second at full speed.
// An alarm costs several commits more, later on: messages, reminder, timeout. At
// a fifth of the speed all of it is about a third of what the disk can do.
func (r rates) borne(callbacks float64) rates {
	part := min(callbacks/5/float64(r.callbacks), 1)
	of := func(rate int) int { return max(int(part*float64(rate)), 1) }
	return rates{of(r.callbacks), of(r.pushes), of(r.decisions)}
}

// TestLoad loads the program, in a process of its own, with callbacks and alarms
// over loopback: first as fast as they are answered, beside a bare net/http that
// gets the same requests from the same client; then at a rate that it bears for
// hours, looking at what the process holds. LOADTIME is how long; without it
// everything is short, and what is seen is whether all answers are right and the
// process comes back to what it was.
//
// A callback is two commits, the claim and the answer, and an alarm one; each has
// its fsync, and they go one after the other: the speeds are mostly the disk's.
//
// The messages are those of production: twenty a minute to each member, and
// digests for the rest, so that an outbox under fifty alarms a second does not
// pile up. The plans' timeout is ten seconds: at most some hundred alarms wait.
func TestLoad(t *testing.T) {
	t.Parallel()
	length, full := loadTime(t)
	each := 300 * time.Millisecond
	if full {
		each = min(20*time.Second, length)
	}
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	bare := newFloor(t)
	bare.start()
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %5s %8s %9s %9s %6s %10s %10s %6s\n", "at full speed", "conns", "req/s", "p50", "p99", "late", "floor/s", "floor p99", "ratio")
	var bears rates
	for _, of := range []func(*real) work{(*real).pushes, (*real).callbacks} {
		r := newLoaded(t) // each has a database of its own
		r.start()
		w := of(r)
		least := atFull(t.Context(), client, w.atFloor(bare.addr), connections, each)
		ours := atFull(t.Context(), client, w, connections, each)
		r.right(w.name+" at the floor", least)
		r.right(w.name, ours)
		fmt.Fprintf(&b, "%-22s %5d %8.0f %9s %9s %6d %10.0f %10s %6.3f\n", w.name, connections, ours.perSecond(), ours.quantile(500), ours.quantile(990), ours.late,
			least.perSecond(), least.quantile(990), ours.perSecond()/least.perSecond())
		bears = steady.borne(ours.perSecond())
		r.kill()
		client.CloseIdleConnections()
	}
	bare.kill()
	t.Logf("\n%s", &b)
	if t.Failed() {
		return
	}
	if full {
		sustained(t, client, length, bears)
	} else {
		comesBack(t, client)
	}
}

// sustained looks at the process under a load that goes on.
func sustained(t *testing.T, client *http.Client, length time.Duration, bears rates) {
	t.Helper()
	r := newLoaded(t)
	r.start()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var samples []gauge
	var lost error
	var watch sync.WaitGroup
	watch.Go(func() {
		samples, lost = r.sample(ctx, client, min(max(length/60, 100*time.Millisecond), 5*time.Second))
	})
	t.Logf("\n%s", r.atRates(client, length, bears, 0.8))
	cancel()
	watch.Wait()
	if lost != nil {
		t.Fatalf("the process does not tell: %v\n%s", lost, strings.Join(r.log.Last(20), "\n"))
	}
	t.Logf("%d samples in %v\n%s", len(samples), length, memoryTable(t, samples))
}

// comesBack looks at the process after a short load: connections and requests
// leave nothing.
func comesBack(t *testing.T, client *http.Client) {
	t.Helper()
	r := newLoaded(t)
	r.start()
	for _, w := range []work{r.callbacks(), r.pushes(), r.decisions(client)} { // what the first of each makes stays
		r.right(w.name, atRate(t.Context(), client, w, 1, 100*time.Millisecond, 50))
	}
	client.CloseIdleConnections()
	before := must[gauge](t)(r.gauge(t.Context(), client))
	t.Logf("\n%s", r.atRates(client, time.Second, rates{30, 10, 5}, 0))
	client.CloseIdleConnections()
	var after gauge
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		after = must[gauge](t)(r.gauge(t.Context(), client))
		// The program keeps a few idle connections to WeCom and to the hook, with two
		// goroutines each; what the load's requests would leave is more than that.
		if after.Heap <= before.Heap+4 && after.Goroutines <= before.Goroutines+20 && after.Files <= before.Files+10 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the process does not come back to what it was:\nbefore %+v\nafter  %+v\n%s", before, after, strings.Join(r.log.Last(20), "\n"))
		}
	}
	t.Logf("before %+v\nafter  %+v", before, after)
}

// atRates does all works beside each other; each must come to that part of its
// rate, or it was no such load.
func (r *real) atRates(client *http.Client, length time.Duration, at rates, least float64) string {
	r.t.Helper()
	works := []struct {
		work
		connections, rate int
	}{
		{r.callbacks(), connections / 2, at.callbacks},
		{r.pushes(), connections / 4, at.pushes},
		{r.decisions(client), connections / 4, at.decisions},
	}
	speeds := make([]speed, len(works))
	var wg sync.WaitGroup
	for i, w := range works {
		wg.Go(func() { speeds[i] = atRate(r.t.Context(), client, w.work, w.connections, length, w.rate) })
	}
	wg.Wait()
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %5s %8s %8s %9s %9s %9s %6s\n", "for "+length.String(), "conns", "asked/s", "req/s", "p50", "p99", "p99.9", "late")
	for i, w := range works {
		s := speeds[i]
		r.right(w.name, s)
		if s.perSecond() < least*float64(w.rate) {
			r.t.Errorf("%s: %.1f a second, not the %d that were asked for", w.name, s.perSecond(), w.rate)
		}
		fmt.Fprintf(&b, "%-22s %5d %8d %8.1f %9s %9s %9s %6d\n", w.name, w.connections, w.rate, s.perSecond(), s.quantile(500), s.quantile(990), s.quantile(999), s.late)
	}
	return b.String()
}

// right fails the test unless there were answers and all of them were right.
func (r *real) right(what string, s speed) {
	r.t.Helper()
	if s.wrong != nil || len(s.took) == 0 {
		r.t.Errorf("%s: %d right answers, then: %v\n%s", what, len(s.took), s.wrong, strings.Join(r.log.Last(20), "\n"))
	}
}

func loadTime(t *testing.T) (length time.Duration, full bool) {
	t.Helper()
	text := os.Getenv("LOADTIME")
	length, err := time.ParseDuration(cmp.Or(text, "1s"))
	if err != nil || length < time.Second || length > 24*time.Hour {
		t.Fatalf("LOADTIME=%q is no duration from 1s to 24h: %v", text, err)
	}
	return length, text != ""
}

// newLoaded is the program with the limits of production and plans that do not
// wait for long.
func newLoaded(t *testing.T) *real {
	t.Helper()
	r := newReal(t)
	r.env[0] = childVariable + "=" + gauged
	file := r.variable("BKAPP_FTA_PLANS")
	plans := must[[]byte](t)(os.ReadFile(file))
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(plans), `"20m"`, `"10s"`)), 0o600); err != nil {
		t.Fatal(err)
	}
	return r
}

func newFloor(t *testing.T) *real {
	t.Helper()
	r := &real{t: t, log: &play.Log{}, addr: freeAddr(t), env: []string{childVariable + "=" + floor}}
	r.args = []string{"-addr", r.addr}
	t.Cleanup(r.kill)
	return r
}
