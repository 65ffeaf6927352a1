package message

import "fmt"

// Advice is a length beyond what the vendor recommends: the message is sent, but the phone may cut
// or wrap the field.
type Advice struct {
	Field string // as the vendor names it, for example "textcard.title"
	Limit int
	Size  int
	Unit  string // "characters"
}

// String is one line for a log or a page of the admin.
func (a Advice) String() string {
	return fmt.Sprintf("%s has %d %s, more than the %d that are recommended", a.Field, a.Size, a.Unit, a.Limit)
}

// Check lists the fields of c that are longer than the vendor recommends. [Sender.Send] never
// refuses for these.
func Check(c Content) []Advice {
	if absent(c) {
		return nil
	}
	var f fields
	c.check(&f)
	return f.advice
}
