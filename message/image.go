package message

// Image is a picture that was uploaded before.
//
// Source: vendor's document message/send, image.
type Image struct {
	// MediaID is required: of a JPG or PNG from media/upload, type image. It ends after three days.
	MediaID string `json:"media_id"`
}

func (Image) kind() kind { return kind{msgType: "image", safe: Confidential} }

func (i Image) check(f *fields) { f.required("image.media_id", i.MediaID) }

func (i Image) payload() any { return i }
