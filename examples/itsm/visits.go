package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/visit"
)

// phone is a member in WeCom, by userid.
func (t *theatre) phone(userid string) *visit.Visit {
	return &visit.Visit{Client: t.wecom.Browser(userid), Site: t.site}
}

// desk is a user's browser on the PC, signed in with BlueKing.
func (t *theatre) desk(username string) (*visit.Visit, error) {
	token, err := t.bk.SignIn(username)
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	inner := &url.URL{Scheme: "http", Host: t.listener.Addr().String(), Path: "/"}
	jar.SetCookies(inner, []*http.Cookie{{Name: bklogin.Cookie, Value: token, Path: "/"}})
	return &visit.Visit{Client: &http.Client{Jar: jar}, Site: strings.TrimSuffix(inner.String(), "/")}, nil
}
