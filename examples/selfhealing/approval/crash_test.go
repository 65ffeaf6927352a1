package approval_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/internal/leak"
)

// TestMain lets the test binary play the process that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("APPROVAL_TEST_VICTIM"); path != "" {
		if err := victim(path, os.Getenv("APPROVAL_TEST_UNTIL")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	leak.Main(m)
}

// victim approves an alarm, prints what it has done and waits to be killed:
// "asking" while WeCom is being called, "decided" before the run is begun,
// "posting" while the hook is being called.
func victim(path, until string) error {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Config{Path: path, Kind: "test",
		Schemas: []database.Schema{outbox.Schema, approval.Schema}})
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	var worker *outbox.Worker
	desk, err := approval.New(ctx, approval.Config{AuditKey: auditKey, DB: db, Plans: plans, Log: log, Wake: func() { worker.Wake() },
		Notifier: func(e approval.Event, row int64) (string, []byte, error) {
			if until != "asking" {
				return "", nil, nil
			}
			payload, err := json.Marshal(told{Event: e.Kind, Number: e.Alarm.Number(), To: e.To, Row: row, TaskID: e.TaskID, By: rand.Text()})
			return "message", payload, err
		}})
	if err != nil {
		return err
	}
	worker, err = outbox.New(outbox.Config{DB: db, Fix: desk.Fix, Finished: desk.Finished, Log: log, Timeout: time.Hour,
		Deliver: map[string]outbox.Deliver{"message": func(_ context.Context, row outbox.Row) ([]byte, error) {
			fmt.Printf("asking %s\n", row.Payload)
			select {}
		}, approval.KindRun: desk.DeliverRun(func(_ context.Context, _, id string, _ []byte) error {
			fmt.Println("posting", id)
			select {}
		})}})
	if err != nil {
		return err
	}
	if until != "decided" {
		worker.Start()
	}
	if until == "asking" {
		if _, err := desk.Push(ctx, alarm("card", "1")); err != nil {
			return err
		}
		select {}
	}
	r, err := desk.Push(ctx, alarm("reply", "1"))
	if err != nil {
		return err
	}
	out, err := desk.Decide(ctx, approval.Decision{Alarm: r.Alarm, Node: 1, Approve: true, By: "zhangsan"})
	if err != nil || out.Kind != approval.OutcomeDecided {
		return errors.Join(err, fmt.Errorf("outcome %s", out.Kind))
	}
	if until == "decided" {
		fmt.Println("decided", out.Alarm.RunID)
	}
	select {}
}

func TestKilled(t *testing.T) {
	t.Parallel()
	for _, until := range []string{"decided", "posting"} {
		t.Run(until, func(t *testing.T) {
			t.Parallel()
			path := temp(t)
			line := killed(t, path, until)
			said, runID, _ := strings.Cut(strings.TrimSpace(line), " ")
			if said != until {
				t.Fatalf("the process said %q", line)
			}

			o := openOffice(t, path)
			if a, _ := o.get(1); !a.Approved || a.DecidedBy != "zhangsan" || a.RunID != runID {
				t.Fatalf("the decision was lost: %+v", a)
			}
			o.start()
			defer o.close()
			deadline := time.Now().Add(30 * time.Second)
			for {
				if a, _ := o.get(1); a.Status == approval.Succeeded {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal("the run was not taken up")
				}
				time.Sleep(5 * time.Millisecond)
			}
			o.mu.Lock()
			runs := o.runs
			o.mu.Unlock()
			if len(runs) != 1 || !strings.HasPrefix(runs[0], runID+" ") {
				t.Errorf("runs %q, want one of %s", runs, runID)
			}
			want := []approval.Step{"pushed", "approved", "run_started", "run_succeeded"}
			if _, steps := o.get(1); !slices.Equal(steps, want) {
				t.Errorf("history %v, want %v", steps, want)
			}
			if out := o.decide(1, "lisi", false); out.Kind != approval.OutcomeAlready {
				t.Errorf("decided again: %+v", out)
			}
		})
	}
}

// killed runs a victim until it has said something, and returns that.
func killed(t *testing.T, path, until string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // of a hang
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), "APPROVAL_TEST_VICTIM="+path, "APPROVAL_TEST_UNTIL="+until)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if err := child.Process.Kill(); err != nil { // SIGKILL
		t.Fatal(err)
	}
	_ = child.Wait()
	return line
}

// A message that may have arrived is repeated as it was: the same bytes, and for
// a card the same task_id. It counts for its members all the while.
func TestKilledWhileAsking(t *testing.T) {
	t.Parallel()
	path := temp(t)
	said, payload, _ := strings.Cut(strings.TrimSpace(killed(t, path, "asking")), " ")
	if said != "asking" {
		t.Fatalf("the process said %q", said)
	}
	o := openOffice(t, path)
	if n := o.count("notice_member WHERE at > 9000000000000000000"); n != 3 {
		t.Errorf("it counts for %d members, want 3", n)
	}
	o.start()
	defer o.close()
	for end := time.Now().Add(30 * time.Second); len(o.heard()) == 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	got := o.heard()
	if len(got) != 1 {
		t.Fatalf("%d messages", len(got))
	}
	got[0].Row = 1
	if again, err := json.Marshal(got[0]); err != nil || string(again) != payload || got[0].TaskID == "" {
		t.Errorf("sent %s, before %s, %v", again, payload, err)
	}
}
