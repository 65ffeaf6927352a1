package approval_test

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
)

// arrival is a message to one member.
type arrival struct {
	told
	at time.Time
}

func (o *office) inbox(member string) (all []arrival) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, m := range o.messages {
		if slices.ContainsFunc(m.To, func(id string) bool { return approval.SameUser(id, member) }) {
			all = append(all, arrival{m, o.at[i]})
		}
	}
	return all
}

// busiest is the greatest number of messages within any span.
func busiest(all []arrival, span time.Duration) (most int) {
	for i := range all {
		n := 0
		for _, a := range all[i:] {
			if a.at.Sub(all[i].at) < span {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func digests(all []arrival) []arrival {
	return slices.DeleteFunc(slices.Clone(all), func(a arrival) bool { return a.Event != approval.EventDigest })
}

func TestDigest(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.supers = []string{"boss"}
		o.start()
		defer o.close()
		start := time.Now()
		for i := range 19 {
			o.push("reply", fmt.Sprint("a", i)) // to zhangsan, LiSi and boss
		}
		o.push("defense", "b") // to wangwu and boss
		synctest.Wait()
		o.push("reply", "c1") // the 20th of zhangsan and LiSi, the 21st of boss
		synctest.Wait()
		o.push("reply", "c2")
		synctest.Wait()
		last := o.heard()[20]
		if !slices.Equal(last.To, []string{"zhangsan", "LiSi"}) || len(o.heard()) != 21 {
			t.Errorf("the message went to %v", last.To)
		}
		time.Sleep(3 * time.Second)
		o.push("defense", "b2")
		time.Sleep(3 * time.Second)
		for member, want := range map[string][]int{"zhangsan": {21}, "LiSi": {21}, "boss": {23}, "wangwu": nil} {
			var waiting []int
			for _, a := range digests(o.inbox(member)) {
				waiting = append(waiting, a.Waiting)
				if after := a.at.Sub(start); after < 5*time.Second || after > 5100*time.Millisecond || a.Missed != 0 || len(a.To) != 1 {
					t.Errorf("%s: after %v %+v", member, after, a.told)
				}
			}
			if diff := cmp.Diff(want, waiting); diff != "" {
				t.Errorf("%s: %s", member, diff)
			}
		}
		if n := len(o.inbox("wangwu")); n != 2 {
			t.Errorf("wangwu, who had few, got %d messages", n)
		}
		_, entries, err := o.desk.Get(t.Context(), 21) // c1
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, e := range entries[1:] {
			lines = append(lines, string(e.Step)+" "+e.Detail)
		}
		if diff := cmp.Diff([]string{
			"digested asked: boss has had 20 messages in a minute or 800 in an hour, and is told by a digest",
			"asked message 21 to zhangsan, LiSi"}, lines); diff != "" {
			t.Error(diff)
		}

		// Within the minute there is no second digest, and after it one only if
		// there is something to tell.
		time.Sleep(50 * time.Second) // 56 s
		o.push("reply", "d")
		time.Sleep(8 * time.Second) // 64 s
		if got := digests(o.inbox("zhangsan")); len(got) != 1 {
			t.Errorf("%d digests within a minute", len(got))
		}
		time.Sleep(2 * time.Second) // 66 s
		got := digests(o.inbox("zhangsan"))
		if len(got) != 2 || got[1].Waiting != 22 || got[1].at.Sub(got[0].at) < time.Minute {
			t.Errorf("%+v", got)
		}
		time.Sleep(5 * time.Minute)
		if n := len(digests(o.inbox("zhangsan"))); n != 2 {
			t.Errorf("%d digests, the last about nothing", n)
		}
	})
}

// News that was held back is counted, and what was decided before the digest
// went out is no reason for one.
func TestDigestOfOtherNews(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		var ids []int64
		for i := range 20 {
			ids = append(ids, o.push("page", fmt.Sprint(i))) // to wangwu alone
		}
		late := o.push("defense", "x")
		synctest.Wait()
		o.decide(late, "wangwu", false) // nobody else to tell
		for _, id := range ids {
			o.decide(id, "wangwu", false)
		}
		time.Sleep(2 * time.Minute)
		if got := o.inbox("wangwu"); len(got) != 20 {
			t.Errorf("%d messages; the 21st alarm is decided and needs no digest", len(got))
		}
	})
	path = temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		for i := range 25 { // of a minute: five are told of at 5 s
			o.push("page", fmt.Sprint(i))
		}
		time.Sleep(2 * time.Minute) // reminders at 30 s, timeouts at 60 s: 19 go through, the digest counts too
		var got []string
		for _, a := range digests(o.inbox("wangwu")) {
			got = append(got, fmt.Sprintf("%d %d", a.Waiting, a.Missed))
		}
		if diff := cmp.Diff([]string{"25 0", "0 6"}, got); diff != "" {
			t.Error(diff)
		}
		for i := range 25 { // what has been told is not told again
			o.push("page", fmt.Sprint("b", i))
		}
		time.Sleep(2 * time.Minute)
		for _, a := range digests(o.inbox("wangwu"))[2:] {
			got = append(got, fmt.Sprintf("%d %d", a.Waiting, a.Missed))
		}
		if diff := cmp.Diff([]string{"25 0", "0 6", "25 0", "0 6"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// An hour has its own limit, and a minute's digest when it is reached.
func TestHour(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := officeWith(t, path, func(c *approval.Config) { c.PerHour = 30 })
		o.start()
		defer o.close()
		for i := range 30 {
			for j := range 3 { // 6 a minute
				o.push("defense", fmt.Sprintf("%d-%d", i, j))
			}
			time.Sleep(30 * time.Second)
		}
		all := o.inbox("wangwu")
		d := digests(all)
		if one := len(all) - len(d); one != 30 {
			t.Errorf("%d messages in an hour", one)
		}
		if len(d) < 9 || len(d) > 10 {
			t.Errorf("%d digests in the ten minutes after the 30 messages", len(d))
		}
		for i := 1; i < len(d); i++ {
			if gap := d[i].at.Sub(d[i-1].at); gap < time.Minute {
				t.Errorf("two digests within %v", gap)
			}
		}
		for id := range 90 {
			o.decide(int64(id+1), "wangwu", false) // no more news of these
		}
		time.Sleep(61 * time.Minute)
		o.push("page", "x")
		time.Sleep(time.Second)
		if m := o.inbox("wangwu"); m[len(m)-1].Event != approval.EventAsked {
			t.Errorf("an hour later: %+v", m[len(m)-1])
		}
	})
}

// While a digest is on its way no other one is planned; what has come meanwhile
// is in the next, a minute later.
func TestDigestUnderWay(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.late = func(m told) {
			if m.Event == approval.EventDigest {
				time.Sleep(20 * time.Second)
			}
		}
		o.start()
		defer o.close()
		start := time.Now()
		for i := range 21 {
			o.push("defense", fmt.Sprint(i))
		}
		time.Sleep(10 * time.Second)
		o.push("defense", "meanwhile")
		time.Sleep(3 * time.Minute)
		var got []string
		for _, a := range digests(o.inbox("wangwu")) {
			got = append(got, fmt.Sprintf("%d after %v", a.Waiting, a.at.Sub(start).Round(time.Second)))
		}
		if diff := cmp.Diff([]string{"21 after 5s", "22 after 1m25s"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// The clock is set back by a day: what was sent "tomorrow" does not silence a
// member until then.
func TestBudgetAfterClockSetBack(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]int{30 * time.Second: 20, 24 * time.Hour: 21} {
		path := temp(t)
		synctest.Test(t, func(t *testing.T) {
			o := openOffice(t, path)
			o.start()
			defer o.close()
			for i := range 20 {
				o.push("defense", fmt.Sprint(i))
			}
			synctest.Wait()
			o.exec(`UPDATE notice_member SET at = at + ?`, ahead.Milliseconds())
			o.push("defense", "then")
			synctest.Wait()
			if n := len(o.inbox("wangwu")); n != want {
				t.Errorf("%v ahead: %d messages, want %d", ahead, n, want)
			}
		})
	}
}

// Answers are never held back, and count.
func TestAnswer(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		for range 21 {
			err := o.desk.Answer(t.Context(), "wangwu", func(row int64) (string, []byte, error) {
				return "message", fmt.Appendf(nil, `{"To":["wangwu"],"Row":%d}`, row), nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if n := len(o.inbox("wangwu")); n != 21 {
			t.Errorf("%d answers", n)
		}
		o.push("page", "1")
		time.Sleep(10 * time.Second)
		all := o.inbox("wangwu")
		if len(all) != 22 || all[21].Event != approval.EventDigest || all[21].Waiting != 1 {
			t.Errorf("%+v", all[21:])
		}
		none := func(int64) (string, []byte, error) { return "", nil, nil }
		if err := o.desk.Answer(t.Context(), "wangwu", none); err != nil {
			t.Error(err)
		}
	})
}

// Notices are forgotten, what still counts is not.
func TestNoticesAreForgotten(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer func() { o.close() }()
		o.push("defense", "1")
		o.push("defense", "2")
		time.Sleep(59*time.Minute + 30*time.Second)
		if n := o.count("notice_member"); n != 2 {
			t.Errorf("%d messages count", n)
		}
		o.set(func() { o.away = true })
		o.push("defense", "3") // under way
		time.Sleep(2 * time.Hour)
		if n := o.count("notice_member WHERE at > 9000000000000000000"); n != 3 { // one of each alarm, the next are behind it
			t.Errorf("%d messages are under way", n)
		}
		o.set(func() { o.away = false })
		time.Sleep(2*time.Hour + time.Minute)
		if members, notices := o.count("notice_member"), o.count("notice"); members != 0 || notices == 0 {
			t.Errorf("%d members, %d notices", members, notices)
		}
		for _, after := range []struct {
			days, notices int
		}{{29, o.count("notice")}, {1, 0}} {
			o.close()
			time.Sleep(time.Duration(after.days) * 24 * time.Hour)
			o = openOffice(t, path)
			o.start()
			time.Sleep(time.Hour + time.Minute)
			if n := o.count("notice"); n != after.notices {
				t.Errorf("%d days later: %d notices, want %d", after.days, n, after.notices)
			}
		}
	})
}

func (o *office) count(from string) (n int) {
	o.t.Helper()
	err := o.db.Tx(o.t.Context(), func(tx *sql.Tx) error { return tx.QueryRow(`SELECT count(*) FROM ` + from).Scan(&n) })
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// Whoever cannot be told by a digest yet is told when that is possible again.
func TestDigestNeedsSetup(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		for i := range 20 {
			o.push("page", fmt.Sprint(i))
		}
		synctest.Wait()
		o.push("defense", "x")
		synctest.Wait()
		o.set(func() { o.silent = true })
		time.Sleep(20 * time.Second)
		if n := len(o.inbox("wangwu")); n != 20 {
			t.Errorf("%d messages", n)
		}
		err := o.db.Tx(t.Context(), func(tx *sql.Tx) error {
			rows, err := outbox.Undelivered(t.Context(), tx, 10)
			if len(rows) != 0 {
				t.Errorf("%+v", rows)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
