package wecomtest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

const (
	uploadPath = "/cgi-bin/media/upload"
	pngMagic   = "\x89PNG\x0D\x0A\x1A\x0A"
	jpgMagic   = "\xFF\xD8\xFF"
	mp4Magic   = "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42mp41"
	amrMagic   = "#!AMR\n"
)

// upload posts one multipart body, written by hand as the reference prints it.
func (c *company) upload(path string, query url.Values, part, data string) answer {
	c.t.Helper()
	body := "--B\r\nContent-Disposition: form-data; " + part + "\r\nContent-Type: application/octet-stream\r\n\r\n" + data + "\r\n--B--\r\n"
	return c.uploadBody(path, query, "multipart/form-data; boundary=B", body)
}

func (c *company) uploadBody(path string, query url.Values, contentType, body string) answer {
	c.t.Helper()
	if query.Get("key") == "" {
		query.Set("access_token", c.token())
	}
	return c.with(http.MethodPost, path, query, http.Header{"Content-Type": {contentType}}, body)
}

func (c *company) uploadAs(kind, data string) answer {
	c.t.Helper()
	return c.upload(uploadPath, url.Values{"type": {kind}}, `name="media"; filename="a.bin"; filelength=`+strconv.Itoa(len(data)), data)
}

func padded(magic string, size int) string { return magic + strings.Repeat("\x00", size-len(magic)) }

func TestUpload(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	amr := amrMagic + strings.Repeat("\x3c"+strings.Repeat("x", 31), 3000) // 60 s at 12.2 kbit/s
	for _, tt := range []struct {
		name, kind, data string
		code             int
	}{
		{"5 bytes", "file", "12345", 40006},
		{"6 bytes", "file", "123456", 0},
		{"empty", "file", "", 44001},
		{"unknown type", "thumb", "123456", 40005},
		{"no type", "", "123456", 40005},
		{"20 MB", "file", padded("", 20<<20), 0},
		{"20 MB and one", "file", padded("", 20<<20+1), 45001},
		{"far too long", "file", padded("", 22<<20), 45001},
		{"10 MB image", "image", padded(pngMagic, 10<<20), 0},
		{"10 MB and one", "image", padded(jpgMagic, 10<<20+1), 45001},
		{"GIF", "image", "GIF89a......", 40004},
		{"60 s of voice", "voice", amr, 0},
		{"60.02 s of voice", "voice", amr + "\x7c", 45007},
		{"2 MB of voice", "voice", amr + padded("", 2<<20-len(amr)), 45007},
		{"over 2 MB of voice", "voice", padded(amrMagic, 2<<20+1), 45001},
		{"MP3", "voice", "ID3.......", 40004},
		{"10 MB video", "video", padded(mp4Magic, 10<<20), 0},
		{"10 MB and one of video", "video", padded(mp4Magic, 10<<20+1), 45001},
		{"AVI", "video", "RIFF....AVI LIST", 40004},
	} {
		a := c.uploadAs(tt.kind, tt.data)
		if a.code() != tt.code {
			t.Errorf("%s: %s, want %d", tt.name, a.raw, tt.code)
		}
		m, ok := c.srv.Media(a.text("media_id"))
		if ok != (tt.code == 0) {
			t.Errorf("%s: kept %v", tt.name, ok)
		}
		if !ok {
			continue
		}
		created, isText := a.all["created_at"].(string)
		if !isText || created != fmt.Sprint(m.Created.Unix()) || a.text("type") != tt.kind || a.text("errmsg") != "" || a.all["errmsg"] != "" {
			t.Errorf("%s: %s", tt.name, a.raw)
		}
		if m.Type != tt.kind || m.Name != "a.bin" || string(m.Data) != tt.data {
			t.Errorf("%s: kept %s %s with %d bytes", tt.name, m.Type, m.Name, len(m.Data))
		}
	}
	c.srv.Configure(func(r *wecomtest.Rules) { r.ImageLimit = 2 << 20 })
	if a := c.uploadAs("image", padded(pngMagic, 2<<20+1)); a.code() != 45001 {
		t.Errorf("with the older limit: %s", a.raw)
	}
	for _, r := range c.srv.Requests(uploadPath) {
		if len(r.Body) > 64<<10 {
			t.Fatalf("%d bytes of an upload in the log", len(r.Body))
		}
	}
}

