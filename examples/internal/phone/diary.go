package phone

import (
	"slices"
	"sync"
	"time"
)

// keptLines bounds what is remembered of one member.
const keptLines = 500

// diary is what the phones know and WeCom does not: what members wrote, and
// what became of it.
type diary struct {
	mu     sync.Mutex
	lines  map[string][]line // by userid
	opened map[string]bool   // by userid
}

func (d *diary) of(user string) []line {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines[user])
}

func (d *diary) add(user string, l line) {
	l.Time = time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lines == nil {
		d.lines = map[string][]line{}
	}
	lines := append(d.lines[user], l)
	d.lines[user] = lines[max(0, len(lines)-keptLines):]
}

// wrote is a text of the member's own.
func (d *diary) wrote(user, text string) { d.add(user, line{Own: true, Parts: []part{{Text: text}}}) }

// note is what the simulation itself has to say.
func (d *diary) note(user, text string) { d.add(user, line{Note: text}) }

// first is true once for each member.
func (d *diary) first(user string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.opened == nil {
		d.opened = map[string]bool{}
	}
	defer func() { d.opened[user] = true }()
	return !d.opened[user]
}
