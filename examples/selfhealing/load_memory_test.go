package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// gauged is the program as a child, as it is in production, that tells at /gauge
// what it holds.
const gauged = "gauged"

// gauge is what a process holds at a moment.
type gauge struct {
	Heap       float64 // MiB that are alive after a garbage collection
	RSS        float64 // MiB, SQLite's included; 0 where there is no /proc
	Goroutines float64
	Files      float64 // open ones, connections included; 0 where there is no /proc
	Database   float64 // MiB on disk with its WAL
	Waiting    float64 // rows of the outbox
}

func runGauged() int {
	return runTelling(func(*config) {}, "/gauge", func(a *app, w http.ResponseWriter, r *http.Request) {
		const mib = 1 << 20
		var g gauge
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		g.Heap, g.Goroutines = float64(m.HeapAlloc)/mib, float64(runtime.NumGoroutine())
		if text, err := os.ReadFile("/proc/self/statm"); err == nil {
			var size, resident int
			_, _ = fmt.Sscan(string(text), &size, &resident)
			g.RSS = float64(resident) * float64(os.Getpagesize()) / mib
		}
		if files, err := os.ReadDir("/proc/self/fd"); err == nil {
			g.Files = float64(len(files))
		}
		for _, name := range []string{a.db.Path(), a.db.Path() + "-wal"} {
			if info, err := os.Stat(name); err == nil {
				g.Database += float64(info.Size()) / mib
			}
		}
		_ = a.outboxCounts(r.Context(), func(waiting, _, _ int) error {
			g.Waiting = float64(waiting)
			return nil
		})
		_ = json.NewEncoder(w).Encode(g)
	})
}

func (r *real) gauge(ctx context.Context, client *http.Client) (g gauge, err error) {
	_, err = exchange(ctx, client, work{
		request: func(ctx context.Context, _ int64) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.addr+"/gauge", nil)
		},
		right: func(body []byte, _ bool) error { return json.Unmarshal(body, &g) },
	}, 0)
	return g, err
}

// A figure of the gauge, and how much more than a tenth it may rise by.
type figure struct {
	name  string
	of    func(gauge) float64
	slack float64 // below 0: it grows with the work that was done, and is only shown
}

// The database keeps alarms, their audit and what the callback has answered, for
// days: its size is no leak. Its cache in memory is bounded and is in RSS.
var figures = []figure{
	{"heap after GC, MiB", func(g gauge) float64 { return g.Heap }, 4},
	{"RSS, MiB", func(g gauge) float64 { return g.RSS }, 8},
	{"goroutines", func(g gauge) float64 { return g.Goroutines }, 10},
	{"open files", func(g gauge) float64 { return g.Files }, 5},
	{"outbox rows waiting", func(g gauge) float64 { return g.Waiting }, 200},
	{"database, MiB", func(g gauge) float64 { return g.Database }, -1},
}

// medians are those of each third: the first one is of warming up.
func (f figure) medians(samples []gauge) (m [3]float64) {
	for i := range m {
		var part []float64
		for _, g := range samples[i*len(samples)/3 : (i+1)*len(samples)/3] {
			part = append(part, f.of(g))
		}
		slices.Sort(part)
		if len(part) > 0 {
			m[i] = part[len(part)/2]
		}
	}
	return m
}

// flat: the last third is not more than a tenth and the slack above the second.
func (f figure) flat(samples []gauge) bool {
	m := f.medians(samples)
	return f.slack < 0 || m[2] <= m[1]*1.1+f.slack
}

// memoryTable judges what was sampled while the program worked.
func memoryTable(t *testing.T, samples []gauge) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%-22s %9s %9s %9s %9s\n", "the process", "1st third", "2nd", "last", "most")
	for _, f := range figures {
		m, most, word := f.medians(samples), 0.0, "flat"
		for _, g := range samples {
			most = max(most, f.of(g))
		}
		switch {
		case f.slack < 0:
			word = "grows with what is kept"
		case !f.flat(samples):
			word = "NOT flat"
			t.Errorf("%s: %.1f in the last third, %.1f in the second", f.name, m[2], m[1])
		}
		fmt.Fprintf(&b, "%-22s %9.1f %9.1f %9.1f %9.1f  %s\n", f.name, m[0], m[1], m[2], most, word)
	}
	return b.String()
}

// TestFlat: what rises all the time is told from what has risen once and from
// what goes up and down.
func TestFlat(t *testing.T) {
	t.Parallel()
	f := figure{"", func(g gauge) float64 { return g.Heap }, 2}
	for _, tt := range []struct {
		name string
		at   func(i int) float64
		want bool
	}{
		{"constant", func(int) float64 { return 20 }, true},
		{"warming up", func(i int) float64 { return min(float64(i), 30) }, true},
		{"falling", func(i int) float64 { return 200 - float64(i) }, true},
		{"up and down", func(i int) float64 { return 20 + float64(i%5*10) }, true},
		{"one peak", func(i int) float64 { return map[bool]float64{true: 500, false: 20}[i == 75] }, true},
		{"rising", func(i int) float64 { return 20 + float64(i)/5 }, false},
		{"a step late", func(i int) float64 { return map[bool]float64{true: 25, false: 20}[i > 60] }, false},
	} {
		var samples []gauge
		for i := range 90 {
			samples = append(samples, gauge{Heap: tt.at(i)})
		}
		if got := f.flat(samples); got != tt.want {
			t.Errorf("%s: flat is %v", tt.name, got)
		}
	}
}

// sample asks the process every so often until ctx ends.
func (r *real) sample(ctx context.Context, client *http.Client, every time.Duration) (samples []gauge, err error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return samples, nil
		case <-tick.C:
		}
		g, err := r.gauge(context.WithoutCancel(ctx), client)
		if err != nil {
			return samples, err
		}
		samples = append(samples, g)
	}
}
