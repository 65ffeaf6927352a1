package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

func (s *stage) post(url, secret, body string) (status int, answer pushAnswer) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if secret != "" {
		req.Header.Set("X-Secret", secret)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&answer); err != nil {
		s.t.Errorf("answer %q: %v", raw, err)
	}
	if strings.Contains(string(raw), s.secret) {
		s.t.Errorf("the answer tells the secret: %s", raw)
	}
	return resp.StatusCode, answer
}

func TestPushRefuses(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	now := time.Now().Format("2006-01-02 15:04:05-07:00")
	// alarm is a good one with some fields replaced; a nil value leaves one out.
	alarm := func(replace ...any) string {
		m := map[string]any{"ip": "10.0.0.1", "source_id": "1", "source_time": now, "alarm_type": "api_default", "alarm_content": canary}
		for i := 0; i < len(replace); i += 2 {
			if replace[i+1] == nil {
				delete(m, replace[i].(string))
			} else {
				m[replace[i].(string)] = replace[i+1]
			}
		}
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for _, tt := range []struct {
		name, url, secret, body string
		status                  int
		want                    string
	}{
		{"no secret", s.pushURL, "", alarm(), 401, "X-Secret"},
		{"wrong secret", s.pushURL, s.secret + "x", alarm(), 401, "X-Secret"},
		{"prefix of the secret", s.pushURL, s.secret[:5], alarm(), 401, "X-Secret"},
		{"another app", strings.Replace(s.pushURL, "monitor", "other", 1), s.secret, alarm(), 401, "app_id"},
		{"empty", s.pushURL, s.secret, "", 400, "JSON"},
		{"not JSON", s.pushURL, s.secret, "ip=1", 400, "JSON"},
		{"array", s.pushURL, s.secret, "[]", 400, "JSON"},
		{"too large", s.pushURL, s.secret, alarm("alarm_content", strings.Repeat("x", 2<<20)), 400, "1048576"},
		{"number for a text", s.pushURL, s.secret, alarm("ip", 1), 400, "ip"},
		{"no ip", s.pushURL, s.secret, alarm("ip", nil), 400, "ip: is missing"},
		{"no source_id", s.pushURL, s.secret, alarm("source_id", nil), 400, "source_id: is missing"},
		{"no source_time", s.pushURL, s.secret, alarm("source_time", nil), 400, "source_time: is missing"},
		{"no alarm_type", s.pushURL, s.secret, alarm("alarm_type", nil), 400, "alarm_type: is missing"},
		{"no alarm_content", s.pushURL, s.secret, alarm("alarm_content", "  "), 400, "alarm_content: is missing"},
		{"time that is none", s.pushURL, s.secret, alarm("source_time", "yesterday"), 400, "source_time"},
		{"old", s.pushURL, s.secret, alarm("source_time", "2020-01-01 00:00:00+08:00"), 400, "the server's time is"},
		{"from the future", s.pushURL, s.secret, alarm("source_time", "2099-01-01 00:00:00"), 400, "the server's time is"},
		{"unknown type", s.pushURL, s.secret, alarm("alarm_type", "other"), 400, "no plan"},
		{"control character in ip", s.pushURL, s.secret, alarm("ip", "10.0.0.1\nTY 9_1"), 400, "control character"},
		{"context that is no object", s.pushURL, s.secret, alarm("alarm_context", []int{1}), 400, "alarm_context"},
		{"a field twice", s.pushURL, s.secret, strings.TrimSuffix(alarm(), "}") + `,"alarm_type":"api_card"}`, 400, "alarm_type: is there twice"},
		{"a field twice in other letters", s.pushURL, s.secret, strings.TrimSuffix(alarm(), "}") + `,"IP":"10.0.0.2"}`, 400, "ip: is there twice"},
		{"a field twice, empty", s.pushURL, s.secret, strings.TrimSuffix(alarm(), "}") + `,"alarm_content":null}`, 400, "alarm_content: is there twice"},
		{"unknown format", s.pushURL, s.secret, alarm("format", "xml"), 400, "format"},
		{"not base64", s.pushURL, s.secret, alarm("format", "base64", "alarm_content", "!"), 400, "base64"},
	} {
		status, answer := s.post(tt.url, tt.secret, tt.body)
		if status != tt.status || answer.Result || answer.Code != codeBad || !strings.Contains(answer.Message, tt.want) || answer.Data.AlarmID != 0 {
			t.Errorf("%s: %d %+v, want %d and %q", tt.name, status, answer, tt.status, tt.want)
		}
	}
	if counts, err := s.app.desk.Counts(t.Context()); err != nil || len(counts) != 0 {
		t.Errorf("refused alarms are stored: %v, %v", counts, err)
	}
	if status, body := s.get(s.pushURL); status != 405 {
		t.Errorf("GET: %d %s", status, body)
	}
}

func TestPush(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	now := time.Now()
	body := `{"ip":"10.0.0.1","source_id":"b","source_time":"` + now.UTC().Format(time.RFC3339) + `","alarm_type":"api_default",` +
		`"alarm_content":"56OB55uY5Y+q6K+7","format":"base64","alarm_context":{"key1":"v"},"unknown":1}`
	status, first := s.post(strings.TrimSuffix(s.pushURL, "/"), s.secret, body)
	if status != 200 || !first.Result || first.Code != codeOK || first.Data.AlarmID == 0 {
		t.Fatalf("%d %+v", status, first)
	}
	a, _, err := s.app.desk.Get(t.Context(), first.Data.AlarmID)
	if err != nil || a.Content != "磁盘只读" || string(a.Context) != `{"key1":"v"}` || a.AppID != "monitor" || !a.SourceTime.Equal(now.Truncate(time.Second)) {
		t.Errorf("stored: %+v, %v", a, err)
	}
	status, again := s.post(s.pushURL, s.secret, body)
	if status != 200 || again.Data != first.Data || again.Message == first.Message || !again.Result {
		t.Errorf("again: %d %+v", status, again)
	}
	s.gets("zhangsan", "磁盘只读")
	if counts, err := s.app.desk.Counts(t.Context()); err != nil || counts[approval.Waiting] != 1 {
		t.Errorf("counts %v, %v", counts, err)
	}
}

func TestParseTime(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	want := time.Date(2026, 11, 22, 12, 0, 0, 0, zone)
	for _, s := range []string{
		"2026-11-22 12:00:00", " 2026-11-22 12:00:00 ", "2026-11-22 12:00:00+08:00", "2026-11-22 12:00:00+0800",
		"2026-11-22 12:00:00 +0800", "2026-11-22 04:00:00Z", "2026-11-22 04:00:00+00:00", "2026-11-22T12:00:00+08:00", "2026-11-21 23:00:00-05:00",
	} {
		if got, err := parseTime(s, zone); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "now", "1700000000", "2026-11-22", "22.11.2026 12:00:00", "2026-13-22 12:00:00", "2026-11-22 12:00:00+08:00x"} {
		if got, err := parseTime(s, zone); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// TestOutward: the external host has the phone's paths and nothing else.
func TestOutward(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"WW_verify_abc.txt", "secret.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("abc"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newStage(t, func(c *config) { c.set.DomainVerifyDir = dir })
	external := strings.TrimSuffix(strings.TrimPrefix(s.app.cfg.set.Wechat.AppURL, "http://"), "/o/bk_fta_solutions/wechat/")
	for _, tt := range []struct {
		path   string
		header []string
		want   int
	}{
		{"/o/bk_fta_solutions/event/api/monitor/", nil, 405},
		{"/event/api/monitor/", nil, 405}, // an ingress has taken the prefix off
		{"/o/bk_fta_solutions/event/api/monitor/", []string{"Host", external}, 404},
		{"/event/api/monitor/", []string{"Host", strings.ToUpper(external)}, 404},
		{"/event/api/monitor/", []string{"X-Forwarded-Host", external}, 404},
		{"/event/api/monitor/", []string{"X-Forwarded-Host", "inner, " + external}, 404},
		{"/event/api/monitor/", []string{"X-Forwarded-Weixin-Host", external}, 404},
		{"/event/api/monitor/", []string{"X-Forwarded-Host", "x" + external}, 405},
		{"/event/api/monitor/", []string{"Host", "localhost"}, 404},
		{"/event/api/monitor/", []string{"Host", "localhost.:80"}, 404},
		{"/event/api/monitor/", []string{"Forwarded", `for=10.0.0.9;host="` + external + `"`}, 404},
		{"//event/api/monitor/", []string{"Host", external}, 404},
		{"/WW_verify_abc.txt", []string{"Host", external}, 200},
		{"/WW_verify_none.txt", []string{"Host", external}, 404},
		{"/secret.txt", []string{"Host", external}, 404},
		{"/secret.txt", nil, 404},
		{"/o/bk_fta_solutions/wechat/entry/", nil, 400},
		{"/o/bk_fta_solutions/wechat/entry", []string{"Host", external}, 400},
		{"/wechat/entry/", []string{"Host", external}, 400},
		{"/o/bk_fta_solutions/wechat/entry/x", []string{"Host", external}, 404},
		{"/t/bk_fta_solutions/wechat/entry/", nil, 404},
		{"/o/bk_fta_solutions/wechat/todo/", []string{"Host", external}, 403}, // no browser of WeCom's
		{"/o/bk_fta_solutions/wechat/approve/flow/", []string{"Host", external}, 405},
		{"/ping", []string{"Host", external}, 200},
		{"/healthz", []string{"Host", "10.0.0.9"}, 200},
		{"/", nil, 404},
		{"/o/bk_fta_solutions/", []string{"Host", external}, 404},
	} {
		if status, body := s.get(s.inner(tt.path), tt.header...); status != tt.want {
			t.Errorf("%s %v: %d %s, want %d", tt.path, tt.header, status, body, tt.want)
		}
	}
}
