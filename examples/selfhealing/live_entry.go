package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/bkwecom/wecom/callback"
	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// ownEcho begins the numbers of this program's own check of the callback address,
// which is not WeCom's first use of a pair.
const ownEcho = "selfhealing-check-"

// entry is the callback address: a handler by the settings of now, which can be
// replaced while requests run.
type entry struct {
	build func(settings.State) (*callback.Handler, error)
	seen  func(version int64) // WeCom has used the pair of that version, and a former one is still valid

	mu      sync.RWMutex
	now     *doorway
	stopped bool // nothing enters any more, and nothing is replaced
	leaving sync.WaitGroup
}

// doorway is the handler of one state; it never changes.
type doorway struct {
	handler *callback.Handler // nil while Token or EncodingAESKey is missing
	running sync.WaitGroup

	version int64
	codec   *wecomcrypto.Codec // of the pair of now, while the first request under it is awaited
	once    sync.Once
}

// use answers by this state from now on. What runs ends as it began. If it fails,
// everything is as before.
func (e *entry) use(state settings.State) error {
	next := &doorway{version: state.Version}
	var err error
	if next.handler, err = e.build(state); err != nil {
		return err
	}
	for _, p := range state.Retired {
		if next.handler == nil || p.Seen {
			continue
		}
		next.codec, err = wecomcrypto.New(state.Token.Reveal(), state.EncodingAESKey.Reveal(), wecomcrypto.AnyReceiver)
		if err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		return nil
	}
	old := e.now
	e.now = next
	if old != nil && old.handler != nil {
		e.leaving.Go(func() { // under the lock: stop does not wait yet
			old.running.Wait()
			_ = old.handler.Shutdown(context.Background()) // its handlers have deadlines of their own
		})
	}
	return nil
}

// enter counts the request before the doorway can be replaced.
func (e *entry) enter() *doorway {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.now == nil || e.stopped {
		return nil
	}
	e.now.running.Add(1)
	return e.now
}

// configured reports whether WeCom is answered at all.
func (e *entry) configured() bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.now != nil && e.now.handler != nil
}

// stop waits for what runs, of replaced handlers too.
func (e *entry) stop(ctx context.Context) error {
	e.mu.Lock()
	now := e.now
	e.stopped = true
	e.mu.Unlock()
	if now != nil && now.handler != nil {
		if err := now.handler.Shutdown(ctx); err != nil {
			return err
		}
	}
	left := make(chan struct{})
	go func() {
		if now != nil {
			now.running.Wait()
		}
		e.leaving.Wait()
		close(left)
	}()
	select {
	case <-left:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ServeHTTP is the callback address.
func (e *entry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := e.enter()
	if d == nil {
		unavailable(w)
		return
	}
	defer d.running.Done()
	switch {
	case d.handler == nil:
		unavailable(w)
	case d.codec == nil:
		d.handler.ServeHTTP(w, r)
	default:
		e.watch(d, w, r)
	}
}

func unavailable(w http.ResponseWriter) {
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

// watch looks at what was accepted for the first request under the pair of now.
// The handler tells nobody by which pair it has opened a request.
func (e *entry) watch(d *doorway, w http.ResponseWriter, r *http.Request) {
	answer := &accepted{ResponseWriter: w}
	var body bytes.Buffer // of at most 1 MiB, which is all that the handler reads
	seen := r.Clone(r.Context())
	if r.Body != nil {
		seen.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(r.Body, &body), r.Body}
	}
	d.handler.ServeHTTP(answer, seen)
	if answer.refused {
		return
	}
	q := r.URL.Query()
	sealed := strings.ReplaceAll(q.Get("echostr"), " ", "+")
	if r.Method == http.MethodPost {
		var envelope struct{ Encrypt string }
		if xml.Unmarshal(body.Bytes(), &envelope) != nil {
			return
		}
		sealed = strings.TrimSpace(envelope.Encrypt)
	}
	plain, err := d.codec.Open(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), sealed)
	if err == nil && !bytes.HasPrefix(plain, []byte(ownEcho)) {
		d.once.Do(func() { e.seen(d.version) })
	}
}

// accepted knows whether the answer was a success.
type accepted struct {
	http.ResponseWriter
	refused bool
}

func (a *accepted) WriteHeader(status int) {
	a.refused = status != http.StatusOK
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *accepted) Unwrap() http.ResponseWriter { return a.ResponseWriter }
