package wecomtest

import (
	"bytes"
	"net/http"
	"time"
)

// minMedia: a file must be longer (vendor's document: "上传临时素材").
const minMedia = 5

// mediaRule is what media/upload takes of a type.
type mediaRule struct {
	max     int
	formats []string // content types; none means any
}

func mediaRules(rules Rules) map[string]mediaRule {
	return map[string]mediaRule{
		"image": {rules.ImageLimit, []string{"image/jpeg", "image/png"}},
		"voice": {2 << 20, []string{"audio/amr"}},
		"video": {10 << 20, []string{"video/mp4"}},
		"file":  {20 << 20, nil},
	}
}

// uploadImageRule is that of media/uploadimg and of a robot's image.
var uploadImageRule = mediaRule{2 << 20, []string{"image/jpeg", "image/png"}}

// check goes by the file's first bytes, whatever its name and part say: the
// vendor's document names formats and not how they are told.
func (r mediaRule) check(data []byte) *refusal {
	switch {
	case len(data) == 0:
		return refuse(44001, "")
	case len(data) <= minMedia:
		return refuse(40006, "")
	case r.max > 0 && len(data) > r.max:
		return refuse(45001, "")
	case r.formats == nil:
		return nil
	}
	format := contentType(data)
	for _, f := range r.formats {
		if f != format {
			continue
		}
		if f == "audio/amr" && amrLength(data) > time.Minute {
			return refuse(45007, "")
		}
		return nil
	}
	return refuse(40004, "")
}

const amrMagic = "#!AMR\n"

func contentType(data []byte) string {
	if bytes.HasPrefix(data, []byte(amrMagic)) {
		return "audio/amr"
	}
	return http.DetectContentType(data)
}

// amrLength adds up the frames of 20 ms (RFC 4867 §5).
func amrLength(data []byte) time.Duration {
	sizes := [16]int{12, 13, 15, 17, 19, 20, 26, 31, 5} // the rest carry nothing
	frames := 0
	for at := len(amrMagic); at < len(data); frames++ {
		at += 1 + sizes[data[at]>>3&15]
	}
	return time.Duration(frames) * 20 * time.Millisecond
}
