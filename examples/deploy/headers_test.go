package deploy_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// forwarding are the headers by which an app could be told who asks for what.
func forwarding(h http.Header) http.Header {
	got := http.Header{}
	for name, values := range h {
		switch lower := strings.ToLower(name); {
		case strings.Contains(name, "_") && strings.Join(values, "") == "": // says nothing under either spelling
		case strings.HasPrefix(lower, "x"), strings.HasPrefix(lower, "forwarded"):
			got[name] = values
		}
	}
	return got
}

// TestHeaders: whatever a client says, the app hears the proxy's word alone.
func TestHeaders(t *testing.T) {
	type row struct{ name, lines, refusedBy string }
	rows := []row{
		{"honest", "", ""},
		{"client address", "X-Forwarded-For: 10.0.0.1\r\nX-Real-IP: 10.0.0.1\r\n", ""},
		{"client address twice", "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 127.0.0.1, 10.0.0.2\r\n", ""},
		{"scheme", "X-Forwarded-Proto: http\r\nX-Forwarded-Proto: gopher\r\n", ""},
		{"host", "X-Forwarded-Host: evil.example\r\nX-Forwarded-Host: paas.inner.com\r\n", ""},
		{"phone host", "X-Forwarded-Weixin-Host: evil.example\r\nx-forwarded-weixin-host: {host}\r\n", ""},
		{"outer path", "X-Original-URI: /doc/\r\nx-original-uri: //evil.example/\r\n", ""},
		{"prefix", "X-Script-Name: /evil\r\nX-SCRIPT-NAME: //evil.example\r\n", ""},
		{"RFC 7239", "Forwarded: for=10.0.0.1;host=evil.example;proto=http\r\nForwarded: by=x\r\n", ""},
		{"taken away by Connection", "Connection: close, X-Forwarded-Weixin-Host, X-Forwarded-Host, X-Forwarded-For, X-Original-URI\r\n", ""},
		{"Connection twice", "Connection: keep-alive\r\nConnection: X-Forwarded-Weixin-Host, X-Forwarded-Proto\r\n", ""},
		{"empty values", "X-Forwarded-For:\r\nX-Script-Name:\r\nForwarded:\r\nX-Forwarded-Weixin-Host: \r\n", ""},
		{"folded", "X-Forwarded-For: 10.0.0.1,\r\n 10.0.0.2\r\n", "nginx"},
	}
	// Frameworks that know headers by CGI names cannot tell _ from -.
	for _, name := range []string{"X_Forwarded_For", "X_FORWARDED_HOST", "X-Forwarded_Weixin-Host", "x_original_uri", "X_Script_Name", "X_Forwarded-Proto", "X_Real_IP"} {
		rows = append(rows, row{name, name + ": evil\r\n", "apache"}, row{name + " empty", name + ":\r\n", ""})
	}
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		u, err := url.Parse(s.inner.URL)
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{"{pages}", "{pages}login/?c_url=%2Fo%2Fx&code=a%25b", "{static}app.css?", "/WW_verify_a1.txt"} {
			target := a.in(target)
			for _, row := range rows {
				status, client := s.raw(t, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: evil.example\r\n%s\r\n", target, a.in(row.lines)))
				got := s.inner.take()
				if row.refusedBy == server {
					if status != http.StatusBadRequest || len(got) != 0 {
						t.Errorf("%s %s: status %d, %d requests, want it refused", target, row.name, status, len(got))
					}
					continue
				}
				if status != http.StatusOK || len(got) != 1 {
					t.Errorf("%s %s: status %d, %d requests\n%s", target, row.name, status, len(got), s.run.Logs())
					continue
				}
				want := http.Header{
					"X-Forwarded-For": {client}, "X-Real-Ip": {client}, "X-Forwarded-Proto": {"https"},
					"X-Forwarded-Host": {a.host}, "X-Forwarded-Weixin-Host": {a.host}, "X-Original-Uri": {strings.TrimSuffix(target, "?")},
				}
				if strings.HasSuffix(target, "?") && server == "nginx" {
					want.Set("X-Original-Uri", target)
				}
				if diff := cmp.Diff(want, forwarding(got[0].Header)); diff != "" {
					t.Errorf("%s %s: -want +got:\n%s", target, row.name, diff)
				}
				if got[0].Host != u.Host {
					t.Errorf("%s %s: Host %q, want the inner %q", target, row.name, got[0].Host, u.Host)
				}
			}
		}
	})
}

// TestOrdinaryHeaders: refusing must not become the answer to everything.
func TestOrdinaryHeaders(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		status, _ := s.raw(t, "POST "+a.pages+"api/x/?a=%2F HTTP/1.1\r\nHost: "+a.host+"\r\nConnection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n"+
			"User-Agent: wxwork/4.1 MicroMessenger\r\nCookie: a=b; c=d\r\nX-CSRFToken: t\r\nX-Requested-With: XMLHttpRequest\r\nMax_Age: 1\r\n"+
			"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
		got := s.inner.take()
		if status != http.StatusOK || len(got) != 1 {
			t.Fatalf("status %d, %d requests\n%s", status, len(got), s.run.Logs())
		}
		for name, want := range map[string]string{
			"User-Agent": "wxwork/4.1 MicroMessenger", "Cookie": "a=b; c=d", "X-Csrftoken": "t", "X-Requested-With": "XMLHttpRequest",
			"Content-Type": "application/json", "Upgrade": "",
		} {
			if v := got[0].Header.Get(name); v != want {
				t.Errorf("%s is %q, want %q", name, v, want)
			}
		}
		if want := a.pages + "api/x/?a=%2F"; got[0].RequestURI != want || got[0].Method != http.MethodPost || got[0].ContentLength != 2 {
			t.Errorf("%s %s with %d bytes", got[0].Method, got[0].RequestURI, got[0].ContentLength)
		}
	})
}
