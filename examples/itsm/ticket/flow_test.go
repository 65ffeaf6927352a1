package ticket_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/google/go-cmp/cmp"
)

func TestFromSubmissionToDecision(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path, false)
		o.worker.Start()
		defer o.close()
		start := time.Now()
		got, again, err := o.desk.Submit(t.Context(), "creator", ticket.Draft{
			Title: "  申请权限 ", Content: "第一行\r\n第二行\n\n", Approvers: []string{" zhangsan", "LiSi", "", "ZhangSan", "nobody"},
			Channel: ticket.ChannelPC})
		if err != nil || again {
			t.Fatal(err, again)
		}
		sn := "REQ" + start.In(time.FixedZone("", 8*3600)).Format("20060102") + "0001"
		want := ticket.Ticket{ID: 1, SN: sn, Title: "申请权限", Content: "第一行\n第二行", Creator: "creator", Created: start, Status: ticket.Waiting,
			Approvers: []ticket.Approver{{Username: "zhangsan", AskedAt: start}, {Username: "LiSi", AskedAt: start}, {Username: "nobody", Unbound: true}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		time.Sleep(time.Minute)
		out := o.decide(1, "lisi", true)
		want.Status, want.DecidedBy, want.DecidedAt, want.Opinion = ticket.Approved, "LiSi", start.Add(time.Minute), "看过了"
		if diff := cmp.Diff(ticket.Outcome{ID: 1, Kind: ticket.OutcomeDecided, Ticket: want}, out); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		time.Sleep(time.Minute)
		stored, entries, err := o.desk.Get(t.Context(), 1, "nobody")
		if diff := cmp.Diff(want, stored); diff != "" || err != nil {
			t.Error(diff, err)
		}
		wantEntries := []ticket.Entry{
			{At: start, Actor: "creator", Channel: "pc", Act: ticket.ActSubmitted},
			{At: start, Actor: ticket.System, Act: ticket.ActNotTold, Target: "nobody"},
			{At: start.Add(time.Minute), Actor: "LiSi", Channel: "weixin", Act: ticket.ActApproved, Words: "看过了"},
		}
		if diff := cmp.Diff(wantEntries, entries); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		unbound := []string{"nobody"}
		wantTold := []told{
			{"asked", sn, "LiSi", "wx-lisi", "", "", unbound},
			{"decided", sn, "creator", "wx-creator", "LiSi", "看过了", unbound},
			{"asked", sn, "zhangsan", "wx-zhangsan", "", "", unbound},
		}
		if diff := cmp.Diff(wantTold, o.heard()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestNumbersOfTheDay(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path, false)
		defer o.close()
		zone := time.FixedZone("", 8*3600)
		// To a minute before midnight, of that zone.
		now := time.Now().In(zone)
		midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, zone)
		time.Sleep(midnight.Sub(now) - time.Minute)
		var sns []string
		for range 2 {
			sns = append(sns, o.submit("zhangsan").SN)
		}
		time.Sleep(time.Minute)
		sns = append(sns, o.submit("zhangsan").SN)
		day, next := midnight.AddDate(0, 0, -1).Format("20060102"), midnight.Format("20060102")
		if diff := cmp.Diff([]string{"REQ" + day + "0001", "REQ" + day + "0002", "REQ" + next + "0001"}, sns); diff != "" {
			t.Error(diff)
		}
	})
}

// The same form is one ticket; another form, user or content is another.
func TestSameFormTwice(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	draft := ticket.Draft{Title: "标题", Content: "内容", Approvers: []string{"zhangsan", "lisi"}, Key: "k-1"}
	for _, step := range []struct {
		when, creator string
		change        func(*ticket.Draft)
		again         bool
		id            int64
	}{
		{"first", "creator", func(*ticket.Draft) {}, false, 1},
		{"twice", "creator", func(*ticket.Draft) {}, true, 1},
		{"another spelling of the user", "CREATOR", func(*ticket.Draft) {}, true, 1},
		{"trimmed alike", "creator", func(d *ticket.Draft) { d.Title = " 标题\n" }, true, 1},
		{"another user", "wangwu", func(*ticket.Draft) {}, false, 2},
		{"another key", "creator", func(d *ticket.Draft) { d.Key = "k-2" }, false, 3},
		{"another content", "creator", func(d *ticket.Draft) { d.Content = "内容 2" }, false, 4},
		{"border moved", "creator", func(d *ticket.Draft) { d.Title, d.Content = "标", "题内容" }, false, 5},
		{"another approver", "creator", func(d *ticket.Draft) { d.Approvers = []string{"zhangsan"} }, false, 6},
		{"no key", "creator", func(d *ticket.Draft) { d.Key = "" }, false, 7},
		{"no key twice", "creator", func(d *ticket.Draft) { d.Key = "" }, false, 8},
		{"first once more", "creator", func(*ticket.Draft) {}, true, 1},
	} {
		d := draft
		step.change(&d)
		got, again, err := o.desk.Submit(t.Context(), step.creator, d)
		if err != nil || again != step.again || got.ID != step.id {
			t.Errorf("%s: ticket %d, again %v, %v; want %d, %v", step.when, got.ID, again, err, step.id, step.again)
		}
	}
	if o.left() != 7*2+1 { // eight tickets of two approvers, but one of one
		t.Errorf("%d messages", o.left())
	}
}

