package message_test

import (
	"context"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/bkwecom/wecom/message"
)

// call is one call as an API client would get it.
type call struct{ Method, Path, Query, Body string }

// fakeAPI records calls and plays one outcome after the other; the last one goes on for ever.
type fakeAPI struct {
	calls    []call
	at       []time.Time
	outcomes []outcome
}

type outcome struct {
	answer string
	err    error
	takes  time.Duration
}

func (f *fakeAPI) Call(_ context.Context, method, path string, query url.Values, in, out any) error {
	f.at = append(f.at, time.Now())
	f.calls = append(f.calls, call{method, path, query.Encode(), string(in.(json.RawMessage))})
	o := outcome{answer: `{"errcode":0,"errmsg":"ok","msgid":"M1"}`}
	if len(f.outcomes) > 0 {
		o = f.outcomes[min(len(f.calls), len(f.outcomes))-1]
	}
	time.Sleep(o.takes)
	if o.answer != "" && out != nil {
		if err := json.Unmarshal([]byte(o.answer), out); err != nil {
			return err
		}
	}
	return o.err
}

// apiError is as the errors of an API client: it answers three questions.
type apiError struct {
	text        string
	code        int
	retry, kept bool
}

func (e *apiError) Error() string   { return e.text }
func (e *apiError) ErrCode() int    { return e.code }
func (e *apiError) Retryable() bool { return e.retry }
func (e *apiError) NotSent() bool   { return e.kept }

var (
	errBusy     = &apiError{text: "system busy", code: -1, retry: true}
	errConflict = &apiError{text: "data version conflict", code: 6000, retry: true}
	errGateway  = &apiError{text: "HTTP 502", retry: true}
	errLost     = &apiError{text: "connection reset"}
	errNotSent  = &apiError{text: "connection refused", kept: true}
	errSecret   = &apiError{text: "wrong secret", code: 40001, kept: true}
	errInvalid  = &apiError{text: "all invalid", code: 81013}
)

// prepare is Prepare with a valid Sender, as a string.
func prepare(t *testing.T, m message.Message) (string, error) {
	t.Helper()
	s := &message.Sender{AgentID: 1000002}
	p, err := s.Prepare(m)
	return string(p), err
}

// toZhangsan is a message with nothing else to complain about.
func toZhangsan(c message.Content) message.Message {
	return message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: c}
}
