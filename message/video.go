package message

// Limits in bytes that the vendor gives to the title and description of a video, and of the
// articles of news and mpnews.
const (
	maxTitle       = 128
	maxDescription = 512
)

// Video is a film that was uploaded before.
//
// Source: vendor's document message/send, video.
type Video struct {
	// MediaID is required: of an MP4 from media/upload, type video. It ends after three days.
	MediaID string `json:"media_id"`
	// Title has at most 128 bytes and Description 512. The vendor cuts what is longer without a word,
	// so that it is refused here.
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	// Truncate cuts Title and Description to their limits, at the end of a character, instead of
	// refusing them.
	Truncate bool `json:"-"`
}

func (Video) kind() kind { return kind{msgType: "video", safe: Confidential} }

func (v Video) check(f *fields) {
	v = v.cut()
	f.required("video.media_id", v.MediaID)
	f.limited("video.title", v.Title, maxTitle, cutHint)
	f.limited("video.description", v.Description, maxDescription, cutHint)
}

func (v Video) payload() any { return v.cut() }

func (v Video) cut() Video {
	if v.Truncate {
		v.Title, v.Description = truncate(v.Title, maxTitle), truncate(v.Description, maxDescription)
	}
	return v
}