// What cannot be told is not done.
func TestOneTransaction(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	kept := o.submit("zhangsan", "nobody")
	before, messages := o.acts(kept.ID), o.left()
	o.failing = errors.New("no template")
	o.bound["nobody"] = "wx-nobody"
	if _, _, err := o.desk.Submit(t.Context(), "creator", ticket.Draft{Title: "x", Approvers: []string{"zhangsan"}, Key: "k"}); !errors.Is(err, o.failing) {
		t.Errorf("submit: %v", err)
	}
	if _, err := o.desk.Decide(t.Context(), ticket.Decision{Ticket: kept.ID, Actor: "zhangsan", Approve: true}); !errors.Is(err, o.failing) {
		t.Errorf("decide: %v", err)
	}
	if _, err := o.desk.HandOver(t.Context(), ticket.HandOver{Ticket: kept.ID, From: "zhangsan", To: "wangwu", Reason: "休假"}); !errors.Is(err, o.failing) {
		t.Errorf("hand over: %v", err)
	}
	err := o.db.Tx(t.Context(), func(tx *sql.Tx) error {
		_, err := o.desk.Bound(t.Context(), tx, "nobody")
		return err
	})
	if !errors.Is(err, o.failing) {
		t.Errorf("bound: %v", err)
	}
	after, _, err := o.desk.Get(t.Context(), kept.ID, "creator")
	if diff := cmp.Diff(kept, after) + cmp.Diff(before, o.acts(kept.ID)); diff != "" || err != nil || o.left() != messages {
		t.Error(diff, err, o.left())
	}
	o.failing = nil
	if got, again, err := o.desk.Submit(t.Context(), "creator", ticket.Draft{Title: "x", Approvers: []string{"zhangsan"}, Key: "k"}); err != nil || again || !strings.HasSuffix(got.SN, "0002") {
		t.Errorf("the submission that failed was half stored: %+v, %v, %v", got, again, err)
	}
	if out := o.decide(kept.ID, "zhangsan", true); out.Kind != ticket.OutcomeDecided {
		t.Errorf("%+v", out)
	}
}

// Messages that do not arrive are in the history.
func TestFinished(t *testing.T) {
	t.Parallel()
	for act, mute := range map[ticket.Act]error{
		ticket.ActMessageFailed:  outbox.Permanent(errors.New("81013 no such member")),
		ticket.ActMessageUnknown: errors.New("connection reset"),
	} {
		t.Run(string(act), func(t *testing.T) {
			t.Parallel()
			path := temp(t)
			synctest.Test(t, func(t *testing.T) {
				o := openOffice(t, path, false)
				o.mute = mute
				o.worker.Start()
				defer o.close()
				made := o.submit("zhangsan")
				time.Sleep(afterLife)
				acts := o.acts(made.ID)
				if len(acts) != 2 || !strings.HasPrefix(acts[1], "system: "+string(act)+" zhangsan ") || !strings.Contains(acts[1], mute.Error()) {
					t.Errorf("%q", acts)
				}
			})
		})
	}
}

// Rows of other packages are none of a desk's business.
func TestFinishedOfOthers(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	err := o.db.Tx(t.Context(), func(tx *sql.Tx) error {
		return o.desk.Finished(t.Context(), tx, outbox.Row{ID: 77, Group: "ticket/1/x", State: outbox.Failed})
	})
	if err != nil {
		t.Error(err)
	}
}
