// Package health answers /ping and /healthz.
package health

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Check asks one part how it is. Its error is shown to anybody who can reach
// the page: it must hold no secret.
type Check struct {
	Name string

	// Fatal checks turn the answer into 503, which makes a platform replace the
	// process: only for what a new process could cure.
	Fatal bool

	Ask func(ctx context.Context) error
}

// patience is for all checks together; platforms ask again after seconds.
const patience = 2 * time.Second

type result struct {
	OK     bool              `json:"ok"`
	Checks map[string]string `json:"checks"` // "ok" or what is wrong
}

// Handler answers the two paths, with or without a slash at the end, and hands
// everything else to next. It stands before any check of the Host header:
// probes name an address, not the site.
func Handler(next http.Handler, checks ...Check) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimSuffix(r.URL.Path, "/")
		if path != "/ping" && path != "/healthz" {
			next.ServeHTTP(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if path == "/ping" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte("pong"))
			return
		}
		status, res := ask(r.Context(), checks)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(res)
	})
}

func ask(ctx context.Context, checks []Check) (status int, res result) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answers := make([]chan string, len(checks))
	for i, c := range checks {
		answers[i] = make(chan string, 1)
		go func() { answers[i] <- c.one(ctx) }()
	}
	status, res = http.StatusOK, result{OK: true, Checks: map[string]string{}}
	for i, c := range checks {
		text := "no answer in time"
		select {
		case text = <-answers[i]:
		default:
			select {
			case text = <-answers[i]:
			case <-ctx.Done():
			}
		}
		res.Checks[c.Name] = text
		if text != "ok" {
			res.OK = false
			if c.Fatal {
				status = http.StatusServiceUnavailable
			}
		}
	}
	return status, res
}

func (c Check) one(ctx context.Context) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprintf("the check panicked: %T", p)
		}
	}()
	if err := c.Ask(ctx); err != nil {
		return err.Error()
	}
	return "ok"
}
