package binding_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/bkwecom/wecom/examples/internal/binding"
	"github.com/bkwecom/wecom/examples/internal/database"
)

// Two users with one member are a conflict until one of them unbinds.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "binding")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	db, err := database.Open(ctx, database.Config{Path: filepath.Join(dir, "x.db"), Kind: "example", Schemas: []database.Schema{binding.Schema}})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.Tx(ctx, func(tx *sql.Tx) error {
		for _, visit := range []struct{ username, wxUserID string }{{"zhangsan", "ZhangSan"}, {"lisi", "zhangsan"}, {"lisi", ""}} {
			reachable, err := binding.Store(ctx, tx, visit.username, binding.IDs{WxUserID: visit.wxUserID})
			if err != nil {
				return err
			}
			username, err := binding.ByUserID(ctx, tx, "zhangsan")
			fmt.Println(reachable, username, err)
		}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// [zhangsan] zhangsan <nil>
	// []  binding: more than one user is bound to this id
	// [zhangsan] zhangsan <nil>
}
