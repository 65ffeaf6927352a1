package phone

import (
	"cmp"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/bkwecom/wecom/wecomtest"
)

// media is a picture, or a file to take away.
type media struct {
	Name  string
	URL   string // "": WeCom has thrown the file away
	Image bool
	Texts []string // a video's title and description
}

var mediaNames = map[string]string{"image": "图片", "voice": "语音", "video": "视频", "file": "文件"}

func (h *handler) attached(u wecomtest.User, m wecomtest.Message) *media {
	shown := &media{Name: mediaNames[m.MsgType]}
	for _, text := range []string{m.Title, m.Description} {
		if text != "" {
			shown.Texts = append(shown.Texts, text)
		}
	}
	file, ok := h.cfg.WeCom.Media(m.MediaID)
	if !ok {
		shown.Name += "已过期"
		return shown
	}
	if file.Name != "" {
		shown.Name += " " + file.Name
	}
	shown.URL, shown.Image = path(u.ID, "media", m.MediaID), picture(file.Data) != ""
	return shown
}

// picture is the content type of what a browser may show; "" for all else.
func picture(data []byte) string {
	if t := http.DetectContentType(data); strings.HasPrefix(t, "image/") {
		return t
	}
	return ""
}

// media serves what the member was sent.
func (h *handler) media(w http.ResponseWriter, r *http.Request) {
	u, known := h.member(r)
	id := r.PathValue("id")
	file, ok := h.cfg.WeCom.Media(id)
	if !known || !ok || !slices.ContainsFunc(h.inbox(u), func(m wecomtest.Message) bool { return m.MediaID == id && !m.Recalled }) {
		http.NotFound(w, r)
		return
	}
	head(w, cmp.Or(picture(file.Data), "application/octet-stream"))
	if picture(file.Data) == "" {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	}
	_, _ = w.Write(file.Data)
}
