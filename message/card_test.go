package message_test

import (
	"math"
	"testing"

	"github.com/bkwecom/wecom/message"
)

func TestCardsThatAreRefused(t *testing.T) {
	t.Parallel()
	type (
		text  = message.TextNotice
		news  = message.NewsNotice
		press = message.ButtonInteraction
		vote  = message.VoteInteraction
		multi = message.MultipleInteraction
	)
	t1 := func(set func(*text)) message.Card { return with(textNotice(), set) }
	n1 := func(set func(*news)) message.Card { return with(newsNotice(), set) }
	b1 := func(set func(*press)) message.Card { return with(buttonInteraction(), set) }
	v1 := func(set func(*vote)) message.Card { return with(voteInteraction(), set) }
	m1 := func(set func(*multi)) message.Card { return with(multipleInteraction(), set) }
	menu := func(actions ...message.MenuAction) message.ActionMenu {
		return message.ActionMenu{Desc: "d", ActionList: actions}
	}
	line := func(d message.Detail) message.Card {
		return b1(func(c *press) {
			c.HorizontalContentList = []message.HorizontalContent{{KeyName: "k"}, {KeyName: "k", Opens: d}}
		})
	}
	ratio := func(r float64) message.Card { return n1(func(c *news) { c.CardImage.AspectRatio = r }) }
	button := func(b message.Button) message.Card {
		return b1(func(c *press) { c.ButtonList = append(c.ButtonList, b) })
	}
	selected := func(s message.Selection) message.Card { return b1(func(c *press) { c.ButtonSelection = s }) }
	options := func(o ...message.CheckOption) message.Card { return v1(func(c *vote) { c.Checkbox.OptionList = o }) }
	tests := []struct {
		name           string
		card           message.Card
		field, problem string
	}{
		{"text without a title", t1(func(c *text) { c.MainTitle = message.MainTitle{Desc: "d"} }), "main_title.title", "or sub_title_text"},
		{"news without a title", n1(func(c *news) { c.MainTitle.Title = "" }), "main_title.title", "required"},
		{"buttons without a title", b1(func(c *press) { c.MainTitle = message.MainTitle{} }), "main_title.title", "required"},
		{"vote without a title", v1(func(c *vote) { c.MainTitle = message.MainTitle{} }), "main_title.title", "required"},
		{"selections without a title", m1(func(c *multi) { c.MainTitle = message.MainTitle{} }), "main_title.title", "required"},

		{"icon that is no URL", t1(func(c *text) { c.Source.IconURL = "/i.png" }), "source.icon_url", "whole URL"},
		{"colour past the last", v1(func(c *vote) { c.Source.DescColor = 4 }), "source.desc_color", "4 is unknown"},
		{"colour before the first", m1(func(c *multi) { c.Source.DescColor = -1 }), "source.desc_color", "-1 is unknown"},
		{"control character", n1(func(c *news) { c.Source.Desc = "\x00" }), "source.desc", "U+0000"},

		{"menu without a task", t1(func(c *text) { c.ActionMenu = menu(message.MenuAction{Text: "t", Key: "k"}) }), "task_id", "beside action_menu"},
		{"news menu without a task", n1(func(c *news) { c.ActionMenu = menu(message.MenuAction{Text: "t", Key: "k"}) }), "task_id", "beside action_menu"},
		{"menu without actions", b1(func(c *press) { c.ActionMenu = menu() }), "action_menu.action_list", "1 to 3"},
		{"menu of a description without a task", t1(func(c *text) { c.ActionMenu.Desc = "d" }), "action_menu.action_list", "1 to 3"},
		{"action without a text", b1(func(c *press) { c.ActionMenu = menu(message.MenuAction{Key: "k"}) }), "action_menu.action_list[0].text", "required"},
		{"action without a key", b1(func(c *press) { c.ActionMenu = menu(message.MenuAction{Text: "t"}) }), "action_menu.action_list[0].key", "required"},
		{
			"actions of one key", b1(func(c *press) {
				c.ActionMenu = menu(message.MenuAction{Text: "a", Key: "k"}, message.MenuAction{Text: "b", Key: "j"}, message.MenuAction{Text: "c", Key: "k"})
			}), "action_menu.action_list[2].key", "earlier entry",
		},

		{"buttons without a task", b1(func(c *press) { c.TaskID = "" }), "task_id", "required"},
		{"vote without a task", v1(func(c *vote) { c.TaskID = "" }), "task_id", "required"},
		{"selections without a task", m1(func(c *multi) { c.TaskID = "" }), "task_id", "required"},
		{"task with a dot", b1(func(c *press) { c.TaskID = "ab.c" }), "task_id", "byte 2"},
		{"task with a space", t1(func(c *text) { c.TaskID = " " }), "task_id", "byte 0"},
		{"task in Chinese", n1(func(c *news) { c.TaskID = "字" }), "task_id", "byte 0"},

		{"quote of an empty URL", t1(func(c *text) { c.QuoteArea.Opens = message.URL("") }), "quote_area.url", "required"},
		{"quote of a mini-program without appid", n1(func(c *news) { c.QuoteArea.Opens = message.MiniProgram{PagePath: "p"} }), "quote_area.appid", "required"},
		{"control in a page path", b1(func(c *press) { c.QuoteArea.Opens = message.MiniProgram{AppID: "a", PagePath: "\r"} }), "quote_area.pagepath", "U+000D"},
		{"control in a quotation", t1(func(c *text) { c.QuoteArea.QuoteText = "\r" }), "quote_area.quote_text", "U+000D"},

		{"no picture", n1(func(c *news) { c.CardImage = message.CardImage{} }), "card_image", "or image_text_area"},
		{"ratio alone", n1(func(c *news) { c.CardImage = message.CardImage{AspectRatio: 1.5} }), "card_image.url", "required"},
		{"narrow", ratio(1.2999), "card_image.aspect_ratio", "between 1.3 and 2.25"},
		{"wide", ratio(2.25), "card_image.aspect_ratio", "2.25"},
		{"negative", ratio(-1.5), "card_image.aspect_ratio", "-1.5"},
		{"no number", ratio(math.NaN()), "card_image.aspect_ratio", "NaN"},
		{"infinite", ratio(math.Inf(1)), "card_image.aspect_ratio", "Inf"},
		{"area without a picture", n1(func(c *news) { c.ImageTextArea.Title = "t" }), "image_text_area.image_url", "required"},
		{"area of a link alone", n1(func(c *news) { c.ImageTextArea.Opens = message.URL("http://h") }), "image_text_area.image_url", "required"},
		{"area of a description alone", n1(func(c *news) { c.ImageTextArea.Desc = "d" }), "image_text_area.image_url", "required"},
		{"area that opens nothing good", n1(func(c *news) { c.ImageTextArea = message.ImageTextArea{ImageURL: "http://h", Opens: message.URL("h")} }), "image_text_area.url", "whole URL"},
		{"paragraph without a title", n1(func(c *news) { c.VerticalContentList = []message.VerticalContent{{Desc: "d"}} }), "vertical_content_list[0].title", "required"},

		{"line without a name", b1(func(c *press) { c.HorizontalContentList = []message.HorizontalContent{{Value: "v"}} }), "horizontal_content_list[0].keyname", "required"},
		{"line of no URL", line(message.URL("app.example.com")), "horizontal_content_list[1].url", "whole URL"},
		{"line of no file", line(message.Attachment("")), "horizontal_content_list[1].media_id", "required"},
		{"line of nobody", line(message.Member("")), "horizontal_content_list[1].userid", "empty"},
		{"line of everybody", line(message.Member("@all")), "horizontal_content_list[1].userid", "no member"},
		{"jump without a title", t1(func(c *text) { c.JumpList = []message.Jump{{Opens: message.URL("http://h")}} }), "jump_list[0].title", "required"},
		{"jump to a relative page", t1(func(c *text) { c.JumpList = []message.Jump{{Title: "a"}, {Title: "t", Opens: message.URL("/x")}} }), "jump_list[1].url", "whole URL"},

		{"text that opens nothing", t1(func(c *text) { c.CardAction = nil }), "card_action", "required"},
		{"text that opens a nil pointer", t1(func(c *text) { c.CardAction = (*message.MiniProgram)(nil) }), "card_action", "required"},
		{"news that opens nothing", n1(func(c *news) { c.CardAction = nil }), "card_action", "required"},
		{"news that opens an empty page", n1(func(c *news) { c.CardAction = message.URL("") }), "card_action.url", "required"},
		{"text that opens script", t1(func(c *text) { c.CardAction = message.URL("javascript:alert(1)") }), "card_action.url", "http://"},
		{"buttons that open no program", b1(func(c *press) { c.CardAction = &message.MiniProgram{} }), "card_action.appid", "required"},

		{"no buttons", b1(func(c *press) { c.ButtonList = nil }), "button_list", "1 to 6"},
		{"button without a text", button(message.Button{Key: "j"}), "button_list[1].text", "required"},
		{"button that does nothing", button(message.Button{Text: "t"}), "button_list[1].key", "or a url"},
		{"button that does two things", button(message.Button{Text: "t", Key: "j", URL: "http://h"}), "button_list[1].url", "not both"},
		{"button to no page", button(message.Button{Text: "t", URL: "h"}), "button_list[1].url", "whole URL"},
		{"buttons of one key", button(message.Button{Text: "t", Key: "k"}), "button_list[1].key", "earlier entry"},
		{"button in style 5", button(message.Button{Text: "t", Key: "j", Style: 5}), "button_list[1].style", "5 is unknown"},
		{"button in style -1", button(message.Button{Text: "t", Key: "j", Style: -1}), "button_list[1].style", "-1 is unknown"},

		{"selection without a key", selected(selection("", 1)), "button_selection.question_key", "required"},
		{"selection of a title alone", selected(message.Selection{Title: "t"}), "button_selection.question_key", "required"},
		{"selection of an option alone", selected(message.Selection{OptionList: []message.Option{{ID: "i", Text: "t"}}}), "button_selection.question_key", "required"},
		{"selection of an id alone", selected(message.Selection{SelectedID: "i"}), "button_selection.question_key", "required"},
		{"selection that is only disabled", selected(message.Selection{Disable: true}), "button_selection.question_key", "required"},
		{"selection of nothing", selected(message.Selection{Title: "t", QuestionKey: "q"}), "button_selection.option_list", "1 to 10"},
		{"option without an id", selected(message.Selection{QuestionKey: "q", OptionList: []message.Option{{Text: "t"}}}), "button_selection.option_list[0].id", "required"},
		{"option without a text", selected(message.Selection{QuestionKey: "q", OptionList: []message.Option{{ID: "i"}}}), "button_selection.option_list[0].text", "required"},
		{
			"options of one id", selected(message.Selection{QuestionKey: "q", OptionList: []message.Option{{ID: "i", Text: "t"}, {ID: "i", Text: "u"}}}),
			"button_selection.option_list[1].id", "earlier entry",
		},
		{"selected is none", selected(with(selection("q", 2), func(s *message.Selection) { s.SelectedID = "o2" })), "button_selection.selected_id", "no option"},
		{"disabled at first", selected(with(selection("q", 2), func(s *message.Selection) { s.Disable = true })), "button_selection.disable", "Update.Card"},
		{"replaced at first", b1(func(c *press) { c.ReplaceText = "x" }), "replace_text", "Update.Card"},

		{"vote without a key", v1(func(c *vote) { c.Checkbox.QuestionKey = "" }), "checkbox.question_key", "required"},
		{"vote on nothing", options(), "checkbox.option_list", "1 to 20"},
		{"vote without an id", options(message.CheckOption{Text: "t"}), "checkbox.option_list[0].id", "required"},
		{"vote without a text", options(message.CheckOption{ID: "i"}), "checkbox.option_list[0].text", "required"},
		{"votes of one id", options(message.CheckOption{ID: "i", Text: "t"}, message.CheckOption{ID: "i", Text: "u"}), "checkbox.option_list[1].id", "earlier entry"},
		{
			"two ticks where one may be", options(message.CheckOption{ID: "i", Text: "t", IsChecked: true}, message.CheckOption{ID: "j", Text: "u", IsChecked: true}),
			"checkbox.option_list[1].is_checked", "Checkbox.Multiple",
		},
		{"vote disabled at first", v1(func(c *vote) { c.Checkbox.Disable = true }), "checkbox.disable", "Update.Card"},
		{"vote replaced at first", v1(func(c *vote) { c.ReplaceText = "x" }), "replace_text", "Update.Card"},
		{"submit without a text", v1(func(c *vote) { c.SubmitButton.Text = "" }), "submit_button.text", "required"},
		{"submit without a key", m1(func(c *multi) { c.SubmitButton.Key = "" }), "submit_button.key", "required"},

		{"no selections", m1(func(c *multi) { c.SelectList = nil }), "select_list", "1 to 3"},
		{"an empty selection", m1(func(c *multi) { c.SelectList = append(c.SelectList, message.Selection{}) }), "select_list[1].question_key", "required"},
		{"selections of one key", m1(func(c *multi) { c.SelectList = append(c.SelectList, selection("q", 1)) }), "select_list[1].question_key", "earlier entry"},
		{"selections disabled at first", m1(func(c *multi) { c.SelectList[0].Disable = true }), "select_list[0].disable", "Update.Card"},
		{"selections replaced at first", m1(func(c *multi) { c.ReplaceText = "x" }), "replace_text", "Update.Card"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := prepare(t, toZhangsan(tt.card))
			wantField(t, err, "template_card."+tt.field, tt.problem)
		})
	}
}

