package callback

import (
	"iter"
	"strconv"
	"strings"
	"time"
)

// A group is the children of one element of a message, as the decoders of the
// kinds read them. What is absent reads as empty.
type group struct {
	all []element
	bad *bool // set when a number could not be read; then the message is Unknown
}

func (g group) text(name string) string { return find(g.all, name).text() }

// either is for elements that the vendor's documents spell in two ways.
func (g group) either(name, old string) string {
	for _, e := range g.all {
		if e.name == name || e.name == old {
			return e.text()
		}
	}
	return ""
}

func (g group) integer(name string) int { return g.int(g.text(name)) }

func (g group) int(s string) int {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		*g.bad = true
	}
	return n
}

func (g group) decimal(name string) float64 {
	s := strings.TrimSpace(g.text(name))
	if s == "" {
		return 0
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		*g.bad = true
	}
	return n
}

// time reads Unix seconds; 0, which stands for "not yet", is the zero time.
func (g group) time(name string) time.Time {
	seconds := g.integer(name)
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// list reads values with commas between them.
func (g group) list(name string) []string {
	s := strings.TrimSpace(g.text(name))
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func (g group) integers(name string) []int {
	var list []int
	for _, s := range g.list(name) {
		list = append(list, g.int(s))
	}
	return list
}

// sub is the children of the first child of that name.
func (g group) sub(name string) group { return group{inside(find(g.all, name)), g.bad} }

// each yields the children of every child of that name.
func (g group) each(name string) iter.Seq[group] {
	return func(yield func(group) bool) {
		for _, e := range g.all {
			if e.name == name && !yield(group{inside(e), g.bad}) {
				return
			}
		}
	}
}

// texts are those of all children of that name.
func (g group) texts(name string) []string {
	var list []string
	for _, e := range g.all {
		if e.name == name {
			list = append(list, e.text())
		}
	}
	return list
}

// inside returns an element's children; parse has read them before, so there
// is no error.
func inside(e element) []element {
	if e.inner == "" {
		return nil
	}
	all, _ := parse(nil, e.outer, false)
	return all
}
