package callback

import (
	"strconv"
	"strings"
)

// fields are the children of a message's root.
type fields struct {
	all []element
	bad bool // a number could not be read
}

func (f *fields) text(name string) string {
	return find(f.all, name).text()
}

func (f *fields) integer(name string) int {
	s := strings.TrimSpace(f.text(name))
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	f.bad = f.bad || err != nil
	return n
}

func (f *fields) decimal(name string) float64 {
	s := strings.TrimSpace(f.text(name))
	if s == "" {
		return 0
	}
	n, err := strconv.ParseFloat(s, 64)
	f.bad = f.bad || err != nil
	return n
}

// decode reads a decrypted message. An authentic one that cannot be read is
// Unknown, so that nothing gets lost; only the text of a URL check, which is as
// rightly signed, is no message at all.
func decode(plain []byte) (Message, error) {
	var space [16]element
	all, err := parse(space[:0], string(plain), false)
	if err != nil {
		if isEcho(plain) {
			return nil, ErrEcho
		}
		return &Unknown{Raw: plain}, nil
	}
	f := &fields{all: all}
	h := Header{
		ToUser:     f.text("ToUserName"),
		FromUser:   f.text("FromUserName"),
		CreateTime: strings.TrimSpace(f.text("CreateTime")),
		AgentID:    strings.TrimSpace(f.text("AgentID")),
		MsgID:      strings.TrimSpace(f.text("MsgId")),
	}
	msgType, event := f.text("MsgType"), ""
	var m Message
	if msgType == "event" {
		event = f.text("Event")
		m = decodeEvent(h, event, f)
	} else {
		m = decodeMessage(h, msgType, f)
	}
	if m == nil || f.bad {
		return &Unknown{Header: h, MsgType: msgType, Event: event, Raw: plain}, nil
	}
	return m, nil
}

func decodeMessage(h Header, msgType string, f *fields) Message {
	switch msgType {
	case "text":
		return &Text{h, f.text("Content")}
	case "image":
		return &Image{h, f.text("PicUrl"), f.text("MediaId")}
	case "voice":
		return &Voice{h, f.text("MediaId"), f.text("Format")}
	case "video":
		return &Video{h, f.text("MediaId"), f.text("ThumbMediaId")}
	case "location":
		return &Location{h, f.decimal("Location_X"), f.decimal("Location_Y"), f.integer("Scale"), f.text("Label"), f.text("AppType")}
	case "link":
		return &Link{h, f.text("Title"), f.text("Description"), f.text("Url"), f.text("PicUrl")}
	}
	return nil
}

func decodeEvent(h Header, event string, f *fields) Message {
	switch event {
	case "click":
		return &MenuClick{h, f.text("EventKey")}
	case "view":
		return &MenuView{h, f.text("EventKey")}
	case "enter_agent":
		return &EnterAgent{h}
	case "subscribe":
		return &Subscribe{h}
	case "unsubscribe":
		return &Unsubscribe{h}
	case "template_card_event":
		m := &CardEvent{Header: h, Key: f.text("EventKey"), TaskID: f.text("TaskId"), CardType: f.text("CardType"), ResponseCode: f.text("ResponseCode")}
		for _, item := range f.children("SelectedItems") {
			if item.name == "SelectedItem" {
				m.Selected = append(m.Selected, decodeSelected(item))
			}
		}
		return m
	}
	return nil
}

// children are those of the named child of the root.
func (f *fields) children(name string) []element {
	return inside(find(f.all, name))
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

// decodeSelected reads both spellings of the vendor's documents: OptionIds, and
// OpitonIds as they were once printed.
func decodeSelected(item element) (s Selected) {
	for _, e := range inside(item) {
		switch e.name {
		case "QuestionKey":
			s.QuestionKey = e.text()
		case "OptionIds", "OpitonIds":
			for _, id := range inside(e) {
				if id.name == "OptionId" || id.name == "OpitonId" {
					s.OptionIDs = append(s.OptionIDs, id.text())
				}
			}
		}
	}
	return s
}
