package ticket_test

import (
	"database/sql"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/google/go-cmp/cmp"
)

func TestHandOver(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path, false)
		o.worker.Start()
		defer o.close()
		start := time.Now()
		id := o.submit("zhangsan", "wangwu").ID
		for _, bad := range []struct {
			to, reason string
			want       ticket.FieldError
		}{
			{"lisi", " ", ticket.FieldError{Field: "reason", Problem: ticket.ProblemMissing}},
			{" ", "休假", ticket.FieldError{Field: "to", Problem: ticket.ProblemMissing}},
			{"@all", "休假", ticket.FieldError{Field: "to", Problem: ticket.ProblemUsername, Value: "@all"}},
			{"WangWu", "休假", ticket.FieldError{Field: "to", Problem: ticket.ProblemAlready, Value: "WangWu"}},
			{"zhangsan", "休假", ticket.FieldError{Field: "to", Problem: ticket.ProblemAlready, Value: "zhangsan"}},
			{"Creator", "休假", ticket.FieldError{Field: "to", Problem: ticket.ProblemOwn, Value: "Creator"}},
		} {
			_, err := o.desk.HandOver(t.Context(), ticket.HandOver{Ticket: id, From: "zhangsan", To: bad.to, Reason: bad.reason})
			var refused ticket.FieldErrors
			if !errors.As(err, &refused) || cmp.Diff(ticket.FieldErrors{bad.want}, refused) != "" {
				t.Errorf("to %q, reason %q: %v", bad.to, bad.reason, err)
			}
		}
		time.Sleep(time.Minute)
		o.handOver(id, "zhangsan", " LiSi ")
		time.Sleep(time.Minute)
		o.handOver(id, "lisi", "nobody")
		time.Sleep(time.Minute)
		got := o.handOver(id, "nobody", "zhangsan").Ticket // back, again present
		want := []ticket.Approver{
			{Username: "wangwu", AskedAt: start},
			{Username: "LiSi", AskedAt: start.Add(time.Minute), HandedTo: "nobody"},
			{Username: "nobody", Unbound: true, HandedTo: "zhangsan"},
			{Username: "zhangsan", AskedAt: start.Add(3 * time.Minute)},
		}
		if diff := cmp.Diff(want, got.Approvers); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if got.Unbound() != nil {
			t.Errorf("a past approver counts as not told: %v", got.Unbound())
		}
		if out := o.decide(id, "zhangsan", true); out.Kind != ticket.OutcomeDecided {
			t.Errorf("%+v", out)
		}
		wantActs := []string{
			"creator submitted  ",
			"zhangsan handed_over LiSi 休假",
			"LiSi handed_over nobody 休假",
			"system: not_told nobody ",
			"nobody handed_over zhangsan 休假",
			"zhangsan approved  看过了",
		}
		if diff := cmp.Diff(wantActs, o.acts(id)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		time.Sleep(time.Minute)
		sn := got.SN
		wantTold := []told{
			{"handed_over", sn, "LiSi", "wx-lisi", "zhangsan", "休假", nil},
			{"decided", sn, "creator", "wx-creator", "zhangsan", "看过了", nil},
			{"asked", sn, "wangwu", "wx-wangwu", "", "", nil},
			{"asked", sn, "zhangsan", "wx-zhangsan", "", "", nil},
			{"handed_over", sn, "zhangsan", "wx-zhangsan", "nobody", "休假", nil},
		}
		if diff := cmp.Diff(wantTold, o.heard()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestBoundLater(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path, false)
		o.worker.Start()
		defer o.close()
		waits, decided, handed := o.submit("Newbie", "zhangsan"), o.submit("newbie", "zhangsan"), o.submit("newbie")
		o.decide(decided.ID, "zhangsan", true)
		o.handOver(handed.ID, "newbie", "lisi")
		bound := func(username string) (asked int) {
			t.Helper()
			err := o.db.Tx(t.Context(), func(tx *sql.Tx) (err error) {
				asked, err = o.desk.Bound(t.Context(), tx, username)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			o.worker.Wake()
			return asked
		}
		if n := bound("newbie"); n != 0 {
			t.Errorf("%d asked without an address", n)
		}
		time.Sleep(time.Hour)
		o.bind("Newbie", "wx-newbie")
		at := time.Now()
		if n := bound("NEWBIE") + bound("newbie") + bound("zhangsan") + bound("stranger"); n != 1 {
			t.Errorf("%d asked, want the one ticket, once", n)
		}
		got, entries, err := o.desk.Get(t.Context(), waits.ID, "newbie")
		if err != nil || got.Unbound() != nil || !got.Approvers[0].AskedAt.Equal(at) {
			t.Errorf("%+v, %v", got, err)
		}
		last := entries[len(entries)-1]
		if diff := cmp.Diff(ticket.Entry{At: at, Actor: ticket.System, Act: ticket.ActToldLater, Target: "Newbie"}, last); diff != "" {
			t.Error(diff)
		}
		time.Sleep(time.Minute)
		var heard []told
		for _, m := range o.heard() {
			if m.Address == "wx-newbie" {
				heard = append(heard, m)
			}
		}
		if diff := cmp.Diff([]told{{"asked", waits.SN, "Newbie", "wx-newbie", "", "", nil}}, heard); diff != "" {
			t.Error(diff)
		}
	})
}

// The creator who is not bound is not told; the decision stands.
func TestCreatorNotTold(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	o.bind("creator", "")
	id := o.submit("zhangsan").ID
	if out := o.decide(id, "zhangsan", false); out.Kind != ticket.OutcomeDecided {
		t.Errorf("%+v", out)
	}
	want := []string{"creator submitted  ", "zhangsan refused  看过了", "system: not_told creator "}
	if diff := cmp.Diff(want, o.acts(id)); diff != "" {
		t.Error(diff)
	}
}
