package wecomtest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

const updatePath = "/cgi-bin/message/update_template_card"

func update(c *company, code, to, change string) answer {
	return c.post(updatePath, fmt.Sprintf(`{%s,"agentid":1000002,"response_code":%q,%s}`, to, code, change))
}

// sentCard sends the sample card to all three members and returns its code.
func sentCard(t *testing.T, c *company, kind string) (code string) {
	t.Helper()
	a := c.post(sendPath, `{"touser":"@all","msgtype":"template_card","agentid":1000002,"template_card":`+readFile(t, "cards", kind+".json")+`}`)
	if a.code() != 0 || a.text("response_code") == "" {
		t.Fatal(a.raw)
	}
	return a.text("response_code")
}

func replaced(c *company) string {
	var all []string
	for _, id := range []string{"zhangsan", "lisi", "wangwu"} {
		box := c.srv.Inbox(id)
		all = append(all, box[len(box)-1].Replaced)
	}
	return strings.Join(all, ",")
}

const approved = `"button":{"replace_name":"Approved"}`

func TestUpdateButton(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ to, answer, want string }{
		{`"atall":1`, ``, "Approved,Approved,Approved"},
		{`"userids":["ZhangSan"]`, ``, "Approved,,"},
		{`"userids":["lisi","UserX"],"partyids":[77,77],"tagids":[9]`, `,"invaliduser":["userx"],"invalidparty":[77],"invalidtag":[9]`, ",Approved,"},
		{`"partyids":[2]`, ``, "Approved,Approved,"},
		{`"tagids":[6]`, ``, ",,Approved"},
	} {
		c := inMemory(t)
		code := sentCard(t, c, "button_interaction")
		c.srv.AddUser(wecomtest.User{ID: "late", Departments: []int{2}})
		if a := update(c, code, tt.to, approved); a.raw != `{"errcode":0,"errmsg":"ok"`+tt.answer+`}` {
			t.Errorf("%s: %s", tt.to, a.raw)
		}
		if got := replaced(c); got != tt.want {
			t.Errorf("%s: phones show %s, want %s", tt.to, got, tt.want)
		}
		if a := update(c, code, tt.to, approved); a.code() != 60140 {
			t.Errorf("%s: the code a second time: %s", tt.to, a.raw)
		}
	}
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "other"})
	code := sentCard(t, c, "button_interaction")
	many := func(n int, each string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(each+",", n), ",") + "]"
	}
	card := readFile(t, "cards", "button_interaction.json")
	for _, tt := range []struct {
		name, body string
		code       int
	}{
		{"no JSON", `x`, 40058},
		{"no agentid", `{"atall":1,"response_code":"` + code + `",` + approved + `}`, 41011},
		{"another agentid", `{"atall":1,"agentid":1000003,"response_code":"` + code + `",` + approved + `}`, 301002},
		{"no code", `{"atall":1,"agentid":1000002,` + approved + `}`, 60140},
		{"unknown code", `{"atall":1,"agentid":1000002,"response_code":"x",` + approved + `}`, 60140},
		{"nobody", `"response_code":"` + code + `",` + approved, 82101},
		{"an unknown member only", `"userids":["nobody"],` + approved, 82102},
		{"joined userids", `"userids":"zhangsan|lisi",` + approved, 40058},
		{"parties as texts", `"partyids":["2"],` + approved, 40058},
		{"atall 2", `"atall":2,` + approved, 40058},
		{"id translation 2", `"atall":1,"enable_id_trans":2,` + approved, 40058},
		{"1001 members", `"userids":` + many(1001, `"zhangsan"`) + `,` + approved, 40032},
		{"101 parties", `"partyids":` + many(101, `2`) + `,` + approved, 82002},
		{"101 tags", `"tagids":` + many(101, `5`) + `,` + approved, 82003},
		{"no change", `"atall":1`, 40058},
		{"both changes", `"atall":1,` + approved + `,"template_card":` + card, 40058},
		{"no replace_name", `"atall":1,"button":{"Replace_Name":"x"}`, 40058},
		{"card a text", `"atall":1,"template_card":"x"`, 40058},
		{"unknown card_type", `"atall":1,"template_card":{"card_type":"x"}`, 42031},
		{"card without buttons", `"atall":1,"template_card":` + edit(t, card, "button_list", nil), 40058},
	} {
		if !strings.HasPrefix(tt.body, "{") && tt.body != "x" {
			tt.body = `{"agentid":1000002,"response_code":"` + code + `",` + tt.body + `}`
		}
		if a := c.post(updatePath, tt.body); a.code() != tt.code {
			t.Errorf("%s: %s, want %d", tt.name, a.raw, tt.code)
		}
	}
	foreign := url.Values{"access_token": {c.getToken("other").text("access_token")}}
	if a := c.do("POST", updatePath, foreign, `{"atall":1,"agentid":1000003,"response_code":"`+code+`",`+approved+`}`); a.code() != 42015 {
		t.Errorf("by another app: %s", a.raw)
	}
	if got := replaced(c); got != ",," {
		t.Errorf("phones show %s", got)
	}
	for to, n := range map[string]int{"userids": 1000, "partyids": 100, "tagids": 100} {
		each := map[string]string{"userids": `"zhangsan"`, "partyids": `2`, "tagids": `5`}[to]
		code := sentCardAgain(t, c, to)
		if a := update(c, code, `"`+to+`":`+many(n, each), approved); a.code() != 0 {
			t.Errorf("%d %s: %s", n, to, a.raw)
		}
	}
}

