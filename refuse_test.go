package wecom_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom"
)

func TestExpiryStorm(t *testing.T) {
	t.Parallel()
	for _, same := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			v := &vendor{same: same, delay: 20 * time.Millisecond}
			c := v.client(t)
			if err := get(t, c); err != nil {
				t.Fatal(err)
			}
			v.revoke()
			before, _, _ := v.count()
			for i, err := range together(300, func(i int) error {
				time.Sleep(time.Duration(i%60) * time.Millisecond) // some answers come when the new token is there
				return c.Call(t.Context(), http.MethodPost, "/cgi-bin/message/send", nil, map[string]int{"n": i}, nil)
			}) {
				if err != nil {
					t.Errorf("call %d: %v", i, err)
				}
			}
			fetches, calls, refused := v.count()
			if fetches-before != 1 {
				t.Errorf("%d fetches", fetches-before)
			}
			if refused == 0 || calls != 1+300+refused {
				t.Errorf("%d calls, %d refused", calls, refused)
			}
		})
	}
}

// A 42001 that was on its way when the new token came must not drop the new one.
func TestLateRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := wecom.NewMemoryStore()
		v := &vendor{}
		late := make(chan bool)
		v.call = nil
		rt := roundTripper(func(req *http.Request) (*http.Response, error) {
			slow := req.URL.Path == "/cgi-bin/slow"
			resp, err := v.RoundTrip(req)
			if slow {
				late <- true
				<-late
			}
			return resp, err
		})
		c := v.client(t, func(cfg *wecom.Config) { cfg.HTTPClient, cfg.Tokens = &http.Client{Transport: rt}, store })
		if err := get(t, c); err != nil {
			t.Fatal(err)
		}
		v.revoke()
		done := make(chan error)
		go func() { done <- c.Call(t.Context(), "GET", "/cgi-bin/slow", nil, nil, nil) }()
		<-late // refused, the answer has not arrived
		if err := get(t, c); err != nil {
			t.Fatal(err)
		}
		fresh, _ := c.Token(t.Context())
		late <- true
		<-late // the repeat
		late <- true
		if err := <-done; err != nil {
			t.Error(err)
		}
		if token, _ := c.Token(t.Context()); token != fresh || v.fetched() != 2 {
			t.Errorf("the new token was dropped: %d fetches", v.fetched())
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// gettoken insists on a token that the API refuses: the vendor's error, at once, and
// ever fewer fetches.
func TestRefusedTokenIsHandedOutAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"42001", "40014"} {
		synctest.Test(t, func(t *testing.T) {
			ok := false
			v := &vendor{gettoken: func(int) (int, string, error) {
				return 200, `{"errcode":0,"access_token":"refused-token","expires_in":7200}`, nil
			}}
			rt := roundTripper(func(req *http.Request) (*http.Response, error) {
				if req.URL.Path == "/cgi-bin/gettoken" || ok {
					return v.RoundTrip(req)
				}
				v.mu.Lock()
				v.calls++
				v.mu.Unlock()
				return response(req, 200, "application/json", `{"errcode":`+code+`,"errmsg":"no"}`), nil
			})
			c := v.client(t, func(cfg *wecom.Config) { cfg.HTTPClient = &http.Client{Transport: rt} })
			for _, err := range together(300, func(int) error { return get(t, c) }) {
				var apiErr *wecom.Error
				if !errors.As(err, &apiErr) {
					t.Fatal(err)
				}
			}
			if v.fetched() != 2 {
				t.Errorf("300 refused calls at once: %d fetches", v.fetched())
			}
			for end := time.Now().Add(time.Hour); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
				start := time.Now()
				if err := get(t, c); err == nil || time.Since(start) > 0 {
					t.Fatalf("%v after %v", err, time.Since(start))
				}
			}
			if n := v.fetched(); n > 60 || n < 20 {
				t.Errorf("%d fetches in an hour", n)
			}
			// The vendor comes to its senses: nothing stands in the way.
			v.gettoken, v.tokens, ok = nil, nil, true
			time.Sleep(2 * time.Minute)
			if err := get(t, c); err != nil {
				t.Error(err)
			}
			for range 5 { // and the slow pace is over
				v.revoke()
				if err := get(t, c); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// One API wants another kind of secret and refuses every token, new ones too, while
// the others work.
func TestApiThatRefusesEveryToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{call: func(req *http.Request, _ []byte) (int, string, error) {
			if req.URL.Path == "/cgi-bin/user/list_id" {
				return 200, `{"errcode":40014,"errmsg":"invalid access_token"}`, nil
			}
			return 0, "", nil
		}}
		c := v.client(t)
		for end := time.Now().Add(time.Hour); time.Now().Before(end); time.Sleep(time.Second) {
			if err := c.Call(t.Context(), "POST", "/cgi-bin/user/list_id", nil, struct{}{}, nil); errCode(t, err) != 40014 {
				t.Fatal(err)
			}
			if err := get(t, c); err != nil {
				t.Fatal(err)
			}
		}
		if n := v.fetched(); n > 60 {
			t.Errorf("%d fetches in an hour", n)
		}
	})
}

// A refusal during a renewal ahead: the answer to a question from before the refusal
// is the refused token, and is not believed.
func TestRefusedDuringRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{same: true}
		hold := make(chan bool)
		holding := false
		rt := roundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := v.RoundTrip(req)
			if req.URL.Path == "/cgi-bin/gettoken" && holding {
				holding = false
				<-hold
			}
			return resp, err
		})
		c := v.client(t, func(cfg *wecom.Config) { cfg.HTTPClient = &http.Client{Transport: rt} })
		if err := get(t, c); err != nil {
			t.Fatal(err)
		}
		time.Sleep(115 * time.Minute)
		holding = true
		c.Token(t.Context()) // starts the renewal, whose answer is held back
		synctest.Wait()
		v.revoke()
		done := make(chan error)
		go func() { done <- get(t, c) }()
		synctest.Wait()
		hold <- true
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := v.fetched(); n != 3 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestOneRepeatOnly(t *testing.T) {
	t.Parallel()
	v := &vendor{call: func(*http.Request, []byte) (int, string, error) {
		return 200, `{"errcode":42001,"errmsg":"expired"}`, nil
	}}
	c := v.client(t)
	err := get(t, c)
	if errCode(t, err) != 42001 || notSent(t, err) || retryable(t, err) {
		t.Error(err)
	}
	if fetches, calls, _ := v.count(); fetches != 2 || calls != 2 {
		t.Errorf("%d fetches, %d calls", fetches, calls)
	}
	// Every other code is the caller's to handle.
	v = &vendor{call: func(*http.Request, []byte) (int, string, error) {
		return 200, `{"errcode":40001,"errmsg":"invalid credential"}`, nil
	}}
	if err := get(t, v.client(t)); errCode(t, err) != 40001 {
		t.Error(err)
	}
	if fetches, calls, _ := v.count(); fetches != 1 || calls != 1 {
		t.Errorf("40001: %d fetches, %d calls", fetches, calls)
	}
}
