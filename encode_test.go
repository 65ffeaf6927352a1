package wecom_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// sent is the body that Call makes of in.
func sent(t *testing.T, in any) string {
	t.Helper()
	var got string
	v := &vendor{call: func(_ *http.Request, body []byte) (int, string, error) {
		got = string(body)
		return 0, "", nil
	}}
	if err := v.client(t).Call(t.Context(), "POST", "/cgi-bin/x", nil, in, nil); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestJSONBody(t *testing.T) {
	t.Parallel()
	type nested struct {
		Raw json.RawMessage `json:"raw"`
	}
	for _, tt := range []struct {
		name string
		in   any
		want string
	}{
		{"Chinese", map[string]string{"content": "构建完成"}, `{"content":"构建完成"}`},
		{"HTML", map[string]string{"content": `<a href="x?a=1&b=2">`}, `{"content":"<a href=\"x?a=1&b=2\">"}`},
		{"line separators", "a\u2028b\u2029c", "\"a\u2028b\u2029c\""},
		{"invalid UTF-8", "a\xffb", `"a` + "\ufffd" + `b"`},
		{"replacement character", "\ufffd", `"` + "\ufffd" + `"`},
		{"control characters", "\x00\x01\x1f\n\r\t", `"\u0000\u0001\u001f\n\r\t"`},
		{"backslash before u", `\u2028`, `"\\u2028"`},
		{"two backslashes", "\\\\\u2028", `"\\\\` + "\u2028" + `"`},
		{"escapes in a nested RawMessage", nested{json.RawMessage(`"\u4e2d\ud83d\ude00\u0022\u005c\u002f\u0007"`)}, `{"raw":"中😀\"\\/\u0007"}`},
		{"half a pair", nested{json.RawMessage(`"\ud83dx\ude00\ud83d\u4e2d"`)}, `{"raw":"` + "\ufffdx\ufffd\ufffd中" + `"}`},
		{"RawMessage", json.RawMessage(` { "a" : "\u4e2d<" } ` + "\n"), ` { "a" : "\u4e2d<" } ` + "\n"},
		{"bytes", []byte(`{ "a":1}`), `{ "a":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := sent(t, tt.in); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

var escapes = regexp.MustCompile(`\\u00[01][0-9a-fA-F]`)

// FuzzJSONBody: what goes out means the same as what encoding/json writes, and holds no
// escape but those of control characters.
func FuzzJSONBody(f *testing.F) {
	f.Add("a\u2028\\u2028", `"\ud83d\ude00\\u4e2d\u0022"`)
	f.Add("\xff", `{"\u0061":["\u0000"]}`)
	f.Fuzz(func(t *testing.T, text, raw string) {
		in := map[string]any{text: []any{text, 1}}
		if json.Valid([]byte(raw)) {
			in["raw"] = json.RawMessage(raw)
		}
		reference, err := json.Marshal(in)
		if err != nil {
			return
		}
		got := sent(t, in)
		var a, b any
		if err := json.Unmarshal([]byte(got), &a); err != nil {
			t.Fatalf("%v: %s", err, got)
		}
		if err := json.Unmarshal(reference, &b); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s\nmeans something else than\n%s", got, reference)
		}
		rest := strings.ReplaceAll(escapes.ReplaceAllString(strings.ReplaceAll(got, `\\`, ""), ""), `\"`, "")
		if strings.Contains(rest, `\u`) || !utf8.ValidString(got) && utf8.ValidString(raw) {
			t.Errorf("an escape that need not be, or invalid UTF-8: %q", got)
		}
	})
}

func TestJSONOutGetsEverything(t *testing.T) {
	t.Parallel()
	v := &vendor{call: func(*http.Request, []byte) (int, string, error) {
		return 200, `{"errcode":0,"errmsg":"ok","msgid":"m-1","invaliduser":"lisi|wangwu"}`, nil
	}}
	var out struct {
		ErrMsg      string `json:"errmsg"`
		MsgID       string `json:"msgid"`
		InvalidUser string `json:"invaliduser"`
	}
	if err := v.client(t).Call(t.Context(), "POST", "/cgi-bin/message/send", nil, struct{}{}, &out); err != nil {
		t.Fatal(err)
	}
	if out.ErrMsg != "ok" || out.MsgID != "m-1" || out.InvalidUser != "lisi|wangwu" {
		t.Errorf("%+v", out)
	}
}
