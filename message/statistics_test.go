package message_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func TestStatistics(t *testing.T) {
	t.Parallel()
	answer := outcome{answer: `{"errcode":0,"errmsg":"ok","statistics":[{"agentid":1000002,"app_name":"Demo","count":101},{"agentid":1000003,"app_name":"审批","count":0}]}`}
	want := []message.Statistic{{AgentID: 1000002, AppName: "Demo", Count: 101}, {AgentID: 1000003, AppName: "审批"}}
	for _, tt := range []struct {
		name     string
		day      message.Day
		outcomes []outcome
		bodies   []string
		want     []message.Statistic
		err      error
	}{
		{"today", message.Today, []outcome{answer}, []string{`{"time_type":0}`}, want, nil},
		{"yesterday", message.Yesterday, []outcome{answer}, []string{`{"time_type":1}`}, want, nil},
		{"lost once: asking again does no harm", message.Today, []outcome{{err: errLost}, answer}, []string{`{"time_type":0}`, `{"time_type":0}`}, want, nil},
		{"half an answer is none", message.Today, []outcome{{answer: answer.answer, err: errLost}, {answer: `{"errcode":0}`}}, []string{`{"time_type":0}`, `{"time_type":0}`}, nil, nil},
		{"refused", message.Today, []outcome{{err: errInvalid}}, []string{`{"time_type":0}`}, nil, errInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &fakeAPI{outcomes: tt.outcomes}
				got, err := (&message.Sender{API: api, AgentID: 1}).Statistics(t.Context(), tt.day)
				if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("statistics (-want +got):\n%s", diff)
				}
				var calls []call
				for _, body := range tt.bodies {
					calls = append(calls, call{Method: "POST", Path: "/cgi-bin/message/get_statistics", Body: body})
				}
				if diff := cmp.Diff(calls, api.calls); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			})
		})
	}
	for _, day := range []message.Day{-1, 2} {
		api := &fakeAPI{}
		_, err := (&message.Sender{API: api, AgentID: 1}).Statistics(t.Context(), day)
		wantField(t, err, "time_type", "Yesterday")
		if len(api.calls) > 0 {
			t.Errorf("%d calls, want none", len(api.calls))
		}
	}
}
