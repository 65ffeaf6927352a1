package message_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/message"
)

// sink answers at once.
type sink struct{}

func (sink) Call(_ context.Context, _, _ string, _ url.Values, _, _ any) error {
	return nil
}

func BenchmarkSend(b *testing.B) {
	for _, c := range []struct{ name, content string }{
		{"40B", "构建完成: 流水线 47, 用时 3 分钟"},
		{"2KiB", strings.Repeat("构建完成: 47 <b>\n", 90)},
	} {
		b.Run(c.name+"/floor", func(b *testing.B) {
			type text struct {
				Content string `json:"content"`
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(struct {
					ToUser  string `json:"touser"`
					MsgType string `json:"msgtype"`
					AgentID int    `json:"agentid"`
					Text    text   `json:"text"`
				}{"zhangsan|lisi", "text", 1000002, text{c.content}}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/wecom", func(b *testing.B) {
			s := &message.Sender{API: sink{}, AgentID: 1000002}
			m := message.Message{
				To:      message.Recipients{Users: []string{"zhangsan", "lisi"}},
				Content: message.Text{Content: c.content},
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Send(b.Context(), m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
