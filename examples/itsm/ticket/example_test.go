package ticket_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
)

var (
	nonNilDB    = new(database.DB)
	noAddresses = func(context.Context, *sql.Tx, []string) (map[string]string, error) { return nil, nil }
	noMessage   = func(ticket.Event, int64) (string, []byte, error) { return "", nil, nil }
)

// A ticket is submitted, handed over and approved; lisi is not bound and hears
// of it when they are.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "ticket")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := database.Open(ctx, database.Config{Path: filepath.Join(dir, "itsm.db"), Kind: "example",
		Schemas: []database.Schema{outbox.Schema, ticket.Schema}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	desk, err := ticket.New(ticket.Config{
		DB: db,
		Addresses: func(context.Context, *sql.Tx, []string) (map[string]string, error) {
			return map[string]string{"zhangsan": "ZhangSan", "wangwu": "WangWu"}, nil
		},
		Notifier: func(e ticket.Event, row int64) (string, []byte, error) {
			fmt.Println("message", row, "to", e.Address+":", e.Kind, e.Words)
			return "message", []byte(e.Ticket.Title), nil
		},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		log.Fatal(err)
	}
	t, _, err := desk.Submit(ctx, "zhangsan", ticket.Draft{Title: "申请数据库只读权限", Approvers: []string{"lisi"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("未绑定:", t.Unbound())
	if _, err := desk.HandOver(ctx, ticket.HandOver{Ticket: t.ID, From: "lisi", To: "wangwu", Reason: "休假"}); err != nil {
		log.Fatal(err)
	}
	out, err := desk.Decide(ctx, ticket.Decision{Ticket: t.ID, Actor: "wangwu", Approve: true, Opinion: "可以"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Kind, "by", out.Ticket.DecidedBy)
	// Output:
	// 未绑定: [lisi]
	// message 1 to WangWu: handed_over 休假
	// message 2 to ZhangSan: decided 可以
	// decided by wangwu
}
