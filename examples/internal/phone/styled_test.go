package phone

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDescription(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]part{
		"":                          nil,
		"a < b <div>":               {{Text: "a < b <div>"}},
		"a<br>b<br/>c":              {{Text: "a"}, {Text: "\n"}, {Text: "b"}, {Text: "\n"}, {Text: "c"}},
		`<div class="bold">a</div>`: {{Text: `<div class="bold">a</div>`}},
		`<div class="gray">今天</div>x<div class="highlight">周五` + "\n" + `前</div>`: {
			{Text: "今天\n", Class: "gray"}, {Text: "x"}, {Text: "周五\n前\n", Class: "highlight"},
		},
	} {
		if diff := cmp.Diff(want, description(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]part{
		"":             nil,
		"a\n\nb":       {{Text: "a"}, {Text: "\n"}, {Text: "\n"}, {Text: "b"}},
		"## 标题 `x`":    {{Text: "标题 ", Class: "heading"}, {Text: "x", Class: "code"}},
		"#a ####### b": {{Text: "#a ####### b"}},
		"> 引用\n>再引":    {{Text: "引用", Class: "quoted"}, {Text: "\n"}, {Text: "再引", Class: "quoted"}},
		"一**二**三":      {{Text: "一"}, {Text: "二", Class: "bold"}, {Text: "三"}},
		"**a":          {{Text: "**a"}},
		"[看](http://localhost/a?b=c) [外](https://example.com/) [坏](javascript:alert)": {
			{Text: "看", URL: "http://localhost/a?b=c"}, {Text: " "}, {Text: "外"}, {Text: " "}, {Text: "坏"},
		},
		`<font color="info">绿</font><font color="comment">灰</font><font color="red">x</font>`: {
			{Text: "绿", Class: "info"}, {Text: "灰", Class: "comment"}, {Text: `<font color="red">x</font>`},
		},
	} {
		if diff := cmp.Diff(want, markdown(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// FuzzStyled: plain text stays as it is, links stay on this machine, and classes
// are those that the style knows.
func FuzzStyled(f *testing.F) {
	for _, seed := range []string{"a\nb", "# a **b** `c`", "[x](http://localhost/)", "[x](http://evil/)", `<div class="gray">a</div><br>`, `<font color="info">a</font>`} {
		f.Add(seed)
	}
	style, err := files.ReadFile("templates/style.css")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []func(string) []part{description, markdown} {
			var shown strings.Builder
			for _, p := range read(text) {
				shown.WriteString(p.Text)
				if p.Text == "" || p.URL != "" && !local(p.URL) {
					t.Errorf("%q has the part %+v", text, p)
				}
				if p.Class != "" && p.Class != "normal" && !strings.Contains(string(style), "."+p.Class) {
					t.Errorf("%q has the class %q", text, p.Class)
				}
			}
			if !strings.ContainsAny(text, "*`[<#>") && shown.String() != text {
				t.Errorf("%q is shown as %q", text, shown.String())
			}
		}
	})
}
