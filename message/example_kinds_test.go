package message_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/bkwecom/wecom/message"
)

// show prints what is sent to zhangsan.
func show(c message.Content) {
	s := &message.Sender{AgentID: 1000002}
	p, err := s.Prepare(message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: c})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.TrimPrefix(string(p), `{"touser":"zhangsan",`))
}

func ExampleText() {
	show(message.Text{Content: "构建完成\n<a href=\"https://ci.example.com/47\">报告</a>"})
	// Output:
	// "msgtype":"text","agentid":1000002,"text":{"content":"构建完成\n<a href=\"https://ci.example.com/47\">报告</a>"}}
}

func ExampleMarkdown() {
	show(message.Markdown{Content: "**构建 47** <font color=\"info\">成功</font>"})
	// Output:
	// "msgtype":"markdown","agentid":1000002,"markdown":{"content":"**构建 47** <font color=\"info\">成功</font>"}}
}

func ExampleTextCard() {
	show(message.TextCard{Title: "领奖", Description: `<div class="gray">十一月</div>`, URL: "https://app.example.com/p/1", BtnTxt: "更多"})
	// Output:
	// "msgtype":"textcard","agentid":1000002,"textcard":{"title":"领奖","description":"<div class=\"gray\">十一月</div>","url":"https://app.example.com/p/1","btntxt":"更多"}}
}

func ExampleImage() {
	show(message.Image{MediaID: "MID"}) // from media/upload
	// Output:
	// "msgtype":"image","agentid":1000002,"image":{"media_id":"MID"}}
}

func ExampleVoice() {
	show(message.Voice{MediaID: "MID"})
	// Output:
	// "msgtype":"voice","agentid":1000002,"voice":{"media_id":"MID"}}
}

func ExampleVideo() {
	show(message.Video{MediaID: "MID", Title: "演示", Description: "两分钟"})
	show(message.Video{MediaID: "MID", Title: strings.Repeat("演示", 30)})
	// Output:
	// "msgtype":"video","agentid":1000002,"video":{"media_id":"MID","title":"演示","description":"两分钟"}}
	// message: video.title has 180 bytes, the limit is 128: shorten it or set Truncate
}

func ExampleFile() {
	s := &message.Sender{AgentID: 1000002}
	p, err := s.Prepare(message.Message{
		To:      message.Recipients{Parties: []int{2}},
		Content: message.File{MediaID: "MID"},
		Safe:    message.Confidential,
	})
	fmt.Println(string(p), err)
	// Output:
	// {"toparty":"2","msgtype":"file","agentid":1000002,"file":{"media_id":"MID"},"safe":1} <nil>
}

func ExampleNews() {
	show(message.News{Articles: []message.Article{
		{Title: "食堂", Description: "新菜单", URL: "https://app.example.com/menu", PicURL: "https://app.example.com/menu.png"},
		{Title: "班车", AppID: "wx0000000000000000", PagePath: "pages/bus"},
	}})
	// Output:
	// "msgtype":"news","agentid":1000002,"news":{"articles":[{"title":"食堂","description":"新菜单","url":"https://app.example.com/menu","picurl":"https://app.example.com/menu.png"},{"title":"班车","appid":"wx0000000000000000","pagepath":"pages/bus"}]}}
}

func ExampleMPNews() {
	s := &message.Sender{AgentID: 1000002}
	p, err := s.Prepare(message.Message{
		To:   message.Everyone,
		Safe: message.Internal, // may be shared within the company
		Content: message.MPNews{Articles: []message.MPArticle{
			{Title: "会议纪要", ThumbMediaID: "MID", Content: "<p>周五例会</p>", Digest: "三项决议"},
		}},
	})
	fmt.Println(string(p), err)
	// Output:
	// {"touser":"@all","msgtype":"mpnews","agentid":1000002,"mpnews":{"articles":[{"title":"会议纪要","thumb_media_id":"MID","content":"<p>周五例会</p>","digest":"三项决议"}]},"safe":2} <nil>
}

func ExampleMiniProgramNotice() {
	show(message.MiniProgramNotice{
		AppID: "wx0000000000000000", Page: "pages/room", Title: "会议室预订成功", EmphasisFirstItem: true,
		ContentItems: []message.ContentItem{{Key: "会议室", Value: "402"}, {Key: "时间", Value: "周五 9:00"}},
	})
	// Output:
	// "msgtype":"miniprogram_notice","agentid":1000002,"miniprogram_notice":{"appid":"wx0000000000000000","page":"pages/room","title":"会议室预订成功","emphasis_first_item":true,"content_item":[{"key":"会议室","value":"402"},{"key":"时间","value":"周五 9:00"}]}}
}

func ExampleMessage_Split() {
	m := message.Message{Content: message.Text{Content: "今晚停机维护"}}
	for i := range 2500 {
		m.To.Users = append(m.To.Users, fmt.Sprint("user", i))
	}
	for _, part := range m.Split() {
		fmt.Println(len(part.To.Users), part.To.Users[0])
	}
	// Output:
	// 1000 user0
	// 1000 user1000
	// 500 user2000
}

func ExampleSender_Statistics() {
	s := &message.Sender{API: answers(`{"errcode":0,"statistics":[{"agentid":1000002,"app_name":"审批","count":101}]}`), AgentID: 1000002}
	list, err := s.Statistics(context.Background(), message.Yesterday)
	for _, app := range list {
		fmt.Println(app.AppName, app.Count)
	}
	fmt.Println(err)
	// Output:
	// 审批 101
	// <nil>
}
