package approval_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/examples/internal/outbox"
)

// TestUndeliveredAmongRuns: runs that fail are no messages, and push none out of
// the list.
func TestUndeliveredAmongRuns(t *testing.T) {
	t.Parallel()
	path := temp(t)
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, path)
		o.start()
		defer o.close()
		o.set(func() { o.mute = true })
		lost := o.push("page", "lost")
		synctest.Wait()
		o.set(func() { o.mute, o.hookDown = false, true })
		for i := range 4 {
			o.decide(o.push("reply", fmt.Sprint(i)), "zhangsan", true)
		}
		time.Sleep(15 * time.Minute) // the runs' max is over
		if n := o.count("outbox WHERE kind = 'run' AND state = 'failed'"); n != 4 {
			t.Fatalf("%d runs have failed", n)
		}
		all, err := o.desk.Undelivered(t.Context(), 3)
		if err != nil || len(all) != 1 || all[0].Alarm != lost || all[0].State != outbox.Failed {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
