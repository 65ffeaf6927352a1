package menu_test

import (
	"context"
	"encoding/json"
	"net/url"
)

// call is one call as an API client would get it; Body is empty when there is none.
type call struct{ Method, Path, Query, Body string }

// fakeAPI records calls and plays one outcome after the other; the last one goes on for ever.
type fakeAPI struct {
	calls    []call
	outcomes []outcome
}

type outcome struct {
	answer string
	err    error
}

func (f *fakeAPI) Call(_ context.Context, method, path string, query url.Values, in, out any) error {
	c := call{Method: method, Path: path, Query: query.Encode()}
	if in != nil {
		c.Body = string(in.(json.RawMessage))
	}
	f.calls = append(f.calls, c)
	o := outcome{answer: `{"errcode":0,"errmsg":"ok"}`}
	if len(f.outcomes) > 0 {
		o = f.outcomes[min(len(f.calls), len(f.outcomes))-1]
	}
	if o.answer != "" && out != nil {
		if err := json.Unmarshal([]byte(o.answer), out); err != nil {
			return err
		}
	}
	return o.err
}

// apiError is as the errors of an API client.
type apiError struct {
	text  string
	code  int
	retry bool
}

func (e *apiError) Error() string   { return e.text }
func (e *apiError) ErrCode() int    { return e.code }
func (e *apiError) Retryable() bool { return e.retry }
func (e *apiError) NotSent() bool   { return false }

var (
	errBusy    = &apiError{text: "system busy", code: -1, retry: true}
	errLost    = &apiError{text: "connection reset"}
	errNoMenu  = &apiError{text: "menu not set", code: 46003}
	errForeign = &apiError{text: "not allow operate another agent", code: 301002}
)
