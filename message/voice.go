package message

// Voice is a recording that was uploaded before. It cannot be confidential.
//
// Source: vendor's document message/send, voice.
type Voice struct {
	// MediaID is required: of an AMR from media/upload, type voice. It ends after three days.
	MediaID string `json:"media_id"`
}

func (Voice) kind() kind { return kind{msgType: "voice"} }

func (v Voice) check(f *fields) { f.required("voice.media_id", v.MediaID) }

func (v Voice) payload() any { return v }
