package message_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// Cards with nothing to complain about and nothing more than they need.

func textNotice() message.TextNotice {
	return message.TextNotice{MainTitle: message.MainTitle{Title: "t"}, CardAction: message.URL("http://h")}
}

func newsNotice() message.NewsNotice {
	return message.NewsNotice{
		MainTitle: message.MainTitle{Title: "t"}, CardImage: message.CardImage{URL: "http://h"}, CardAction: message.URL("http://h"),
	}
}

func buttonInteraction() message.ButtonInteraction {
	return message.ButtonInteraction{
		TaskID: "t", MainTitle: message.MainTitle{Title: "t"}, ButtonList: []message.Button{{Text: "b", Key: "k"}},
	}
}

func voteInteraction() message.VoteInteraction {
	return message.VoteInteraction{
		TaskID: "t", MainTitle: message.MainTitle{Title: "t"}, SubmitButton: message.SubmitButton{Text: "s", Key: "k"},
		Checkbox: message.Checkbox{QuestionKey: "q", OptionList: []message.CheckOption{{ID: "a", Text: "A"}}},
	}
}

func multipleInteraction() message.MultipleInteraction {
	return message.MultipleInteraction{
		TaskID: "t", MainTitle: message.MainTitle{Title: "t"}, SubmitButton: message.SubmitButton{Text: "s", Key: "k"},
		SelectList: []message.Selection{selection("q", 1)},
	}
}

func selection(key string, options int) message.Selection {
	return message.Selection{QuestionKey: key, OptionList: repeated(options, func(i int) message.Option {
		return message.Option{ID: fmt.Sprint("o", i), Text: "t"}
	})}
}

func repeated[T any](n int, entry func(i int) T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = entry(i)
	}
	return out
}

func with[C any](c C, set func(*C)) C {
	set(&c)
	return c
}

