package message

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MediaType is what a file is uploaded as.
type MediaType string

// The types of media/upload. A media_id can be used in messages of its own type only.
const (
	MediaImage MediaType = "image" // JPG or PNG, at most 10 MB
	MediaVoice MediaType = "voice" // AMR, at most 2 MB and 60 s
	MediaVideo MediaType = "video" // MP4, at most 10 MB
	MediaFile  MediaType = "file"  // anything, at most 20 MB
)

const mb = 1 << 20

// minMedia is the size that the vendor refuses ("larger than 5 bytes").
const minMedia = 5

// mediaRule is what the vendor accepts. Older pages allow an image of 2 MB only.
type mediaRule struct {
	limit   int64
	formats []format // none: anything
}

// format is told by how a file begins: names lie, and a member cannot open what is misnamed.
type format struct {
	name, contentType string
	at                int
	magic             string
}

var (
	jpg = format{"JPG", "image/jpeg", 0, "\xff\xd8\xff"}
	png = format{"PNG", "image/png", 0, "\x89PNG"}
	amr = format{"AMR", "audio/amr", 0, "#!AMR"}
	mp4 = format{"MP4", "video/mp4", 4, "ftyp"}
)

// magicSize is how much of a file its format is read from.
const magicSize = 8

var (
	pictureRule = mediaRule{limit: 2 * mb, formats: []format{jpg, png}} // uploadimg, and a robot's image
	mediaRules  = map[MediaType]mediaRule{
		MediaImage: {limit: 10 * mb, formats: []format{jpg, png}},
		MediaVoice: {limit: 2 * mb, formats: []format{amr}},
		MediaVideo: {limit: 10 * mb, formats: []format{mp4}},
		MediaFile:  {limit: 20 * mb},
	}
)

func (t MediaType) rule() (mediaRule, error) {
	rule, ok := mediaRules[t]
	if !ok {
		return mediaRule{}, &FieldError{Field: "type", Problem: "is none of MediaImage, MediaVoice, MediaVideo and MediaFile"}
	}
	return rule, nil
}

func (m mediaRule) checkSize(field string, size int64) error {
	if size <= minMedia {
		return &FieldError{Field: field, Problem: fmt.Sprintf("has %d bytes: the vendor takes files of more than %d only", size, minMedia)}
	}
	if size > m.limit {
		return &LimitError{Field: field, Limit: int(m.limit), Size: int(size), Unit: "bytes"}
	}
	return nil
}

// contentType tells the format from the first bytes of the file.
func (m mediaRule) contentType(field string, head []byte) (string, error) {
	if len(m.formats) == 0 {
		return "application/octet-stream", nil
	}
	var names []string
	for _, f := range m.formats {
		if len(head) > f.at && bytes.HasPrefix(head[f.at:], []byte(f.magic)) {
			return f.contentType, nil
		}
		names = append(names, f.name)
	}
	return "", &FieldError{Field: field, Problem: "does not begin like " + strings.Join(names, " or ") + ": convert it, or upload it as MediaFile"}
}

// maxFileName is what file systems take; the vendor names no limit.
const maxFileName = 255

// checkFileName lets a name stand in a header, and be nothing but a name on the other side.
func checkFileName(name string) error {
	problem := ""
	switch {
	case name == "" || name == "." || name == "..":
		problem = "is required: members see it"
	case !utf8.ValidString(name):
		problem = "is not valid UTF-8: convert it first"
	case strings.ContainsAny(name, `/\`):
		problem = "holds a path: pass filepath.Base of it"
	case strings.ContainsFunc(name, hidden):
		problem = "holds line breaks or other characters that are not seen"
	case len(name) > maxFileName:
		return &LimitError{Field: "filename", Limit: maxFileName, Size: len(name), Unit: "bytes"}
	default:
		return nil
	}
	return &FieldError{Field: "filename", Problem: problem}
}

// hidden are characters that make a name look like another: right-to-left marks turn an .exe into a .pdf.
func hidden(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }
