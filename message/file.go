package message

// File is a document that was uploaded before; the phone shows the name that it was uploaded with.
//
// Source: vendor's document message/send, file.
type File struct {
	// MediaID is required: from media/upload, type file. It ends after three days. Confidential are
	// only txt, pdf, doc, docx, ppt, pptx, xls, xlsx, xml, jpg, jpeg, png, bmp and gif; which one it
	// is the media_id does not tell, so that the vendor alone refuses others.
	MediaID string `json:"media_id"`
}

func (File) kind() kind { return kind{msgType: "file", safe: Confidential} }

func (d File) check(f *fields) { f.required("file.media_id", d.MediaID) }

func (d File) payload() any { return d }
