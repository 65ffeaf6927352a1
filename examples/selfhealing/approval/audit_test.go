package approval_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/database"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
)

// audited is an office in which something has happened: ten rows and more.
func audited(t *testing.T) *office {
	t.Helper()
	o := openOffice(t, temp(t))
	for i := range 5 {
		o.decide(o.push("page", fmt.Sprint(i)), "wangwu", i%2 == 0)
	}
	return o
}

func (o *office) verify(heads ...approval.Head) (approval.Head, error) {
	o.t.Helper()
	return approval.VerifyAudit(o.t.Context(), o.db, auditKey, heads...)
}

func TestAuditIsWhole(t *testing.T) {
	t.Parallel()
	o := audited(t)
	defer func() { _ = o.db.Close() }()
	first, err := o.desk.AuditHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 170 { // more than a page
		o.decide(o.push("page", fmt.Sprint("b", i)), "wangwu", true)
	}
	head, err := o.verify(first, approval.Head{})
	if now, headErr := o.desk.AuditHead(t.Context()); err != nil || headErr != nil || head != now || head.Count != int64(o.count("audit")) {
		t.Errorf("%v, %v; the head is %v, %v", head, err, now, headErr)
	}
	if _, err := o.verify(first, head, head); err != nil {
		t.Error(err)
	}
	var seen int64
	stop := errors.New("stop")
	err = approval.EachAudit(t.Context(), o.db, func(e approval.Entry) error {
		if seen++; e.Seq != seen || e.At.IsZero() || e.Step == "" {
			t.Errorf("row %d is %+v", seen, e)
		}
		return nil
	})
	if err != nil || seen != head.Count {
		t.Errorf("%d of %d rows, %v", seen, head.Count, err)
	}
	if err := approval.EachAudit(t.Context(), o.db, func(approval.Entry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	if _, err := approval.VerifyAudit(t.Context(), o.db, bytes.Repeat([]byte("x"), 32)); err == nil {
		t.Error("another key verifies")
	}
}

// Whoever can write the file but has no key can change nothing unnoticed.
func TestAuditTampered(t *testing.T) {
	t.Parallel()
	const (
		changed = "is not what was recorded"
		missing = "is missing"
		putIn   = "was put in"
		cut     = "was cut off"
		anew    = "written anew"
	)
	for name, tt := range map[string]struct {
		do   []string
		seq  int64
		want string
	}{
		"actor":            {[]string{`UPDATE audit SET actor = 'lisi' WHERE seq = 3`}, 3, changed},
		"time":             {[]string{`UPDATE audit SET at = at + 1 WHERE seq = 1`}, 1, changed},
		"alarm":            {[]string{`UPDATE audit SET alarm = alarm + 1 WHERE seq = 4`}, 4, changed},
		"channel":          {[]string{`UPDATE audit SET channel = 'card' WHERE seq = 2`}, 2, changed},
		"step":             {[]string{`UPDATE audit SET step = 'approved' WHERE step = 'rejected'`}, 5, changed},
		"detail":           {[]string{`UPDATE audit SET detail = '' WHERE seq = 2`}, 2, changed},
		"field to field":   {[]string{`UPDATE audit SET actor = actor || substr(channel, 1, 1), channel = substr(channel, 2) WHERE seq = 2`}, 2, changed},
		"mac":              {[]string{`UPDATE audit SET mac = x'00' WHERE seq = 5`}, 5, changed},
		"no mac":           {[]string{`UPDATE audit SET mac = x'' WHERE seq = 5`}, 5, changed},
		"row taken out":    {[]string{`DELETE FROM audit WHERE seq = 5`}, 5, missing},
		"first taken out":  {[]string{`DELETE FROM audit WHERE seq = 1`}, 1, missing},
		"closed up":        {[]string{`DELETE FROM audit WHERE seq = 5`, `UPDATE audit SET seq = -seq WHERE seq > 5`, `UPDATE audit SET seq = -seq - 1 WHERE seq < 0`}, 5, changed},
		"put in front":     {[]string{`INSERT INTO audit SELECT 0, alarm, at, actor, channel, step, detail, mac FROM audit WHERE seq = 1`}, 0, putIn},
		"put in far front": {[]string{`INSERT INTO audit SELECT -9223372036854775808, alarm, at, actor, channel, step, detail, mac FROM audit WHERE seq = 1`}, -9223372036854775808, putIn},
		"put behind":       {[]string{`INSERT INTO audit SELECT max(seq) + 1, alarm, at, actor, channel, step, detail, mac FROM audit`}, 12, changed},
		"put far behind":   {[]string{`INSERT INTO audit SELECT 9223372036854775807, alarm, at, actor, channel, step, detail, mac FROM audit WHERE seq = 1`}, 12, missing},
		"two exchanged":    {[]string{`UPDATE audit SET seq = 100 WHERE seq = 2`, `UPDATE audit SET seq = 2 WHERE seq = 4`, `UPDATE audit SET seq = 4 WHERE seq = 100`}, 2, changed},
		"texts exchanged":  {[]string{`UPDATE audit SET alarm = 1 WHERE seq = 4`}, 4, changed},
		"cut":              {[]string{`DELETE FROM audit WHERE seq > 8`}, 9, cut},
		"emptied":          {[]string{`DELETE FROM audit`}, 1, cut},
		"of another past": {[]string{`CREATE TABLE kept AS SELECT * FROM audit WHERE seq = 10`, `DELETE FROM audit WHERE seq > 8`, "again",
			`DELETE FROM audit WHERE seq = 10`, `INSERT INTO audit SELECT * FROM kept`}, 10, changed},
		"page full": {[]string{`INSERT INTO audit SELECT 9223372036854775807 - value, 0, 0, '', '', '', '', x'' FROM (
			WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n LIMIT 489) SELECT value FROM n)`}, 12, missing},
		"rewound": {[]string{`DELETE FROM audit WHERE seq > 8`, "again"}, 11, anew},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := audited(t)
			defer func() { _ = o.db.Close() }()
			o.exec(`DELETE FROM audit WHERE seq > 11`) // a known length
			head, err := o.desk.AuditHead(t.Context())
			if err != nil || head.Count != 11 {
				t.Fatal(head, err)
			}
			for _, query := range tt.do {
				if query == "again" { // by the program itself, with the key
					for i := range 3 {
						o.push("page", fmt.Sprint("new", i))
					}
					continue
				}
				o.exec(query)
			}
			var found *approval.AuditError
			if _, err := o.verify(head); !errors.As(err, &found) || found.Seq != tt.seq || !strings.Contains(found.Problem, tt.want) {
				t.Errorf("%v, want row %d: %s", err, tt.seq, tt.want)
			}
			if _, err := o.verify(); (tt.want == cut || tt.want == anew) != (err == nil) {
				t.Errorf("without a head: %v", err)
			}
			if err := approval.EachAudit(t.Context(), o.db, func(approval.Entry) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAuditHeads(t *testing.T) {
	t.Parallel()
	o := audited(t)
	defer func() { _ = o.db.Close() }()
	head, err := o.desk.AuditHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := approval.ParseHead(head.String()); err != nil || again != head {
		t.Errorf("%v, %v", again, err)
	}
	other := approval.Head{Count: head.Count, MAC: strings.Repeat("0", 64)}
	for name, heads := range map[string][]approval.Head{"wrong": {other}, "two of one count": {head, other}, "two, the other way": {other, head}} {
		var found *approval.AuditError
		if _, err := o.verify(heads...); !errors.As(err, &found) || found.Seq != head.Count {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseHead(f *testing.F) {
	for _, s := range []string{"0:", "1:" + strings.Repeat("0a", 32), "1:", "-1:", "0:00", "1:" + strings.Repeat("0A", 32), "01:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := approval.ParseHead(s)
		if err == nil && (h.String() != s || h.Count < 0 || len(h.MAC) != 64 && s != "0:") {
			t.Fatalf("%q was read as %+v", s, h)
		}
		if made := (approval.Head{Count: int64(len(s)) + 1, MAC: strings.Repeat("ab", 32)}); made.String() == s && err != nil {
			t.Fatalf("%q was refused", s)
		}
	})
}

func TestWriteAudit(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t))
	defer func() { _ = o.db.Close() }()
	id := o.push("reply", "1")
	out, err := o.desk.Decide(t.Context(), approval.Decision{Alarm: id, Node: 1, By: "zhangsan", Channel: approval.ChannelPage, Reason: "白天不重启 <b>\n{}"})
	if err != nil || !out.Success() {
		t.Fatal(out, err)
	}
	err = o.db.Tx(t.Context(), func(tx *sql.Tx) error {
		return o.desk.SettingsChanged(t.Context(), tx, "admin", "BKAPP_WECHAT_TOKEN", "BKAPP_WECHAT_SECRET")
	})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := approval.WriteAudit(t.Context(), o.db, &b); err != nil {
		t.Fatal(err)
	}
	type line struct {
		Seq, Alarm                   int64
		At                           time.Time
		Actor, Channel, Step, Detail string
		MAC                          string
	}
	var got []line
	for s := bufio.NewScanner(&b); s.Scan(); {
		var l line
		d := json.NewDecoder(bytes.NewReader(s.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil || l.At.IsZero() || len(l.MAC) != 64 {
			t.Errorf("%s: %v", s.Text(), err)
		}
		l.At, l.MAC = time.Time{}, ""
		got = append(got, l)
	}
	want := []line{
		{Seq: 1, Alarm: 1, Actor: "app", Channel: "push", Step: "pushed", Detail: "to be asked: zhangsan, LiSi"},
		{Seq: 2, Alarm: 1, Actor: "zhangsan", Channel: "page", Step: "rejected", Detail: "白天不重启 <b>\n{}"},
		{Seq: 3, Actor: "admin", Channel: "settings", Step: "settings_changed", Detail: "BKAPP_WECHAT_TOKEN, BKAPP_WECHAT_SECRET"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// What belongs to no alarm is in nobody's history.
	if _, steps := o.get(id); len(steps) != 2 {
		t.Errorf("%v", steps)
	}
	if _, err := o.verify(); err != nil {
		t.Error(err)
	}
}

// Values have no way into the audit of settings.
func TestSettingsChangedRefuses(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t))
	defer func() { _ = o.db.Close() }()
	for name, args := range map[string][]string{
		"nobody": {"", "TOKEN"}, "nothing": {"admin"}, "a value": {"admin", "TOKEN=hunter2"}, "text": {"admin", "TOKEN", "is now x"}, "empty": {"admin", ""},
	} {
		err := o.db.Tx(t.Context(), func(tx *sql.Tx) error { return o.desk.SettingsChanged(t.Context(), tx, args[0], args[1:]...) })
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := o.count("audit"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestHeadIsTold(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		time.Sleep(10 * time.Minute)
		o.push("defense", "1")
		time.Sleep(49 * time.Minute)
		if n := len(o.toldHeads()); n != 1 {
			t.Errorf("%d heads within the hour, want that of the start", n)
		}
		time.Sleep(2*time.Hour + time.Minute + time.Second)
		o.push("defense", "2")
		o.close()
		heads := o.toldHeads()
		var counts []int64
		for _, h := range heads {
			counts = append(counts, h.Count)
		}
		// pushed and asked at 10 m, reminded at 70 m, timed out at 130 m
		if len(counts) != 5 || !cmp.Equal(counts[:4], []int64{0, 2, 3, 4}) || counts[4] < 5 {
			t.Errorf("%v", counts)
		}
		o = openOffice(t, path)
		defer o.close()
		if _, err := o.verify(heads...); err != nil {
			t.Error(err)
		}
	})
}

// A file of the previous version is taken over with all its alarms; its audit is
// chained once, and no second time.
func TestPreviousVersion(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		old := approval.Schema
		old.Steps = old.Steps[:1]
		db, err := database.Open(context.Background(), database.Config{Path: path, Kind: "test", Schemas: []database.Schema{outbox.Schema, old}})
		if err != nil {
			t.Fatal(err)
		}
		now := database.Millis(time.Now())
		err = db.Tx(t.Context(), func(tx *sql.Tx) error {
			plan := []byte(`{"alarm_type":"page","name":"n","approval":"page","approvers":["wangwu"],"timeout":1200000000000}`)
			for id, status := range []string{"waiting", "rejected", "waiting"} {
				_, err := tx.Exec(`INSERT INTO alarm (app_id, source_id, source_time, ip, alarm_type, content, plan, status, pushed_at, deadline_at)
					VALUES ('app', ?1, ?2, '10.0.0.9', 'page', 'c', ?3, ?4, ?2, ?5)`, fmt.Sprint(id), now, plan, status, now+1200_000)
				if err != nil {
					return err
				}
				if _, err := tx.Exec(`INSERT INTO alarm_approver VALUES ('wangwu', ?1)`, id+1); err != nil {
					return err
				}
			}
			for i := range 700 { // with gaps, more than a page
				_, err := tx.Exec(`INSERT INTO alarm_audit VALUES (?, 1, ?, 'app', 'push', 'pushed', 'old')`, 3+2*i, now)
				if err != nil {
					return err
				}
			}
			_, err := tx.Exec(`INSERT INTO outbox (grp, kind, payload, state, created_at, next_at, expires_at, at_expiry)
				VALUES ('alarm/3', 'message', ?1, 'waiting', ?2, ?2, ?3, 'unknown')`, []byte(`{"Event":"asked","Number":"3_1","To":["wangwu"],"Row":1}`), now, now+60_000)
			return err
		})
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		o := openOffice(t, path)
		if head, err := o.verify(); err != nil || head.Count != 701 {
			t.Errorf("%v, %v", head, err)
		}
		a, steps := o.get(1)
		if a.Status != approval.Waiting || a.Version != 1 || a.Plan.Timeout != 20*time.Minute || len(steps) != 700 {
			t.Errorf("%+v, %d rows", a, len(steps))
		}
		o.start()
		if out := o.decide(1, "wangwu", false); out.Kind != approval.OutcomeDecided {
			t.Errorf("%+v", out)
		}
		time.Sleep(11 * time.Minute)
		var got []string
		for _, m := range o.heard() {
			got = append(got, string(m.Event)+" "+m.Number)
		}
		if diff := cmp.Diff([]string{"asked 3_1", "reminder 3_1"}, got); diff != "" {
			t.Error(diff)
		}
		time.Sleep(10 * time.Minute)
		if a, _ := o.get(3); a.Status != approval.TimedOut || !a.Skipped() {
			t.Errorf("%s", a.Status)
		}
		head, err := o.verify()
		o.close()
		o = openOffice(t, path)
		o.exec(`UPDATE audit SET mac = x'', detail = 'new' WHERE seq <> 5`) // all but one: not adopted again
		o.close()
		o = openOffice(t, path)
		defer o.close()
		if _, again := o.verify(head); err != nil || again == nil {
			t.Errorf("%v, %v", err, again)
		}
		if _, err := o.verify(); err == nil {
			t.Error("rows that somebody wrote were taken into the chain")
		}
	})
}
