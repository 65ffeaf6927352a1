package callback

import "time"

// For the tests of what handlers do not show.
var (
	Decode    = decode
	Envelope  = envelope
	NewMemory = newMemory
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

// ReplyXML is a reply before encryption.
var ReplyXML = replyXML