func TestWhatACardMayHave(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		card message.Card
		want string
	}{
		{
			"a text without a title", with(textNotice(), func(c *message.TextNotice) { c.MainTitle, c.SubTitleText = message.MainTitle{}, "s\n&<b>" }),
			`{"card_type":"text_notice","sub_title_text":"s\n&<b>","card_action":{"type":1,"url":"http://h"}}`,
		}, {
			"a pointer", &message.TextNotice{SubTitleText: "s", CardAction: &message.MiniProgram{AppID: "wx"}},
			`{"card_type":"text_notice","sub_title_text":"s","card_action":{"type":2,"appid":"wx"}}`,
		}, {
			"nil pointers are nothing", with(buttonInteraction(), func(c *message.ButtonInteraction) {
				c.CardAction = (*message.URL)(nil)
				c.HorizontalContentList = []message.HorizontalContent{{KeyName: "k", Opens: (*message.Member)(nil)}}
			}),
			`{"card_type":"button_interaction","task_id":"t","main_title":{"title":"t"},"horizontal_content_list":[{"keyname":"k"}],"button_list":[{"text":"b","key":"k"}]}`,
		}, {
			"empty lists are none", with(newsNotice(), func(c *message.NewsNotice) {
				c.ActionMenu.ActionList, c.JumpList, c.VerticalContentList = []message.MenuAction{}, []message.Jump{}, []message.VerticalContent{}
			}),
			`{"card_type":"news_notice","main_title":{"title":"t"},"card_image":{"url":"http://h"},"card_action":{"type":1,"url":"http://h"}}`,
		}, {
			"a picture with words alone", with(newsNotice(), func(c *message.NewsNotice) {
				c.CardImage = message.CardImage{}
				c.ImageTextArea.ImageURL = "http://h/i"
			}),
			`{"card_type":"news_notice","main_title":{"title":"t"},"image_text_area":{"image_url":"http://h/i"},"card_action":{"type":1,"url":"http://h"}}`,
		}, {
			"the default ratio is not sent", with(newsNotice(), func(c *message.NewsNotice) { c.CardImage.AspectRatio = 1.3 }),
			`{"card_type":"news_notice","main_title":{"title":"t"},"card_image":{"url":"http://h"},"card_action":{"type":1,"url":"http://h"}}`,
		}, {
			"a ratio inside", with(newsNotice(), func(c *message.NewsNotice) { c.CardImage.AspectRatio = 2.2499 }),
			`{"card_type":"news_notice","main_title":{"title":"t"},"card_image":{"url":"http://h","aspect_ratio":2.2499},"card_action":{"type":1,"url":"http://h"}}`,
		}, {
			"a button of each sort", with(buttonInteraction(), func(c *message.ButtonInteraction) {
				c.ButtonList = []message.Button{{Text: "a", Key: "k", Style: 4}, {Text: "b", URL: "http://h?a=1&b"}, {Text: "c", URL: "http://h?a=1&b"}}
			}),
			`{"card_type":"button_interaction","task_id":"t","main_title":{"title":"t"},"button_list":[{"text":"a","style":4,"key":"k"},{"type":1,"text":"b","url":"http://h?a=1&b"},{"type":1,"text":"c","url":"http://h?a=1&b"}]}`,
		}, {
			"the colours", with(textNotice(), func(c *message.TextNotice) { c.Source = message.Source{Desc: "d", DescColor: message.DescGreen} }),
			`{"card_type":"text_notice","source":{"desc":"d","desc_color":3},"main_title":{"title":"t"},"card_action":{"type":1,"url":"http://h"}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := prepare(t, toZhangsan(tt.card))
			if err != nil {
				t.Fatal(err)
			}
			want := `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":` + tt.want + `}`
			if got != want {
				t.Errorf("request\n%s\nwant\n%s", got, want)
			}
			if again, _ := prepare(t, toZhangsan(tt.card)); again != got {
				t.Errorf("the same card has other bytes: %s", again)
			}
		})
	}
}

func TestOptionsOfCards(t *testing.T) {
	t.Parallel()
	m := toZhangsan(textNotice())
	m.Safe = message.Confidential
	_, err := prepare(t, m)
	wantField(t, err, "safe", "template_card cannot")

	m = toZhangsan(textNotice())
	m.IDTranslation, m.DuplicateCheck = true, true
	got, err := prepare(t, m)
	want := `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"text_notice","main_title":{"title":"t"},` +
		`"card_action":{"type":1,"url":"http://h"}},"enable_id_trans":1,"enable_duplicate_check":1}`
	if err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
}
