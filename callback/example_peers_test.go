package callback_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/wecomtest"
)

// Only WeCom's own addresses may call, as the proxy in front of the app sees
// them.
func ExamplePeers() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "s", BaseURL: srv.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	peers, err := callback.NewPeers(callback.PeersConfig{
		API: wc,
		Addr: func(r *http.Request) (netip.Addr, bool) { // nobody but the proxy can reach this app
			a, err := netip.ParseAddr(r.Header.Get("X-Real-Ip"))
			return a, err == nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(peers.Load(context.Background())) // callback.Config{…, Peer: peers.Check}

	r := httptest.NewRequest("POST", "/wechat/entry/", nil)
	for _, addr := range []string{"198.51.100.7", "8.8.8.8"} {
		r.Header.Set("X-Real-Ip", addr)
		fmt.Println(addr, peers.Check(r) == nil)
	}
	// Output:
	// <nil>
	// 198.51.100.7 true
	// 8.8.8.8 false
}