func TestUploadForms(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	q := func() url.Values { return url.Values{"type": {"file"}} }
	for part, want := range map[string]string{
		`name="media"; filename="计划 1.pdf"`:         "计划 1.pdf",
		`filename="a;b.txt"; name="media"`:          "a;b.txt",
		`name="media";filename="a\"b\\c.txt"`:       `a"b\c.txt`,
		`name="media"; filename="a%22b.txt"`:        `a"b.txt`,
		`name=media; filename=a.txt`:                "a.txt",
		`name="media"; filename*=UTF-8''%e8%ae%a1`:  "",
		`name="file"; filename="a.txt"`:             "",
		`name="media"`:                              "",
		`name="media"; filename=""`:                 "",
		`name="media"; filename="open`:              "open",
		`name="media"; filename="a.txt"; extra="x"`: "a.txt",
	} {
		a := c.upload(uploadPath, q(), part, "123456")
		m, ok := c.srv.Media(a.text("media_id"))
		if ok != (want != "") || m.Name != want {
			t.Errorf("%s: %s, kept as %q", part, a.raw, m.Name)
		}
		if !ok && a.code() != 41005 {
			t.Errorf("%s: %s, want 41005", part, a.raw)
		}
	}
	const two = "--B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--B\r\nContent-Disposition: form-data; name=\"media\"; filename=\"f\"\r\n\r\n123456\r\n--B--"
	for _, tt := range []struct {
		name, contentType, body string
		code                    int
	}{
		{"after another part", "multipart/form-data; boundary=B", two, 0},
		{"no body", "multipart/form-data; boundary=B", "", 44001},
		{"no parts", "multipart/form-data; boundary=B", "--B--\r\n", 41005},
		{"other boundary", "multipart/form-data; boundary=C", two, 41005},
		{"no boundary", "multipart/form-data", two, 40058},
		{"no multipart", "application/json", two, 40058},
		{"no content type", "", two, 40058},
		{"breaks off", "multipart/form-data; boundary=B", strings.TrimSuffix(two, "\r\n--B--"), 40058},
		{"breaks off in a header", "multipart/form-data; boundary=B", "--B\r\nContent-Disp", 40058},
		{"other disposition", "multipart/form-data; boundary=B", strings.ReplaceAll(two, "form-data", "attachment"), 41005},
	} {
		if a := c.uploadBody(uploadPath, q(), tt.contentType, tt.body); a.code() != tt.code {
			t.Errorf("%s: %s, want %d", tt.name, a.raw, tt.code)
		}
	}
	if a := c.do(http.MethodPost, uploadPath, url.Values{"type": {"file"}}, two); a.code() != 41001 || a.all["type"] != "" {
		t.Errorf("without a token: %s", a.raw)
	}
}

// TestMediaLife: three days, and not a moment more.
func TestMediaLife(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		id := c.uploadAs("image", padded(pngMagic, 100)).text("media_id")
		old := c.srv.AddMedia(wecomtest.Media{Type: "image", Created: time.Now().Add(-72 * time.Hour)})
		send := func(kind, id string) int {
			return c.post(sendPath, fmt.Sprintf(`{"touser":"zhangsan","msgtype":%q,"agentid":1000002,%q:{"media_id":%q}}`, kind, kind, id)).code()
		}
		time.Sleep(72*time.Hour - time.Second)
		for _, tt := range []struct {
			kind, id string
			code     int
		}{{"image", id, 0}, {"image", "x", 40007}, {"image", old, 40007}, {"file", id, 40007}, {"voice", id, 40007}, {"video", id, 40007}} {
			if got := send(tt.kind, tt.id); got != tt.code {
				t.Errorf("%s %s: %d, want %d", tt.kind, tt.id, got, tt.code)
			}
		}
		time.Sleep(time.Second)
		if got := send("image", id); got != 40007 {
			t.Errorf("after three days: %d", got)
		}
		if a := c.get("/cgi-bin/media/get", "media_id", id); a.code() != 40007 {
			t.Errorf("download after three days: %s", a.raw)
		}
		if _, ok := c.srv.Media(id); ok {
			t.Error("still there")
		}
		c.srv.AddMedia(wecomtest.Media{}) // sweeps
	})
}

func TestConfidentialFiles(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	for name, code := range map[string]int{"a.PDF": 0, "a.xml": 0, "a.zip": 40004, "pdf": 40004} {
		id := c.srv.AddMedia(wecomtest.Media{Name: name})
		for safe, want := range map[int]int{0: 0, 1: code} {
			if a := c.post(sendPath, fmt.Sprintf(`{"touser":"zhangsan","safe":%d,"msgtype":"file","agentid":1000002,"file":{"media_id":%q}}`, safe, id)); a.code() != want {
				t.Errorf("%s with safe %d: %s", name, safe, a.raw)
			}
		}
	}
}

func TestUploadImage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := inMemory(t)
		img := func(data string) answer {
			return c.upload("/cgi-bin/media/uploadimg", url.Values{}, `name="any"; filename="a.png"`, data)
		}
		for data, code := range map[string]int{padded(pngMagic, 2<<20): 0, padded(pngMagic, 2<<20+1): 45001, jpgMagic + "xx": 40006, "GIF89a.": 40004, "": 44001} {
			a := img(data)
			kept, ok := c.srv.Image(a.text("url"))
			if a.code() != code || ok != (code == 0) || ok && string(kept) != data || ok && !strings.HasPrefix(a.text("url"), "https://") {
				t.Errorf("%d bytes: %s, want %d", len(data), a.raw, code)
			}
		}
		quota := func() (n int) {
			for img(padded(pngMagic, 10)).code() == 0 {
				n++
			}
			return n
		}
		if n := quota(); n != 999 {
			t.Errorf("%d images the first day, want 999 more", n)
		}
		if a := img(padded(pngMagic, 10)); a.code() != 45009 {
			t.Error(a.raw)
		}
		var days []int
		for range 3 {
			time.Sleep(24 * time.Hour)
			days = append(days, quota())
		}
		if diff := cmp.Diff([]int{1000, 1000, 0}, days); diff != "" {
			t.Errorf("the days after (-want +got):\n%s", diff)
		}
	})
}

