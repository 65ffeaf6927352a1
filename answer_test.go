package wecom_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bkwecom/wecom"
	"github.com/google/go-cmp/cmp"
)

// answering makes a Client whose calls get resp.
func answering(t *testing.T, status int, contentType, body string) *wecom.Client {
	v := &vendor{}
	rt := roundTripper(func(req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/gettoken") {
			return v.RoundTrip(req)
		}
		return response(req, status, contentType, body), nil
	})
	return v.client(t, func(cfg *wecom.Config) { cfg.HTTPClient = &http.Client{Transport: rt} })
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	type answer struct {
		Name string `json:"name"`
	}
	apiError := func(code int, message string, status int) *wecom.Error {
		return &wecom.Error{Code: code, Message: message, Path: "/cgi-bin/x", HTTPStatus: status}
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   answer
		err    *wecom.Error
		retry  bool
		text   string // of an error that is no *Error
	}{
		{name: "good", status: 200, body: `{"errcode":0,"errmsg":"ok","name":"张三"}`, want: answer{"张三"}},
		{name: "no errcode", status: 200, body: `{"name":"张三"}`, want: answer{"张三"}},
		{name: "spaces", status: 200, body: " \r\n\t{\"name\":\"张三\"}\n", want: answer{"张三"}},
		{name: "refused", status: 200, body: `{"errcode":60020,"errmsg":"not allow","name":"x"}`, err: apiError(60020, "not allow", 200)},
		{name: "busy", status: 200, body: `{"errcode":-1,"errmsg":"system busy"}`, err: apiError(-1, "system busy", 200), retry: true},
		{name: "refused with 400", status: 400, body: `{"errcode":40058,"errmsg":"bad"}`, err: apiError(40058, "bad", 400)},
		{name: "refused with 503", status: 503, body: `{"errcode":40058,"errmsg":"bad"}`, err: apiError(40058, "bad", 503), retry: true},
		{name: "errcode last", status: 200, body: `{"name":"x","errmsg":"no","errcode":81013}`, err: apiError(81013, "no", 200)},
		{name: "404", status: 404, err: apiError(0, "there is nothing at this path; check the path and BaseURL", 404)},
		{name: "HTML", status: 200, body: "<html>login</html>", err: apiError(0, "the answer is not one of the API; check BaseURL and what is between here and there", 200)},
		{name: "empty", status: 200, err: apiError(0, "the answer is not one of the API; check BaseURL and what is between here and there", 200)},
		{name: "null", status: 200, body: "null", err: apiError(0, "the answer is not one of the API; check BaseURL and what is between here and there", 200)},
		{name: "trailing", status: 200, body: `{"errcode":0}{"errcode":0}`, err: apiError(0, "the answer is not one of the API; check BaseURL and what is between here and there", 200)},
		{name: "502", status: 502, body: "<html>", err: apiError(0, "the answer is not one of the API; check BaseURL and what is between here and there", 502), retry: true},
		{name: "500 with errcode 0", status: 500, body: `{"errcode":0}`, err: apiError(0, "the answer is not one of the API; check BaseURL and what is between here and there", 500), retry: true},
		{name: "4 MiB", status: 200, body: `{"name":"x"` + strings.Repeat(" ", 4<<20-12) + "}", want: answer{"x"}},
		{name: "one byte more", status: 200, body: `{"name":"x"` + strings.Repeat(" ", 4<<20-11) + "}", err: apiError(0, "the answer is longer than 4 MiB", 200)},
		{name: "does not fit", status: 200, body: `{"errcode":0,"name":17}`, text: "does not fit"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := answering(t, tt.status, "application/json", tt.body)
			var got answer
			err := c.Call(t.Context(), "GET", "/cgi-bin/x", nil, nil, &got)
			if tt.err == nil && tt.text == "" {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
				return
			}
			if notSent(t, err) || retryable(t, err) != tt.retry {
				t.Errorf("NotSent %v, Retryable %v: %v", notSent(t, err), retryable(t, err), err)
			}
			if tt.text != "" {
				wantText(t, err, tt.text)
				return
			}
			var apiErr *wecom.Error
			if !errors.As(err, &apiErr) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.err, apiErr); diff != "" {
				t.Error(diff)
			}
			if err := c.Call(t.Context(), "GET", "/cgi-bin/x", nil, nil, nil); err == nil {
				t.Error("no error without out")
			}
		})
	}
}

// endless counts what is read from it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestLongAnswerIsNotRead(t *testing.T) {
	t.Parallel()
	for _, announced := range []int64{-1, 100, 1 << 40} {
		v, body := &vendor{}, &endless{}
		rt := roundTripper(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/gettoken") {
				return v.RoundTrip(req)
			}
			resp := response(req, 200, "application/json", "")
			resp.Body, resp.ContentLength = io.NopCloser(body), announced
			return resp, nil
		})
		err := get(t, v.client(t, func(cfg *wecom.Config) { cfg.HTTPClient = &http.Client{Transport: rt} }))
		wantText(t, err, "longer than 4 MiB")
		if body.read > 4<<20+1 {
			t.Errorf("read %d bytes", body.read)
		}
	}
}

// file is an out that takes the body itself.
type file struct {
	status int
	data   string
	urls   bool
	err    error
}

