package message_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func TestRecall(t *testing.T) {
	t.Parallel()
	expired := &apiError{text: "msgid expired", code: 42052}
	want := call{Method: "POST", Path: "/cgi-bin/message/recall", Body: `{"msgid":"a<&>\"b"}`}
	for _, tt := range []struct {
		name     string
		outcomes []outcome
		calls    int
		err      error
	}{
		{"well", []outcome{{answer: `{"errcode":0}`}}, 1, nil},
		{"lost, and again: it is gone either way", []outcome{{err: errLost}, {answer: `{"errcode":0}`}}, 2, nil},
		{"busy for ever", []outcome{{err: errBusy}}, 3, errBusy},
		{"too old", []outcome{{err: expired}}, 1, expired},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &fakeAPI{outcomes: tt.outcomes}
				err := (&message.Sender{API: api, AgentID: 1}).Recall(t.Context(), `a<&>"b`)
				if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if len(api.calls) != tt.calls {
					t.Fatalf("%d calls, want %d", len(api.calls), tt.calls)
				}
				for _, c := range api.calls {
					if diff := cmp.Diff(want, c); diff != "" {
						t.Errorf("call (-want +got):\n%s", diff)
					}
				}
			})
		})
	}
}

func TestRecallOfNothing(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{}
	wantField(t, (&message.Sender{API: api, AgentID: 1}).Recall(t.Context(), ""), "msgid", "required")
	wantField(t, (&message.Sender{API: api, AgentID: 1}).Recall(t.Context(), "M\x00"), "msgid", "U+0000")
	wantField(t, (&message.Sender{AgentID: 1}).Recall(t.Context(), "M"), "API", "nil")
	if len(api.calls) != 0 {
		t.Errorf("%d calls, want none", len(api.calls))
	}
}
