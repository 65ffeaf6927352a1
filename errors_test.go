package wecom_test

import (
	"bufio"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/bkwecom/wecom"
)

// testdata/errclass.tsv is the vendor's list of codes, each with what kind it is of.
func TestRetryableFollowsTheList(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/errclass.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	codes, passing := 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); codes++ {
		number, class, _ := strings.Cut(lines.Text(), "\t")
		code, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		want := class == "transient-retry" || code == wecom.CodeConcurrencyLimit
		if want {
			passing++
		}
		e := &wecom.Error{Code: code, HTTPStatus: http.StatusOK}
		if e.Retryable() != want {
			t.Errorf("%d (%s): Retryable is %v", code, class, e.Retryable())
		}
		if e.ErrCode() != code || e.NotSent() {
			t.Errorf("%d: ErrCode %d, NotSent %v", code, e.ErrCode(), e.NotSent())
		}
	}
	if codes < 500 || passing < 10 {
		t.Errorf("%d codes, %d retryable", codes, passing)
	}
	if !(&wecom.Error{HTTPStatus: 502}).Retryable() || (&wecom.Error{HTTPStatus: 404}).Retryable() {
		t.Error("5xx alone is retryable without a code")
	}
}

func TestErrorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{
		wecom.CodeInvalidSecret:  "check that Secret",
		wecom.CodeUntrustedIP:    "企业可信IP",
		wecom.CodeWrongAgent:     "use the agentid of the app",
		wecom.CodeForbidden:      "Secret of an app that has the right",
		wecom.CodeRateLimited:    "stop calling",
		wecom.CodeInvalidAgentID: "agentid",
		wecom.CodeNoReceiver:     "check the receivers",
		wecom.CodeNoPrivilege:    "可见范围",
	} {
		e := &wecom.Error{Code: code, Message: "the errmsg", Path: "/cgi-bin/x", HTTPStatus: 200}
		text := e.Error()
		for _, part := range []string{want, "the errmsg", "/cgi-bin/x", strconv.Itoa(code)} {
			if !strings.Contains(text, part) {
				t.Errorf("%q does not say %q", text, part)
			}
		}
		if strings.Contains(text, "HTTP") {
			t.Errorf("%q names a status that says nothing", text)
		}
	}
	e := &wecom.Error{Code: 99999, Message: "m", Path: "/p", HTTPStatus: 503}
	if got := e.Error(); got != "wecom: /p: HTTP 503: errcode 99999: m" {
		t.Error(got)
	}
}