func (f *file) ReadResponse(resp *http.Response) error {
	data, err := io.ReadAll(resp.Body)
	f.status, f.data, f.urls = resp.StatusCode, string(data), resp.Request != nil
	return errors.Join(err, f.err)
}

func TestReadResponse(t *testing.T) {
	t.Parallel()
	long := `{"errcode":1,"pad":"` + strings.Repeat("x", 70<<10) + `"}`
	for _, tt := range []struct {
		name, contentType, body string
		status, code            int
		refused                 bool
	}{
		{name: "a picture", contentType: "image/jpeg", body: "\xff\xd8", status: 200},
		{name: "JSON that is a picture", contentType: "image/jpeg", body: `{"errcode":40007}`, status: 200},
		{name: "a text", contentType: "text/plain", body: "hello", status: 200},
		{name: "a JSON file", contentType: "application/json", body: `{"a":1}`, status: 200},
		{name: "a long JSON file", contentType: "application/json", body: long, status: 200},
		{name: "errcode 0", contentType: "application/json", body: `{"errcode":0}`, status: 200},
		{name: "a range", contentType: "video/mp4", body: "part", status: 206},
		{name: "no such range", contentType: "text/plain", body: "", status: 416},
		{name: "an error", contentType: "application/json; charset=UTF-8", body: `{"errcode":40007,"errmsg":"invalid media_id"}`, status: 200, code: 40007, refused: true},
		{name: "an error as text", contentType: "text/plain", body: ` {"errcode":40007,"errmsg":"invalid media_id"}`, status: 200, code: 40007, refused: true},
		{name: "403", contentType: "text/html", body: "<html>", status: 403, refused: true},
		{name: "502", contentType: "text/html", body: "<html>", status: 502, refused: true},
		{name: "302", contentType: "text/html", body: "<html>", status: 302, refused: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out file
			err := answering(t, tt.status, tt.contentType, tt.body).Call(t.Context(), "GET", "/cgi-bin/media/get", nil, nil, &out)
			if tt.refused {
				if out.status != 0 {
					t.Error("ReadResponse was called")
				}
				var apiErr *wecom.Error
				if !errors.As(err, &apiErr) || apiErr.Code != tt.code || apiErr.HTTPStatus != tt.status {
					t.Error(err)
				}
				return
			}
			if err != nil || out.status != tt.status || out.data != tt.body {
				t.Errorf("%v: status %d, %d bytes of %d", err, out.status, len(out.data), len(tt.body))
			}
			if out.urls {
				t.Error("ReadResponse sees the request's URL, with its token")
			}
		})
	}
}

func TestReadResponseFails(t *testing.T) {
	t.Parallel()
	mine := errors.New("disk full")
	err := answering(t, 200, "image/png", "x").Call(t.Context(), "GET", "/cgi-bin/media/get", nil, nil, &file{err: mine})
	if !errors.Is(err, mine) || retryable(t, err) || notSent(t, err) {
		t.Error(err)
	}
	v := &vendor{}
	rt := roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := v.RoundTrip(req)
		if req.URL.Path == "/cgi-bin/media/get" {
			resp.Header.Set("Content-Type", "image/png")
			resp.Body = io.NopCloser(failingReader{io.ErrUnexpectedEOF})
		}
		return resp, err
	})
	c := v.client(t, func(cfg *wecom.Config) { cfg.HTTPClient = &http.Client{Transport: rt} })
	err = c.Call(t.Context(), "GET", "/cgi-bin/media/get", nil, nil, &file{})
	if !errors.Is(err, io.ErrUnexpectedEOF) || !retryable(t, err) {
		t.Error(err)
	}
}

// A refused token in the place of a file is handled like any other.
func TestReadResponseRenewsToken(t *testing.T) {
	t.Parallel()
	v := &vendor{call: func(*http.Request, []byte) (int, string, error) { return 200, "not {json}", nil }}
	c := v.client(t)
	var out file
	for range 2 {
		if err := c.Call(t.Context(), "GET", "/cgi-bin/media/get", nil, nil, &out); err != nil || out.data != "not {json}" {
			t.Fatal(err, out.data)
		}
		v.revoke()
	}
	if v.fetched() != 2 {
		t.Errorf("%d fetches", v.fetched())
	}
}

// FuzzAnswer: an answer is a success, an *Error, or says that it is none of the API; it
// is a success only if it is an object with a good status and no errcode but 0.
func FuzzAnswer(f *testing.F) {
	f.Add(200, `{"errcode":0,"errmsg":"ok"}`)
	f.Add(200, `{"errcode":42001}`)
	f.Add(502, `x`)
	f.Add(200, `{"errcode":1e3}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		var out map[string]any
		err := answering(t, status, "application/json", body).Call(t.Context(), "GET", "/cgi-bin/x", nil, nil, &out)
		if err != nil {
			errCode(t, err)
			return
		}
		for name, value := range out {
			if number, ok := value.(float64); strings.EqualFold(name, "errcode") && (!ok || number != 0) && value != nil && len(out) == 1 {
				t.Errorf("a success with errcode %v", value)
			}
		}
		if status > 299 || out == nil {
			t.Errorf("a success with status %d, %v", status, out)
		}
	})
}
