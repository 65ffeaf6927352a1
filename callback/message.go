package callback

import (
	"strconv"
	"time"
)

// A Message is something that a member sent or did. Switch on its type: [*Text],
// [*Image], [*Voice], [*Video], [*Location], [*Link] are messages; [*MenuClick],
// [*MenuView], [*EnterAgent], [*Subscribe], [*Unsubscribe] and [*CardEvent] are
// events; everything else is [*Unknown].
type Message interface {
	// Head returns what all messages have.
	Head() *Header
}

// Header is what all messages have, as they have it. It comes from inside the
// encrypted part: FromUser is whom WeCom has signed in, and may be trusted for
// decisions.
type Header struct {
	ToUser     string // CorpID
	FromUser   string // userid of the member, "sys" for events of the system; letter case as in the contact book, not significant
	CreateTime string // Unix seconds; see Created
	AgentID    string // decimal number; "" if the message names no app
	MsgID      string // decimal number; "" for events
}

// Created is CreateTime, zero if the message has none that can be read.
func (h *Header) Created() time.Time {
	seconds, err := strconv.ParseInt(h.CreateTime, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Head returns the header itself.
func (h *Header) Head() *Header { return h }

// The messages of the vendor's document "接收消息格式". Media ids serve for
// three days.
type (
	// Text is a text message.
	Text struct {
		Header
		Content string
	}
	// Image is a picture.
	Image struct {
		Header
		PicURL  string // temporary address
		MediaID string
	}
	// Voice is a voice message.
	Voice struct {
		Header
		MediaID string
		Format  string // "amr" or "speex"
	}
	// Video is a video.
	Video struct {
		Header
		MediaID      string
		ThumbMediaID string
	}
	// Location is a place that the member sent.
	Location struct {
		Header
		Latitude, Longitude float64 // degrees
		Scale               int     // zoom of the map
		Label               string  // address
		AppType             string  // "wxwork", or "" from the WeChat plugin
	}
	// Link is a shared page.
	Link struct {
		Header
		Title, Description, URL, PicURL string
	}
)

// The events of the vendor's document "事件格式".
type (
	// MenuClick is a tap on a menu button of type click.
	MenuClick struct {
		Header
		Key string // of the button
	}
	// MenuView is a tap on a menu button of type view; the client opens URL by itself.
	MenuView struct {
		Header
		URL string
	}
	// EnterAgent says that the member opened the app. Sent only if the app reports it
	// (上报用户进入应用事件).
	EnterAgent struct{ Header }
	// Subscribe says that the member came into the app's visible range.
	Subscribe struct{ Header }
	// Unsubscribe says that the member left the app's visible range. It has no reply.
	Unsubscribe struct{ Header }
	// CardEvent is a tap on a button of a template card, or the submission of a
	// vote or selection.
	CardEvent struct {
		Header
		Key          string // of the button
		TaskID       string // of the card
		CardType     string // "button_interaction", …
		ResponseCode string // updates the card once, within 72 hours; anybody who has it can, so do not log it
		Selected     []Selected
	}
)

// Selected is what the member chose for one question of a card.
type Selected struct {
	QuestionKey string
	OptionIDs   []string
}

// Unknown is a message for which this package has no type, or an authentic one
// that could not be read; then only Raw is sure to be set. It is not an error:
// answer it with nothing, and the vendor does not deliver it again.
type Unknown struct {
	Header
	MsgType string
	Event   string // for MsgType "event"
	Raw     []byte // the decrypted message
}
