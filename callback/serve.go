package callback

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// ServeHTTP answers the vendor's URL checks (GET) and takes messages (POST).
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		h.report(r, ErrMethod)
		return
	}
	err := h.peer(r)
	switch {
	case err != nil:
	case r.Method == http.MethodGet:
		err = h.echo(w, r, start)
	default:
		err = h.receive(w, r, start)
	}
	if err != nil {
		// One answer for every reason: a peer that can tell them apart can try
		// keys and paddings. The connection is closed each time, since net/http
		// closes it by itself only after bodies that were not read; and what may
		// be read is, since closing over unread bytes can cost the peer the answer.
		if r.ContentLength <= maxBody {
			io.CopyN(io.Discard, r.Body, maxBody) //nolint:errcheck // the answer is the same
		}
		w.Header().Set("Connection", "close")
		http.Error(w, "bad request", http.StatusBadRequest)
		h.report(r, err)
	}
}

// echo answers the check that the admin console makes when it saves the
// address (验证URL有效性), within 1 s, with the decrypted text and nothing else.
func (h *Handler) echo(w http.ResponseWriter, r *http.Request, now time.Time) error {
	q, err := parseQuery(r.URL.RawQuery, true)
	if err != nil {
		return err
	}
	if err := q.fresh(now, h.cfg.Skew); err != nil {
		return err
	}
	plain, _, err := openWith(nil, *h.keys.Load(), q, q.echo, now)
	if err != nil {
		return err
	}
	if !isEcho(plain) {
		return ErrEcho
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Write(plain)
	return nil
}

// isEcho keeps a captured POST, whose ciphertext is as rightly signed for GET,
// from being answered with its plaintext: a message begins with < or {.
func isEcho(plain []byte) bool {
	if len(plain) < 1 || len(plain) > 64 {
		return false
	}
	for _, c := range plain {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && strings.IndexByte("_+/=-", c) < 0 {
			return false
		}
	}
	return true
}

// receive takes a message. Its error is a refusal; what happens after the
// message was verified is answered by itself.
func (h *Handler) receive(w http.ResponseWriter, r *http.Request, start time.Time) error {
	d, err := h.read(r, start)
	if err != nil {
		return err
	}
	h.answer(w, r, d.codec, d.nonce, h.dispatch(d.key, d.job, start))
	return nil
}

// A delivery is a verified request.
type delivery struct {
	job
	key   string // of the message, for Duplicates
	codec *wecomcrypto.Codec
	nonce string
}

// read verifies a request, in the order of the package comment.
func (h *Handler) read(r *http.Request, start time.Time) (d delivery, err error) {
	if r.ContentLength > maxBody {
		return d, ErrTooLarge
	}
	q, err := parseQuery(r.URL.RawQuery, false)
	if err != nil {
		return d, err
	}
	buf := buffers.Get().(*buffer)
	defer buf.free(&buffers)
	body, err := buf.read(r.Body)
	if err != nil {
		return d, err
	}
	encrypted, err := h.cfg.Envelope.open(body)
	if err != nil {
		return d, err
	}
	if err := q.fresh(start, h.cfg.Skew); err != nil {
		return d, err
	}
	plain, by, err := openWith(buf.AvailableBuffer(), *h.keys.Load(), q, encrypted, start)
	if err != nil {
		return d, err
	}
	m, is, err := h.cfg.Envelope.decode(plain)
	if err != nil {
		return d, err
	}
	head := *m.Head()
	if q.swapped(head.Created(), h.cfg.Skew) {
		return d, ErrStale
	}
	if by.reflected(&head) {
		return d, ErrReply
	}
	if !h.accepts(head.AgentID) {
		return d, ErrAgent
	}
	d = delivery{key: duplicateKey(&head, plain), codec: by.codec, nonce: q.nonce}
	if _, poll := m.(*BotStream); poll {
		d.key = duplicateKey(&Header{}, []byte(q.signature)) // each of them wants an answer of its own
	}
	d.job = job{r: r, m: m, to: targetOf(m, is), letter: h.newLetter(m, d.key, q, encrypted, start)}
	return d, nil
}

// peer asks Config.Peer. Its reason may be anything; to errors.Is it is ErrPeer.
func (h *Handler) peer(r *http.Request) error {
	if h.cfg.Peer == nil {
		return nil
	}
	if err := h.cfg.Peer(r); err != nil && !errors.Is(err, ErrPeer) {
		return fmt.Errorf("%w: %w", ErrPeer, err)
	} else if err != nil {
		return err
	}
	return nil
}

func (h *Handler) accepts(agentID string) bool {
	if agentID == "" || len(h.cfg.AgentIDs) == 0 {
		return true
	}
	id, err := strconv.Atoi(agentID)
	return err == nil && slices.Contains(h.cfg.AgentIDs, id)
}
