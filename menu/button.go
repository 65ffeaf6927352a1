package menu

import "encoding/json"

// Menu is the whole menu of an app. The zero Menu is none.
type Menu struct {
	Buttons []Button `json:"button"` // 1 to 3
}

// Button is one entry: of a type, or a group of others. [View], [Click] and [Group] make them.
type Button struct {
	// Type is the vendor's word for what a tap does, and empty for a group.
	Type string `json:"type,omitempty"`
	// Name is at most 16 bytes long at the first level and 40 at the second. A Chinese character
	// has three bytes.
	Name string `json:"name"`
	// Key comes back as EventKey of the event; at most 128 bytes.
	Key string `json:"key,omitempty"`
	// URL is at most 1024 bytes long.
	URL string `json:"url,omitempty"`
	// PagePath and AppID belong to the type view_miniprogram.
	PagePath string `json:"pagepath,omitempty"`
	AppID    string `json:"appid,omitempty"`
	// SubButtons of a group are 1 to 5, and no groups themselves.
	SubButtons []Button `json:"sub_button,omitempty"`
	// Extra keeps what [Get] read and this package does not know, so that [Create] can give it back.
	Extra map[string]json.RawMessage `json:"-"`
}

const (
	typeView  = "view"
	typeClick = "click"
)

// View opens url, which has http or https, at a tap. It may be the app's sign-in URL.
func View(name, url string) Button { return Button{Type: typeView, Name: name, URL: url} }

// Click sends the callback an event click with key as its EventKey.
func Click(name, key string) Button { return Button{Type: typeClick, Name: name, Key: key} }

// Group opens a list of buttons.
func Group(name string, buttons ...Button) Button { return Button{Name: name, SubButtons: buttons} }