func TestDownload(t *testing.T) {
	t.Parallel()
	for name, srv := range map[string]func() *wecomtest.Server{"memory": wecomtest.NewUnstartedServer, "network": wecomtest.NewServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t, srv())
			data := bytes.Repeat([]byte("0123456789"), 2<<20+1) // 20 MB and 10 bytes
			big := c.srv.AddMedia(wecomtest.Media{Data: data, Name: `计"划.zip`})
			exact := c.srv.AddMedia(wecomtest.Media{Data: data[:20<<20], Name: "a"})
			small := c.srv.AddMedia(wecomtest.Media{Data: []byte(padded(pngMagic, 100)), Type: "image", Name: "a.png"})
			get := func(id, byteRange string) answer {
				return c.with(http.MethodGet, "/cgi-bin/media/get", url.Values{"media_id": {id}, "access_token": {c.token()}}, http.Header{"Range": {byteRange}}, "")
			}
			for _, tt := range []struct {
				name, id, byteRange string
				status, size        int
				contentRange        string
			}{
				{"whole", small, "", 200, 100, ""},
				{"the first byte", small, "bytes=0-0", 206, 1, "bytes 0-0/100"},
				{"to the end", small, "bytes=90-", 206, 10, "bytes 90-99/100"},
				{"past the end", small, "bytes=90-200", 206, 10, "bytes 90-99/100"},
				{"the last", small, "bytes=-7", 206, 7, "bytes 93-99/100"},
				{"more than all", small, "bytes=-700", 206, 100, "bytes 0-99/100"},
				{"after the end", small, "bytes=100-", 416, 0, "bytes */100"},
				{"backwards", small, "bytes=5-2", 200, 100, ""},
				{"other unit", small, "rows=1-2", 200, 100, ""},
				{"several", small, "bytes=0-1,3-4", 200, 100, ""},
				{"neither", small, "bytes=-", 200, 100, ""},
				{"20 MB", exact, "", 200, 20 << 20, ""},
				{"20 MB of more", big, "bytes=0-20971519", 206, 20 << 20, "bytes 0-20971519/20971530"},
				{"the rest", big, "bytes=20971520-", 206, 10, "bytes 20971520-20971529/20971530"},
			} {
				a := get(tt.id, tt.byteRange)
				if a.http.StatusCode != tt.status || len(a.raw) != tt.size || a.http.Header.Get("Content-Range") != tt.contentRange || a.http.Header.Get("Accept-Ranges") != "bytes" {
					t.Errorf("%s: %d with %d bytes, %v", tt.name, a.http.StatusCode, len(a.raw), a.http.Header)
				}
				if a.http.ContentLength != int64(tt.size) || a.http.Header.Get("Error-Code") != "" {
					t.Errorf("%s: Content-Length %d, %v", tt.name, a.http.ContentLength, a.http.Header)
				}
			}
			a := get(small, "")
			if h := a.http.Header; h.Get("Content-Type") != "image/png" || h.Get("Content-Disposition") != `attachment; filename="a.png"` {
				t.Errorf("image: %v", h)
			}
			if h := get(big, "bytes=0-1").http.Header; h.Get("Content-Type") != "application/octet-stream" || h.Get("Content-Disposition") != `attachment; filename="计\"划.zip"` {
				t.Errorf("file: %v", h)
			}
			for _, tt := range []struct {
				id, byteRange string
				code          int
			}{{"", "", 41006}, {"x", "", 40007}, {"x", "bytes=0-1", 40007}, {big, "", 830002}, {big, "bytes=0-20971520", 830002}, {big, "bytes=0-1,3-4", 830002}} {
				a := get(tt.id, tt.byteRange)
				if a.code() != tt.code || a.http.StatusCode != 200 || !strings.HasPrefix(a.http.Header.Get("Content-Type"), "application/json") {
					t.Errorf("%s %s: %d %s", tt.id, tt.byteRange, a.http.StatusCode, a.raw)
				}
			}
			c.srv.Fail("/cgi-bin/media/get", wecomtest.Fault{CutAfter: 40})
			q := url.Values{"media_id": {small}, "access_token": {c.token()}}
			if res, body, err := c.try(http.MethodGet, "/cgi-bin/media/get", q, ""); err == nil || len(body) != 40 {
				t.Errorf("cut: %v %q %v", res, body, err)
			}
		})
	}
}
