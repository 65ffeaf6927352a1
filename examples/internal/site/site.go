package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/health"
	"github.com/bkwecom/wecom/examples/internal/prefix"
	"github.com/bkwecom/wecom/proxyhdr"
)

// Config of a site.
type Config struct {
	Common env.Common // Prefix, TrustedProxies, ExternalScheme, DomainVerifyDir

	// Phone is the inner path of the phone pages, such as /weixin/.
	Phone string
	// Outward lists the inner paths that answer on the external host, each with a
	// slash at the end for all that is below it; on that host everything else is
	// 404.
	Outward []string
	// Inward lists inner paths that answer on the external host alone, named by a
	// trusted proxy; by any other way they are 404.
	Inward []string

	Checks []health.Check

	// Fail answers with a page for the status code; nil answers in plain text.
	Fail func(w http.ResponseWriter, r *http.Request, status int)
	// Barred is told of requests that the gate refuses, by their inner path: a
	// wrongly configured monitoring system should be seen in the log. nil is
	// allowed.
	Barred func(r *http.Request)
	Log    *slog.Logger // nil is slog.Default
}

// Outer is how the site is seen from outside.
type Outer struct {
	// Hosts are the external hosts, with their port if it is not the scheme's. None:
	// no request is external.
	Hosts []string
	// Path is the outer path of the phone pages, with a slash at the end, where it
	// is not that of the prefix; "" otherwise.
	Path string
}

// Site hands requests to the app. It is safe for concurrent use.
type Site struct {
	cfg    Config
	next   http.Handler
	proofs http.Handler
	now    atomic.Pointer[outside]
}

// outside is what one [Outer] makes; it never changes.
type outside struct {
	Outer
	handler http.Handler
}

// New puts the way in together, in front of next.
func New(cfg Config, outer Outer, next http.Handler) (*Site, error) {
	if next == nil {
		return nil, errors.New("site: next is nil")
	}
	for _, path := range append(append([]string{cmp.Or(cfg.Phone, "/")}, cfg.Outward...), cfg.Inward...) {
		if !strings.HasPrefix(path, "/") || !strings.HasSuffix(path, "/") {
			return nil, fmt.Errorf("site: %q: inner paths begin and end with a slash", path)
		}
	}
	if cfg.Fail == nil {
		cfg.Fail = func(w http.ResponseWriter, _ *http.Request, status int) {
			http.Error(w, http.StatusText(status), status)
		}
	}
	if cfg.Barred == nil {
		cfg.Barred = func(*http.Request) {}
	}
	cfg.Log = cmp.Or(cfg.Log, slog.Default())
	cfg.Checks = health.Shared(cfg.Checks)
	s := &Site{cfg: cfg, next: next, proofs: proofs(cfg.Common.DomainVerifyDir)}
	return s, s.Use(outer)
}

// Use replaces how the site is seen from outside, for settings that are saved
// while it runs. If it fails, everything is as before.
func (s *Site) Use(outer Outer) error {
	if p := outer.Path; p != "" && (!strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || !strings.HasSuffix(p, "/")) {
		return fmt.Errorf("site: outer path %q: it begins and ends with one slash", p)
	}
	proxy, err := proxyhdr.New(proxyhdr.Config{
		Trusted: s.cfg.Common.TrustedProxies, Hosts: outer.Hosts,
		Scheme: s.cfg.Common.ExternalScheme, Prefix: s.cfg.Common.Prefix,
		Log: s.cfg.Log, Refused: s.refused,
	})
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	now := &outside{Outer: outer}
	now.handler = proxy.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.enter(now, w, r) }))
	s.now.Store(now)
	return nil
}

// ServeHTTP answers every request of the process.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	recovered(w, r, s.cfg.Log, s.cfg.Fail, func(w http.ResponseWriter, r *http.Request) {
		way := s.now.Load().handler
		if below, ok := prefix.Cut(s.cfg.Common.Prefix, r); ok {
			health.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				way.ServeHTTP(w, r)
			}), s.cfg.Checks...).ServeHTTP(w, below)
			return
		}
		health.Handler(way, s.cfg.Checks...).ServeHTTP(w, r)
	})
}

// refused is for values of a trusted proxy that cannot be read; proxyhdr has
// logged them.
func (s *Site) refused(w http.ResponseWriter, r *http.Request, _ error) {
	s.cfg.Fail(w, r, http.StatusBadRequest)
}

// enter is behind proxyhdr.
func (s *Site) enter(now *outside, w http.ResponseWriter, r *http.Request) {
	origin, _ := proxyhdr.FromContext(r.Context())
	inner, ok := prefix.Cut(origin.Prefix, r)
	if !ok {
		inner, _ = prefix.Cut(s.cfg.Common.Prefix, r)
	}
	here := place{origin: origin, phone: s.cfg.Phone, outer: now.Path}
	here.location = here.outerURI(r, inner)
	inner = inner.WithContext(context.WithValue(inner.Context(), placeKey{}, here))
	health.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case domainProof.MatchString(r.URL.Path):
			s.proofs.ServeHTTP(w, r)
		case !s.open(now, origin, r):
			s.cfg.Barred(r)
			s.cfg.Fail(w, r, http.StatusNotFound)
		default:
			s.next.ServeHTTP(w, r)
		}
	}), s.cfg.Checks...).ServeHTTP(w, inner)
}
