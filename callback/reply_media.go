package callback

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ImageReply answers with a picture, by the media_id of an upload.
type ImageReply string

// VoiceReply answers with a voice message, by the media_id of an upload.
type VoiceReply string

// VideoReply answers with a video.
type VideoReply struct {
	MediaID     string // of an upload
	Title       string // cut at 128 bytes
	Description string // cut at 512 bytes
}

// NewsReply answers with 1 to 8 links to pages; the first one is large.
type NewsReply []Article

// Article is a link to a page.
type Article struct {
	Title       string // required; cut at 128 bytes
	Description string // cut at 512 bytes
	// PicURL is a picture, JPG or PNG: 1068*455 for the first article, 150*150 for
	// others.
	PicURL string
	URL    string // required: whole, with http or https
}

func (ImageReply) msgType() string { return "image" }
func (VoiceReply) msgType() string { return "voice" }
func (VideoReply) msgType() string { return "video" }
func (NewsReply) msgType() string  { return "news" }

func (ImageReply) answers(to audience) bool { return answersMessage(to) }
func (VoiceReply) answers(to audience) bool { return answersMessage(to) }
func (VideoReply) answers(to audience) bool { return answersMessage(to) }
func (NewsReply) answers(to audience) bool  { return answersMessage(to) }

func answersMessage(to audience) bool { return to == unknown || to.takesMessages() }

func (r ImageReply) check(audience) error { return required("MediaId", string(r)) }
func (r VoiceReply) check(audience) error { return required("MediaId", string(r)) }
func (r VideoReply) check(audience) error { return required("MediaId", r.MediaID) }

func (r NewsReply) check(audience) error {
	if len(r) < 1 || len(r) > maxArticles {
		return fmt.Errorf("ArticleCount is %d, want 1 to %d", len(r), maxArticles)
	}
	for i, a := range r {
		err := errors.Join(required("Title", a.Title), checkURL("Url", a.URL))
		if a.PicURL != "" {
			err = errors.Join(err, checkURL("PicUrl", a.PicURL))
		}
		if err != nil {
			return fmt.Errorf("article %d: %w", i, err)
		}
	}
	return nil
}

// checkURL does not quote the address, which may carry a login code.
func checkURL(name, s string) error {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		return errors.New(name + " is not a whole address with http:// or https://")
	}
	return nil
}

func (r ImageReply) appendXML(buf []byte) []byte {
	return appendInside(buf, "Image", "MediaId", string(r))
}

func (r VoiceReply) appendXML(buf []byte) []byte {
	return appendInside(buf, "Voice", "MediaId", string(r))
}

func (r VideoReply) appendXML(buf []byte) []byte {
	buf = append(buf, "<Video>"...)
	buf = appendElement(buf, "MediaId", r.MediaID)
	buf = appendElement(buf, "Title", cut(r.Title, maxTitle))
	buf = appendElement(buf, "Description", cut(r.Description, maxDescription))
	return append(buf, "</Video>"...)
}

func (r NewsReply) appendXML(buf []byte) []byte {
	buf = append(buf, "<ArticleCount>"...)
	buf = strconv.AppendInt(buf, int64(len(r)), 10)
	buf = append(buf, "</ArticleCount><Articles>"...)
	for _, a := range r {
		buf = append(buf, "<item>"...)
		buf = appendElement(buf, "Title", cut(a.Title, maxTitle))
		buf = appendElement(buf, "Description", cut(a.Description, maxDescription))
		buf = appendElement(buf, "PicUrl", a.PicURL)
		buf = appendElement(buf, "Url", a.URL)
		buf = append(buf, "</item>"...)
	}
	return append(buf, "</Articles>"...)
}