func sentCardAgain(t *testing.T, c *company, task string) (code string) {
	t.Helper()
	a := sendCard(c, edit(t, readFile(t, "cards", "button_interaction.json"), "task_id", task))
	if a.code() != 0 {
		t.Fatal(a.raw)
	}
	return a.text("response_code")
}

// TestUpdateCard replaces the whole card by one of another kind, and that one by
// a code from its own event.
func TestUpdateCard(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	code := sentCard(t, c, "button_interaction")
	vote := edit(t, readFile(t, "cards", "vote_interaction.json"), "replace_text", "Closed")
	vote = edit(t, vote, "checkbox.disable", true)
	if a := update(c, code, `"userids":["zhangsan"]`, `"enable_id_trans":0,"template_card":`+vote); a.code() != 0 {
		t.Fatal(a.raw)
	}
	m := c.srv.Inbox("zhangsan")[0]
	if m.CardType != "vote_interaction" || m.TaskID != "task-2" || m.Title != "Lunch?" || m.Replaced != "Closed" || m.Updates != 1 || !m.Card.CheckBox.Disable {
		t.Errorf("zhangsan has %+v", m)
	}
	if m := c.srv.Inbox("lisi")[0]; m.CardType != "button_interaction" || m.Updates != 0 {
		t.Errorf("lisi has %+v", m)
	}
	if _, err := c.agent.TapCard(t.Context(), "zhangsan", "task-2", "submit"); err == nil {
		t.Error("a card with replace_text was tapped")
	}
	if a := sendCard(c, readFile(t, "cards", "vote_interaction.json")); a.code() != 42014 {
		t.Errorf("the task_id of the update in a new card: %s", a.raw)
	}

	if _, err := c.agent.TapCard(t.Context(), "lisi", "task-20231114-2", "btn_reject"); err != nil {
		t.Fatal(err)
	}
	got, _ := c.app.received()
	fresh := between(got[0], "<ResponseCode><![CDATA[", "]]>")
	if fresh == "" || fresh == code || !strings.Contains(got[0], "<QuestionKey><![CDATA[q_level]]></QuestionKey><OptionIds><OptionId><![CDATA[level_1]]>") {
		t.Errorf("event %s", got[0])
	}
	same := edit(t, readFile(t, "cards", "button_interaction.json"), "main_title.desc", "Waiting")
	if a := update(c, fresh, `"atall":1`, `"template_card":`+same); a.code() != 0 {
		t.Errorf("with the code of an event: %s", a.raw)
	}
	for _, id := range []string{"zhangsan", "lisi", "wangwu"} {
		if m := c.srv.Inbox(id)[0]; m.Description != "Waiting" || m.Replaced != "" || m.CardType != "button_interaction" {
			t.Errorf("%s has %+v", id, m)
		}
	}
	if _, err := c.agent.TapCard(t.Context(), "zhangsan", "task-20231114-2", "btn_approve"); err != nil {
		t.Errorf("the new card: %v", err)
	}
}

