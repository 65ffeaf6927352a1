package wecomtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// maxDownload is the most that one answer of media/get carries (vendor's
// document: "获取临时素材").
const maxDownload = 20 << 20

// getMedia plays media/get: the file itself, or JSON with an errcode.
func (s *Server) getMedia(c *call) (any, *refusal) {
	id := c.query.Get("media_id")
	if id == "" {
		return nil, refuse(41006, "")
	}
	m, refused := s.usableMedia(id, "", nil)
	if refused != nil {
		return nil, refused
	}
	a := answer{status: http.StatusOK, body: m.Data, header: http.Header{
		"Content-Type":        {"application/octet-stream"},
		"Content-Disposition": {`attachment; filename="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(m.Name) + `"`},
		"Accept-Ranges":       {"bytes"},
	}}
	if m.Type != "file" {
		a.header.Set("Content-Type", contentType(m.Data))
	}
	first, last, asked, ok := byteRange(c.header.Get("Range"), len(m.Data))
	switch {
	case !ok: // not documented; as RFC 9110 §15.5.17 has it
		a.status, a.body = http.StatusRequestedRangeNotSatisfiable, nil
		a.header.Set("Content-Range", fmt.Sprintf("bytes */%d", len(m.Data)))
	case last-first+1 > maxDownload:
		return nil, refuse(830002, "")
	case asked:
		a.status, a.body = http.StatusPartialContent, m.Data[first:last+1]
		a.header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(m.Data)))
	}
	return a, nil
}

// byteRange reads a Range header of one range; without one, or with one that it
// does not understand, it is the whole file. ok is false if nothing of the file
// lies in the range.
func byteRange(header string, size int) (first, last int, asked, ok bool) {
	spec, isBytes := strings.CutPrefix(header, "bytes=")
	from, to, isRange := strings.Cut(spec, "-")
	if !isBytes || !isRange || from == "" && to == "" {
		return 0, size - 1, false, true
	}
	a, errA := parsePosition(from)
	b, errB := parsePosition(to)
	if errA != nil || errB != nil || from != "" && to != "" && b < a {
		return 0, size - 1, false, true
	}
	switch {
	case from == "": // the last b bytes
		a, b = max(0, size-b), size-1
	case to == "" || b > size-1:
		b = size - 1
	}
	return a, b, true, a <= b
}

func parsePosition(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 62)
	return int(n), err
}
