package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/vault"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// tools are what the program does instead of serving, each with the settings of
// the environment and of the database.
type tools struct {
	doctor, menu      bool
	audit, auditLines bool
	heads             string
}

func (t *tools) flags(set *flag.FlagSet) {
	set.BoolVar(&t.doctor, "doctor", false, "check the settings, WeCom and the callback address, and end: 0 if nothing is wrong, else 1")
	set.BoolVar(&t.menu, "publish-menu", false, "publish the app's menu (审批列表), and end")
	set.BoolVar(&t.audit, "audit", false, "verify the audit, print its head, and end: 0 if nothing was changed, else 1")
	set.BoolVar(&t.auditLines, "audit-lines", false, "as -audit, and print the audit as JSON lines")
	set.StringVar(&t.heads, "audit-heads", "", "with -audit: compare with the heads that the log `file` holds")
}

// run reports false if the program shall serve.
func (t *tools) run(ctx context.Context, f command.Flags, plans string, getenv func(string) string, out, errOut io.Writer) (ran bool, err error) {
	asked := 0
	for _, on := range []bool{t.doctor, t.menu, t.audit || t.auditLines} {
		if on {
			asked++
		}
	}
	switch {
	case asked > 1, t.heads != "" && !t.audit && !t.auditLines:
		return true, command.Usage(errors.New("selfhealing takes one of -doctor, -publish-menu and -audit; -audit-heads goes with -audit"))
	case t.doctor:
		return true, examine(ctx, f, plans, getenv, out, errOut)
	case t.menu:
		return true, putMenu(ctx, f, plans, getenv, out, errOut)
	case asked == 1:
		return true, t.verify(ctx, f, getenv, out, errOut)
	}
	return false, nil
}

// stored are the settings that count, with what is saved in the database, which
// is not made if there is none. If it is in use, only the environment's are known
// (inUse).
func stored(ctx context.Context, cfg config, errOut io.Writer) (state settings.State, inUse bool, err error) {
	state.Wechat = cfg.set.Wechat
	db, err := openExisting(ctx, cfg.dbFile, settings.Schema)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return state, false, nil
	case errors.Is(err, database.ErrInUse):
		return state, true, nil
	case err != nil:
		return state, false, err
	}
	defer func() { _ = db.Close() }()
	log := logs.New(errOut, nil)
	sealer, err := vault.New(cfg.set.AppSecret, log)
	if err != nil {
		return state, false, err
	}
	store, err := settings.NewStore(settings.StoreConfig{DB: db, Vault: sealer, First: cfg.set.Wechat, Log: log})
	if err != nil {
		return state, false, err
	}
	state, err = store.Load(ctx)
	return state, false, err
}

func openExisting(ctx context.Context, file string, schemas ...database.Schema) (*database.DB, error) {
	if _, err := os.Stat(file); err != nil {
		return nil, fmt.Errorf("-db: %w", err)
	}
	return database.Open(ctx, database.Config{Path: file, Kind: kindReal, Schemas: schemas})
}

// putMenu is -publish-menu.
func putMenu(ctx context.Context, f command.Flags, plans string, getenv func(string) string, out, errOut io.Writer) error {
	cfg, err := fromEnvironment(f, plans, getenv)
	if err != nil {
		return command.Usage(fmt.Errorf("cannot publish the menu:\n%w", err))
	}
	cfg.log = logs.New(errOut, nil)
	state, inUse, err := stored(ctx, cfg, errOut)
	if err != nil {
		return command.Start(err)
	}
	if inUse {
		tell(out, warn(inUseText, "若设置页上保存过别的值，请改用设置页的“发布菜单”按钮"))
	}
	cfg.set.Wechat = state.Wechat
	w, err := newWechat(cfg)
	if err != nil {
		return err
	}
	return tell(out, published(w.publishMenu(ctx))...)
}

const inUseText = "数据库正由运行中的进程使用，只能按环境变量检查"

// tell prints findings, one a line, and fails if something is wrong.
func tell(out io.Writer, found ...finding) error {
	bad := 0
	for _, f := range found {
		line := fmt.Sprintf("[%s] %s", f.Word(), f.Text)
		if f.Do != "" {
			line += "。处理办法：" + f.Do
		}
		fmt.Fprintln(out, line)
		if f.level == broken {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d checks have failed: see the lines marked 有问题", bad)
	}
	return nil
}