func between(text, before, after string) string {
	_, rest, _ := strings.Cut(text, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

func TestResponseCodeLife(t *testing.T) {
	t.Parallel()
	for _, life := range []time.Duration{72 * time.Hour, 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			c := inMemory(t)
			if life != 72*time.Hour {
				c.srv.Configure(func(r *wecomtest.Rules) { r.ResponseCodeLife = life })
			}
			first, second := sentCardAgain(t, c, "1"), sentCardAgain(t, c, "2")
			time.Sleep(life)
			if a := update(c, first, `"atall":1`, approved); a.code() != 0 {
				t.Errorf("after %v: %s", life, a.raw)
			}
			time.Sleep(time.Second)
			sentCardAgain(t, c, "3") // sweeps
			if a := update(c, second, `"atall":1`, approved); a.code() != 60140 {
				t.Errorf("after %v and a second: %s", life, a.raw)
			}
		})
	}
}

// TestUpdateOfWhatWasNeverSent: a callback can be tested without a card.
func TestUpdateOfWhatWasNeverSent(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.Configure(func(r *wecomtest.Rules) { r.MisspeltOptionIDs = true })
	if _, err := c.agent.TapCard(t.Context(), "zhangsan", "t", "k", wecomtest.Selection{QuestionKey: "q", OptionIDs: []string{"a", "b"}}); err != nil {
		t.Fatal(err)
	}
	got, _ := c.app.received()
	if !strings.Contains(got[0], "<OpitonIds><OpitonId><![CDATA[a]]></OpitonId><OpitonId><![CDATA[b]]></OpitonId></OpitonIds>") {
		t.Errorf("event %s", got[0])
	}
	code := between(got[0], "<ResponseCode><![CDATA[", "]]>")
	if a := update(c, code, `"userids":["zhangsan"]`, approved); a.code() != 0 {
		t.Error(a.raw)
	}
	if a := update(c, code, `"userids":["zhangsan"]`, approved); a.code() != 60140 {
		t.Errorf("again: %s", a.raw)
	}
}

// TestNoticeHasNoButtons: there is nothing that the button's form could disable.
func TestNoticeHasNoButtons(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	c.srv.AddMedia(wecomtest.Media{ID: "MID"})
	code := sentCard(t, c, "text_notice")
	if a := update(c, code, `"atall":1`, approved); a.code() != 0 || replaced(c) != ",," {
		t.Errorf("%s, phones show %s", a.raw, replaced(c))
	}
}

