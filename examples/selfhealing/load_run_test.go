package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// speed is what a run of one work has come to.
type speed struct {
	took    []time.Duration // sorted
	elapsed time.Duration
	late    int
	wrong   error // nil if every answer was right
}

func (s speed) perSecond() float64 { return float64(len(s.took)) / s.elapsed.Seconds() }

// quantile takes thousandths.
func (s speed) quantile(thousandths int) time.Duration {
	if len(s.took) == 0 {
		return 0
	}
	return s.took[(len(s.took)-1)*thousandths/1000].Round(10 * time.Microsecond)
}

// sources numbers all requests of the process, so that no alarm comes twice.
var sources atomic.Int64

// atFull does a work over so many connections, each as fast as it is answered.
func atFull(ctx context.Context, client *http.Client, w work, connections int, length time.Duration) speed {
	return drive(ctx, client, w, connections, length, func(time.Time) time.Time { return time.Now() })
}

// atRate does a work so many times a second, whether or not the last ones were
// answered in time: what begins late counts from when it was due.
func atRate(ctx context.Context, client *http.Client, w work, connections int, length time.Duration, perSecond int) speed {
	var next atomic.Int64
	return drive(ctx, client, w, connections, length, func(begin time.Time) time.Time {
		due := begin.Add(time.Duration(next.Add(1)-1) * time.Second / time.Duration(perSecond))
		time.Sleep(min(time.Until(due), length-time.Since(begin)))
		return due
	})
}

// drive does a work on every connection until the length is over or something is
// wrong; due waits for when the next one is to begin.
func drive(ctx context.Context, client *http.Client, w work, connections int, length time.Duration, due func(begin time.Time) time.Time) speed {
	var s speed
	var mu sync.Mutex
	var wg sync.WaitGroup
	begin := time.Now()
	end := begin.Add(length)
	for range connections {
		wg.Go(func() {
			var took []time.Duration
			var err error
			late := 0
			for start := due(begin); time.Now().Before(end) && err == nil; start = due(begin) {
				var isLate bool
				if isLate, err = exchange(ctx, client, w, sources.Add(1)); isLate {
					late++
				}
				if err == nil {
					took = append(took, time.Since(start))
				}
			}
			mu.Lock()
			defer mu.Unlock()
			s.late += late
			s.took, s.wrong = append(s.took, took...), errors.Join(s.wrong, err)
		})
	}
	wg.Wait()
	s.elapsed = time.Since(begin)
	slices.Sort(s.took)
	return s
}
