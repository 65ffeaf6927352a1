package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/vault"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// tool runs the program with this environment, in this process.
func (r *real) tool(args ...string) (code int, out, errOut string) {
	r.t.Helper()
	var o, e bytes.Buffer
	code = run(r.t.Context(), append(args, r.args...), r.getenv, &o, &e)
	for _, pair := range r.env {
		name, value, _ := strings.Cut(pair, "=")
		if (strings.HasSuffix(name, "SECRET") || strings.HasSuffix(name, "TOKEN") || strings.HasSuffix(name, "KEY")) && value != "" && strings.Contains(o.String()+e.String(), value) {
			r.t.Errorf("%q tells %s:\n%s%s", args, name, &o, &e)
		}
	}
	return code, o.String(), e.String()
}

func (r *real) getenv(name string) string {
	for i := len(r.env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(r.env[i], name+"="); ok {
			return value
		}
	}
	return ""
}

// TestDoctor: each line says what to do; the exit code says whether there is
// anything. It makes no database, uses what is saved in one, and does not need
// one that is in use.
func TestDoctor(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	r.env = append(r.env, "BKAPP_WECHAT_APP_URL=http://"+closedPort(t)+"/o/bk_fta_solutions/wechat/")
	code, out, errOut := r.tool("-doctor")
	if code != 1 || !strings.Contains(out, "[正常] access_token 获取成功") || !strings.Contains(out, "[有问题] 回调地址：连接被拒绝。处理办法：") ||
		!strings.Contains(out, "[注意] 没有设置 BKPAAS_LOGIN_URL") || !strings.Contains(errOut, "1 checks have failed") {
		t.Errorf("%d %s %s", code, out, errOut)
	}
	for line := range strings.Lines(out) {
		if ok := strings.HasPrefix(line, "[正常] "); !ok && !strings.Contains(line, "。处理办法：") {
			t.Errorf("it does not say what to do: %s", line)
		}
	}
	if _, err := os.Stat(r.args[3]); !os.IsNotExist(err) {
		t.Error("the doctor has made a database")
	}
	// What is saved wins over the environment.
	r.save(settings.Secret, "kanarienvogel")
	if code, out, errOut := r.tool("-doctor"); code != 1 || !strings.Contains(out, "Secret 错误（40001）") || strings.Contains(out+errOut, "kanarienvogel") {
		t.Errorf("%d %s", code, out)
	}
	for what, edit := range map[string][2]string{
		"cannot be opened": {"BKPAAS_APP_SECRET=another", "已保存的值无法读取：Secret"},
		"environment":      {"BKAPP_FTA_APP_ID=", "环境变量或参数 BKAPP_FTA_APP_ID"},
		"no app secret":    {"BKPAAS_APP_SECRET=", "环境变量或参数 BKPAAS_APP_SECRET"},
	} {
		env := r.env
		r.env = append(env[:len(env):len(env)], edit[0])
		if code, out, _ := r.tool("-doctor"); code != 1 || !strings.Contains(out, edit[1]) {
			t.Errorf("%s: %d %s", what, code, out)
		}
		r.env = env
	}
	// In use by the running program, which is asked how it is.
	r.start()
	code, out, _ = r.tool("-doctor")
	if code != 1 || !strings.Contains(out, inUseText) || !strings.Contains(out, "[有问题] 运行中的进程 wechat：") || !strings.Contains(out, "[正常] 运行中的进程 database") || !strings.Contains(out, "[正常] access_token 获取成功") {
		t.Errorf("in use: %d %s", code, out)
	}
	r.kill()
	for _, args := range [][]string{{"-doctor", "-audit"}, {"-audit-heads", "x"}, {"-doctor", "-publish-menu"}} {
		if code, _, errOut := r.tool(args...); code != 2 || !strings.Contains(errOut, "one of") {
			t.Errorf("%q: %d %s", args, code, errOut)
		}
	}
}

// save is what the settings page saves.
func (r *real) save(field, value string) {
	r.t.Helper()
	db := must[*database.DB](r.t)(database.Open(r.t.Context(), database.Config{Path: r.args[3], Kind: kindReal, Schemas: []database.Schema{settings.Schema}}))
	defer func() { _ = db.Close() }()
	box := must[*vault.Vault](r.t)(vault.New(env.NewSecret(r.getenv("BKPAAS_APP_SECRET")), nil))
	store := must[*settings.Store](r.t)(settings.NewStore(settings.StoreConfig{DB: db, Vault: box}))
	state := must[settings.State](r.t)(store.Load(r.t.Context()))
	_, _, err := store.Save(r.t.Context(), settings.Change{Version: state.Version, By: "admin", Values: map[string]string{field: value}}, noAudit)
	if err != nil {
		r.t.Fatal(err)
	}
}

func noAudit(context.Context, *sql.Tx, string, ...string) error { return nil }

// stop is what a platform does.
func (r *real) stop() {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		r.t.Fatalf("%v\n%s", err, r.log)
	}
	r.cmd = nil
}

