package message_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// After a crash another process has the bytes and nothing else.
func TestStoredBytesKnowTheirTerms(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := message.Message{To: message.Recipients{Users: []string{"LiSi"}}, Content: message.Text{Content: "<b>&\u2028"}, DuplicateCheck: true}
		p, err := (&message.Sender{AgentID: 7}).Prepare(m)
		if err != nil {
			t.Fatal(err)
		}
		stored := string(p)

		api := &fakeAPI{outcomes: []outcome{{err: errLost}, {answer: `{"msgid":"M","invaliduser":"lisi"}`}}}
		got, err := (&message.Sender{API: api, AgentID: 7}).SendPrepared(t.Context(), message.Prepared(stored))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(message.Result{MsgID: "M", InvalidUsers: []string{"LiSi"}}, got); diff != "" {
			t.Errorf("result (-want +got):\n%s", diff)
		}
		sent := call{Method: "POST", Path: "/cgi-bin/message/send", Body: stored}
		if diff := cmp.Diff([]call{sent, sent}, api.calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

func TestPrepareIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	m := message.Message{To: message.Recipients{Users: []string{"b", "a", "c"}, Tags: []int{2, 1}}, Content: message.TextCard{Title: "t", Description: "d", URL: "http://h"}}
	first, err := prepare(t, m)
	for range 50 {
		again, err2 := prepare(t, m)
		if err = errors.Join(err, err2); err != nil || again != first {
			t.Fatalf("%s, then %s (%v)", first, again, err)
		}
	}
}

func TestPreparedThatIsNone(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{}
	for _, p := range []string{"", "{", `{"touser":"a"}x`, "zhangsan"} {
		_, err := (&message.Sender{API: api, AgentID: 1}).SendPrepared(t.Context(), message.Prepared(p))
		wantField(t, err, "prepared", "no JSON")
	}
	if len(api.calls) > 0 {
		t.Errorf("%d calls, want none", len(api.calls))
	}
	// JSON of another shape is the vendor's to judge, and gives no licence to repeat.
	for _, p := range []string{`[]`, `{"enable_duplicate_check":"1"}`, `{"enable_duplicate_check":0}`} {
		api := &fakeAPI{outcomes: []outcome{{err: errLost}}}
		_, err := (&message.Sender{API: api, AgentID: 1}).SendPrepared(t.Context(), message.Prepared(p))
		if !errors.Is(err, errLost) || len(api.calls) != 1 {
			t.Errorf("%s: %d calls, %v; want one", p, len(api.calls), err)
		}
	}
}

func TestPreparedKeepsItsTextOutOfLogs(t *testing.T) {
	t.Parallel()
	text := "salary-4711"
	s, err := prepare(t, toZhangsan(message.Text{Content: text}))
	if err != nil {
		t.Fatal(err)
	}
	p := message.Prepared(s)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("outbox", "row", p)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("outbox", "row", p)
	decimal := strings.Trim(fmt.Sprint([]byte(text)), "[]")
	hex := fmt.Sprintf("%x", text)
	for _, out := range append(strings.Split(log.String(), "\n"), fmt.Sprintf("%v %+v %#v %s %q %x %d %c", p, p, p, p, p, p, p, p)) {
		if slices.ContainsFunc([]string{text, decimal, hex}, func(s string) bool { return strings.Contains(out, s) }) {
			t.Errorf("the text can be read in %s", out)
		}
	}
}

// Storing a Prepared within another document must not change its bytes.
func TestPreparedSurvivesJSON(t *testing.T) {
	t.Parallel()
	s, err := prepare(t, toZhangsan(message.Text{Content: "<a> & \u2028"}))
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ Payload message.Prepared }
	b, err := json.Marshal(row{message.Prepared(s)})
	if err != nil {
		t.Fatal(err)
	}
	var got row
	if err := json.Unmarshal(b, &got); err != nil || string(got.Payload) != s {
		t.Errorf("came back as %s (%v), want %s", string(got.Payload), err, s)
	}
}
