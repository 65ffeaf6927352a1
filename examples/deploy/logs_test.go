package deploy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// secret stands where codes and signatures do.
const secret = "kanarienvogel"

// TestLogs: no log tells what a query string or a Referer holds, neither when the
// app answers nor when it is away.
func TestLogs(t *testing.T) {
	each(t, func(t *testing.T, server string, a app) {
		s := open(t, server, a, newInner(t))
		ask := func(wants ...string) {
			t.Helper()
			for _, target := range []string{
				"{pages}login/?code=" + secret + "&state=" + secret, "{pages}entry/?msg_signature=" + secret, "/nowhere/?code=" + secret,
				"{pages}%2e%2e/?code=" + secret, "{static}x.css?" + secret,
			} {
				for _, scheme := range []string{"https", "http"} {
					req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://"+a.host+a.in(target), nil)
					if err != nil {
						t.Fatal(err)
					}
					req.Header.Set("Referer", "https://"+a.host+"/login/?code="+secret)
					req.Header.Set("Cookie", secret)
					resp := s.do(t, req)
					if target == "{static}x.css?"+secret && scheme == "https" && !strings.Contains(strings.Join(wants, " "), fmt.Sprint(resp.StatusCode)) {
						t.Errorf("%s: status %d, want %v", target, resp.StatusCode, wants)
					}
				}
			}
			for _, bad := range []string{"GET /?code=" + secret + "\r\n X HTTP/1.1\r\n\r\n", "GET " + a.pages + "?code=" + secret + " HTTP/9\r\nHost: x\r\n\r\n",
				"GET " + a.pages + "?code=" + secret + " HTTP/1.1\r\nHost: a b\r\n\r\n", "GET " + a.pages + "?" + strings.Repeat(secret, 4000) + " HTTP/1.1\r\nHost: x\r\n\r\n"} {
				s.raw(t, bad)
			}
		}
		ask("200")
		s.inner.Close()
		ask("502", "503") // nginx calls an app that is away a bad gateway, Apache unavailable
		var logs string
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			logs = s.run.Logs()
			if strings.Count(logs, a.static+"x.css") >= 4 { // the last paths asked for, each time by https and http
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the requests are not logged:\n%s", logs)
			}
		}
		if strings.Contains(logs, secret) {
			t.Errorf("the logs hold a query string or a Referer:\n%s", logs)
		}
		for _, want := range []string{"login/", "entry/", " 502 ", " https "} {
			if server == "apache" && want == " 502 " {
				want = " 503 "
			}
			if !strings.Contains(logs, want) {
				t.Errorf("the logs do not tell %q:\n%s", want, logs)
			}
		}
	})
}
