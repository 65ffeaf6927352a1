package phone

import (
	"html"
	"regexp"
)

// A part of a message is text, or text that leads to a page of this machine.
type part struct {
	Text  string
	URL   string // "" is no link
	Class string // how it looks; "" is as usual
}

// What WeCom's phones make clickable in a text: <a href="…">label</a> and bare
// addresses (vendor's document: message/send, text).
var clickable = regexp.MustCompile(`<a href="([^"<>]*)">([^<>]*)</a>|https?://[0-9A-Za-z:/?#@!$&'()*+,;=._~%\[\]-]+`)

// split finds the links of a text. Those that lead away from this machine are
// shown and do not click.
func split(text string) (parts []part) {
	from := 0
	for _, at := range clickable.FindAllStringSubmatchIndex(text, -1) {
		parts = add(parts, part{Text: text[from:at[0]]})
		p := part{Text: text[at[0]:at[1]]}
		address := p.Text
		if at[2] >= 0 {
			address, p.Text = html.UnescapeString(text[at[2]:at[3]]), text[at[4]:at[5]]
		}
		parts = add(parts, p.to(address))
		from = at[1]
	}
	return add(parts, part{Text: text[from:]})
}

func (p part) to(address string) part {
	if local(address) {
		p.URL = address
	}
	return p
}

func add(parts []part, p part) []part {
	if p.Text == "" {
		return parts
	}
	return append(parts, p)
}
