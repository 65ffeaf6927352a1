package message_test

import (
	"context"
	"fmt"

	"github.com/bkwecom/wecom/message"
)

// showCard prints what is sent to zhangsan.
func showCard(card message.Card) {
	s := &message.Sender{AgentID: 1000002}
	p, err := s.Prepare(message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: card})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(p))
}

func ExampleTextNotice() {
	showCard(message.TextNotice{
		Source:          message.Source{Desc: "故障自愈", DescColor: message.DescRed},
		MainTitle:       message.MainTitle{Title: "磁盘空间不足", Desc: "db01"},
		EmphasisContent: message.EmphasisContent{Title: "95%", Desc: "已用"},
		HorizontalContentList: []message.HorizontalContent{
			{KeyName: "时间", Value: "10:21"},
			{KeyName: "日志", Value: "df.txt", Opens: message.Attachment("MEDIA-ID")},
			{KeyName: "负责人", Value: "张三", Opens: message.Member("zhangsan")},
		},
		JumpList: []message.Jump{
			{Title: "监控", Opens: message.URL("https://app.example.com/m?host=db01&days=7")},
			{Title: "小程序", Opens: message.MiniProgram{AppID: "wx0000000000000000", PagePath: "pages/index"}},
		},
		CardAction: message.URL("https://app.example.com/alarms/42"),
	})
	// Output:
	// {"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"text_notice","source":{"desc":"故障自愈","desc_color":2},"main_title":{"title":"磁盘空间不足","desc":"db01"},"emphasis_content":{"title":"95%","desc":"已用"},"horizontal_content_list":[{"keyname":"时间","value":"10:21"},{"keyname":"日志","value":"df.txt","type":2,"media_id":"MEDIA-ID"},{"keyname":"负责人","value":"张三","type":3,"userid":"zhangsan"}],"jump_list":[{"title":"监控","type":1,"url":"https://app.example.com/m?host=db01&days=7"},{"title":"小程序","type":2,"appid":"wx0000000000000000","pagepath":"pages/index"}],"card_action":{"type":1,"url":"https://app.example.com/alarms/42"}}}
}

func ExampleNewsNotice() {
	showCard(message.NewsNotice{
		MainTitle:           message.MainTitle{Title: "全员大会"},
		CardImage:           message.CardImage{URL: "https://app.example.com/hall.png", AspectRatio: 1.6},
		VerticalContentList: []message.VerticalContent{{Title: "地点", Desc: "二号厅"}},
		CardAction:          message.URL("https://app.example.com/agenda"),
	})
	// Output:
	// {"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"news_notice","main_title":{"title":"全员大会"},"card_image":{"url":"https://app.example.com/hall.png","aspect_ratio":1.6},"vertical_content_list":[{"title":"地点","desc":"二号厅"}],"card_action":{"type":1,"url":"https://app.example.com/agenda"}}}
}

func ExampleButtonInteraction() {
	card := message.ButtonInteraction{
		TaskID:    "ticket-42",
		MainTitle: message.MainTitle{Title: "请假申请", Desc: "来自张三"},
		ButtonList: []message.Button{
			{Text: "同意", Key: "approve", Style: 1},
			{Text: "详情", URL: "https://app.example.com/ticket/42"},
		},
	}
	showCard(card)
	card.ButtonList = append(card.ButtonList, message.Button{Text: "拒绝", Key: "approve"})
	showCard(card)
	// Output:
	// {"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"button_interaction","task_id":"ticket-42","main_title":{"title":"请假申请","desc":"来自张三"},"button_list":[{"text":"同意","style":1,"key":"approve"},{"type":1,"text":"详情","url":"https://app.example.com/ticket/42"}]}}
	// message: template_card.button_list[2].key: stands in an earlier entry already: an event could not tell them apart
}

func ExampleVoteInteraction() {
	showCard(message.VoteInteraction{
		TaskID:    "lunch-1114",
		MainTitle: message.MainTitle{Title: "中午吃什么?"},
		Checkbox: message.Checkbox{
			QuestionKey: "lunch",
			Multiple:    true,
			OptionList:  []message.CheckOption{{ID: "noodles", Text: "面条", IsChecked: true}, {ID: "rice", Text: "米饭"}},
		},
		SubmitButton: message.SubmitButton{Text: "提交", Key: "submit"},
	})
	// Output:
	// {"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"vote_interaction","task_id":"lunch-1114","main_title":{"title":"中午吃什么?"},"checkbox":{"question_key":"lunch","mode":1,"option_list":[{"id":"noodles","text":"面条","is_checked":true},{"id":"rice","text":"米饭","is_checked":false}]},"submit_button":{"text":"提交","key":"submit"}}}
}

func ExampleMultipleInteraction() {
	showCard(message.MultipleInteraction{
		TaskID:    "shift-47",
		MainTitle: message.MainTitle{Title: "值班安排"},
		SelectList: []message.Selection{
			{QuestionKey: "day", Title: "日期", OptionList: []message.Option{{ID: "mon", Text: "周一"}, {ID: "tue", Text: "周二"}}, SelectedID: "tue"},
			{QuestionKey: "slot", Title: "时段", OptionList: []message.Option{{ID: "am", Text: "上午"}, {ID: "pm", Text: "下午"}}},
		},
		SubmitButton: message.SubmitButton{Text: "提交", Key: "submit"},
	})
	// Output:
	// {"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"multiple_interaction","task_id":"shift-47","main_title":{"title":"值班安排"},"select_list":[{"question_key":"day","title":"日期","option_list":[{"id":"mon","text":"周一"},{"id":"tue","text":"周二"}],"selected_id":"tue"},{"question_key":"slot","title":"时段","option_list":[{"id":"am","text":"上午"},{"id":"pm","text":"下午"}]}],"submit_button":{"text":"提交","key":"submit"}}}
}

func ExampleSender_Update() {
	client := answers(`{"errcode":0,"errmsg":"ok","invaliduser":["lisi"]}`)
	s := &message.Sender{API: client, AgentID: 1000002}
	got, err := s.Update(context.Background(), message.Update{
		ResponseCode: "RESPONSE-CODE", // of the Result, or of the event that a tap caused
		To:           message.Recipients{Users: []string{"zhangsan", "lisi"}},
		ReplaceName:  "已同意",
	})
	fmt.Println(got.InvalidUsers, err)

	// The whole card instead, for everybody who has it.
	_, err = s.Update(context.Background(), message.Update{
		ResponseCode: "ANOTHER-CODE",
		To:           message.Everyone,
		Card: message.TextNotice{
			MainTitle:  message.MainTitle{Title: "请假申请", Desc: "李四已同意"},
			CardAction: message.URL("https://app.example.com/ticket/42"),
		},
	})
	fmt.Println(err)
	// Output:
	// [lisi] <nil>
	// <nil>
}
