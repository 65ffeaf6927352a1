package callback_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bkwecom/wecom/callback"
)

// cjkBlocks are the blocks of Unicode for Chinese, Japanese and Korean, and what
// stands among them in texts.
var cjkBlocks = map[string][2]rune{
	"CJK Radicals Supplement":                 {0x2E80, 0x2EF3},
	"Kangxi Radicals":                         {0x2F00, 0x2FD5},
	"Ideographic Description Characters":      {0x2FF0, 0x2FFF},
	"CJK Symbols and Punctuation":             {0x3000, 0x303F},
	"Hiragana":                                {0x3041, 0x3096},
	"Katakana":                                {0x30A0, 0x30FF},
	"Bopomofo":                                {0x3105, 0x312F},
	"Hangul Compatibility Jamo":               {0x3131, 0x318E},
	"Kanbun":                                  {0x3190, 0x319F},
	"Bopomofo Extended":                       {0x31A0, 0x31BF},
	"CJK Strokes":                             {0x31C0, 0x31E5},
	"Enclosed CJK Letters and Months":         {0x3200, 0x32FF},
	"CJK Compatibility":                       {0x3300, 0x33FF},
	"CJK Unified Ideographs Extension A":      {0x3400, 0x4DBF},
	"CJK Unified Ideographs":                  {0x4E00, 0x9FFF},
	"Yi Syllables":                            {0xA000, 0xA48C},
	"Hangul Syllables":                        {0xAC00, 0xD7A3},
	"Private Use Area":                        {0xE000, 0xF8FF},
	"CJK Compatibility Ideographs":            {0xF900, 0xFAD9},
	"CJK Compatibility Forms":                 {0xFE30, 0xFE4F},
	"Halfwidth and Fullwidth Forms":           {0xFF01, 0xFFEE},
	"Emoji":                                   {0x1F300, 0x1FAFF},
	"CJK Unified Ideographs Extension B":      {0x20000, 0x2A6DF},
	"CJK Unified Ideographs Extension C":      {0x2A700, 0x2B73F},
	"CJK Unified Ideographs Extension D":      {0x2B740, 0x2B81D},
	"CJK Unified Ideographs Extension E":      {0x2B820, 0x2CEAD},
	"CJK Unified Ideographs Extension F":      {0x2CEB0, 0x2EBE0},
	"CJK Unified Ideographs Extension I":      {0x2EBF0, 0x2EE5D},
	"CJK Compatibility Ideographs Supplement": {0x2F800, 0x2FA1D},
	"CJK Unified Ideographs Extension G":      {0x30000, 0x3134A},
	"CJK Unified Ideographs Extension H":      {0x31350, 0x323AF},
}

// cjkText has characters of all blocks, the first and last of each among them,
// and exactly size bytes.
func cjkText(size int) string {
	var b strings.Builder
	for step := rune(0); b.Len() < size-4*len(cjkBlocks); step++ {
		for _, block := range cjkBlocks {
			first, last := block[0], block[1]
			b.WriteRune(first + step*7%(last-first+1))
			b.WriteRune(last - step*5%(last-first+1))
			if b.Len() > size-8 {
				break
			}
		}
	}
	b.WriteString(strings.Repeat("x", size-b.Len()))
	return b.String()
}

// TestCJK: a text of 20 KiB with characters of every block arrives and comes
// back as it was, written in CDATA, bare and in JSON.
func TestCJK(t *testing.T) {
	t.Parallel()
	content := cjkText(20 << 10)
	for name, block := range cjkBlocks {
		if !strings.ContainsRune(content, block[0]) || !strings.ContainsRune(content, block[1]) {
			t.Errorf("%s is not in the text", name)
		}
	}
	var got string
	var at int
	h, log := newHandler(t, callback.Config{Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
		got = m.(*callback.Text).Content
		return callback.TextReply(got[at:]), nil
	}})
	bare := strings.Replace(strings.Replace(textXML("0", "@"), "<![CDATA[@]]>", "@", 1), "@", content, 1)
	if w := serve(h, message(t, bare)); w.Code != 200 || got != content {
		t.Errorf("bare text is changed: %d bytes, %v", len(got), log.take())
	}
	shown := 0
	for i := 1; at < len(content); i++ {
		reply := replyText(t, serve(h, message(t, textXML(strings.Repeat("1", i), content))))
		if got != content || reply == "" || !utf8.ValidString(reply) || !strings.HasPrefix(content[at:], reply) {
			t.Fatalf("from byte %d the reply has %d bytes, the message %d", at, len(reply), len(got))
		}
		at += len(reply)
		shown += len(reply)
	}
	if shown != len(content) {
		t.Errorf("%d bytes shown, want %d", shown, len(content))
	}
	if errs := log.take(); errs != nil {
		t.Error(errs)
	}
	m, err := callback.DecodeJSON([]byte(`{"msgid":"1","aibotid":"A","msgtype":"text","text":{"content":"` + content + `"}}`))
	if bot, ok := m.(*callback.BotText); !ok || err != nil || bot.Content != content {
		t.Errorf("as JSON: %T, %v", m, err)
	}
}
