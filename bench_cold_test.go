package wecom_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bkwecom/wecom"
)

// BenchmarkColdStart is a thousand callers who want the first token at once, with
// a gettoken that takes a millisecond, good or failing. fetches/op tells how many
// of them reached it; the floor is one fetch behind a sync.Once.
func BenchmarkColdStart(b *testing.B) {
	for _, tt := range []struct {
		name, answer string
		fails        bool
	}{
		{"good", `{"errcode":0,"access_token":"token","expires_in":7200}`, false},
		{"failing", `{"errcode":40001,"errmsg":"invalid credential"}`, true},
	} {
		gate := &slowGate{answer: tt.answer}
		hc := &http.Client{Transport: gate, Timeout: 30 * time.Second}
		b.Run(tt.name+"/floor", func(b *testing.B) {
			for b.Loop() {
				var once sync.Once
				crowd(func() {
					once.Do(func() {
						resp, err := hc.Get("https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=c&corpsecret=s")
						if err != nil {
							b.Error(err)
							return
						}
						io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
					})
				})
			}
		})
		b.Run(tt.name+"/wecom", func(b *testing.B) {
			gate.fetches.Store(0)
			for b.Loop() {
				c, err := wecom.New(wecom.Config{CorpID: corpID, Secret: secret, HTTPClient: hc})
				if err != nil {
					b.Fatal(err)
				}
				crowd(func() {
					if _, err := c.Token(b.Context()); (err != nil) != tt.fails {
						b.Error(err)
					}
				})
			}
			b.ReportMetric(float64(gate.fetches.Load())/float64(b.N), "fetches/op")
		})
	}
}

// slowGate is a gettoken that answers after a millisecond.
type slowGate struct {
	answer  string
	fetches atomic.Int64
}

func (g *slowGate) RoundTrip(req *http.Request) (*http.Response, error) {
	g.fetches.Add(1)
	time.Sleep(time.Millisecond)
	return &http.Response{
		StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(g.answer)), ContentLength: int64(len(g.answer)),
	}, nil
}

// crowd lets a thousand goroutines start together.
func crowd(do func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 1000 {
		wg.Go(func() {
			<-start
			do()
		})
	}
	close(start)
	wg.Wait()
}
