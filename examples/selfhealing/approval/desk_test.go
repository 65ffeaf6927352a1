package approval_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

var plans = approval.Plans{
	{AlarmType: "reply", Name: "通知或审批", Mode: approval.ModeReply, Approvers: []string{"zhangsan", "LiSi"},
		Timeout: 20 * time.Minute, Run: &approval.Run{URL: "http://hook/", Max: 10 * time.Minute}},
	{AlarmType: "page", Name: "异常防御需审批", Mode: approval.ModePage, Approvers: []string{"wangwu"}, Timeout: time.Minute},
	{AlarmType: "quick", Name: "限时审批", Mode: approval.ModeCard, Approvers: []string{"wangwu"}, Timeout: 5 * time.Second},
	{AlarmType: "defense", Name: "异常防御", Mode: approval.ModePage, Approvers: []string{"wangwu"}, Timeout: 2 * time.Hour,
		Run: &approval.Run{URL: "http://hook/", Max: time.Minute}},
	{AlarmType: "card", Name: "卡片审批", Mode: approval.ModeCard, Approvers: []string{"zhangsan", "LiSi", "wangwu"}, Timeout: 20 * time.Minute},
	{AlarmType: "page4", Name: "页面审批", Mode: approval.ModePage, Approvers: []string{"zhangsan", "LiSi"}, Timeout: 20 * time.Minute},
	{AlarmType: "nobody", Name: "无人", Mode: approval.ModeCard, Approvers: []string{}, Timeout: 5 * time.Minute},
}

var auditKey = bytes.Repeat([]byte("k"), 32)

// told is what the tests' notifier says in a message.
type told struct {
	Event  approval.EventKind
	Number string
	To     []string
	By     string
	Row    int64

	TaskID          string `json:",omitempty"`
	Code            string `json:",omitempty"`
	Waiting, Missed int    `json:",omitempty"`
}

// office is a desk with its outbox, and receivers that the test answers for.
type office struct {
	t      *testing.T
	db     *database.DB
	desk   *approval.Desk
	worker *outbox.Worker

	mu       sync.Mutex
	supers   []string
	messages []told
	runs     []string // "webhook-id body"
	hookDown bool
	mute     bool                     // messages fail for ever
	away     bool                     // WeCom does not answer
	silent   bool                     // there is nothing to send with
	late     func(told)               // called before an answer
	result   func(told) approval.Sent // of a message
	heads    []approval.Head
	at       []time.Time // of the messages
}

func openOffice(t *testing.T, path string) *office {
	t.Helper()
	return officeWith(t, path, func(*approval.Config) {})
}

func officeWith(t *testing.T, path string, edit func(*approval.Config)) *office {
	t.Helper()
	o := &office{t: t}
	log := slog.New(slog.DiscardHandler)
	var err error
	o.db, err = database.Open(t.Context(), database.Config{Path: path, Kind: "test",
		Schemas: []database.Schema{outbox.Schema, approval.Schema}})
	if err != nil {
		t.Fatal(err)
	}
	cfg := approval.Config{AuditKey: auditKey,
		DB: o.db, Plans: plans, Log: log, Wake: func() { o.worker.Wake() },
		Head:   func(h approval.Head) { o.mu.Lock(); defer o.mu.Unlock(); o.heads = append(o.heads, h) },
		Supers: func() []string { o.mu.Lock(); defer o.mu.Unlock(); return o.supers },
		Notifier: func(e approval.Event, row int64) (string, []byte, error) {
			if o.silent {
				return "", nil, nil
			}
			payload, err := json.Marshal(told{Event: e.Kind, Number: e.Alarm.Number(), To: e.To, By: e.Alarm.DecidedBy, Row: row,
				TaskID: e.TaskID, Code: e.ResponseCode.Reveal(), Waiting: e.Waiting, Missed: e.Missed})
			return "message", payload, err
		},
	}
	edit(&cfg)
	o.desk, err = approval.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	o.worker, err = outbox.New(outbox.Config{DB: o.db, Fix: o.desk.Fix, Finished: o.desk.Finished, Log: log, Deliver: map[string]outbox.Deliver{
		"message":        o.message,
		approval.KindRun: o.desk.DeliverRun(o.post),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// set changes what the receivers do.
func (o *office) set(change func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change()
}

func (o *office) toldHeads() []approval.Head {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]approval.Head(nil), o.heads...)
}

func (o *office) start() { o.worker.Start(); o.desk.Start() }

func (o *office) close() {
	o.t.Helper()
	if err := errors.Join(o.desk.Stop(o.t.Context()), o.worker.Stop(o.t.Context()), o.db.Close()); err != nil {
		o.t.Error(err)
	}
}

func (o *office) message(_ context.Context, row outbox.Row) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.mute:
		return nil, outbox.Permanent(errors.New("no such member"))
	case o.away:
		return nil, errors.New("WeCom is away")
	}
	var m told
	if err := json.Unmarshal(row.Payload, &m); err != nil || m.Row != row.ID {
		return nil, outbox.Permanent(fmt.Errorf("payload of row %d: %v, %v", row.ID, m, err))
	}
	o.messages, o.at = append(o.messages, m), append(o.at, time.Now())
	if o.late != nil {
		o.mu.Unlock()
		o.late(m)
		o.mu.Lock()
	}
	if o.result == nil {
		return nil, nil
	}
	return json.Marshal(o.result(m))
}

func (o *office) post(_ context.Context, url, id string, body []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.runs = append(o.runs, id+" "+url+" "+string(body))
	if o.hookDown {
		return errors.New("connection refused")
	}
	return nil
}

func (o *office) heard() []told {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := append([]told(nil), o.messages...)
	for i := range all {
		all[i].Row = 0
	}
	return all
}

func (o *office) push(alarmType, source string) int64 {
	o.t.Helper()
	r, err := o.desk.Push(o.t.Context(), alarm(alarmType, source))
	if err != nil || r.Again {
		o.t.Fatalf("push: %v, %+v", err, r)
	}
	return r.Alarm
}

func alarm(alarmType, source string) approval.Alarm {
	return approval.Alarm{AppID: "app", SourceID: source, SourceTime: time.Now().Add(-time.Minute), IP: "10.0.0." + source,
		Type: alarmType, Content: "磁盘满 <a>", Context: json.RawMessage(`{"disk":"/data"}`)}
}

func (o *office) decide(id int64, by string, approve bool) approval.Outcome {
	o.t.Helper()
	out, err := o.desk.Decide(o.t.Context(), approval.Decision{Alarm: id, Node: 1, Approve: approve, By: by,
		Channel: approval.ChannelReply, Reason: "看过了"})
	if err != nil {
		o.t.Error(err)
	}
	return out
}

func (o *office) get(id int64) (approval.Alarm, []approval.Step) {
	o.t.Helper()
	a, entries, err := o.desk.Get(o.t.Context(), id)
	if err != nil {
		o.t.Fatal(err)
	}
	var steps []approval.Step
	for _, e := range entries {
		steps = append(steps, e.Step)
	}
	return a, steps
}

func temp(t *testing.T) string { return filepath.Join(t.TempDir(), "x.db") }

// exec changes the file behind the desk's back.
func (o *office) exec(query string, args ...any) {
	o.t.Helper()
	err := o.db.Tx(o.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
}
