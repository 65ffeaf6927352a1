package phone_test

import (
	"testing"

	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestPreview: the front page tells of each phone's last line.
func TestPreview(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(s *stage){
		">还没有消息<":                   func(*stage) {},
		">两 行 http://localhost:9/<": func(s *stage) { s.send(message.Text{Content: "两\n行 http://localhost:9/"}) },
		">[卡片] 磁盘 &lt;只读&gt;<":      func(s *stage) { s.card("text_notice") },
		">[卡片] 只有副标题<": func(s *stage) {
			s.send(message.TextNotice{SubTitleText: "只有副标题", CardAction: message.URL("http://localhost:9/")})
		},
		">[文件 a.pdf]<": func(s *stage) {
			s.send(message.File{MediaID: s.wecom.AddMedia(wecomtest.Media{Name: "a.pdf"})})
		},
		">单据<": func(s *stage) {
			s.send(message.TextCard{Title: "单据", Description: "x", URL: "http://localhost:9/"})
		},
		">应用撤回了一条消息<": func(s *stage) { s.recall(s.card("text_notice").MsgID) },
	} {
		s := newStage(t)
		change(s)
		s.path = "/"
		s.shows("zhangsan", want)
	}
}
