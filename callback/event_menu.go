package callback

// Taps on the app's menu. Opening a sub-menu sends nothing. Vendor's document:
// "事件格式", 菜单事件.
type (
	// MenuClick (click) is a tap on a menu button of type click.
	MenuClick struct {
		Header
		Key string // of the button
	}
	// MenuView (view) is a tap on a menu button of type view; the client opens
	// URL by itself.
	MenuView struct {
		Header
		URL string
	}
	// MenuMiniProgram (view_miniprogram) is a tap on a menu button that opens a
	// page of a mini-program.
	MenuMiniProgram struct {
		Header
		PagePath string
	}
	// ScanCode is what the member scanned after a tap on a menu button. With
	// scancode_push the client opens the result by itself and there is no reply;
	// with scancode_waitmsg it waits for one.
	ScanCode struct {
		Header
		Event      string // "scancode_push" or "scancode_waitmsg"
		Key        string // of the button
		ScanType   string // "qrcode", "barcode"
		ScanResult string // of a bar code with its kind in front, such as "CODE_128,"
	}
	// SendPics announces pictures that the member takes or chooses after a tap on
	// a menu button; each follows as an [Image]. It has no reply.
	SendPics struct {
		Header
		Event   string   // "pic_sysphoto", "pic_photo_or_album" or "pic_weixin"
		Key     string   // of the button
		Count   int      // of the pictures
		MD5Sums []string // of the pictures: hexadecimal
	}
	// LocationSelect (location_select) is a place that the member chose after a
	// tap on a menu button. It has no reply.
	LocationSelect struct {
		Header
		Key                 string  // of the button
		Latitude, Longitude float64 // degrees
		Scale               int     // zoom of the map
		Label               string  // address
		PoiName             string  // name of the place, if it has one
		AppType             string  // "wxwork", or "" from the WeChat plugin
	}
)

func readMenuClick(h Header, g group) Message { return &MenuClick{h, g.text("EventKey")} }

func readMenuView(h Header, g group) Message { return &MenuView{h, g.text("EventKey")} }

func readMenuMiniProgram(h Header, g group) Message { return &MenuMiniProgram{h, g.text("EventKey")} }

func readScanCode(h Header, g group) Message {
	info := g.sub("ScanCodeInfo")
	return &ScanCode{h, g.text("Event"), g.text("EventKey"), info.text("ScanType"), info.text("ScanResult")}
}

// readSendPics takes one PicList with all items, as documented, and a PicList
// for each, as it was seen.
func readSendPics(h Header, g group) Message {
	info := g.sub("SendPicsInfo")
	m := &SendPics{Header: h, Event: g.text("Event"), Key: g.text("EventKey"), Count: info.integer("Count")}
	for list := range info.each("PicList") {
		for item := range list.each("item") {
			m.MD5Sums = append(m.MD5Sums, item.text("PicMd5Sum"))
		}
	}
	return m
}

func readLocationSelect(h Header, g group) Message {
	info := g.sub("SendLocationInfo")
	return &LocationSelect{
		Header: h, Key: g.text("EventKey"),
		Latitude: info.decimal("Location_X"), Longitude: info.decimal("Location_Y"), Scale: info.integer("Scale"),
		Label: info.text("Label"), PoiName: info.text("Poiname"), AppType: g.text("AppType"),
	}
}
