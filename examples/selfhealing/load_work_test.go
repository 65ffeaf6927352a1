package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
	"github.com/bkwecom/wecom/examples/internal/command"
)

// floor is a child that reads what it gets and answers a few bytes: as fast as
// this client over net/http can be.
const floor = "floor"

func runFloor() int {
	srv := &http.Server{Addr: os.Args[2], ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, floor)
	})}
	fmt.Fprintln(os.Stderr, srv.ListenAndServe())
	return command.ExitFailed
}

// work is one kind of request: the n-th, and whether the answer to it is right; a
// late one may be told otherwise.
type work struct {
	name    string
	request func(ctx context.Context, n int64) (*http.Request, error)
	right   func(body []byte, late bool) error
}

// atFloor is the same request to the floor.
func (w work) atFloor(addr string) work {
	return work{name: w.name,
		request: func(ctx context.Context, n int64) (*http.Request, error) {
			req, err := w.request(ctx, n)
			if err == nil {
				req.URL.Host, req.Host = addr, ""
			}
			return req, err
		},
		right: func(body []byte, _ bool) error {
			if string(body) != floor {
				return fmt.Errorf("the floor answered %q", body)
			}
			return nil
		}}
}

// callbacks are members' replies about a number that there is not: each a message
// of its own, decrypted, claimed in the duplicate store, looked up, answered and
// the answer stored. What decides something besides is in decisions.
func (r *real) callbacks() work {
	return r.reply("callback", func(context.Context, int64) (string, error) { return "TY 999999999999_1", nil }, "单号不存在")
}

// decisions are alarms that a member approves at once, with all that follows: the
// audit, the run hook, the messages. The time is that of both requests.
func (r *real) decisions(client *http.Client) work {
	pushes := r.pushes()
	return r.reply("alarm and its approval", func(ctx context.Context, n int64) (string, error) {
		var a pushAnswer
		push := pushes
		push.right = func(body []byte, late bool) error {
			return errors.Join(pushes.right(body, late), json.Unmarshal(body, &a))
		}
		_, err := exchange(ctx, client, push, n)
		return "TY " + number(a.Data.AlarmID), err
	}, "审批成功")
}

func (r *real) reply(name string, text func(context.Context, int64) (string, error), want string) work {
	r.t.Helper()
	codec := must[*wecomcrypto.Codec](r.t)(wecomcrypto.New(r.variable("BKAPP_WECHAT_TOKEN"), r.variable("BKAPP_WECHAT_ENCODING_AES_KEY"), r.wecom.CorpID))
	return work{name: name,
		request: func(ctx context.Context, n int64) (*http.Request, error) {
			content, err := text(ctx, n)
			if err != nil {
				return nil, err
			}
			return r.agent.NewRequest(ctx, r.agent.TextXML("zhangsan", content, time.Now()))
		},
		right: func(body []byte, late bool) error {
			if late && len(body) == 0 {
				return nil
			}
			var e struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
			if err := xml.Unmarshal(body, &e); err != nil {
				return err
			}
			plain, err := codec.Open(e.MsgSignature, e.TimeStamp, e.Nonce, e.Encrypt)
			if err == nil && !strings.Contains(string(plain), want) {
				err = fmt.Errorf("%q is not in the reply %s", want, plain)
			}
			return err
		}}
}

// pushes are alarms from ever new sources.
func (r *real) pushes() work {
	url := r.theatre().pushURL
	return work{name: "alarm push",
		request: func(ctx context.Context, n int64) (*http.Request, error) {
			return pushRequest(ctx, url, r.secret, n)
		},
		right: func(body []byte, late bool) error {
			var a pushAnswer
			if err := json.Unmarshal(body, &a); err != nil || !a.Result || a.Code != codeOK || a.Message != "accepted" && !late || a.Data.AlarmID == 0 {
				return fmt.Errorf("the push was answered %s: %w", body, err)
			}
			return nil
		}}
}

func (r *real) variable(name string) string {
	for _, pair := range r.env {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// A disk that stands still for seconds makes the program refuse, so that WeCom
// delivers again and the pusher pushes again, or acknowledge a callback with
// nothing and tell the member later. Both are right, and the tables count them.
const (
	tries     = 3
	lateAfter = 4 * time.Second // callback acknowledges after 4.5 s
)

// exchange does the n-th request of a work and checks the answer; late is one that
// had to be repeated, or took that long.
func exchange(ctx context.Context, client *http.Client, w work, n int64) (late bool, err error) {
	req, err := w.request(ctx, n)
	if err != nil {
		return false, err
	}
	begin := time.Now()
	for try := 1; ; try++ {
		status, body, err := once(client, req)
		late = late || time.Since(begin) > lateAfter
		switch {
		case try < tries && (err != nil || status >= 500):
			late = true
			if req.GetBody == nil {
				continue
			}
			if req.Body, err = req.GetBody(); err != nil {
				return late, err
			}
		case err != nil:
			return late, err
		case status != http.StatusOK:
			return late, fmt.Errorf("status %d: %s", status, body)
		default:
			return late, w.right(body, late)
		}
	}
}

func once(client *http.Client, req *http.Request) (status int, body []byte, err error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}
