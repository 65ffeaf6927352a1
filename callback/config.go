package callback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// Config describes one callback address (接收消息服务器配置). Token,
// EncodingAESKey, ReceiverID and Handle must be set for an app.
//
// A Config hides Token and key from fmt, log/slog and encoding/json. Package fmt
// calls no method on an unexported field: do not keep a Config or Keys in one.
type Config struct {
	Token          string // 1 to 32 letters and digits, as in the admin console
	EncodingAESKey string // 43 characters, as in the admin console
	// ReceiverID is the CorpID. "" accepts only messages that are addressed to
	// nobody, as those to smart bots are; crypto.AnyReceiver accepts all, for the
	// first URL check, and cannot reply.
	ReceiverID string

	// Envelope is how requests are written: XML, for apps, or JSON. Requests in
	// the other one are refused.
	Envelope Envelope

	// Handle acts on a message. What it returns is shown to the member. It
	// runs once for a message however often that is delivered, until it
	// succeeds: after an error or a panic the next delivery runs it again.
	//
	// The vendor waits 5 seconds. A handler that has not ended shortly before
	// is acknowledged with an empty answer and goes on; then its message is
	// not delivered again, so it must have committed its work by then, and its
	// result goes to Late. ctx ends after Timeout; it carries the values of the
	// request's context but does not end with the request.
	Handle func(ctx context.Context, m Message) (Reply, error)

	// AgentIDs, if any, are the apps whose messages are accepted, besides
	// messages that name no app. Others are refused; a wrong number here shows
	// only then, since the URL check names no app.
	AgentIDs []int
	// Duplicates remembers handled messages. nil keeps the last 32768 in this
	// process; with several processes behind one address give a shared one.
	Duplicates Duplicates
	// DeadLetters keeps the messages that Handle failed on, for Replay. nil keeps
	// none.
	DeadLetters DeadLetters
	// Peer, if not nil, looks at who calls, before anything else is read; what it
	// returns an error for is refused. Peers.Check accepts WeCom's addresses alone.
	Peer func(r *http.Request) error
	// Skew is how far a request's timestamp may be from this machine's clock,
	// either way. 0 is five minutes, the most is a day.
	Skew time.Duration
	// Timeout ends the context of a handler. 0 is one minute.
	Timeout time.Duration
	// MaxRunning is how many handlers may run at once; further messages are
	// answered with 503, so that the vendor delivers them again. 0 is 4096.
	MaxRunning int

	// OnError is told why a request was refused or a message failed: wrapped
	// errors of this package and of package crypto, which hold no secret and
	// nothing of the message unless Handle put it into its error. nil logs to
	// slog.Default. It may be called concurrently, and for a handler that went
	// on after its acknowledgement when r has ended: of r, read the header and
	// the context's values.
	OnError func(r *http.Request, err error)
	// Late gets the result of a handler that ended after its message was
	// acknowledged, once. A reply must then be sent as a message of its own.
	// It has a Timeout of its own and counts among MaxRunning.
	Late func(ctx context.Context, m Message, r Reply, err error)
}

// Duplicates remembers which messages were handled; a shared one makes several
// processes act on a message once. Package wecomtest has a test for
// implementations. Keys are hashes of messages: two callback addresses, which
// may get the same event, each need a store or a key prefix of their own.
//
// A process that dies while it holds a claim keeps the message from the others
// until the lease ends, which is longer than the vendor delivers again: clear
// the claims of a process that is known to be gone.
type Duplicates interface {
	// Begin claims key for the length of lease. mine: the caller shall handle
	// the message and then call Done or Fail. done: it was handled before, and
	// reply is what Done was given. Neither: somebody else has claimed it.
	Begin(ctx context.Context, key string, lease time.Duration) (mine, done bool, reply []byte, err error)
	// Done marks a claimed key as handled and remembers it for keep.
	Done(ctx context.Context, key string, reply []byte, keep time.Duration) error
	// Fail gives a claimed key back, so that the next Begin claims it.
	Fail(ctx context.Context, key string) error
}

const (
	maxBody       = 1 << 20
	maxSkew       = 24 * time.Hour
	acknowledge   = 4500 * time.Millisecond // the vendor drops the connection after 5 s
	storeTimeout  = 5 * time.Second
	storePoll     = 200 * time.Millisecond
	memoryEntries = 32768
)

// New returns the handler for a callback address. Register it for the path
// with and without the final slash: the vendor takes a redirect for a failure.
func New(cfg Config) (*Handler, error) {
	if cfg.Handle == nil {
		return nil, errors.New("callback: Config.Handle is nil")
	}
	if cfg.Skew < 0 || cfg.Skew > maxSkew || cfg.Timeout < 0 || cfg.MaxRunning < 0 {
		return nil, errors.New("callback: Config.Skew, Timeout and MaxRunning must not be negative, nor Skew over 24 h")
	}
	if cfg.Envelope != XML && cfg.Envelope != JSON {
		return nil, errors.New("callback: Config.Envelope is neither XML nor JSON")
	}
	current, err := newOpener(Keys{cfg.Token, cfg.EncodingAESKey, cfg.ReceiverID})
	if err != nil {
		return nil, fmt.Errorf("callback: Config: %w", err)
	}
	cfg.Token, cfg.EncodingAESKey = "", "" // the codec has them; nobody else needs them
	cfg.AgentIDs = slices.Clone(cfg.AgentIDs)
	if cfg.Skew == 0 {
		cfg.Skew = 5 * time.Minute
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = time.Minute
	}
	if cfg.MaxRunning == 0 {
		cfg.MaxRunning = 4096
	}
	if cfg.Duplicates == nil {
		cfg.Duplicates = newMemory(memoryEntries)
	} else {
		cfg.Duplicates = bounded{cfg.Duplicates}
	}
	if cfg.OnError == nil {
		cfg.OnError = func(r *http.Request, err error) {
			slog.WarnContext(r.Context(), "wecom callback", "err", err)
		}
	}
	h := &Handler{cfg: cfg, board: board{runs: map[string]*run{}, idle: make(chan struct{})}}
	h.keys.Store(&[]opener{current})
	return h, nil
}

// A Handler serves one callback address. It is an http.Handler.
type Handler struct {
	cfg  Config
	keys atomic.Pointer[[]opener] // newest first

	board
}
