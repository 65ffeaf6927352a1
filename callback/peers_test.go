package callback_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/wecomtest"
)

// listAPI answers getcallbackip.
type listAPI struct {
	mu    sync.Mutex
	calls int
	list  []string
	err   error
	delay time.Duration
}

func (a *listAPI) Call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls++
	if method != "GET" || path != "/cgi-bin/getcallbackip" || query != nil || in != nil {
		return errors.New("another call")
	}
	time.Sleep(a.delay)
	if a.err != nil {
		return a.err
	}
	raw, _ := json.Marshal(map[string]any{"ip_list": a.list, "errcode": 0})
	return json.Unmarshal(raw, out)
}

func (a *listAPI) set(err error, list ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err, a.list = err, list
}

func (a *listAPI) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.calls
}

func newPeers(tb testing.TB, cfg callback.PeersConfig) (*callback.Peers, *[]error) {
	tb.Helper()
	var mu sync.Mutex
	var errs []error
	cfg.OnError = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		errs = append(errs, err)
	}
	p, err := callback.NewPeers(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return p, &errs
}

func from(addr string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = addr
	return r
}

func TestPeersList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &listAPI{list: []string{"203.0.113.10", " 198.51.100.*", "192.0.2.0/25", "10.9.*.*", "2001:db8::1", "*.*.*.*", "::ffff:9.9.9.*", "10.*.1.2", "nonsense", ""}}
		p, errs := newPeers(t, callback.PeersConfig{API: api, Also: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
		if err := p.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		for addr, want := range map[string]bool{
			"203.0.113.10:443": true, "203.0.113.11:443": false, "[::ffff:203.0.113.10]:1": true, "[::ffff:203.0.113.11]:1": false,
			"198.51.100.0:1": true, "198.51.100.255:1": true, "198.51.101.0:1": false,
			"192.0.2.127:1": true, "192.0.2.128:1": false, "10.9.8.7:1": true, "10.8.1.2:1": false,
			"[2001:db8::1]:1": true, "[2001:db8::1%eth0]:1": true, "[2001:db8::2]:1": false, "[::1]:1": false,
			"127.0.0.1:1": true, "8.8.8.8:1": false, "": false, "203.0.113.10": false, "@": false,
		} {
			err := p.Check(from(addr))
			if (err == nil) != want || err != nil && !errors.Is(err, callback.ErrPeer) {
				t.Errorf("%s: %v, want %v", addr, err, want)
			}
		}
		synctest.Wait()
		if api.count() != 1 || len(*errs) != 0 {
			t.Errorf("%d calls within a minute, %v", api.count(), *errs)
		}
	})
}

// TestPeersRefresh: the last good list serves while the vendor is away or
// answers nothing, and a new address gets in.
func TestPeersRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &listAPI{list: []string{"203.0.113.10"}, delay: 100 * time.Millisecond}
		p, errs := newPeers(t, callback.PeersConfig{API: api, Refresh: time.Hour})
		known, added, stranger := from("203.0.113.10:1"), from("203.0.113.11:1"), from("8.8.8.8:1")
		check := func(what string, r *http.Request, want bool) {
			t.Helper()
			if err := p.Check(r); (err == nil) != want {
				t.Errorf("%s: %v", what, err)
			}
		}
		calls := func(want int) {
			t.Helper()
			time.Sleep(200 * time.Millisecond)
			if synctest.Wait(); api.count() != want {
				t.Errorf("%d calls, want %d", api.count(), want)
			}
		}
		check("no list yet", stranger, true)
		calls(1)
		check("a list", stranger, false)
		check("a list", known, true)
		calls(1)

		time.Sleep(61 * time.Minute)
		api.set(errors.New("away"))
		check("old list", known, true)
		calls(2)
		for range 5 {
			check("within a minute", known, true)
		}
		calls(2)
		time.Sleep(time.Minute)
		api.set(nil)
		check("empty answer", known, true)
		calls(3)
		check("after an empty answer", stranger, false)
		if len(*errs) != 2 || !strings.Contains((*errs)[0].Error(), "away") || !strings.Contains((*errs)[1].Error(), "none of 0 entries") {
			t.Errorf("OnError got %v", *errs)
		}

		time.Sleep(time.Minute)
		api.set(nil, "203.0.113.11")
		start := time.Now()
		check("added since", added, true)
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("a new address waited %v", took)
		}
		check("removed since", known, false)
		calls(4)

		time.Sleep(2 * time.Minute)
		api.delay = 5 * time.Second
		start = time.Now()
		check("slow API", known, false)
		if took := time.Since(start); took != 700*time.Millisecond {
			t.Errorf("a stranger waited %v", took)
		}
		time.Sleep(10 * time.Second)
	})
}

// TestPeersOneQuestion: many requests ask once.
func TestPeersOneQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api := &listAPI{list: []string{"203.0.113.10"}, delay: time.Second}
		p, _ := newPeers(t, callback.PeersConfig{API: api})
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				if err := p.Check(from("8.8.8.8:1")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		time.Sleep(2 * time.Second)
		if api.count() != 1 {
			t.Errorf("%d calls", api.count())
		}
	})
}

// TestPeersBorder: strangers are refused like everybody else, before anything
// of the request is read; behind a proxy the address is what the proxy says.
func TestPeersBorder(t *testing.T) {
	t.Parallel()
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "s", BaseURL: srv.URL, HTTPClient: &http.Client{Transport: srv.Transport()}})
	if err != nil {
		t.Fatal(err)
	}
	p, errs := newPeers(t, callback.PeersConfig{API: wc, Addr: func(r *http.Request) (netip.Addr, bool) {
		a, err := netip.ParseAddr(r.Header.Get("X-Real-Ip"))
		return a, err == nil
	}})
	if err := p.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	h, log := newHandler(t, callback.Config{Peer: p.Check})
	for addr, code := range map[string]int{"198.51.100.7": 200, "8.8.8.8": 400, "": 400} {
		s := seal(t, keys, "4242", now())
		echo := httptest.NewRequest("GET", target(s, "echostr", s.Encrypt), nil)
		post := message(t, textXML("1", "x"))
		for _, r := range []*http.Request{echo, post} {
			r.Header.Set("X-Real-Ip", addr)
			w := serve(h, r)
			if w.Code != code || code == 400 && w.Body.String() != "bad request\n" {
				t.Errorf("%s %q: %s", r.Method, addr, dump(w))
			}
			if reasons := log.take(); code == 400 && (len(reasons) != 1 || !errors.Is(reasons[0], callback.ErrPeer)) || code == 200 && reasons != nil {
				t.Errorf("%s %q: refused for %v", r.Method, addr, reasons)
			}
		}
	}
	if len(*errs) != 0 {
		t.Error(*errs)
	}
	own := errors.New("own reason")
	h, log = newHandler(t, callback.Config{Peer: func(*http.Request) error { return own }})
	if w := serve(h, message(t, textXML("1", "x"))); w.Code != 400 {
		t.Error(dump(w))
	}
	if reasons := log.take(); len(reasons) != 1 || !errors.Is(reasons[0], own) || !errors.Is(reasons[0], callback.ErrPeer) {
		t.Errorf("refused for %v", reasons)
	}
}

func TestNewPeers(t *testing.T) {
	t.Parallel()
	for _, cfg := range []callback.PeersConfig{{}, {API: &listAPI{}, Refresh: -1}} {
		if _, err := callback.NewPeers(cfg); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
}
