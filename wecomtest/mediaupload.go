package wecomtest

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"strings"
	"time"
)

// Quota of media/uploadimg for the company (facts: messages-out.md §7.2).
const (
	imagesPerDay   = 1000
	imagesPerMonth = 3000
)

// mediaAnswer has created_at as a string, as the vendor has.
type mediaAnswer struct {
	Type      string `json:"type"`
	MediaID   string `json:"media_id"`
	CreatedAt string `json:"created_at"`
}

func (m Media) answer() mediaAnswer {
	return mediaAnswer{m.Type, m.ID, strconv.FormatInt(m.Created.Unix(), 10)}
}

// uploadMedia plays media/upload.
func (s *Server) uploadMedia(c *call) (any, *refusal) {
	return s.upload(c, mediaRules(s.rules), nil)
}

func (s *Server) upload(c *call, rules map[string]mediaRule, by *robot) (any, *refusal) {
	kind := c.query.Get("type")
	rule, ok := rules[kind]
	if !ok {
		return nil, refuse(40005, "")
	}
	name, data, refused := c.file("media")
	if refused != nil {
		return nil, refused
	}
	if refused := rule.check(data); refused != nil {
		return nil, refused
	}
	return s.media.add(Media{Type: kind, Name: name, Data: data, robot: by}).answer(), nil
}

// uploadImage plays media/uploadimg, which takes a part of any name.
func (s *Server) uploadImage(c *call) (any, *refusal) {
	_, data, refused := c.file("")
	if refused != nil {
		return nil, refused
	}
	if refused := uploadImageRule.check(data); refused != nil {
		return nil, refused
	}
	now := time.Now()
	if s.media.days[day(now)] >= imagesPerDay || !s.media.month.take(30*24*time.Hour, imagesPerMonth) {
		return nil, refuse(45009, "")
	}
	s.media.days.add(now, 1)
	url := "https://p.qpic.cn/wecomtest/" + rand.Text() + "/0"
	s.media.images[url] = data
	return struct {
		URL string `json:"url"`
	}{url}, nil
}

// file reads the part of that name from the multipart body; name "" takes the
// first with a file name.
func (c *call) file(part string) (name string, data []byte, refused *refusal) {
	if c.tooLong {
		return "", nil, refuse(45001, "")
	}
	if len(c.body) == 0 {
		return "", nil, refuse(44001, "")
	}
	kind, params, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return "", nil, refuse(40058, "the body is not multipart/form-data")
	}
	for r := multipart.NewReader(bytes.NewReader(c.body), params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return "", nil, refuse(41005, "")
		}
		if err != nil {
			return "", nil, refuse(40058, "the multipart body cannot be read")
		}
		form, name := disposition(p.Header.Get("Content-Disposition"))
		if name == "" || part != "" && form != part {
			continue
		}
		if data, err = io.ReadAll(p); err != nil {
			return "", nil, refuse(40058, "the multipart body breaks off")
		}
		return name, data, nil
	}
}

// disposition reads name and filename of a part. The vendor takes raw UTF-8 in
// filename and does not understand filename* (facts: messages-out.md §7.1).
func disposition(header string) (form, file string) {
	kind, rest, _ := strings.Cut(header, ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "form-data") {
		return "", ""
	}
	for rest != "" {
		var key, value string
		key, rest, _ = strings.Cut(strings.TrimLeft(rest, "; "), "=")
		value, rest = parameter(rest)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "name":
			form = value
		case "filename":
			file = value
		}
	}
	return form, file
}

// parameter reads a token or a quoted string, in which %22 and a backslash hide
// a quote (browsers write the former, mime/multipart the latter).
func parameter(text string) (value, rest string) {
	text = strings.TrimLeft(text, " ")
	if !strings.HasPrefix(text, `"`) {
		value, rest, _ = strings.Cut(text, ";")
		return strings.TrimSpace(value), rest
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return strings.ReplaceAll(b.String(), "%22", `"`), text[i+1:]
		case text[i] == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String(), ""
}
