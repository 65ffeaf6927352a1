package message_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/message"
)

// uploaded is one upload as the other side gets it.
type uploaded struct {
	Path, Query, Name, ContentType, Length string
	Data                                   string
	size                                   int64
}

// mediaAPI takes uploads. An attempt beyond fails is a success; a second one within the same call is
// made after a refused token, as a client does.
type mediaAPI struct {
	answer  string
	fails   []error
	renews  bool // the first attempt's token is refused after the body was read
	leaves  bool // a failing attempt reads no body
	got     []uploaded
	attempt int
}

func (m *mediaAPI) Call(_ context.Context, method, path string, query url.Values, in, out any) error {
	m.attempt++
	if method != "POST" {
		return errors.New("method " + method)
	}
	if m.attempt <= len(m.fails) && m.leaves {
		if _, _, _, err := in.(streamer).Body(); err != nil {
			return err
		}
		return m.fails[m.attempt-1]
	}
	u, err := read(in)
	if err != nil {
		return err
	}
	if m.renews {
		m.renews = false
		if u, err = read(in); err != nil {
			return errors.Join(errInvalid, err)
		}
	}
	u.Path, u.Query = path, query.Encode()
	m.got = append(m.got, u)
	if m.attempt <= len(m.fails) {
		return m.fails[m.attempt-1]
	}
	return json.Unmarshal([]byte(m.answer), out)
}

type streamer interface {
	Body() (io.Reader, string, int64, error)
}

// read is what a server makes of the body, by the standard library's parser.
func read(in any) (uploaded, error) {
	r, contentType, size, err := in.(streamer).Body()
	if err != nil {
		return uploaded{}, err
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return uploaded{}, err
	}
	if int64(len(body)) != size {
		return uploaded{}, errors.New("the announced size is wrong")
	}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return uploaded{}, err
	}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	part, err := parts.NextPart()
	if err != nil {
		return uploaded{}, err
	}
	data, err := io.ReadAll(part)
	if err != nil || part.FormName() != "media" {
		return uploaded{}, errors.Join(err, errors.New("part "+part.FormName()))
	}
	if _, err := parts.NextPart(); err != io.EOF {
		return uploaded{}, errors.New("more than one part")
	}
	_, params, err = mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	return uploaded{Name: params["filename"], ContentType: part.Header.Get("Content-Type"), Length: params["filelength"], Data: string(data), size: size}, err
}

// stream hides everything but Read.
type stream struct{ io.Reader }

// connected is a real client and a server of its own.
func connected(t testing.TB, h http.HandlerFunc) *wecom.Client {
	t.Helper()
	var tokens atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cgi-bin/gettoken" {
			fmt.Fprintf(w, `{"errcode":0,"access_token":"T0ken-canary-%d","expires_in":7200}`, tokens.Add(1))
			return
		}
		h(w, r)
	}))
	t.Cleanup(srv.Close)
	c, err := wecom.New(wecom.Config{CorpID: "ww1", Secret: "s3cret-canary", BaseURL: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	aJPG = "\xff\xd8\xff\xe0 a picture"
	aPNG = "\x89PNG\r\n\x1a\n a picture"
	anA  = "#!AMR\n a voice"
	anM  = "\x00\x00\x00\x18ftypmp42 a video"
)

var _ message.Caller = (*mediaAPI)(nil)
