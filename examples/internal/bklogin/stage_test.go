package bklogin_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/env"
)

const secret = "s3cret-of-the-app"

// wire is a transport without a network, so that time can be synctest's. It
// keeps what was asked.
type wire struct {
	handler http.Handler

	mu    sync.Mutex
	asked []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.asked = append(w.asked, r.Method+" "+r.URL.String())
	w.mu.Unlock()
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return rec.Result(), nil
}

// stage is a stand-in and a client of it.
type stage struct {
	server *bklogin.Server
	client *bklogin.Client
	wire   *wire
	log    *strings.Builder
}

func open(t *testing.T, style bklogin.Style, change func(*bklogin.Config)) *stage {
	t.Helper()
	s, err := bklogin.NewServer(bklogin.ServerConfig{AppID: "itsm", AppSecret: secret, Style: style, Life: time.Hour, Accounts: []bklogin.Account{
		{Username: "zhangsan", Name: "张三", WxUserID: "ZhangSan"},
		{Username: "lisi", Name: "李四"},
		{Username: "wangwu", WxOpenID: "oWangWu"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	st := &stage{server: s, wire: &wire{handler: s}, log: new(strings.Builder)}
	cfg := bklogin.Config{LoginURL: "https://paas.example.com/login/", ComponentURL: "https://esb.example.com", AppID: "itsm",
		AppSecret: env.NewSecret(secret), HTTPClient: &http.Client{Transport: st.wire}, Log: slog.New(slog.NewTextHandler(st.log, nil))}
	if change != nil {
		change(&cfg)
	}
	if st.client, err = bklogin.New(cfg); err != nil {
		t.Fatal(err)
	}
	return st
}

func (st *stage) signIn(t *testing.T, username string) string {
	t.Helper()
	token, err := st.server.SignIn(username)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func noESB(c *bklogin.Config) { c.ComponentURL = "" }
