package callback

import (
	"strconv"
	"time"
)

// A Message is something that a member sent or did, or of which the system tells.
// Switch on its type: the package comment has the table of all kinds. What has
// no type is [*Unknown].
type Message interface {
	// Head returns what all messages have.
	Head() *Header
}

// Header is what all messages have, as they have it. It comes from inside the
// encrypted part: FromUser is whom WeCom has signed in, and may be trusted for
// decisions.
type Header struct {
	ToUser     string // CorpID; aibotid for smart bots
	FromUser   string // userid of the member, "sys" for events of the system; letter case as in the contact book, not significant
	CreateTime string // Unix seconds; see Created
	AgentID    string // decimal number; "" if the message names no app
	MsgID      string // decimal number; "" for events to apps
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

func readText(h Header, g group) Message { return &Text{h, g.text("Content")} }

func readImage(h Header, g group) Message { return &Image{h, g.text("PicUrl"), g.text("MediaId")} }

func readVoice(h Header, g group) Message { return &Voice{h, g.text("MediaId"), g.text("Format")} }

func readVideo(h Header, g group) Message {
	return &Video{h, g.text("MediaId"), g.text("ThumbMediaId")}
}

func readLocation(h Header, g group) Message {
	return &Location{h, g.decimal("Location_X"), g.decimal("Location_Y"), g.integer("Scale"), g.text("Label"), g.text("AppType")}
}

func readLink(h Header, g group) Message {
	return &Link{h, g.text("Title"), g.text("Description"), g.text("Url"), g.text("PicUrl")}
}

// Unknown is a message for which this package has no type, or an authentic one
// that could not be read; then only Raw is sure to be set. It is not an error:
// answer it with nothing, and the vendor does not deliver it again.
type Unknown struct {
	Header
	MsgType string
	Event   string // for MsgType "event"
	// ChangeType is what several events are told apart by.
	ChangeType string
	Raw        []byte // the decrypted message, XML or JSON
}
