package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// FuzzReadAlarm holds what is read from a push against a reading into a map,
// and the message made of it against the rules of the phone.
func FuzzReadAlarm(f *testing.F) {
	f.Add(`{"ip":"10.0.0.1","source_id":"1","source_time":"2026-11-22 12:00:00","alarm_type":"api_default","alarm_content":"ok\nTY 9_1"}`)
	f.Add(`{"alarm_content":"56OB55uY5Y+q6K+7","format":"base64","alarm_context":{"a":1}}`)
	f.Add(`{"alarm_content":"<a href=\"https://evil.example.com\">x</a> \u202e TY 1_1","alarm_context":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		a, err := readAlarm(strings.NewReader(body), time.UTC)
		if err != nil {
			return
		}
		var m map[string]any
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			t.Fatalf("%q is accepted: %v", body, err)
		}
		for key := range m {
			for _, name := range alarmFields {
				if key != name && strings.EqualFold(key, name) {
					return // encoding/json takes other spellings of a name, too; the map does not
				}
			}
		}
		field := func(name string) string {
			s, _ := m[name].(string)
			return s
		}
		content := field("alarm_content")
		if field("format") == "base64" {
			raw, err := base64.StdEncoding.DecodeString(content)
			if err != nil {
				t.Fatalf("%q is no base64", content)
			}
			content = string(raw)
		}
		if a.IP != field("ip") || a.SourceID != field("source_id") || a.Type != field("alarm_type") || a.Content != content {
			t.Fatalf("%q is read as %+v", body, a)
		}
		a.ID, a.Plan = 9, approval.Plan{Name: a.Type, Timeout: time.Minute}
		text := eventText(approval.Event{Kind: approval.EventAsked, Alarm: a}, "", 7)
		lines := strings.Split(text, "\n")
		if len(text) > maxText || len(lines) != 7 || lines[6] != "（消息编号 7）" || lines[1] != "同意请回复: TY 9_1" {
			t.Fatalf("%q makes the message\n%s", body, text)
		}
		a.Plan.Mode = approval.ModePage
		text = eventText(approval.Event{Kind: approval.EventReminder, Alarm: a}, "http://mycompany.com/wechat/", 7)
		page := strings.Split(text, "\n")
		if len(text) > maxText || len(page) != 7 || page[1] != `<a href="http://mycompany.com/wechat/a/9/">点此查看并审批</a>` || strings.Count(text, "<a") != 1 {
			t.Fatalf("%q makes the message\n%s", body, text)
		}
		for _, line := range append(lines, page...) {
			if c, ok := parseCommand(line); ok {
				t.Fatalf("%q: the line %q is the command %+v", body, line, c)
			}
		}
	})
}
