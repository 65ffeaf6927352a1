package message_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
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

// A message is taken back within 24 hours; one that is older, or of another app, is the vendor's error.
func ExampleSender_Recall() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := &message.Sender{API: wc, AgentID: 1000002}
	var apiErr *wecom.Error
	fmt.Println(errors.As(s.Recall(context.Background(), "no-such-message"), &apiErr), apiErr.Code)

	var field *message.FieldError
	fmt.Println(errors.As(s.Recall(context.Background(), ""), &field), field)
	// Output:
	// true 40058
	// true message: msgid: is required
}

// Nobody at all is an error, 81013. An outbox asks every error, of the checks too, the same questions.
func ExampleSender_Send_errors() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := &message.Sender{API: wc, AgentID: 1000002}
	for _, text := range []string{"构建完成", strings.Repeat("字", 700)} {
		_, err := s.Send(context.Background(), message.Message{
			To:      message.Recipients{Users: []string{"nobody"}},
			Content: message.Text{Content: text},
		})
		var e interface {
			ErrCode() int
			Retryable() bool
			NotSent() bool
		}
		if errors.As(err, &e) {
			fmt.Println(e.ErrCode(), "retryable", e.Retryable(), "not sent", e.NotSent())
		}
		var limit *message.LimitError
		if errors.As(err, &limit) {
			fmt.Println(limit.Field, limit.Size, limit.Unit, "of", limit.Limit)
		}
	}
	// Output:
	// 81013 retryable false not sent false
	// 0 retryable false not sent true
	// text.content 2100 bytes of 2048
}

// WeCom drops in silence what is over 30 messages a minute to a member; a Limiter refuses it, or waits.
func ExampleLimiter() {
	s := &message.Sender{
		API: answers(`{"errcode":0,"msgid":"MSG-1"}`), AgentID: 1000002,
		Limiter: &message.Limiter{}, // with the vendor's numbers
		MaxWait: 0,                  // refuse instead of waiting
	}
	for range 31 {
		_, err := s.Send(context.Background(), message.Message{
			To: message.Recipients{Users: []string{"zhangsan"}}, Content: message.Text{Content: "磁盘告警"},
		})
		var rate *message.RateError
		if errors.As(err, &rate) {
			fmt.Println(rate.Users[0].UserID, "可在一分钟内再发:", time.Until(rate.Again) <= time.Minute)
		}
	}
	// Output:
	// zhangsan 可在一分钟内再发: true
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
