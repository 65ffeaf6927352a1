package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"github.com/bkwecom/wecom/examples/internal/command"
	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/logs"
	"github.com/bkwecom/wecom/examples/internal/vault"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// verify is -audit. It needs the database, which nobody else may use meanwhile,
// and BKPAAS_APP_SECRET, from which the key of the chain is derived.
func (t *tools) verify(ctx context.Context, f command.Flags, getenv func(string) string, out, errOut io.Writer) error {
	r := env.NewReader(getenv)
	common := r.Common(settings.DefaultApp)
	r.Require(vault.Variable, "the key of the audit is derived from it")
	file := f.Read(r, &common, "selfhealing.db")
	if err := r.Err(); err != nil {
		return command.Usage(fmt.Errorf("cannot verify the audit:\n%w", err))
	}
	logged, err := t.loggedHeads()
	if err != nil {
		return command.Usage(err)
	}
	sealer, err := vault.New(common.AppSecret, logs.New(errOut, nil))
	if err != nil {
		return err
	}
	key, err := sealer.Key("audit")
	if err != nil {
		return err
	}
	db, err := openExisting(ctx, file, approval.Schema)
	if err != nil {
		return command.Start(err)
	}
	defer func() { _ = db.Close() }()
	verdict := out
	if t.auditLines {
		verdict = errOut
		if err := approval.WriteAudit(ctx, db, out); err != nil {
			return err
		}
	}
	head, err := approval.VerifyAudit(ctx, db, key, logged...)
	if err != nil {
		return err
	}
	fmt.Fprintf(verdict, "审计记录完整：%d 条，与 %d 个日志中的 head 一致\nhead %s\n", head.Count, len(logged), head)
	if unchained, err := adopted(ctx, db); err != nil {
		return err
	} else if unchained > 0 {
		fmt.Fprintf(verdict, "注意：前 %d 条写入时没有校验链，之后才被纳入。从旧版本升级才会这样；如果没有升级过，说明审计曾被改写，请用 -audit-heads 与日志比对\n", unchained)
	}
	if len(logged) == 0 {
		fmt.Fprintln(verdict, "末尾是否被截断，只能与日志中每小时记录的 head 比对得知：用 -audit-heads 指定日志文件")
	}
	return nil
}

// adopted is how many rows had no mac when the chain began: whoever takes the macs
// away makes the program believe that it is an older version's database.
func adopted(ctx context.Context, db *database.DB) (rows int64, err error) {
	err = approval.EachAudit(ctx, db, func(e approval.Entry) error {
		if e.Step == approval.StepAdopted {
			rows = e.Seq - 1
		}
		return nil
	})
	return rows, err
}

// headPattern finds what Config.Head logs, in whatever form the log is kept.
var headPattern = regexp.MustCompile(`\b[0-9]{1,18}:[0-9a-f]{64}\b`)

// loggedHeads reads them from a log.
func (t *tools) loggedHeads() (heads []approval.Head, err error) {
	if t.heads == "" {
		return nil, nil
	}
	text, err := os.ReadFile(t.heads)
	if err != nil {
		return nil, fmt.Errorf("-audit-heads: %w", err)
	}
	for _, found := range headPattern.FindAllString(string(text), -1) {
		h, err := approval.ParseHead(found)
		if err != nil {
			return nil, fmt.Errorf("-audit-heads: %w", err)
		}
		heads = append(heads, h)
	}
	if len(heads) == 0 {
		return nil, errors.New("-audit-heads: the file holds no head of an audit: log lines of \"audit\" with head=12:0a1b… are wanted")
	}
	return heads, nil
}
