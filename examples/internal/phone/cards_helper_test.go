package phone_test

import (
	"errors"
	"net/url"

	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/message"
)

var errAway = errors.New("the database is away")

// cards are one of each kind, with all that a kind has.
func cards() map[string]message.Card {
	here := message.URL("http://localhost:9/ticket/1/")
	source := message.Source{Desc: "故障自愈", DescColor: message.DescRed}
	title := message.MainTitle{Title: "磁盘 <只读>", Desc: "10.0.0.1"}
	actions := message.ActionMenu{Desc: "更多操作", ActionList: []message.MenuAction{{Text: "静音", Key: "mute"}}}
	quote := message.QuoteArea{Title: "原文", QuoteText: "Read-only", Opens: message.URL("http://localhost:9/quote/")}
	rows := []message.HorizontalContent{
		{KeyName: "主机", Value: "web-01"}, {KeyName: "详情", Value: "打开", Opens: message.URL("http://localhost:9/row/")},
		{KeyName: "外部", Value: "别处", Opens: message.URL("https://example.com/row/")}, {KeyName: "负责人", Value: "张三", Opens: message.Member("zhangsan")},
	}
	jumps := []message.Jump{{Title: "看日志", Opens: message.URL("http://localhost:9/jump/")}, {Title: "小助手", Opens: message.MiniProgram{AppID: "wx1"}}}
	options := []message.Option{{ID: "low", Text: "低"}, {ID: "high", Text: "高"}}
	submit := message.SubmitButton{Text: "提交", Key: "submit"}
	return map[string]message.Card{
		"text_notice": message.TextNotice{
			Source: source, ActionMenu: actions, TaskID: "text_notice", MainTitle: title, QuoteArea: quote,
			EmphasisContent: message.EmphasisContent{Title: "99%", Desc: "使用率"}, SubTitleText: "请尽快处理",
			HorizontalContentList: rows, JumpList: jumps, CardAction: here,
		},
		"news_notice": message.NewsNotice{
			Source: source, ActionMenu: actions, TaskID: "news_notice", MainTitle: title, QuoteArea: quote,
			CardImage:             message.CardImage{URL: "https://example.com/big.png"},
			ImageTextArea:         message.ImageTextArea{Opens: message.URL("http://localhost:9/area/"), Title: "议程", Desc: "周五", ImageURL: "https://example.com/small.png"},
			VerticalContentList:   []message.VerticalContent{{Title: "地点", Desc: "二号厅"}},
			HorizontalContentList: rows, JumpList: jumps, CardAction: here,
		},
		"button_interaction": message.ButtonInteraction{
			Source: source, ActionMenu: actions, TaskID: "button_interaction", MainTitle: title, QuoteArea: quote, SubTitleText: "请审批",
			HorizontalContentList: rows, CardAction: here,
			ButtonSelection: message.Selection{QuestionKey: "q_level", Title: "级别", OptionList: options, SelectedID: "high"},
			ButtonList: []message.Button{
				{Text: "同意", Key: "agree", Style: 1}, {Text: "驳回", Key: "refuse", Style: 3}, {Text: "文字", Key: "text"},
				{Text: "去看看", URL: "http://localhost:9/button/"},
			},
		},
		"vote_interaction": message.VoteInteraction{
			Source: source, TaskID: "vote_interaction", MainTitle: title, SubmitButton: submit,
			Checkbox: message.Checkbox{QuestionKey: "q_lunch", Multiple: true, OptionList: []message.CheckOption{
				{ID: "a", Text: "面条", IsChecked: true}, {ID: "b", Text: "米饭"}, {ID: "c", Text: "饺子"},
			}},
		},
		"multiple_interaction": message.MultipleInteraction{
			Source: source, TaskID: "multiple_interaction", MainTitle: title, SubmitButton: submit,
			SelectList: []message.Selection{
				{QuestionKey: "q_day", Title: "日期", OptionList: []message.Option{{ID: "mon", Text: "周一"}, {ID: "tue", Text: "周二"}}},
				{QuestionKey: "q_slot", Title: "时段", OptionList: []message.Option{{ID: "am", Text: "上午"}, {ID: "pm", Text: "下午"}}, SelectedID: "pm"},
			},
		},
	}
}

func (s *stage) card(kind string) message.Result { return s.send(cards()[kind]) }

// tap taps zhangsan's button_interaction.
func (s *stage) tap(key string) { s.acts("/phone/zhangsan/tap", form("button_interaction", key)) }

func form(task, key string, answers ...string) url.Values {
	f := url.Values{"task": {task}, "key": {key}}
	for i := 0; i < len(answers); i += 2 {
		f.Add("q:"+answers[i], answers[i+1])
	}
	return f
}

func (s *stage) recall(msgID string) {
	s.t.Helper()
	if err := s.sender.Recall(s.t.Context(), msgID); err != nil {
		s.t.Fatal(err)
	}
}

// update gives a card of that kind's to zhangsan.
func (s *stage) update(code string, u message.Update) {
	s.t.Helper()
	u.ResponseCode, u.To = code, message.Everyone
	if _, err := s.sender.Update(s.t.Context(), u); err != nil {
		s.t.Fatal(err)
	}
}

// menu publishes one of each kind of button.
func (s *stage) menu() {
	s.t.Helper()
	err := menu.Create(s.t.Context(), s.sender.API, agentID, menu.Menu{Buttons: []menu.Button{
		menu.View("审批列表", "http://localhost:9/todo/"),
		menu.Click("帮助", "HELP"),
		menu.Group("更多", menu.View("手册", "http://localhost:9/manual/"), menu.View("外部", "https://example.com/"), menu.Click("关于", "ABOUT"), menu.ScancodePush("扫码", "SCAN")),
	}})
	if err != nil {
		s.t.Fatal(err)
	}
}
