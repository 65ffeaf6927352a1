package message_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/bkwecom/wecom/message"
)

// shown stands for the vendor: it shows what a robot posts.
var shown = &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
	p := &posts{}
	resp, err := p.RoundTrip(req)
	fmt.Println(strings.SplitN(p.got[0], " ", 3)[2])
	return resp, err
})}

func ExampleRobot_Send() {
	// The address comes from the group's settings, and from the environment of the program: who has
	// it can post. HTTPClient is left out in a program.
	r, err := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: shown})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range []message.RobotContent{
		message.RobotText{Content: "db01 磁盘告警", Mentioned: []string{"lisi"}},
		message.RobotMarkdown{Content: "<font color=\"warning\">磁盘告警</font> <@lisi>"},
		message.RobotMarkdownV2{Content: "| 主机 | 使用率 |\n|--|--|\n| db01 | 95% |"},
		message.RobotImage{Data: []byte(aPNG)},
		message.News{Articles: []message.Article{{Title: "周报", URL: "https://app.example.com/w/47"}}},
		message.File{MediaID: "MID-1"}, // from Robot.Upload
		message.TextNotice{
			MainTitle:  message.MainTitle{Title: "磁盘告警"},
			CardAction: message.URL("https://app.example.com/a/1"),
		},
	} {
		if err := r.Send(context.Background(), c); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(r)
	// Output:
	// {"msgtype":"text","text":{"content":"db01 磁盘告警","mentioned_list":["lisi"]}}
	// {"msgtype":"markdown","markdown":{"content":"<font color=\"warning\">磁盘告警</font> <@lisi>"}}
	// {"msgtype":"markdown_v2","markdown_v2":{"content":"| 主机 | 使用率 |\n|--|--|\n| db01 | 95% |"}}
	// {"msgtype":"image","image":{"base64":"iVBORw0KGgogYSBwaWN0dXJl","md5":"83fd60286bca6a112ec1faaf497fb8d5"}}
	// {"msgtype":"news","news":{"articles":[{"title":"周报","url":"https://app.example.com/w/47"}]}}
	// {"msgtype":"file","file":{"media_id":"MID-1"}}
	// {"msgtype":"template_card","template_card":{"card_type":"text_notice","main_title":{"title":"磁盘告警"},"card_action":{"type":1,"url":"https://app.example.com/a/1"}}}
	// message.Robot{Host:"qyapi.weixin.qq.com"}
}

func ExampleRobot_Upload() {
	r, err := message.NewRobot(robotWebhook, message.RobotOptions{HTTPClient: &http.Client{Transport: &posts{
		answer: func(int) (int, string, error) {
			return 200, `{"errcode":0,"type":"file","media_id":"MID-1","created_at":"1700000000"}`, nil
		},
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := r.Upload(context.Background(), message.MediaFile, "巡检.csv", strings.NewReader("db01,正常"), 11)
	fmt.Println(file.MediaID, err)
	// Output: MID-1 <nil>
}