func TestCardLimits(t *testing.T) {
	t.Parallel()
	x := strings.Repeat
	entries, bytes := "entries", "bytes"
	for _, tt := range []struct {
		field string
		limit int
		unit  string
		card  func(n int) message.Card
	}{
		{"action_menu.action_list", 3, entries, func(n int) message.Card {
			return with(textNotice(), func(c *message.TextNotice) {
				c.TaskID = "t"
				c.ActionMenu.ActionList = repeated(n, func(i int) message.MenuAction { return message.MenuAction{Text: "t", Key: fmt.Sprint(i)} })
			})
		}},
		{"action_menu.action_list[0].key", 1024, bytes, func(n int) message.Card {
			return with(textNotice(), func(c *message.TextNotice) {
				c.TaskID, c.ActionMenu.ActionList = "t", []message.MenuAction{{Text: "t", Key: x("k", n)}}
			})
		}},
		{"task_id", 128, bytes, func(n int) message.Card {
			return with(newsNotice(), func(c *message.NewsNotice) { c.TaskID = x("@", n) })
		}},
		{"vertical_content_list", 4, entries, func(n int) message.Card {
			return with(newsNotice(), func(c *message.NewsNotice) {
				c.VerticalContentList = repeated(n, func(int) message.VerticalContent { return message.VerticalContent{Title: "t"} })
			})
		}},
		{"horizontal_content_list", 6, entries, func(n int) message.Card {
			return with(buttonInteraction(), func(c *message.ButtonInteraction) {
				c.HorizontalContentList = repeated(n, func(int) message.HorizontalContent { return message.HorizontalContent{KeyName: "k"} })
			})
		}},
		{"jump_list", 3, entries, func(n int) message.Card {
			return with(newsNotice(), func(c *message.NewsNotice) {
				c.JumpList = repeated(n, func(int) message.Jump { return message.Jump{Title: "t"} })
			})
		}},
		{"button_selection.question_key", 1024, bytes, func(n int) message.Card {
			return with(buttonInteraction(), func(c *message.ButtonInteraction) { c.ButtonSelection = selection(x("k", n), 1) })
		}},
		{"button_selection.option_list", 10, entries, func(n int) message.Card {
			return with(buttonInteraction(), func(c *message.ButtonInteraction) { c.ButtonSelection = selection("q", n) })
		}},
		{"button_selection.option_list[1].id", 128, bytes, func(n int) message.Card {
			return with(buttonInteraction(), func(c *message.ButtonInteraction) {
				c.ButtonSelection = selection("q", 2)
				c.ButtonSelection.OptionList[1].ID = x("i", n)
			})
		}},
		{"button_list", 6, entries, func(n int) message.Card {
			return with(buttonInteraction(), func(c *message.ButtonInteraction) {
				c.ButtonList = repeated(n, func(i int) message.Button { return message.Button{Text: "t", Key: fmt.Sprint(i)} })
			})
		}},
		{"button_list[1].key", 1024, bytes, func(n int) message.Card {
			return with(buttonInteraction(), func(c *message.ButtonInteraction) {
				c.ButtonList = []message.Button{{Text: "a", Key: "a"}, {Text: "b", Key: x("字", n/3) + x("k", n%3)}}
			})
		}},
		{"checkbox.question_key", 1024, bytes, func(n int) message.Card {
			return with(voteInteraction(), func(c *message.VoteInteraction) { c.Checkbox.QuestionKey = x("k", n) })
		}},
		{"checkbox.option_list", 20, entries, func(n int) message.Card {
			return with(voteInteraction(), func(c *message.VoteInteraction) {
				c.Checkbox.OptionList = repeated(n, func(i int) message.CheckOption { return message.CheckOption{ID: fmt.Sprint(i), Text: "t"} })
			})
		}},
		{"checkbox.option_list[0].id", 128, bytes, func(n int) message.Card {
			return with(voteInteraction(), func(c *message.VoteInteraction) {
				c.Checkbox.OptionList = []message.CheckOption{{ID: x("i", n), Text: "t"}}
			})
		}},
		{"submit_button.key", 1024, bytes, func(n int) message.Card {
			return with(voteInteraction(), func(c *message.VoteInteraction) { c.SubmitButton.Key = x("k", n) })
		}},
		{"select_list", 3, entries, func(n int) message.Card {
			return with(multipleInteraction(), func(c *message.MultipleInteraction) {
				c.SelectList = repeated(n, func(i int) message.Selection { return selection(fmt.Sprint(i), 1) })
			})
		}},
		{"select_list[1].question_key", 1024, bytes, func(n int) message.Card {
			return with(multipleInteraction(), func(c *message.MultipleInteraction) {
				c.SelectList = []message.Selection{selection("q", 1), selection(x("k", n), 1)}
			})
		}},
		{"select_list[0].option_list", 10, entries, func(n int) message.Card {
			return with(multipleInteraction(), func(c *message.MultipleInteraction) { c.SelectList[0] = selection("q", n) })
		}},
	} {
		t.Run(tt.field, func(t *testing.T) {
			t.Parallel()
			p, err := prepare(t, toZhangsan(tt.card(tt.limit)))
			if err != nil {
				t.Fatalf("at the limit: %v", err)
			}
			if err := lawful(tree(t, []byte(p))["template_card"].(map[string]any), false); err != nil {
				t.Errorf("at the limit, by the vendor's table: %v", err)
			}
			_, err = prepare(t, toZhangsan(tt.card(tt.limit+1)))
			var got *message.LimitError
			if !errors.As(err, &got) {
				t.Fatalf("past the limit: %v, want a *LimitError", err)
			}
			want := &message.LimitError{Field: "template_card." + tt.field, Limit: tt.limit, Size: tt.limit + 1, Unit: tt.unit}
			if diff := cmp.Diff(want, got, ignoreHint); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCardAdvice(t *testing.T) {
	t.Parallel()
	// Each text has its recommended length and more.
	cards := func(more int) []message.Card {
		x := func(n int) string { return strings.Repeat("字", n+more) }
		source := message.Source{Desc: x(20)}
		title := message.MainTitle{Title: x(36), Desc: x(44)}
		lines := []message.HorizontalContent{{KeyName: x(5), Value: x(30)}}
		jumps := []message.Jump{{Title: x(18)}}
		options := []message.Option{{ID: "o", Text: x(16)}}
		submit := message.SubmitButton{Text: x(10), Key: "k"}
		return []message.Card{
			message.TextNotice{
				Source: source, MainTitle: title, EmphasisContent: message.EmphasisContent{Title: x(14), Desc: x(22)}, SubTitleText: x(160),
				HorizontalContentList: lines, JumpList: jumps, CardAction: message.URL("http://h"),
			},
			message.NewsNotice{
				MainTitle: title, CardImage: message.CardImage{URL: "http://h"}, CardAction: message.URL("http://h"),
				VerticalContentList: []message.VerticalContent{{Title: x(38), Desc: x(160)}},
			},
			message.ButtonInteraction{
				TaskID: "t", MainTitle: title, SubTitleText: x(160), ButtonList: []message.Button{{Text: x(10), Key: "k"}},
				ButtonSelection: message.Selection{QuestionKey: "q", Title: x(900), OptionList: options},
			},
			message.VoteInteraction{
				TaskID: "t", MainTitle: title, SubmitButton: submit,
				Checkbox: message.Checkbox{QuestionKey: "q", OptionList: []message.CheckOption{{ID: "o", Text: x(17)}}},
			},
			message.MultipleInteraction{
				TaskID: "t", MainTitle: title, SubmitButton: submit,
				SelectList: []message.Selection{{QuestionKey: "q", Title: x(13), OptionList: options}},
			},
		}
	}
	want := [][]string{
		{
			"source.desc 20", "main_title.title 36", "main_title.desc 44", "emphasis_content.title 14", "emphasis_content.desc 22",
			"sub_title_text 160", "horizontal_content_list[0].keyname 5", "horizontal_content_list[0].value 30", "jump_list[0].title 18",
		},
		{"main_title.title 36", "main_title.desc 44", "vertical_content_list[0].title 38", "vertical_content_list[0].desc 160"},
		{"main_title.title 36", "main_title.desc 44", "sub_title_text 160", "button_selection.option_list[0].text 16", "button_list[0].text 10"},
		{"main_title.title 36", "main_title.desc 44", "checkbox.option_list[0].text 17", "submit_button.text 10"},
		{"main_title.title 36", "main_title.desc 44", "select_list[0].title 13", "select_list[0].option_list[0].text 16", "submit_button.text 10"},
	}
	long := cards(1)
	for i, c := range cards(0) {
		t.Run(cardTypes[i], func(t *testing.T) {
			t.Parallel()
			if got := message.Check(c); got != nil {
				t.Errorf("advice at the lengths: %v", got)
			}
			var got []string
			for _, a := range message.Check(long[i]) {
				if a.Size != a.Limit+1 || a.Unit != "characters" {
					t.Errorf("advice %+v", a)
				}
				got = append(got, fmt.Sprint(strings.TrimPrefix(a.Field, "template_card."), " ", a.Limit))
			}
			if diff := cmp.Diff(want[i], got); diff != "" {
				t.Errorf("advice past the lengths (-want +got):\n%s", diff)
			}
			if _, err := prepare(t, toZhangsan(long[i])); err != nil {
				t.Errorf("what is only recommended is refused: %v", err)
			}
		})
	}
}
