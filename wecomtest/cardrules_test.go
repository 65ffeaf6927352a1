package wecomtest_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

// edit changes one place of a JSON text, such as "button_list.1.key"; a nil
// value removes it.
func edit(t *testing.T, text, path string, value any) string {
	t.Helper()
	var root any
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	names := strings.Split(path, ".")
	at := root
	for _, name := range names[:len(names)-1] {
		switch v := at.(type) {
		case map[string]any:
			at = v[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil {
				t.Fatal(err)
			}
			at = v[i]
		}
	}
	object, ok := at.(map[string]any)
	if !ok {
		t.Fatalf("%s leads to no object", path)
	}
	if last := names[len(names)-1]; value == nil {
		delete(object, last)
	} else {
		object[last] = value
	}
	raw, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

type list = []map[string]any

func repeated(n int, each func(i int) map[string]any) list {
	all := list{}
	for i := range n {
		all = append(all, each(i))
	}
	return all
}

func option(i int) map[string]any { return map[string]any{"id": strconv.Itoa(i), "text": "t"} }

func sendCard(c *company, card string) answer {
	return c.post(sendPath, `{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":`+card+`}`)
}

// TestCardRules changes one place of a sample: at a limit it passes, one past it
// it does not.
func TestCardRules(t *testing.T) {
	t.Parallel()
	x := func(n int) string { return strings.Repeat("x", n) }
	entry := func(i int) map[string]any { return map[string]any{"text": "t", "key": strconv.Itoa(i)} }
	row := func(i int) map[string]any { return map[string]any{"keyname": "k", "value": "v"} }
	titled := func(i int) map[string]any { return map[string]any{"title": "t"} }
	choice := func(i int) map[string]any {
		return map[string]any{"question_key": strconv.Itoa(i), "option_list": repeated(10, option)}
	}
	for _, tt := range []struct {
		card, path string
		value      any
		code       int
	}{
		{"text_notice", "card_type", nil, 42031},
		{"text_notice", "source.desc_color", 3, 0},
		{"text_notice", "source.desc_color", 4, 40058},
		{"text_notice", "source.desc", 5, 40058},
		{"text_notice", "action_menu.action_list", repeated(3, entry), 0},
		{"text_notice", "action_menu.action_list", repeated(4, entry), 40058},
		{"text_notice", "action_menu.action_list", list{}, 40058},
		{"text_notice", "action_menu.action_list.0.text", nil, 40058},
		{"text_notice", "action_menu.action_list.0.key", x(1024), 0},
		{"text_notice", "action_menu.action_list.0.key", x(1025), 40058},
		{"text_notice", "task_id", x(128), 0},
		{"text_notice", "task_id", x(129), 42014},
		{"text_notice", "task_id", "0-9_A@z", 0},
		{"text_notice", "task_id", "任务", 42014},
		{"text_notice", "main_title", nil, 0}, // sub_title_text is enough
		{"text_notice", "sub_title_text", nil, 0},
		{"text_notice", "quote_area.type", 0, 0},
		{"text_notice", "quote_area.type", 3, 40058},
		{"text_notice", "quote_area.url", nil, 42028},
		{"text_notice", "quote_area", map[string]any{"type": 2, "pagepath": "p"}, 42030},
		{"text_notice", "quote_area", map[string]any{"type": 2, "appid": "wx0"}, 0},
		{"text_notice", "horizontal_content_list", repeated(6, row), 0},
		{"text_notice", "horizontal_content_list", repeated(7, row), 42035},
		{"text_notice", "horizontal_content_list.0.keyname", nil, 42027},
		{"text_notice", "horizontal_content_list.1.url", nil, 42028},
		{"text_notice", "horizontal_content_list.2.media_id", nil, 42029},
		{"text_notice", "horizontal_content_list.2.media_id", "other", 40007},
		{"text_notice", "horizontal_content_list.3.userid", nil, 42050},
		{"text_notice", "horizontal_content_list.3.userid", "nobody", 42050},
		{"text_notice", "horizontal_content_list.3.type", 4, 40058},
		{"text_notice", "jump_list", repeated(3, titled), 0},
		{"text_notice", "jump_list", repeated(4, titled), 42042},
		{"text_notice", "jump_list.0.title", nil, 42033},
		{"text_notice", "jump_list.0.url", nil, 42028},
		{"text_notice", "jump_list.1.appid", nil, 42030},
		{"text_notice", "jump_list.1.type", 3, 40058}, // a robot's
		{"text_notice", "card_action", nil, 42045},
		{"text_notice", "card_action.type", 3, 42045},
		{"text_notice", "card_action", map[string]any{"type": 2}, 42030},
		{"text_notice", "card_action", map[string]any{"type": 2, "appid": "wx0"}, 0},
		{"news_notice", "main_title", nil, 42033},
		{"news_notice", "card_image.url", nil, 42044},
		{"news_notice", "card_image.aspect_ratio", nil, 0},
		{"news_notice", "card_image.aspect_ratio", 1.3, 0},
		{"news_notice", "card_image.aspect_ratio", 1.29, 42044},
		{"news_notice", "card_image.aspect_ratio", 2.24, 0},
		{"news_notice", "card_image.aspect_ratio", 2.25, 42044},
		{"news_notice", "card_image.aspect_ratio", "1.5", 40058},
		{"news_notice", "image_text_area.image_url", nil, 42028},
		{"news_notice", "image_text_area.url", nil, 42028},
		{"news_notice", "image_text_area.type", 2, 42030},
		{"news_notice", "vertical_content_list", repeated(4, titled), 0},
		{"news_notice", "vertical_content_list", repeated(5, titled), 42036},
		{"news_notice", "vertical_content_list.0.title", nil, 42033},
		{"news_notice", "card_action.type", nil, 42045},
		{"button_interaction", "main_title.title", nil, 42033},
		{"button_interaction", "task_id", nil, 42014},
		{"button_interaction", "card_action", map[string]any{"type": 0}, 0},
		{"button_interaction", "card_action", map[string]any{"type": 1}, 42028},
		{"button_interaction", "card_action", map[string]any{"type": 3}, 42045},
		{"button_interaction", "button_list", repeated(6, entry), 0},
		{"button_interaction", "button_list", repeated(7, entry), 40058},
		{"button_interaction", "button_list.0.text", "", 42038},
		{"button_interaction", "button_list.0.key", x(1024), 0},
		{"button_interaction", "button_list.0.key", "btn_reject", 42039},
		{"button_interaction", "button_list.0.style", 4, 0},
		{"button_interaction", "button_list.0.style", 5, 40058},
		{"button_interaction", "button_list.0", map[string]any{"type": 1, "text": "t", "url": "http://x"}, 0},
		{"button_interaction", "button_selection.question_key", x(1024), 0},
		{"button_interaction", "button_selection.question_key", x(1025), 42043},
		{"button_interaction", "button_selection.option_list", repeated(10, option), 0},
		{"button_interaction", "button_selection.option_list", repeated(11, option), 42037},
		{"button_interaction", "button_selection.option_list.0.id", x(128), 0},
		{"button_interaction", "button_selection.option_list.0.id", x(129), 42040},
		{"button_interaction", "button_selection.option_list.0.id", "level_2", 42040},
		{"button_interaction", "button_selection.option_list.0.id", nil, 42040},
		{"button_interaction", "button_selection.option_list.0.text", nil, 42041},
		{"vote_interaction", "main_title", nil, 42033},
		{"vote_interaction", "checkbox.mode", 2, 40058},
		{"vote_interaction", "checkbox.option_list", repeated(20, option), 0},
		{"vote_interaction", "checkbox.option_list", repeated(21, option), 42037},
		{"vote_interaction", "checkbox.option_list.0.is_checked", 1, 40058},
		{"vote_interaction", "checkbox.option_list.0.text", nil, 42041},
		{"vote_interaction", "submit_button.text", nil, 42049},
		{"vote_interaction", "submit_button.key", x(1024), 0},
		{"vote_interaction", "action_menu", map[string]any{"action_list": list{}}, 0}, // a vote has none: ignored
		{"multiple_interaction", "main_title", nil, 42033},
		{"multiple_interaction", "select_list", repeated(3, choice), 0},
		{"multiple_interaction", "select_list", repeated(4, choice), 42047},
		{"multiple_interaction", "select_list", list{}, 42047},
		{"multiple_interaction", "select_list.1.option_list.1.id", "am", 42040},
		{"multiple_interaction", "submit_button.key", nil, 42046},
	} {
		t.Run(tt.card+" "+tt.path+fmt.Sprintf(" %.20v", tt.value), func(t *testing.T) {
			t.Parallel()
			c := inMemory(t)
			c.srv.AddMedia(wecomtest.Media{ID: "MID"})
			a := sendCard(c, placed(t, readFile(t, "cards", tt.card+".json"), tt.path, tt.value))
			if a.code() != tt.code {
				t.Errorf("%s, want %d", a.raw, tt.code)
			}
		})
	}
}

// placed is edit, for a path that may end in a list's index.
func placed(t *testing.T, text, path string, value any) string {
	t.Helper()
	at := strings.LastIndexByte(path, '.')
	if at < 0 {
		return edit(t, text, path, value)
	}
	if _, err := strconv.Atoi(path[at+1:]); err != nil {
		return edit(t, text, path, value)
	}
	for name, v := range value.(map[string]any) {
		text = edit(t, text, path+"."+name, v)
	}
	return text
}

// TestCardNames: what is spelt otherwise is not there, at any depth.
func TestCardNames(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	card := `{"card_type":"text_notice","main_title":{"title":"t","Desc":"d"},"Source":{"desc":"s"},
		"horizontal_content_list":[{"keyname":"k","Value":"v"}],"emphasis_content":null,
		"button_list":[{"text":"a notice has none"}],"replace_text":"only updates have it",
		"card_action":{"type":1,"url":"http://x","AppId":"wx0"}}`
	if a := sendCard(c, card); a.code() != 0 || a.text("response_code") != "" {
		t.Fatal(a.raw)
	}
	m := c.srv.Inbox("zhangsan")[0]
	raw, err := json.Marshal(m.Card)
	const want = `{"card_type":"text_notice","main_title":{"title":"t"},"horizontal_content_list":[{"keyname":"k"}],"card_action":{"type":1,"url":"http://x"}}`
	if err != nil || string(raw) != want || m.Title != "t" || m.URL != "http://x" || m.CardType != "text_notice" {
		t.Errorf("card %s, %v", raw, err)
	}
	if a := sendCard(c, `[]`); a.code() != 40058 {
		t.Errorf("no object: %s", a.raw)
	}
}

// TestOnlyInUpdates: a new card has no replace_text and nothing disabled.
func TestOnlyInUpdates(t *testing.T) {
	t.Parallel()
	for kind, disable := range map[string]string{"button_interaction": "button_selection", "vote_interaction": "checkbox", "multiple_interaction": "select_list.0"} {
		c := inMemory(t)
		plain := readFile(t, "cards", kind+".json")
		card := edit(t, edit(t, plain, "replace_text", "x"), disable+".disable", true)
		if a := sendCard(c, card); a.code() != 0 {
			t.Fatal(a.raw)
		}
		raw, err := json.Marshal(c.srv.Inbox("zhangsan")[0].Card)
		if err != nil || strings.Contains(string(raw), "replace_text") || strings.Contains(string(raw), "disable") {
			t.Errorf("%s: %s, %v", kind, raw, err)
		}
	}
}
