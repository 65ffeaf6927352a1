package database_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/internal/leak"
)

// TestMain lets the test binary play the other process.
func TestMain(m *testing.M) {
	if path := os.Getenv("DATABASE_TEST_HOLD"); path != "" {
		hold(path)
	}
	leak.Main(m)
}

func hold(path string) {
	db, err := database.Open(context.Background(), config(path))
	if err == nil {
		err = db.Tx(context.Background(), add)
	}
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("held\n")
	select {} // until it is killed
}

func TestSecondProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // of a hang
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0])
	child.Env = append(os.Environ(), "DATABASE_TEST_HOLD="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill() }()
	line, _ := bufio.NewReader(out).ReadString('\n')
	if line != "held\n" {
		t.Fatalf("the other process: %q", line)
	}
	if _, err := database.Open(t.Context(), config(path)); !errors.Is(err, database.ErrInUse) {
		t.Fatalf("while the other process holds it: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	db := open(t, path) // no stale lock
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows, want the one that the killed process had committed", n)
	}
	if _, err := database.Open(t.Context(), config(path)); !errors.Is(err, database.ErrInUse) {
		t.Errorf("a second time in this process: %v", err)
	}
	if n := count(t, db); n != 1 {
		t.Error("the refused second opening hurt the first")
	}
}
