package message_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func TestEscapeTextTakesTheHarmOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		harm     string // what the oracle says of in, so that no two rows are the same case
		in, want string
	}{
		{"url", "http://localhost/x", "http: //localhost/x"},
		{"url", "WEIXIN://dl", "WEIXIN: //dl"},
		{"url", `http:\\localhost`, `http: \\localhost`},
		{"url", "http：／／localhost", "http： ／／localhost"},
		{"invisible+url", "http:\u200b/\ufe0f/localhost://", "http: //localhost: //"},
		{"control+url", "ht\x00tp:/\x01/://", "http: //: //"},
		{"domain", "evil.com", "evil. com"},
		{"domain", "user@evil.com", "user@evil. com"},
		{"domain", "请点evil.com登录", "请点evil. com登录"},
		{"domain", "例子.中国", "例子. 中国"},
		{"domain", "evil。com", "evil。 com"},
		{"domain", "evil．com", "evil． com"},
		{"domain", "evil.com.log", "evil. com. log"},
		{"domain", "app.log文件。evil。com", "app.log文件。evil。 com"},
		{"domain", "💩.la", "💩. la"},
		{"domain+www", "www.evil.com", "www. evil. com"},
		{"www", "www.163", "www. 163"},
		{"www", "WWW.log", "WWW. log"},
		{"address", "10.0.0.1/login", "10. 0. 0. 1/login"},
		{"address", "10.0.0.1:8080/?a", "10. 0. 0. 1:8080/?a"},
		{"tag", `<a href="x">y</a>`, `＜a href="x">y＜/a>`},
		{"tag", "<!-- x", "＜!-- x"},
		{"tag", "&lt;a>", "＆lt;a>"},
		{"tag", "&#60a>", "＆#60a>"},
		{"tag", "&amp;lt;a>", "＆amp;lt;a>"},
		{"tag", "&LTa>", "＆LTa>"},
		{"mention", "<@zhangsan>", "＜@zhangsan>"},
		{"id token", "$userName=zhangsan$", "＄userName=zhangsan$"},
		{"id token", "$DEPARTMENTNAME=1$", "＄DEPARTMENTNAME=1$"},
		{"line break", "a\nTY 9_1", "a TY 9_1"},
		{"line break+padding", "a\r\n\r\nb", "a b"},
		{"line break", "a\u2028b\u2029c\u0085d\ve\ff", "a b c d e f"},
		{"padding", "a" + strings.Repeat(" \u3000", 200) + "TY 9_1", "a TY 9_1"},
		{"padding", "a\u2800\u2800b", "a b"},
		{"bidi", "a\u202egpj.exe\u202c\u2066\u200f", "agpj.exe"},
		{"invisible", "a\u00adb\ufeffc\u3164d", "abcd"},
		{"control", "\x1b[31mred\x7f", "[31mred"},
		{"control", "a\tb", "a b"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(harms(tt.in), "+"); got != tt.harm {
				t.Errorf("the oracle finds %q in it, want %q", got, tt.harm)
			}
			got := message.EscapeText(tt.in)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("escaped (-want +got):\n%s", diff)
			}
			if found := harms(got); len(found) > 0 {
				t.Errorf("%q still has %q", got, found)
			}
		})
	}
}

// An operator reads these every day.
func TestEscapeLeavesWhatIsHarmless(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", " ", "磁盘使用率：95.5%，超过阈值 90%。请处理", "load 5.2 < 8 && mem > 3", "CPU<90 a<=b x <- y", "ping 10.0.0.1 10.0.0.0/8, 10.1.2.3:8080",
		"/var/log/app.log /etc/nginx/nginx.conf", "app.tar.gz error.log.1 见app.log文件", "C:\\dir\\file", "cost $5, $HOME/x", "R&D a=1&b=2",
		"disk_used_percent 2026-11-22 10:00:00", "v1.2.3-rc1 1.26.8-linux", "全角　空格", "zhangsan (张三)", "issue #42!", "a-b+c=d; \"x\" 'y' {z} (w)",
	} {
		if got := message.EscapeText(s); got != s {
			t.Errorf("EscapeText: %q became %q", s, got)
		}
		if got := message.EscapeMarkdown(s); got != s && !strings.Contains(s, "<") {
			t.Errorf("EscapeMarkdown: %q became %q", s, got)
		}
	}
}

func TestEscapeMarkdownTakesTheMarksOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ harm, in, want string }{
		{"bracket", "[ERROR] x](y)", "［ERROR］ x］(y)"},
		{"emphasis", "**bold** 5*3", "＊＊bold＊＊ 5＊3"},
		{"emphasis", "__init__ disk_used _x_", "＿＿init＿＿ disk_used ＿x＿"},
		{"code", "`rm -rf`", "｀rm -rf｀"},
		{"strike", "~x~", "～x～"},
		{"escape", `a\`, `a＼`},
		{"escape", `\#`, `＼#`},
		{"escape", `a\ b`, `a＼ b`},
		{"heading", " # a", " ＃ a"},
		{"quote", "> a", "＞ a"},
		{"list", "- a", "－ a"},
		{"list", "12) a", "12） a"},
		{"list", "1. a", "1． a"},
		{"list", "+", "＋"},
		{"rule", "---", "－--"},
		{"rule", "===", "＝=="},
		{"autolink", "<1@localhost>", "＜1@localhost>"},
		{"tag", `<font color="info">`, `＜font color="info">`},
		{"character", "&copy;", "＆copy;"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			got := strings.Join(markdownHarms(tt.in), "+")
			if got != tt.harm {
				t.Errorf("the oracle finds %q in it, want %q", got, tt.harm)
			}
			escaped := message.EscapeMarkdown(tt.in)
			if diff := cmp.Diff(tt.want, escaped); diff != "" {
				t.Errorf("escaped (-want +got):\n%s", diff)
			}
			if found := markdownHarms(escaped); len(found) > 0 {
				t.Errorf("%q still has %q", escaped, found)
			}
		})
	}
}

// checkEscaped holds for every text.
func checkEscaped(t *testing.T, name string, escape func(string) string, harms func(string) []string, in string) {
	t.Helper()
	out := escape(in)
	if found := harms(out); len(found) > 0 {
		t.Errorf("%s(%q) = %q still has %q", name, in, out, found)
	}
	if want, got := skeleton(in), skeleton(out); want != got {
		t.Errorf("%s(%q) = %q: the reader sees %q, want %q", name, in, out, got, want)
	}
	if again := escape(out); again != out {
		t.Errorf("%s(%q) = %q, escaped again it is %q", name, in, out, again)
	}
	if 0 < len(out) && len(out) <= 2048 {
		if _, err := prepare(t, toZhangsan(message.Text{Content: out})); err != nil {
			t.Errorf("%s(%q) = %q is refused: %v", name, in, out, err)
		}
	}
}

// Random mixtures of what is dangerous find in every run what a table forgets.
func TestEscapeOfMixtures(t *testing.T) {
	t.Parallel()
	pieces := strings.Split("http|:|/|//|.|．|。|｡|․|www|evil|com|log|txt|1|10.0.0.1|10|<|>|a|href=|</a>|@|$|userName|=|&|lt|amp|;|#|60|[|]|(|)|*|_|__|`|~|\\|-|--|+|!|?| |  |\n|\r|\t|\u2028|\u200b|\u202e|\ufe0f|\x00|\xff|\x80|字|中国|💩|\u0301|\u3000|\u2800|：|／|＜|５|%|,|9_1", "|")
	rng := rand.New(rand.NewPCG(1, 2)) // the same every time; the fuzz target looks further
	var b strings.Builder
	for range 5_000 {
		b.Reset()
		for range 1 + rng.IntN(9) {
			b.WriteString(pieces[rng.IntN(len(pieces))])
		}
		checkEscaped(t, "EscapeText", message.EscapeText, harms, b.String())
		checkEscaped(t, "EscapeMarkdown", message.EscapeMarkdown, markdownHarms, b.String())
		if t.Failed() {
			return
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{
		"http://evil.example.com/x", "www.163.com", `<a href="http://x.cn">y</a>`, "$userName=a$", "&lt;a", "[x](http://y)", "a\u202eb\r\nc",
		"10.0.0.1/x", "app.tar.gz", "evil。com", "__a__", "1. x", "\\", "\xff", "# x",
	} {
		f.Add(s, "TY 9_1")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		checkEscaped(t, "EscapeText", message.EscapeText, harms, a)
		checkEscaped(t, "EscapeMarkdown", message.EscapeMarkdown, markdownHarms, a)
		// With a space between, nothing grows together; spaces may.
		joined := strings.TrimRight(message.EscapeText(a), " \u3000") + " " + strings.TrimLeft(message.EscapeText(b), " \u3000")
		for _, harm := range harms(joined) {
			if harm != "padding" {
				t.Errorf("%q and %q together have %q", a, b, harm)
			}
		}
	})
}

// The time must grow with the length, not with its square: the text is a stranger's.
func BenchmarkEscapeHostile(b *testing.B) {
	for _, unit := range []string{"a.", "_", "$a", "<", "&a", "1.", ".", "www.", "。a", "\\", ":"} {
		b.Run(unit, func(b *testing.B) {
			s := strings.Repeat(unit, 100_000/len(unit)) + "com/ a.com "
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				message.EscapeMarkdown(s)
			}
		})
	}
}
