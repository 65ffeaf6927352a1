package site

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"runtime"
)

// recovered answers a panic with 500. Its value may hold anything, so the log
// has its type alone, and where it happened without arguments.
func recovered(w http.ResponseWriter, r *http.Request, log *slog.Logger, fail func(http.ResponseWriter, *http.Request, int), next http.HandlerFunc) {
	answer := &answer{ResponseWriter: w}
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p) // net/http's own way to cut a connection
		}
		what := fmt.Sprintf("%T", p)
		if err, ok := p.(runtime.Error); ok {
			what = err.Error()
		}
		log.ErrorContext(r.Context(), "a request panicked", "method", r.Method, "what", what, "at", callers())
		if answer.begun {
			panic(http.ErrAbortHandler) // half an answer must not look whole
		}
		clear(w.Header())
		fail(w, r, http.StatusInternalServerError)
	}()
	next(answer, r)
}

// callers lists the functions that panicked, innermost first.
func callers() (at []string) {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		f, more := frames.Next()
		if f.Function != "" && len(at) < 16 {
			at = append(at, fmt.Sprintf("%s %s:%d", path.Base(f.Function), path.Base(f.File), f.Line))
		}
		if !more {
			return at
		}
	}
}

// answer knows whether anything has gone out.
type answer struct {
	http.ResponseWriter
	begun bool
}

func (a *answer) WriteHeader(status int) {
	a.begun = a.begun || status >= 200
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
