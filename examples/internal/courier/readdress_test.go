package courier_test

import (
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/courier"
	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/outbox"
	"github.com/bkwecom/wecom/message"
)

// TestAnotherAgent: what was prepared for one app goes out by the app of now,
// whole, and repetitions are recognised.
func TestAnotherAgent(t *testing.T) {
	t.Parallel()
	srv, log := newWeCom(t), &strings.Builder{}
	c := newCourier(t, account(srv), log)
	const text = `<a href="https://x.example/?a=1&b=2">看</a> "引号" \ "agentid":1000002`
	_, payload, err := c.Prepare([]string{"zhangsan"}, message.Text{Content: text})
	if err != nil {
		t.Fatal(err)
	}
	other := account(srv)
	other.AgentID, other.Secret = agent+1, env.NewSecret("second")
	if err := c.Use(other); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Deliver(t.Context(), outbox.Row{ID: 1, Kind: courier.Kind, Payload: payload}); err != nil {
			t.Fatal(err)
		}
	}
	inbox := srv.Inbox("zhangsan")
	if len(inbox) != 1 || inbox[0].AgentID != agent+1 || inbox[0].Content != text {
		t.Errorf("%+v", inbox)
	}
	// Back with the first app, the stored bytes are sent as they are.
	if err := c.Use(account(srv)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Deliver(t.Context(), outbox.Row{ID: 1, Kind: courier.Kind, Payload: payload}); err != nil {
		t.Fatal(err)
	}
	if sent := srv.Requests("/cgi-bin/message/send"); string(sent[len(sent)-1].Body) != string(payload) {
		t.Errorf("%s", sent[len(sent)-1].Body)
	}
	// What is no message of this package is WeCom's to refuse, and no panic.
	if _, err := c.Deliver(t.Context(), outbox.Row{ID: 2, Payload: []byte(`[]`)}); err == nil {
		t.Error("nonsense was sent")
	}
}
