package wecom

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// MemoryStore is a TokenStore in this process, for several Clients of one app.
// It is what a Client uses when Config.Tokens is nil. The zero value is ready to use.
type MemoryStore struct {
	once sync.Once
	*memory
}

// memory is one pointer away, where no formatter reaches it: see core.
type memory struct {
	mu     sync.Mutex
	tokens map[string]memoryToken
	locks  map[string]*memoryLock
}

type memoryToken struct {
	value   string
	expires time.Time
}

type memoryLock struct{ until time.Time }

// NewMemoryStore returns an empty store, safe for concurrent use.
func NewMemoryStore() *MemoryStore { return &MemoryStore{} }

// open returns the memory, locked.
func (m *MemoryStore) open() *memory {
	m.once.Do(func() { m.memory = &memory{tokens: map[string]memoryToken{}, locks: map[string]*memoryLock{}} })
	m.memory.mu.Lock()
	return m.memory
}

// Load implements [TokenStore].
func (m *MemoryStore) Load(_ context.Context, key string) (token string, expires time.Time, err error) {
	defer m.open().mu.Unlock()
	t := m.tokens[key]
	if t.value != "" && !t.expires.After(time.Now()) {
		delete(m.tokens, key)
		return "", time.Time{}, nil
	}
	return t.value, t.expires, nil
}

// Save implements [TokenStore].
func (m *MemoryStore) Save(_ context.Context, key, token string, expires time.Time) error {
	defer m.open().mu.Unlock()
	m.tokens[key] = memoryToken{token, expires}
	return nil
}

// Drop implements [TokenStore].
func (m *MemoryStore) Drop(_ context.Context, key, token string) error {
	defer m.open().mu.Unlock()
	if m.tokens[key].value == token {
		delete(m.tokens, key)
	}
	return nil
}

// Lock is the optional part of a [TokenStore]. It does not wait.
func (m *MemoryStore) Lock(_ context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error) {
	defer m.open().mu.Unlock()
	now := time.Now()
	if held := m.locks[key]; held != nil && held.until.After(now) {
		return nil, false, nil
	}
	mine := &memoryLock{now.Add(ttl)}
	m.locks[key] = mine
	return func() {
		defer m.open().mu.Unlock()
		if m.locks[key] == mine { // it may have ended and be somebody else's now
			delete(m.locks, key)
		}
	}, true, nil
}

// Format shows no token with any verb of package fmt.
func (m *MemoryStore) Format(f fmt.State, _ rune) { io.WriteString(f, "wecom.MemoryStore{}") }
