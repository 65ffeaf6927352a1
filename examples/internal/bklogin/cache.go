package bklogin

import (
	"crypto/sha256"
	"sync"
	"time"
)

// cache remembers whose a token is, by the token's hash: a dump of this
// process's memory then shows no token that works.
type cache struct {
	life time.Duration

	mu    sync.Mutex
	users map[[sha256.Size]byte]cached
}

type cached struct {
	user  User
	until time.Time
}

// maxCached bounds the memory; more people than that are asked for more often.
const maxCached = 4096

func newCache(life time.Duration) *cache {
	return &cache{life: life, users: map[[sha256.Size]byte]cached{}}
}

func (c *cache) get(token string) (User, bool) {
	if c == nil {
		return User{}, false
	}
	key := sha256.Sum256([]byte(token))
	c.mu.Lock()
	defer c.mu.Unlock()
	have, ok := c.users[key]
	if !ok || !time.Now().Before(have.until) {
		delete(c.users, key)
		return User{}, false
	}
	return have.user, true
}

func (c *cache) put(token string, u User) {
	if c == nil {
		return
	}
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.users) >= maxCached {
		for key, have := range c.users {
			if !now.Before(have.until) {
				delete(c.users, key)
			}
		}
	}
	for key := range c.users { // any, as maps are ranged over
		if len(c.users) < maxCached {
			break
		}
		delete(c.users, key)
	}
	c.users[sha256.Sum256([]byte(token))] = cached{u, now.Add(c.life)}
}
