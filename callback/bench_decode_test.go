package callback_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/callback"
)

// BenchmarkDecode reads decrypted messages; the rows of one size cost the same,
// wherever their kind stands in the table and if it stands there not at all. The
// floor is encoding/xml cutting them into tokens, or encoding/json into a map.
func BenchmarkDecode(b *testing.B) {
	pad := "<Event>nothing_known</Event><EventKey><![CDATA[MENU_TODAY]]></EventKey>"
	for _, tt := range []struct{ name, plain string }{
		{"text", textXML("7300000000000000001", "ping")},
		{"click", eventXML("click", "MENU_TODAY")},
		{"security", eventXML("security", "MENU_TODAY")},
		{"unknown", xmlOf("01", "<MsgType>event</MsgType>"+pad)},
		{"card", read(b, "testdata/incoming/template_card_event.xml")},
		{"approval", read(b, "testdata/incoming/open_approval_change.xml")},
		{"cjk20KiB", textXML("1", cjkText(20<<10))}, // all blocks mixed: the worst case
		{"chinese20KiB", textXML("1", strings.Repeat("审批任务：蓝鲸故障自愈，", 20<<10/36))},
	} {
		plain := []byte(tt.plain)
		b.Run(tt.name+"/floor", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d := xml.NewDecoder(strings.NewReader(tt.plain))
				for {
					if _, err := d.RawToken(); err != nil {
						break
					}
				}
			}
		})
		b.Run(tt.name+"/wecom", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := callback.Decode(plain); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	plain := []byte(read(b, "testdata/bot/text.json"))
	b.Run("bot/floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var m map[string]any
			if err := json.Unmarshal(plain, &m); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bot/wecom", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := callback.DecodeJSON(plain); err != nil {
				b.Fatal(err)
			}
		}
	})
}
