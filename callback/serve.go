package callback

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

// ServeHTTP answers the vendor's URL checks (GET) and takes messages (POST).
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	var err error
	switch r.Method {
	case http.MethodGet:
		err = h.echo(w, r, start)
	case http.MethodPost:
		err = h.receive(w, r, start)
	default:
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		h.report(r, ErrMethod)
		return
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
	plain, _, err := h.open(q, q.echo, now)
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
	if r.ContentLength > maxBody {
		return ErrTooLarge
	}
	q, err := parseQuery(r.URL.RawQuery, false)
	if err != nil {
		return err
	}
	body, err := readBody(r.Body)
	if err != nil {
		return err
	}
	encrypted, err := envelope(body)
	if err != nil {
		return err
	}
	if err := q.fresh(start, h.cfg.Skew); err != nil {
		return err
	}
	plain, by, err := h.open(q, encrypted, start)
	if err != nil {
		return err
	}
	m, err := decode(plain)
	if err != nil {
		return err
	}
	head := *m.Head()
	if q.swapped(head.Created(), h.cfg.Skew) {
		return ErrStale
	}
	if by.reflected(&head) {
		return ErrReply
	}
	if !h.accepts(head.AgentID) {
		return ErrAgent
	}
	o := h.dispatch(r, m, duplicateKey(&head, plain), start)
	h.answer(w, r, by.codec, o)
	return nil
}

func (h *Handler) accepts(agentID string) bool {
	if agentID == "" || len(h.cfg.AgentIDs) == 0 {
		return true
	}
	id, err := strconv.Atoi(agentID)
	return err == nil && slices.Contains(h.cfg.AgentIDs, id)
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func readBody(body io.Reader) (string, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	n, err := buf.ReadFrom(io.LimitReader(body, maxBody+1))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBody, err)
	}
	if n > maxBody {
		return "", ErrTooLarge
	}
	return buf.String(), nil
}

// answer writes an outcome, a reply sealed with the codec that opened the
// request.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, codec *wecomcrypto.Codec, o outcome) {
	if o.status != http.StatusOK {
		http.Error(w, http.StatusText(o.status), o.status)
		return
	}
	if len(o.reply) == 0 {
		w.WriteHeader(http.StatusOK)
		return
	}
	var random [8]byte
	rand.Read(random[:])
	nonce := strconv.FormatUint(binary.BigEndian.Uint64(random[:]), 10)
	s, err := codec.Seal(o.reply, strconv.FormatInt(time.Now().Unix(), 10), nonce)
	if err != nil {
		h.report(r, fmt.Errorf("%w: reply: %w", ErrHandler, err))
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	buf := make([]byte, 0, len(s.Encrypt)+256)
	buf = append(buf, "<xml>"...)
	buf = appendElement(buf, "Encrypt", s.Encrypt)
	buf = appendElement(buf, "MsgSignature", s.MsgSignature)
	buf = append(append(append(buf, "<TimeStamp>"...), s.Timestamp...), "</TimeStamp>"...)
	buf = appendElement(buf, "Nonce", s.Nonce)
	buf = append(buf, "</xml>"...)
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Write(buf)
}
