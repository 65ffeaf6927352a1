package message_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// sentText is text.content as the vendor reads it.
func sentText(t *testing.T, request string) string {
	t.Helper()
	var r struct{ Text struct{ Content string } }
	if err := json.Unmarshal([]byte(request), &r); err != nil {
		t.Fatal(err)
	}
	return r.Text.Content
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	x := strings.Repeat
	link := `<a href="https://h.example.com/x">详情</a>`
	for _, tt := range []struct{ name, in, want string }{
		{"fits", x("a", 2048), x("a", 2048)},
		{"ASCII", x("a", 2049), x("a", 2048)},
		{"three bytes", x("字", 700), x("字", 682)},
		{"four bytes", "a" + x("😀", 600), "a" + x("😀", 511)},
		{"link that fits", x("a", 2048-len(link)) + link + "b", x("a", 2048-len(link)) + link},
		{"link that does not", x("a", 2049-len(link)) + link + "b", x("a", 2049-len(link))},
		{"at its first byte", x("a", 2047) + link, x("a", 2047)},
		{"link over lines", x("a", 2040) + "<A\nhref='x'>\n</A >", x("a", 2040)},
		{"token", x("a", 2040) + "$userName=lisi$", x("a", 2040)},
		{"token before", "$userName=lisi$" + x("a", 2048), "$userName=lisi$" + x("a", 2033)},
		{"no link", x("a", 2040) + "<abc>" + x("d", 99), x("a", 2040) + "<abc>ddd"},
		{"link without an end", x("a", 2040) + "<a href=x>y", x("a", 2040) + "<a href="},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := prepare(t, toZhangsan(message.Text{Content: tt.in, Truncate: true}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, sentText(t, got)); diff != "" {
				t.Errorf("content (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a link longer than the limit", func(t *testing.T) {
		t.Parallel()
		_, err := prepare(t, toZhangsan(message.Text{Content: "<a href=x>" + x("a", 2048) + "</a>", Truncate: true}))
		var e *message.LimitError
		if !errors.As(err, &e) || e.Size != 2062 {
			t.Errorf("error %v, want a *LimitError of 2062 bytes", err)
		}
	})
}

// What Prepare takes arrives as it was, without \u escapes; what it refuses it has reason to.
func FuzzPrepareText(f *testing.F) {
	for _, s := range []string{"构建完成", "\u2028\\u2028", `"\`, "<a href=x>&</a>", "\x00", "\xff", "\ufffd", strings.Repeat("字", 700), "$a=b$"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, truncate bool) {
		got, err := prepare(t, toZhangsan(message.Text{Content: s, Truncate: truncate}))
		if err != nil {
			control := strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || 0x7f <= r && r < 0xa0 })
			if s != "" && len(s) <= 2048 && utf8.ValidString(s) && !control {
				t.Errorf("%q is refused: %v", s, err)
			}
			return
		}
		text := sentText(t, got)
		switch {
		case len(s) <= 2048 && text != s:
			t.Errorf("%q arrives as %q", s, text)
		case len(s) > 2048 && (!truncate || len(text) > 2048 || !strings.HasPrefix(s, text) || !utf8.ValidString(text)):
			t.Errorf("%d bytes arrive as %d", len(s), len(text))
		}
		if strings.Contains(strings.ReplaceAll(got, `\\`, ""), `\u`) {
			t.Errorf("%q has an escape that the vendor refuses", got)
		}
	})
}
