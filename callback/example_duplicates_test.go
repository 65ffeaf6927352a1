package callback_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/wecomtest"
)

// claimTable is a Duplicates of one's own: a table that all processes behind one address use. A map and its
// lock stand for the database here; with SQL each method is one transaction.
type claimTable struct {
	mu   sync.Mutex
	rows map[string]claim
}

type claim struct {
	done  bool
	reply []byte // sealed anew for each delivery; may quote the message
	until time.Time
}

// Begin inserts the row if there is none, or if the one that is there has ended.
func (t *claimTable) Begin(_ context.Context, key string, lease time.Duration) (mine, done bool, reply []byte, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c, ok := t.rows[key]; ok && time.Now().Before(c.until) {
		return false, c.done, c.reply, nil
	}
	t.rows[key] = claim{until: time.Now().Add(lease)}
	return true, false, nil, nil
}

func (t *claimTable) Done(_ context.Context, key string, reply []byte, keep time.Duration) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[key] = claim{done: true, reply: reply, until: time.Now().Add(keep)}
	return nil
}

func (t *claimTable) Fail(_ context.Context, key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.rows, key)
	return nil
}

// Two processes behind one address: a message that WeCom delivers to both is handled by one, and both answer
// with its reply. Check a store of your own with wecomtest.TestDuplicates.
func ExampleDuplicates() {
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.AddUser(wecomtest.User{ID: "zhangsan"})

	store, handled := &claimTable{rows: map[string]claim{}}, 0
	process := func() *callback.Handler {
		h, err := callback.New(callback.Config{
			Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey, ReceiverID: srv.CorpID,
			Duplicates: store,
			Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
				handled++
				return callback.TextReply("已审批"), nil
			},
		})
		if err != nil {
			panic(err)
		}
		return h
	}
	app := srv.AddApp(wecomtest.App{
		AgentID: 1000002, Secret: "s", Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey,
		CallbackURL: "http://app.example.com/wechat/entry/", Handler: process(),
	})
	ctx := context.Background()
	text := app.TextXML("zhangsan", "TY 1234_1", time.Now())
	reply, err := app.Deliver(ctx, text)
	fmt.Println(reply.Content, err)

	// The answer was lost on the way, so WeCom delivers again, to the other process.
	err = app.Save(ctx, wecomtest.Callback{
		URL: "http://app.example.com/wechat/entry/", Token: "SimToken2024", EncodingAESKey: wecomtest.ExampleAESKey, Handler: process(),
	})
	if err != nil {
		panic(err)
	}
	reply, err = app.Deliver(ctx, text)
	fmt.Println(reply.Content, err)
	fmt.Println(handled, "handled")
	// Output:
	// 已审批 <nil>
	// 已审批 <nil>
	// 1 handled
}
