package ticket_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/bkwecom/wecom/internal/leak"
	"github.com/google/go-cmp/cmp"
)

// TestMain lets the test binary play the process that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("TICKET_TEST_VICTIM"); path != "" {
		if err := victim(path, os.Getenv("TICKET_TEST_UNTIL")); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	leak.Main(m)
}

// victim submits two tickets and decides the first, says "decided" or, before
// the second decision's commit, "deciding", and waits to be killed.
func victim(path, until string) error {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Config{Path: path, Kind: "test", Schemas: []database.Schema{outbox.Schema, ticket.Schema}})
	if err != nil {
		return err
	}
	decisions := 0
	desk, err := ticket.New(ticket.Config{DB: db,
		Addresses: func(_ context.Context, _ *sql.Tx, usernames []string) (map[string]string, error) {
			return map[string]string{usernames[0]: "wx"}, nil
		},
		Notifier: func(e ticket.Event, _ int64) (string, []byte, error) {
			if e.Kind == ticket.EventDecided {
				if decisions++; decisions == 2 {
					fmt.Println("deciding")
					select {}
				}
			}
			return "message", []byte(`{}`), nil
		}})
	if err != nil {
		return err
	}
	for id := int64(1); id <= 2; id++ {
		if _, _, err := desk.Submit(ctx, "creator", ticket.Draft{Title: "x", Approvers: []string{"zhangsan"}}); err != nil {
			return err
		}
		if id == 2 && until == "decided" {
			break
		}
		out, err := desk.Decide(ctx, ticket.Decision{Ticket: id, Actor: "zhangsan", Approve: true})
		if err != nil || out.Kind != ticket.OutcomeDecided {
			return errors.Join(err, fmt.Errorf("outcome %s", out.Kind))
		}
	}
	fmt.Println("decided")
	select {}
}

func TestKilled(t *testing.T) {
	t.Parallel()
	for _, until := range []string{"decided", "deciding"} {
		t.Run(until, func(t *testing.T) {
			t.Parallel()
			path := temp(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // of a hang
			defer cancel()
			child := exec.CommandContext(ctx, os.Args[0])
			child.Env = append(os.Environ(), "TICKET_TEST_VICTIM="+path, "TICKET_TEST_UNTIL="+until)
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
			if line != until+"\n" {
				t.Fatalf("the process said %q", line)
			}

			o := openOffice(t, path, false)
			defer o.close()
			if out := o.decide(1, "zhangsan", true); out.Kind != ticket.OutcomeRepeated {
				t.Errorf("the decision was lost: %+v", out)
			}
			// Of the second there is everything or nothing: the submission with its
			// message, and no trace of a decision that was not committed.
			if diff := cmp.Diff([]string{"creator submitted  "}, o.acts(2)); diff != "" {
				t.Error(diff)
			}
			if n := o.left(); n != 3 {
				t.Errorf("%d messages wait, want two askings and one answer", n)
			}
			if out := o.decide(2, "zhangsan", false); out.Kind != ticket.OutcomeDecided {
				t.Errorf("%+v", out)
			}
		})
	}
}
