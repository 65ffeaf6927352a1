package ticket_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
)

// told is what the tests' notifier says in a message.
type told struct {
	Event       ticket.EventKind
	SN          string
	To, Address string
	By, Words   string
	Unbound     []string
}

// office is a desk with its outbox, and people whom messages reach or not.
type office struct {
	t      *testing.T
	db     *database.DB
	desk   *ticket.Desk
	worker *outbox.Worker

	mu       sync.Mutex
	bound    map[string]string // addresses by username
	messages []told
	failing  error // of the notifier
	mute     error // of the delivery
}

func openOffice(t *testing.T, path string, self bool) *office {
	t.Helper()
	o := &office{t: t, bound: map[string]string{"creator": "wx-creator", "zhangsan": "wx-zhangsan", "LiSi": "wx-lisi", "lisi": "wx-lisi", "wangwu": "wx-wangwu"}}
	log := slog.New(slog.DiscardHandler)
	var err error
	o.db, err = database.Open(t.Context(), database.Config{Path: path, Kind: "test", Schemas: []database.Schema{outbox.Schema, ticket.Schema}})
	if err != nil {
		t.Fatal(err)
	}
	o.desk, err = ticket.New(ticket.Config{DB: o.db, SelfApproval: self, Log: log, Wake: func() { o.worker.Wake() },
		Addresses: func(_ context.Context, _ *sql.Tx, usernames []string) (map[string]string, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			found := map[string]string{}
			for _, u := range usernames {
				if a := o.bound[u]; a != "" {
					found[u] = a
				}
			}
			return found, nil
		},
		Notifier: func(e ticket.Event, row int64) (string, []byte, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			if o.failing != nil {
				return "", nil, o.failing
			}
			payload, err := json.Marshal(told{e.Kind, e.Ticket.SN, e.To, e.Address, e.By, e.Words, e.Ticket.Unbound()})
			return "message", payload, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.worker, err = outbox.New(outbox.Config{DB: o.db, Finished: o.desk.Finished, Log: log, Deliver: map[string]outbox.Deliver{"message": o.deliver}})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) close() {
	o.t.Helper()
	if err := errors.Join(o.worker.Stop(o.t.Context()), o.db.Close()); err != nil {
		o.t.Error(err)
	}
}

func (o *office) deliver(_ context.Context, row outbox.Row) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mute != nil {
		return nil, o.mute
	}
	var m told
	if err := json.Unmarshal(row.Payload, &m); err != nil {
		return nil, outbox.Permanent(err)
	}
	o.messages = append(o.messages, m)
	return nil, nil
}

// heard lists what was delivered, in the order of readers.
func (o *office) heard() []told {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := slices.Clone(o.messages)
	slices.SortStableFunc(all, func(a, b told) int {
		if a.SN+a.To < b.SN+b.To {
			return -1
		}
		return 1
	})
	return all
}

func (o *office) bind(username, address string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bound[username] = address
}

func (o *office) submit(approvers ...string) ticket.Ticket {
	o.t.Helper()
	t, again, err := o.desk.Submit(o.t.Context(), "creator", ticket.Draft{
		Title: "申请权限", Content: "数据库只读", Approvers: approvers, Channel: ticket.ChannelWeixin})
	if err != nil || again {
		o.t.Fatalf("submit: %v, again %v", err, again)
	}
	return t
}

func (o *office) decide(id int64, actor string, approve bool) ticket.Outcome {
	o.t.Helper()
	out, err := o.desk.Decide(o.t.Context(), ticket.Decision{Ticket: id, Actor: actor, Approve: approve, Opinion: "看过了", Channel: ticket.ChannelWeixin})
	if err != nil {
		o.t.Error(err)
	}
	return out
}

func (o *office) handOver(id int64, from, to string) ticket.Outcome {
	o.t.Helper()
	out, err := o.desk.HandOver(o.t.Context(), ticket.HandOver{Ticket: id, From: from, To: to, Reason: "休假", Channel: ticket.ChannelPC})
	if err != nil {
		o.t.Error(err)
	}
	return out
}

// acts is the history in short: "actor act target words".
func (o *office) acts(id int64) (acts []string) {
	o.t.Helper()
	_, entries, err := o.desk.Get(o.t.Context(), id, "creator")
	if err != nil {
		o.t.Fatal(err)
	}
	for _, e := range entries {
		acts = append(acts, fmt.Sprint(e.Actor, " ", e.Act, " ", e.Target, " ", e.Words))
	}
	return acts
}

// left lists the outbox's rows that wait.
func (o *office) left() (n int) {
	o.t.Helper()
	err := o.db.Tx(o.t.Context(), func(tx *sql.Tx) error {
		counts, err := outbox.Counts(o.t.Context(), tx)
		n = counts[outbox.Waiting]
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

func temp(t *testing.T) string { return filepath.Join(t.TempDir(), "x.db") }

func TestNewWants(t *testing.T) {
	t.Parallel()
	db := new(database.DB)
	note := func(ticket.Event, int64) (string, []byte, error) { return "", nil, nil }
	addresses := func(context.Context, *sql.Tx, []string) (map[string]string, error) { return nil, nil }
	for want, cfg := range map[string]ticket.Config{
		"ticket: DB is nil": {Notifier: note, Addresses: addresses},
		"ticket: Notifier is nil: nobody could be asked":    {DB: db, Addresses: addresses},
		"ticket: Addresses is nil: nobody could be reached": {DB: db, Notifier: note},
	} {
		if _, err := ticket.New(cfg); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A minute more than a message lives.
const afterLife = outbox.DuplicateWindow + time.Minute
