package wecomtest

// level is what differs between the two levels of a menu, limits in bytes
// (vendor's document: menu/create).
type level struct {
	buttons, name                                        int // the most
	badCount, badType, badName, badKey, badURL, noScheme int // errcodes
	sub                                                  *level
}

const (
	maxMenuKey = 128
	maxMenuURL = 1024
)

var (
	subLevel = &level{buttons: 5, name: 40, badCount: 40023, badType: 40024, badName: 40025, badKey: 40026, badURL: 40027, noScheme: 40054}
	topLevel = &level{buttons: 3, name: 16, badCount: 40016, badType: 40017, badName: 40018, badKey: 40019, badURL: 40020, noScheme: 40055, sub: subLevel}
)

// menuNeeds says what a button of a type carries.
var menuNeeds = map[string]string{
	"click":              "key",
	"view":               "url",
	"scancode_push":      "key",
	"scancode_waitmsg":   "key",
	"pic_sysphoto":       "key",
	"pic_photo_or_album": "key",
	"pic_weixin":         "key",
	"location_select":    "key",
	"view_miniprogram":   "pagepath",
}

func checkLevel(buttons []object, l *level) *refusal {
	if len(buttons) < 1 || len(buttons) > l.buttons {
		return refuse(l.badCount, "")
	}
	for _, b := range buttons {
		if refused := checkButton(b, l); refused != nil {
			return refused
		}
	}
	return nil
}

func checkButton(b object, l *level) *refusal {
	if name, ok := b.text("name"); !ok || name == "" || len(name) > l.name {
		return refuse(l.badName, "button.name")
	}
	subs, ok := b.list("sub_button")
	if !ok {
		return refuse(40058, "button.sub_button")
	}
	kind, ok := b.text("type")
	if !ok {
		return refuse(l.badType, "button.type")
	}
	if len(subs) == 0 { // an empty list on a leaf is tolerated, the samples have it
		return checkLeaf(b, kind, l)
	}
	if l.sub == nil {
		return refuse(40022, "")
	}
	if kind != "" {
		return refuse(l.badType, "a button with sub_button has a type")
	}
	return checkLevel(subs, l.sub)
}

func checkLeaf(b object, kind string, l *level) *refusal {
	needs := menuNeeds[kind]
	if needs == "" {
		return refuse(l.badType, "button.type")
	}
	value, ok := b.text(needs)
	switch needs {
	case "key":
		if !ok || value == "" || len(value) > maxMenuKey {
			return refuse(l.badKey, "button.key")
		}
	case "url":
		if !ok || value == "" || len(value) > maxMenuURL {
			return refuse(l.badURL, "button.url")
		}
		if !hasScheme(value) {
			return refuse(l.noScheme, "button.url")
		}
	default:
		if appid, isText := b.text("appid"); !ok || value == "" || !isText || appid == "" {
			return refuse(40058, "button.pagepath and button.appid")
		}
	}
	return nil
}

// sendsEvents says whether a tap on one of the buttons needs the app's callback;
// views and mini programs open without.
func sendsEvents(buttons []object) bool {
	for _, b := range buttons {
		kind, _ := b.text("type")
		subs, _ := b.list("sub_button")
		if menuNeeds[kind] == "key" || sendsEvents(subs) {
			return true
		}
	}
	return false
}
