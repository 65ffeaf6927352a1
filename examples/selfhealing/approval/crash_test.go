package approval_test

import (
	"bufio"
	"context"
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
)

// TestMain lets the test binary play the process that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("APPROVAL_TEST_VICTIM"); path != "" {
		if err := victim(path, os.Getenv("APPROVAL_TEST_UNTIL")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// victim approves an alarm, prints what it has done and waits to be killed:
// "decided" before the run is begun, "posting" while the hook is being called.
func victim(path, until string) error {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Config{Path: path, Kind: "test",
		Schemas: []database.Schema{outbox.Schema, approval.Schema}})
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	var worker *outbox.Worker
	desk, err := approval.New(approval.Config{DB: db, Plans: plans, Log: log, Wake: func() { worker.Wake() },
		Notifier: func(approval.Event, int64) (string, []byte, error) { return "", nil, nil }})
	if err != nil {
		return err
	}
	worker, err = outbox.New(outbox.Config{DB: db, Finished: desk.Finished, Log: log, Timeout: time.Hour,
		Deliver: map[string]outbox.Deliver{approval.KindRun: desk.DeliverRun(func(_ context.Context, _, id string, _ []byte) error {
			fmt.Println("posting", id)
			select {}
		})}})
	if err != nil {
		return err
	}
	if until == "posting" {
		worker.Start()
	}
	id, _, err := desk.Push(ctx, alarm("reply", "1"))
	if err != nil {
		return err
	}
	out, err := desk.Decide(ctx, approval.Decision{Alarm: id, Node: 1, Approve: true, By: "zhangsan"})
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