// TestDoctorWell: nothing to do is exit 0.
func TestDoctorWell(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	if err := r.agent.SetDomains(r.addr, ""); err != nil {
		t.Fatal(err)
	}
	r.env = append(r.env, "BKAPP_WECHAT_APP_URL=http://"+r.addr+"/o/bk_fta_solutions/wechat/", "BKPAAS_LOGIN_URL=http://127.0.0.1:1/login", "BKAPP_ADMINS=admin")
	r.start()
	if code, out, errOut := r.tool("-doctor"); code != 0 && !strings.Contains(out, "企业微信只等 1 秒") || strings.Count(out, "[正常] 运行中的进程") < 5 {
		t.Errorf("%d %s %s", code, out, errOut)
	}
	// The running program's database is its own, and the menu is the environment's.
	code, out, _ := r.tool("-publish-menu")
	if menu := r.wecom.Menu(simAgent); code != 0 || !strings.Contains(out, inUseText) || len(menu) != 1 || menu[0].URL != "http://"+r.addr+"/o/bk_fta_solutions/wechat/todo/" {
		t.Errorf("%d %s %+v", code, out, menu)
	}
	r.kill()
	r.save(settings.AppURL, "https://members.example.com/o/bk_fta_solutions/wechat/")
	code, out, _ = r.tool("-publish-menu")
	if menu := r.wecom.Menu(simAgent); code != 0 || !strings.Contains(out, "[正常] 菜单“审批列表”已发布") || menu[0].URL != "https://members.example.com/o/bk_fta_solutions/wechat/todo/" {
		t.Errorf("%d %s %+v", code, out, menu)
	}
	r.save(settings.Secret, "wrong")
	if code, out, _ := r.tool("-publish-menu"); code != 1 || !strings.Contains(out, "Secret 错误（40001）") {
		t.Errorf("%d %s", code, out)
	}
}

// TestAudit: any edit or cut is found.
func TestAudit(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	if code, _, errOut := r.tool("-audit"); code != 2 || !strings.Contains(errOut, "-db") {
		t.Errorf("no database: %d %s", code, errOut)
	}
	r.start()
	if code, _, errOut := r.tool("-audit"); code != 2 || !strings.Contains(errOut, "in use") {
		t.Errorf("in use: %d %s", code, errOut)
	}
	for i := range 3 {
		if _, err := r.theatre().push(t.Context(), "api_default", fmt.Sprint(i), "磁盘只读"); err != nil {
			t.Fatal(err)
		}
	}
	r.stop()
	heads := filepath.Join(t.TempDir(), "app.log")
	if err := os.WriteFile(heads, []byte(r.log.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := r.tool("-audit", "-audit-heads", heads)
	head := regexp.MustCompile(`head (\d+):[0-9a-f]{64}`).FindStringSubmatch(out)
	if code != 0 || head == nil || !strings.Contains(out, "审计记录完整：") || strings.Contains(out, "注意") {
		t.Fatalf("%d %s %s", code, out, errOut)
	}
	code, out, _ = r.tool("-audit-lines")
	if code != 0 || fmt.Sprint(strings.Count(out, "\n")) != head[1] || strings.Count(out, `"step":"pushed"`) != 3 {
		t.Errorf("%d %s", code, out)
	}
	for _, tt := range []struct {
		what, sql string
		heads     bool
		code      int
	}{
		{"cut at the end, without heads", `DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)`, false, 0},
		{"cut at the end", ``, true, 1},
		{"edited", `UPDATE audit SET actor = 'nobody' WHERE seq = 2`, false, 1},
	} {
		if tt.sql != "" {
			r.alter(tt.sql)
		}
		args := []string{"-audit"}
		if tt.heads {
			args = append(args, "-audit-heads", heads)
		}
		if code, out, errOut := r.tool(args...); code != tt.code || code == 1 && !strings.Contains(errOut, "tampered") {
			t.Errorf("%s: %d %s %s", tt.what, code, out, errOut)
		}
	}
	// Without macs the database looks like an older version's, and is taken into the
	// chain at the next start: that is told, and the heads tell that it is not so.
	r.alter(`UPDATE audit SET mac = x'', actor = 'nobody'`)
	r.start()
	r.stop()
	if code, out, errOut := r.tool("-audit"); code != 0 || !strings.Contains(out, "写入时没有校验链") {
		t.Errorf("taken into the chain: %d %s %s", code, out, errOut)
	}
	if code, _, errOut := r.tool("-audit", "-audit-heads", heads); code != 1 || !strings.Contains(errOut, "tampered") {
		t.Errorf("taken into the chain, against the heads: %d %s", code, errOut)
	}
	empty := filepath.Join(t.TempDir(), "empty.log")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, empty + ".not"} {
		if code, _, errOut := r.tool("-audit", "-audit-heads", file); code != 2 || !strings.Contains(errOut, "-audit-heads") {
			t.Errorf("%s: %d %s", file, code, errOut)
		}
	}
}

// alter is what somebody does to the file.
func (r *real) alter(statement string) {
	r.t.Helper()
	db := must[*database.DB](r.t)(database.Open(r.t.Context(), database.Config{Path: r.args[3], Kind: kindReal}))
	defer func() { _ = db.Close() }()
	err := db.Tx(r.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(r.t.Context(), statement)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}
