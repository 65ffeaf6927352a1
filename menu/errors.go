package menu

import "fmt"

// LimitError says that something is larger than the vendor accepts. The menu was not sent.
type LimitError struct {
	Field string // for example "button[1].sub_button[0].name"
	Limit int
	Size  int
	Unit  string // "bytes" or "buttons"
}

func (e *LimitError) Error() string {
	todo := "shorten it"
	if e.Unit == "buttons" {
		todo = "put some into a group, or leave them out"
	}
	return fmt.Sprintf("menu: %s has %d %s, the limit is %d: %s", e.Field, e.Size, e.Unit, e.Limit, todo)
}

// FieldError says that a field is missing, malformed or out of place. Nothing was sent.
type FieldError struct {
	Field   string // for example "button[0].url"
	Problem string // what is wrong, and what to do
}

func (e *FieldError) Error() string { return "menu: " + e.Field + ": " + e.Problem }
