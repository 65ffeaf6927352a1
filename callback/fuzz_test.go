package callback_test

import (
	"context"
	_ "embed"
	"encoding/xml"
	"errors"
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/callback"
)

// oracle reads a document with encoding/xml: the children of its root, or
// false where encoding/xml and this package are meant to differ.
func oracle(src string) (root []callback.Tree, ok bool) {
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(src, "\ufeff")))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var stack []*callback.Tree
	top := &callback.Tree{}
	ended := false
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return top.Children, ended && len(stack) == 0
		}
		if err != nil {
			return nil, false
		}
		switch t := t.(type) {
		case xml.StartElement:
			if ended || len(stack) == 16 {
				return nil, false
			}
			name := t.Name.Local
			if t.Name.Space != "" {
				name = t.Name.Space + ":" + name
			}
			stack = append(stack, &callback.Tree{Name: name})
		case xml.EndElement:
			name := t.Name.Local
			if t.Name.Space != "" {
				name = t.Name.Space + ":" + name
			}
			if len(stack) == 0 || stack[len(stack)-1].Name != name {
				return nil, false
			}
			e := stack[len(stack)-1]
			if stack = stack[:len(stack)-1]; len(stack) == 0 {
				top, ended = e, true
			} else {
				parent := stack[len(stack)-1]
				parent.Children = append(parent.Children, *e)
			}
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].Text += string(t)
			} else if strings.Trim(string(t), " \t\r\n") != "" {
				return nil, false
			}
		case xml.Directive:
			return nil, false
		}
	}
}

// FuzzRead: what encoding/xml reads, this reader reads alike, and what this
// reader accepts has balanced tags. It never panics on anything.
func FuzzRead(f *testing.F) {
	f.Add(textXML("1", "TY 1_1"))
	f.Add(xmlOf("01", "<MsgType>event</MsgType><SelectedItems><SelectedItem><OptionIds><OptionId>a</OptionId></OptionIds></SelectedItem></SelectedItems>"))
	for _, file := range append(files(f, "incoming/*.xml", 36), files(f, "rows/*.xml", 50)...) {
		f.Add(read(f, file))
	}
	f.Add("<?xml version='1.0'?><a b='c'>d<![CDATA[e]]>&lt;&#x41;<!-- f --><g/></a>\n")
	f.Add("<a>\r\n\r</a>")
	f.Fuzz(func(t *testing.T, src string) {
		_, _ = callback.Decode([]byte(src))
		want, ok := oracle(src)
		if !ok {
			callback.Read(src)
			return
		}
		got, err := callback.Read(src)
		if err != nil {
			t.Fatalf("encoding/xml reads %q, this reader does not", src)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-encoding/xml +callback):\n%s", src, diff)
		}
	})
}

// FuzzEnvelope: what the strict reader accepts, encoding/xml reads as one flat
// document with that one Encrypt.
func FuzzEnvelope(f *testing.F) {
	f.Add("<xml><ToUserName><![CDATA[ww1]]></ToUserName><Encrypt><![CDATA[abc=]]></Encrypt><AgentID/></xml>")
	f.Add("<xml>\n<Encrypt>abc</Encrypt>\n</xml>\n")
	f.Fuzz(func(t *testing.T, src string) {
		got, err := callback.ReadEnvelope(src)
		if err != nil {
			return
		}
		children, ok := oracle(src)
		if !ok {
			// encoding/xml also wants valid characters in elements that are not read.
			return
		}
		var found []string
		for _, c := range children {
			if len(c.Children) > 0 {
				t.Fatalf("%q nests", src)
			}
			if c.Name == "Encrypt" {
				found = append(found, c.Text)
			}
		}
		if len(found) != 1 || found[0] != strings.ReplaceAll(strings.ReplaceAll(got, "\r\n", "\n"), "\r", "\n") {
			t.Fatalf("%q: Encrypt is %q, encoding/xml reads %q", src, got, found)
		}
	})
}

// FuzzReply: no content leaves its element, and the text arrives as it was.
func FuzzReply(f *testing.F) {
	f.Add("pong", "zhangsan")
	f.Add("]]>]]><Content>x", "]]")
	f.Add("]]]]>>", "a\x00\xff\r\n")
	f.Fuzz(func(t *testing.T, content, user string) {
		reply := callback.TextReply(content)
		if content == "" {
			return
		}
		var got struct{ ToUserName, MsgType, Content string }
		raw := callback.ReplyXML(&callback.Header{FromUser: user}, reply, time.Unix(1700000000, 0))
		if err := xml.Unmarshal(raw, &got); err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		ours, err := callback.Read(string(raw))
		if err != nil || len(ours) != 5 || ours[4].Text != got.Content || ours[0].Text != got.ToUserName {
			t.Fatalf("%q: the two readers differ", raw)
		}
		if len(got.Content) > 2048+3*2048 || strings.Contains(content, "\r") || len(content) > 2048 || !isPlain(content) {
			return
		}
		if got.Content != content || got.MsgType != "text" {
			t.Fatalf("%q arrives as %q", content, got.Content)
		}
	})
}

func isPlain(s string) bool {
	for _, c := range s {
		if c < 0x20 && c != '\n' && c != '\t' || c == 0xFFFD || c == 0xFFFE || c == 0xFFFF {
			return false
		}
	}
	return true
}

// sample is a message recorded with the keys of these tests.
//
//go:embed testdata/sample.txt
var sample string

// FuzzRequest: nothing but the genuine request gets further than the opaque
// answer.
func FuzzRequest(f *testing.F) {
	const signature = "19ef2daaac9fa4fb7fe29cd9d8786d1625c33dfa"
	encrypted := strings.TrimSpace(sample)
	query := "msg_signature=" + signature + "&timestamp=1700000001&nonce=88112233"
	h, _ := newHandler(f, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) { return nil, nil }})
	h.SetSkew(100 * 365 * 24 * time.Hour)
	f.Add("POST", query, "<xml><ToUserName>x</ToUserName><Encrypt><![CDATA["+encrypted+"]]></Encrypt></xml>")
	f.Add("GET", query+"&echostr="+url.QueryEscape(encrypted), "")
	f.Fuzz(func(t *testing.T, method, rawQuery, body string) {
		if method != "GET" {
			method = "POST"
		}
		r := httptest.NewRequest(method, "/", strings.NewReader(body))
		r.URL.RawQuery = rawQuery
		w := serve(h, r)
		if w.Code == 400 {
			return
		}
		if w.Code != 200 || method == "GET" || r.URL.Query().Get("msg_signature") != signature || !strings.Contains(body, encrypted) {
			t.Fatalf("%s ?%s %q: %s", method, rawQuery, body, dump(w))
		}
	})
}

// FuzzClean: the fast way through a text finds what the slow one does.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "abc\tdef\n", "a\r\nb\rc", "中文，\ufffd", "\ufffe", "\uffff!", "\xef\xbf", "\xe4\xbd", "\xe4\xbd\x80\xe4\xbd", "\xed\xa0\x80", "\xe0\x80\x80", "\xf4\x90\x80\x80", "\U00010000\U0010ffff", "中\x00", "\xef\xbc\x8c\xef\xbf\xbe", "\xe4\x4d\x80", "\xe4\xbd\x4d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want strings.Builder
		for _, c := range strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n") {
			if c < 0x20 && c != '\n' && c != '\t' || c == 0xFFFE || c == 0xFFFF {
				c = 0xFFFD
			}
			want.WriteRune(c)
		}
		if got := callback.Clean(s); got != want.String() {
			t.Fatalf("%q becomes %q, want %q", s, got, want.String())
		}
	})
}