// TestCardByReply taps a card and answers with each sample of a whole new one.
func TestCardByReply(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"text_notice", "button_interaction", "vote_interaction", "multiple_interaction"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := inMemory(t)
			sentCard(t, c, "button_interaction")
			sample := strings.ReplaceAll(readFile(t, "replies", "update_template_card-"+kind+".xml"), "task-20231114-1", "task-20231114-2")
			c.app.reply = func(string) string { return sample }
			if _, err := c.agent.TapCard(t.Context(), "zhangsan", "task-20231114-2", "btn_approve"); err != nil {
				t.Fatal(err)
			}
			m := c.srv.Inbox("zhangsan")[0]
			want := map[string]string{"button_interaction": "Submitted", "vote_interaction": "Voted", "multiple_interaction": "Saved"}[kind]
			if m.CardType != kind || m.Card.CardType != kind || m.Replaced != want || m.Updates != 1 {
				t.Errorf("zhangsan has %+v", m)
			}
			if m := c.srv.Inbox("lisi")[0]; m.Updates != 0 || m.Replaced != "" {
				t.Errorf("lisi has %+v", m)
			}
			switch card := m.Card; kind {
			case "text_notice":
				rows := []wecomtest.HorizontalContent{{KeyName: "From", Value: "2023-11-20"}, {Type: 3, KeyName: "By", Value: "Li Si", UserID: "lisi"}}
				if diff := cmp.Diff(rows, card.HorizontalContentList); diff != "" || card.EmphasisContent.Title != "3" || card.JumpList[0].URL != "https://app.example.com/l/1" || len(card.ActionMenu.ActionList) != 2 {
					t.Errorf("card %+v, rows (-want +got):\n%s", card, diff)
				}
			case "button_interaction":
				if !card.ButtonSelection.Disable || card.ButtonList[1].Style != 2 || card.ButtonSelection.SelectedID != "level_2" {
					t.Errorf("card %+v", card)
				}
			case "vote_interaction":
				if box := card.CheckBox; box.Mode != 1 || !box.OptionList[0].IsChecked || box.OptionList[1].IsChecked {
					t.Errorf("card %+v", box)
				}
			}
		})
	}
}

func TestBadCardByReply(t *testing.T) {
	t.Parallel()
	sample := readFile(t, "replies", "update_template_card-text_notice.xml")
	for _, tt := range []struct{ old, new, reason string }{
		{"[text_notice]", "[other]", "42031"},
		{"<CardAction>", "<CardActions>", "syntax"},
		{"<Type>1</Type><Url><![CDATA[https://app.example.com/l/1]]></Url></CardAction>", "<Type>2</Type></CardAction>", "42030"},
		{"<Type>1</Type><Url><![CDATA[https://app.example.com/l/1]]></Url></CardAction>", "<Type>2</Type><appid>wx0</appid><pagepath>p</pagepath></CardAction>", ""},
		{"<Type>1</Type><Url><![CDATA[https://app.example.com/l/1]]></Url></CardAction>", "<Type>x</Type></CardAction>", "parsing"},
	} {
		c := inMemory(t)
		changed := strings.Replace(sample, tt.old, tt.new, 1)
		c.app.reply = func(string) string { return changed }
		_, err := c.agent.TapCard(t.Context(), "zhangsan", "task-20231114-1", "btn")
		if (tt.reason == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%s: %v, want one about %q", tt.new, err, tt.reason)
		}
	}
}

// TestDefaultSelection: a button_selection is answered without being touched.
func TestDefaultSelection(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		selected any
		chosen   []wecomtest.Selection
		want     string
	}{
		{"level_2", nil, "level_2"},
		{nil, nil, "level_1"},
		{"level_1", []wecomtest.Selection{{QuestionKey: "q_level", OptionIDs: []string{"level_2"}}}, "level_2"},
	} {
		c := inMemory(t)
		if a := sendCard(c, edit(t, readFile(t, "cards", "button_interaction.json"), "button_selection.selected_id", tt.selected)); a.code() != 0 {
			t.Fatal(a.raw)
		}
		if _, err := c.agent.TapCard(t.Context(), "zhangsan", "task-20231114-2", "btn_approve", tt.chosen...); err != nil {
			t.Fatal(err)
		}
		got, _ := c.app.received()
		if n := strings.Count(got[0], "<SelectedItem>"); n != 1 || !strings.Contains(got[0], "<OptionId><![CDATA["+tt.want+"]]>") {
			t.Errorf("want %s: %s", tt.want, got[0])
		}
	}
}
