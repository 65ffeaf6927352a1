package wecom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/message"
)

const goodAnswer = `{"errcode":0,"errmsg":"ok","invaliduser":"","msgid":"4sHtpQ2YT4mg3mFm4xQyfxYrIuMUnNnlTU9ykCHXFDFTC0ZKXZRLkUSoUVz2sCeVvDHRXHX8iFG1oZoRvGxnWw"}`

// memory answers at once, so that the client's own work is what is measured.
type memory struct{ header http.Header }

func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	body := goodAnswer
	if strings.HasSuffix(req.URL.Path, "/gettoken") {
		body = `{"errcode":0,"access_token":"token","expires_in":7200}`
	}
	return &http.Response{
		StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Header: m.header, Request: req,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

type benchText struct {
	ToUser  string `json:"touser"`
	MsgType string `json:"msgtype"`
	AgentID int    `json:"agentid"`
	Text    struct {
		Content string `json:"content"`
	} `json:"text"`
}

type benchResult struct {
	ErrCode     int    `json:"errcode"`
	ErrMsg      string `json:"errmsg"`
	InvalidUser string `json:"invaliduser"`
	MsgID       string `json:"msgid"`
}

// BenchmarkCall is a send of a text against what one writes without this package:
// Call with a struct of one's own, and package message on top of it.
func BenchmarkCall(b *testing.B) {
	transport := &memory{http.Header{"Content-Type": {"application/json; charset=UTF-8"}}}
	in := benchText{ToUser: "zhangsan|lisi", MsgType: "text", AgentID: 1000002}
	in.Text.Content = strings.Repeat("构建完成，", 20)
	bare := bareSend(&http.Client{Transport: transport, Timeout: 30 * time.Second}, in)
	c := benchClient(b, transport)
	call := func(ctx context.Context) error {
		var out benchResult
		return c.Call(ctx, "POST", "/cgi-bin/message/send", nil, in, &out)
	}
	s := &message.Sender{API: c, AgentID: in.AgentID}
	m := message.Message{
		To:      message.Recipients{Users: []string{"zhangsan", "lisi"}},
		Content: message.Text{Content: in.Text.Content},
	}
	send := func(ctx context.Context) error {
		_, err := s.Send(ctx, m)
		return err
	}
	for _, row := range []struct {
		name string
		do   func(context.Context) error
	}{{"text/floor", bare}, {"text/wecom", call}, {"send/floor", bare}, {"send/wecom", send}} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := row.do(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// bareSend is what a program does that knows its token.
func bareSend(hc *http.Client, in benchText) func(context.Context) error {
	return func(ctx context.Context) error {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, "POST", "https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=token", bytes.NewReader(data))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := hc.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var out benchResult
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			return err
		}
		if out.ErrCode != 0 {
			return errors.New(out.ErrMsg)
		}
		return nil
	}
}

func benchClient(b *testing.B, transport http.RoundTripper) *wecom.Client {
	c, err := wecom.New(wecom.Config{CorpID: corpID, Secret: secret, HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := c.Token(b.Context()); err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkToken is a cached token; its floor is the look at the clock that tells
// whether it has ended.
func BenchmarkToken(b *testing.B) {
	start := time.Now()
	b.Run("cached/floor", func(b *testing.B) {
		for b.Loop() {
			if time.Since(start) < 0 {
				b.Fatal("the clock went back")
			}
		}
	})
	c := benchClient(b, &memory{})
	b.Run("cached/wecom", func(b *testing.B) {
		ctx := b.Context()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Token(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cached-parallel/floor", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if time.Since(start) < 0 {
					b.Error("the clock went back")
				}
			}
		})
	})
	b.Run("cached-parallel/wecom", func(b *testing.B) {
		ctx := b.Context()
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := c.Token(ctx); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func TestCachedTokenDoesNotAllocate(t *testing.T) {
	c := (&vendor{}).client(t)
	ctx := t.Context()
	if _, err := c.Token(ctx); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { c.Token(ctx) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
