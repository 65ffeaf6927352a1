package phone

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]part{
		"":            nil,
		"TY 1_1\n<b>": {{Text: "TY 1_1\n<b>"}},
		"单据 http://localhost:5000/o/itsm/weixin/ticket/1/，请审批": {{Text: "单据 "}, {Text: "http://localhost:5000/o/itsm/weixin/ticket/1/", URL: "http://localhost:5000/o/itsm/weixin/ticket/1/"}, {Text: "，请审批"}},
		`看 <a href="https://127.0.0.1/a?b=1&amp;c=2">详情</a>`:   {{Text: "看 "}, {Text: "详情", URL: "https://127.0.0.1/a?b=1&c=2"}},
		`<a href="http://[::1]:1/">x</a>`:                      {{Text: "x", URL: "http://[::1]:1/"}},
		"http://evil.example.com/ b":                           {{Text: "http://evil.example.com/"}, {Text: " b"}},
		`<a href="javascript:alert(1)">x</a>`:                  {{Text: "x"}},
		"http://localhost.evil.example.com/":                   {{Text: "http://localhost.evil.example.com/"}},
		"http://localhost@evil.example.com/":                   {{Text: "http://localhost@evil.example.com/"}},
		"http://u@localhost/":                                  {{Text: "http://u@localhost/"}},
		`<a href="x"><a href="http://localhost/">y</a>`:        {{Text: `<a href="x">`}, {Text: "y", URL: "http://localhost/"}},
	} {
		if diff := cmp.Diff(want, split(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// FuzzSplit: nothing of a text without links is lost, and every link stays on
// this machine.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"a http://localhost/b c", `<a href="http://127.0.0.1/">x</a>`, "http://[::1]/", "http://localhost:80\\@evil/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var shown strings.Builder
		for _, p := range split(text) {
			shown.WriteString(p.Text)
			if p.URL == "" {
				continue
			}
			u, err := url.Parse(p.URL)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
				t.Errorf("%q links to %q", text, p.URL)
			}
			if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() != "localhost" && (err != nil || !ip.Unmap().IsLoopback()) {
				t.Errorf("%q links to host %q", text, u.Host)
			}
		}
		if !strings.Contains(text, "<a href") && shown.String() != text {
			t.Errorf("%q is shown as %q", text, shown.String())
		}
	})
}
