package message

import "fmt"

// part checks one object within a card, and knows its path for the errors.
type part struct {
	f      *fields
	path   string
	update bool // the card replaces another
}

func (p part) at(name string) part {
	p.path += "." + name
	return p
}

func (p part) item(list string, i int) part {
	p.path = fmt.Sprintf("%s.%s[%d]", p.path, list, i)
	return p
}

func (p part) bad(name, format string, args ...any) { p.f.bad(p.path+"."+name, format, args...) }

// text is optional, and recommended to have no more than characters; 0 recommends nothing.
func (p part) text(name, s string, characters int) {
	p.f.text(p.path+"."+name, s)
	if characters > 0 {
		p.f.recommend(p.path+"."+name, s, characters)
	}
}

func (p part) required(name, s string, characters int) {
	if s == "" {
		p.bad(name, "is required")
	}
	p.text(name, s, characters)
}

// key is required: it comes back in an event.
func (p part) key(name, s string, limit int) {
	p.required(name, s, 0)
	p.f.maxBytes(p.path+"."+name, s, limit, "")
}

// unique refuses a value that an earlier entry of the same list has.
func (p part) unique(name, s string, seen map[string]bool) {
	if seen[s] && s != "" {
		p.bad(name, "stands in an earlier entry already: an event could not tell them apart")
	}
	seen[s] = true
}

func (p part) count(name string, n, least, most int) {
	if n < least {
		p.bad(name, "is empty: it has %d to %d entries", least, most)
	}
	p.f.maxItems(p.path+"."+name, "entries", n, most, "leave some out")
}

// url has no length here: the vendor's document gives none for cards.
func (p part) url(name, s string) {
	if s == "" {
		p.bad(name, "is required")
	}
	p.f.address(p.path+"."+name, s)
}
