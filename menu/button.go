package menu

import "encoding/json"

// Menu is the whole menu of an app. The zero Menu is none.
type Menu struct {
	Buttons []Button `json:"button"` // 1 to 3
}

// Button is one entry: of one of nine types, or a group of others. The functions of this package that
// are named like the types make them, and [Group].
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
	typeClick           = "click"
	typeView            = "view"
	typeScancodePush    = "scancode_push"
	typeScancodeWaitmsg = "scancode_waitmsg"
	typePicSysphoto     = "pic_sysphoto"
	typePicPhotoOrAlbum = "pic_photo_or_album"
	typePicWeixin       = "pic_weixin"
	typeLocationSelect  = "location_select"
	typeViewMiniprogram = "view_miniprogram"
)

// View opens url, which has http or https, at a tap. It may be the app's sign-in URL.
func View(name, url string) Button { return Button{Type: typeView, Name: name, URL: url} }

// Click sends the callback an event click with key as its EventKey.
func Click(name, key string) Button { return Button{Type: typeClick, Name: name, Key: key} }

// ScancodePush scans a code and shows what it says, or opens it if it is an address. The callback
// gets an event scancode_push with key and the code's text.
func ScancodePush(name, key string) Button {
	return Button{Type: typeScancodePush, Name: name, Key: key}
}

// ScancodeWaitmsg scans a code and shows the member that an answer is awaited. The callback gets an
// event scancode_waitmsg with key and the code's text, and its reply is that answer.
func ScancodeWaitmsg(name, key string) Button {
	return Button{Type: typeScancodeWaitmsg, Name: name, Key: key}
}

// PicSysphoto opens the camera. The callback gets an event pic_sysphoto with key, and then the
// pictures as image messages.
func PicSysphoto(name, key string) Button {
	return Button{Type: typePicSysphoto, Name: name, Key: key}
}

// PicPhotoOrAlbum lets the member choose between camera and album. The callback gets an event
// pic_photo_or_album with key, and then the pictures as image messages.
func PicPhotoOrAlbum(name, key string) Button {
	return Button{Type: typePicPhotoOrAlbum, Name: name, Key: key}
}

// PicWeixin opens the album. The callback gets an event pic_weixin with key, and then the pictures as
// image messages.
func PicWeixin(name, key string) Button { return Button{Type: typePicWeixin, Name: name, Key: key} }

// LocationSelect opens a map to choose a place. The callback gets an event location_select with key
// and the place.
func LocationSelect(name, key string) Button {
	return Button{Type: typeLocationSelect, Name: name, Key: key}
}

// ViewMiniprogram opens the page pagePath of the mini-program appID, which is linked with the company.
// The callback gets an event view_miniprogram with pagePath as its EventKey.
func ViewMiniprogram(name, appID, pagePath string) Button {
	return Button{Type: typeViewMiniprogram, Name: name, AppID: appID, PagePath: pagePath}
}

// Group opens a list of buttons.
func Group(name string, buttons ...Button) Button { return Button{Name: name, SubButtons: buttons} }
