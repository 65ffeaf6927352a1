package callback

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// duplicateKey names a message. A message with a MsgID is named by it and by
// whose it is; an event by all of its bytes, since two events of one member can
// fall in one second, and only a repeated delivery is the same to the byte.
// The envelope does not count: the vendor may encrypt each delivery anew.
func duplicateKey(h *Header, plain []byte) string {
	var sum [sha256.Size]byte
	if h.MsgID == "" {
		sum = sha256.Sum256(plain)
	} else {
		buf := make([]byte, 0, 128)
		for _, s := range []string{h.ToUser, h.AgentID, h.FromUser, h.MsgID} {
			buf = binary.BigEndian.AppendUint32(buf, uint32(len(s)))
			buf = append(buf, s...)
		}
		sum = sha256.Sum256(buf)
	}
	var text [43]byte // 32 bytes in base64
	base64.RawURLEncoding.Encode(text[:], sum[:])
	return string(text[:])
}

// bounded gives every step of a store an end. It is told how a handler ended
// even if that one has used up its time.
type bounded struct{ Duplicates }

func (b bounded) Begin(ctx context.Context, key string, lease time.Duration) (mine, done bool, reply []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, acknowledge)
	defer cancel()
	return b.Duplicates.Begin(ctx, key, lease)
}

func (b bounded) Done(ctx context.Context, key string, reply []byte, keep time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	return b.Duplicates.Done(ctx, key, reply, keep)
}

func (b bounded) Fail(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	return b.Duplicates.Fail(ctx, key)
}

// memory is the Duplicates of one process. The oldest entries make room for
// new ones.
type memory struct {
	mu      sync.Mutex
	entries *simplelru.LRU[string, memoryEntry]
}

type memoryEntry struct {
	done  bool
	reply []byte
	until time.Time
}

func newMemory(size int) *memory {
	entries, err := simplelru.NewLRU[string, memoryEntry](size, nil)
	if err != nil {
		panic(err) // size is a positive constant
	}
	return &memory{entries: entries}
}

func (m *memory) Begin(_ context.Context, key string, lease time.Duration) (mine, done bool, reply []byte, err error) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries.Get(key); ok && now.Before(e.until) {
		return false, e.done, bytes.Clone(e.reply), nil
	}
	m.entries.Add(key, memoryEntry{until: now.Add(lease)})
	return true, false, nil, nil
}

func (m *memory) Done(_ context.Context, key string, reply []byte, keep time.Duration) error {
	until := time.Now().Add(keep)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries.Add(key, memoryEntry{done: true, reply: bytes.Clone(reply), until: until})
	return nil
}

func (m *memory) Fail(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries.Peek(key); ok && !e.done {
		m.entries.Remove(key)
	}
	return nil
}
