package message_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/bkwecom/wecom/message"
)

// answers stands for a *wecom.Client.
type answers string

func (a answers) Call(_ context.Context, _, _ string, _ url.Values, _, out any) error {
	if out == nil {
		return nil
	}
	return json.Unmarshal([]byte(a), out)
}

func ExampleSender_Send() {
	client := answers(`{"errcode":0,"errmsg":"ok","invaliduser":"lisi","msgid":"MSG-1"}`)
	s := &message.Sender{API: client, AgentID: 1000002}
	res, err := s.Send(context.Background(), message.Message{
		To:      message.Recipients{Users: []string{"zhangsan", "LiSi"}},
		Content: message.Text{Content: "构建完成"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(res.MsgID, "没有送达:", res.InvalidUsers)
	fmt.Println(s.Recall(context.Background(), res.MsgID))
	// Output:
	// MSG-1 没有送达: [LiSi]
	// <nil>
}

// An outbox stores the bytes with the decision that causes the message, and repeats them after a
// crash: the vendor drops the copy.
func ExampleSender_SendPrepared() {
	s := &message.Sender{API: answers(`{"errcode":0,"msgid":"MSG-1"}`), AgentID: 1000002}
	p, err := s.Prepare(message.Message{
		To:                message.Recipients{Users: []string{"zhangsan"}},
		Content:           message.Text{Content: "审批 #42 已同意"},
		DuplicateCheck:    true,
		DuplicateInterval: 4 * time.Hour,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	stored := string(p)
	fmt.Println(stored)
	res, err := s.SendPrepared(context.Background(), message.Prepared(stored))
	fmt.Println(res.MsgID, err)
	// Output:
	// {"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"审批 #42 已同意"},"enable_duplicate_check":1,"duplicate_check_interval":14400}
	// MSG-1 <nil>
}

func ExampleLimitError() {
	s := &message.Sender{AgentID: 1000002}
	_, err := s.Prepare(message.Message{
		To:      message.Everyone,
		Content: message.Markdown{Content: strings.Repeat("字", 700)},
	})
	fmt.Println(err)
	_, err = s.Prepare(message.Message{
		To:      message.Recipients{Users: []string{"zhangsan", "li si"}},
		Content: message.Text{Content: "好"},
	})
	var field *message.FieldError
	fmt.Println(errors.As(err, &field), field.Field)
	// Output:
	// message: markdown.content has 2100 bytes, the limit is 2048: shorten it
	// true touser[1]
}

func ExampleEscapeText() {
	fmt.Println(message.EscapeText("磁盘 91.5% > 90% @ 10.0.0.1, 见 /var/log/app.log"))
	fmt.Println(message.EscapeText("点 http://evil.example.com/x\n<a href=\"y\">这里</a>, $userName=lisi$"))
	// Output:
	// 磁盘 91.5% > 90% @ 10.0.0.1, 见 /var/log/app.log
	// 点 http: //evil. example. com/x ＜a href="y">这里＜/a>, ＄userName=lisi$
}

func ExampleEscapeMarkdown() {
	alarm := "[ERROR] disk_used **95%** on db01"
	fmt.Println("**告警** " + message.EscapeMarkdown(alarm))
	// Output:
	// **告警** ［ERROR］ disk_used ＊＊95%＊＊ on db01
}

func ExampleCheck() {
	card := message.TextCard{Title: "领奖", Description: "十一月", URL: "https://app.example.com/p", BtnTxt: "查看更多内容"}
	for _, advice := range message.Check(card) {
		fmt.Println(advice)
	}
	// Output:
	// textcard.btntxt has 6 characters, more than the 4 that are recommended
}

// A card that replaces the one that was tapped, as a passive reply.
func ExampleCardJSON() {
	card, err := message.CardJSON(message.TextNotice{
		MainTitle:  message.MainTitle{Title: "没有权限", Desc: "您不是该告警的审批人"},
		CardAction: message.URL("https://mycompany.com/o/bk_fta_solutions/wechat/todo/"),
	})
	fmt.Println(string(card), err)
	// Output: {"card_type":"text_notice","main_title":{"title":"没有权限","desc":"您不是该告警的审批人"},"card_action":{"type":1,"url":"https://mycompany.com/o/bk_fta_solutions/wechat/todo/"}} <nil>
}
