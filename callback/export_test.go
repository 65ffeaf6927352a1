package callback

import (
	"strings"
	"sync"
	"time"
)

// For the tests of what handlers do not show.
var (
	ReadEnvelope = envelope
	JSONEnvelope = jsonEnvelope
	NewMemory    = newMemory
	JSONToXML    = jsonToXML
	Clean        = clean
)

// SetSkew sets what New would refuse.
func (h *Handler) SetSkew(d time.Duration) { h.cfg.Skew = d }

// SetDuplicates replaces the store that a nil Config.Duplicates gives.
func (h *Handler) SetDuplicates(d Duplicates) { h.cfg.Duplicates = d }

// Tree is an element as the tests compare it.
type Tree struct {
	Name, Text string
	Children   []Tree
}

// Read returns the children of a message's root.
func Read(src string) ([]Tree, error) {
	all, err := parse(nil, src, false)
	return trees(all), err
}

func trees(all []element) (ts []Tree) {
	for _, e := range all {
		ts = append(ts, Tree{e.name, e.text(), trees(inside(e))})
	}
	return ts
}

// Decode reads a decrypted message of an address with XML.
func Decode(plain []byte) (Message, error) {
	m, _, err := XML.decode(plain)
	return m, err
}

// DecodeJSON reads a decrypted message of an address with JSON.
func DecodeJSON(plain []byte) (Message, error) {
	m, _, err := JSON.decode(plain)
	return m, err
}

// ReplyXML is a reply before encryption, to whatever takes it.
func ReplyXML(head *Header, r Reply, now time.Time) []byte {
	out, err := encodeReply(head, target{audience: unknown}, r, now)
	if err != nil {
		return []byte(err.Error())
	}
	return out
}

// EncodeReply is the reply to a decrypted message.
func EncodeReply(f Envelope, plain string, r Reply, now time.Time) (string, error) {
	m, is, err := f.decode([]byte(plain))
	if err != nil {
		return "", err
	}
	out, err := encodeReply(m.Head(), targetOf(m, is), r, now)
	return string(out), err
}

// Kinds are the MsgTypes and Events that have a type.
func Kinds() (names []string) {
	for name := range messageKinds {
		names = append(names, name)
	}
	for name := range eventKinds {
		names = append(names, name)
	}
	return names
}

// Wiped returns the memory of a buffer that has read body and decrypted into it.
func Wiped(body, plain string) []byte {
	b := new(buffer)
	if _, err := b.read(strings.NewReader(body)); err != nil {
		return []byte(err.Error())
	}
	space := append(b.AvailableBuffer(), plain...)
	b.free(new(sync.Pool)) // another test would write into it
	return space[:cap(space)]
}
