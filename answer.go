package wecom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// maxAnswer is the length of a JSON answer in bytes; the rest of a longer one is not read.
const maxAnswer = 4 << 20

// peekAnswer is how much of an answer for a responseReader may be an error.
const peekAnswer = 64 << 10

// responseReader is an out that is not JSON: a file, a range of one.
type responseReader interface {
	ReadResponse(*http.Response) error
}

// errLong is told by readCapped.
var errLong = errors.New("the answer is too long")

// unreadable is an answer whose body broke off.
type unreadable struct{ error }

// refusal is the part of an answer that every API has.
type refusal struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
}

// readAnswer closes nothing and hides nothing: exchange does.
func readAnswer(resp *http.Response, path string, out any) error {
	failed := func(message string) *Error {
		return &Error{Path: path, HTTPStatus: resp.StatusCode, Message: message}
	}
	if resp.StatusCode/100 == 3 {
		return failed("the answer is a redirect, which is not followed; check scheme, host and path prefix of BaseURL")
	}
	if out, ok := out.(responseReader); ok {
		return readResponse(resp, path, out)
	}
	data, err := readCapped(resp)
	if errors.Is(err, errLong) {
		return failed(fmt.Sprintf("the answer is longer than %d MiB", maxAnswer>>20))
	}
	if err != nil {
		return unreadable{err}
	}
	var r refusal
	if !isObject(data) || json.Unmarshal(data, &r) != nil {
		return failed(notJSON(resp))
	}
	if r.Code != 0 {
		return &Error{Code: r.Code, Message: r.Message, Path: path, HTTPStatus: resp.StatusCode}
	}
	if resp.StatusCode/100 != 2 {
		return failed(notJSON(resp))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("the answer does not fit into %T: %w", out, err)
	}
	return nil
}

// readCapped has room for one byte more than it expects, so that an answer of the
// announced length is read without growing.
func readCapped(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > maxAnswer {
		return nil, errLong
	}
	size := int64(512)
	if resp.ContentLength > 0 {
		size = min(resp.ContentLength, 64<<10) // what is announced may never come
	}
	buf := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	n, err := buf.ReadFrom(io.LimitReader(resp.Body, maxAnswer+1))
	if n > maxAnswer {
		return nil, errLong
	}
	return buf.Bytes(), err
}

func isObject(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n")
	return len(data) > 0 && data[0] == '{'
}

func notJSON(resp *http.Response) string {
	if resp.StatusCode == http.StatusNotFound {
		return "there is nothing at this path; check the path and BaseURL"
	}
	return "the answer is not one of the API; check BaseURL and what is between here and there"
}

// readResponse lets out read the body unless it is an error of the API in the
// place of a file, told by Content-Type and errcode (vendor's document: media/get).
func readResponse(resp *http.Response, path string, out responseReader) error {
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "application/json" || kind == "text/plain" {
		head, err := io.ReadAll(io.LimitReader(resp.Body, peekAnswer))
		if err != nil {
			return unreadable{err}
		}
		var r refusal
		if isObject(head) && json.Unmarshal(head, &r) == nil && r.Code != 0 {
			return &Error{Code: r.Code, Message: r.Message, Path: path, HTTPStatus: resp.StatusCode}
		}
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(head), resp.Body), resp.Body}
	}
	if resp.StatusCode/100 != 2 && resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		return &Error{Path: path, HTTPStatus: resp.StatusCode, Message: notJSON(resp)}
	}
	resp.Request = nil // its URL holds the token
	if err := out.ReadResponse(resp); err != nil {
		return fromLeaf{err}
	}
	return nil
}

// fromLeaf is an error of a caller's own Body or ReadResponse, which its caller may want to recognise.
type fromLeaf struct{ error }
