package message_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// What Prepare takes is within the reference's limits and arrives as it was; what is within them,
// and plain, it takes.
func FuzzPrepareNews(f *testing.F) {
	f.Add("食堂", "新菜单", "https://app.example.com/menu", "https://app.example.com/menu.png", "", "")
	f.Add("班车", "", "", "", "wx0000000000000000", "pages/bus")
	f.Add(strings.Repeat("字", 43), "\u2028<&>", "ftp://h", "http://", "wx0", "")
	f.Add("t", strings.Repeat("a", 513), "http://h/\x00", " ", "", "p")
	f.Fuzz(func(t *testing.T, title, description, address, picture, appID, pagePath string) {
		a := message.Article{Title: title, Description: description, URL: address, PicURL: picture, AppID: appID, PagePath: pagePath}
		got, err := prepare(t, toZhangsan(message.News{Articles: []message.Article{a}}))
		fits := title != "" && len(title) <= 128 && len(description) <= 512 && len(address) <= 2048 && len(picture) <= 2048 && len(pagePath) <= 128
		target := appID != "" && pagePath != "" || appID == "" && pagePath == "" && address != ""
		if err != nil {
			if fits && target && plain(title+description+appID+pagePath) && (address == "" || plainURL(address)) && (picture == "" || plainURL(picture)) {
				t.Errorf("%+v is refused: %v", a, err)
			}
			return
		}
		if !fits || !target || !utf8.ValidString(title+description+address+picture+appID+pagePath) {
			t.Errorf("%+v is taken", a)
		}
		var sent struct{ News message.News }
		if err := json.Unmarshal([]byte(got), &sent); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]message.Article{a}, sent.News.Articles); diff != "" {
			t.Errorf("article (-given +sent):\n%s", diff)
		}
		if strings.Contains(strings.ReplaceAll(got, `\\`, ""), `\u`) {
			t.Errorf("%q has an escape that the vendor refuses", got)
		}
	})
}

// plain text is beyond doubt: printable, without controls.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 })
}

func plainURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && plain(s) && !strings.ContainsAny(s, " \u0085\u00a0\u2028\u2029\u3000\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f")
}
