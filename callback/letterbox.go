package callback

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// A LetterBox is a DeadLetters in this process's memory.
type LetterBox struct {
	mu      sync.Mutex
	letters *simplelru.LRU[string, []byte]
}

// NewLetterBox returns a box for that many letters; then the oldest makes room.
func NewLetterBox(size int) (*LetterBox, error) {
	letters, err := simplelru.NewLRU[string, []byte](size, nil)
	if err != nil {
		return nil, errors.New("callback: NewLetterBox: size must be positive")
	}
	return &LetterBox{letters: letters}, nil
}

// Keep stores a letter.
func (b *LetterBox) Keep(_ context.Context, key string, letter []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters.Add(key, letter)
	return nil
}

// Drop forgets a letter.
func (b *LetterBox) Drop(_ context.Context, key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters.Remove(key)
	return nil
}

// List returns the letters, the oldest first.
func (b *LetterBox) List() []DeadLetter {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []DeadLetter
	for _, raw := range b.letters.Values() {
		var l DeadLetter
		if json.Unmarshal(raw, &l) == nil {
			all = append(all, l)
		}
	}
	return all
}
