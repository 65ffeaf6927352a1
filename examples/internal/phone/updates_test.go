package phone_test

import (
	"encoding/json"
	"testing"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/message"
	"github.com/google/go-cmp/cmp"
)

// TestUpdates: a card is shown as it is now, and its buttons are gone with it.
func TestUpdates(t *testing.T) {
	t.Parallel()
	disabled := func(key, replace string) message.Card {
		c := cards()["button_interaction"].(message.ButtonInteraction)
		c.ReplaceText, c.ButtonSelection.Disable = replace, true
		c.ButtonList = []message.Button{{Text: "新的", Key: key}}
		return c
	}
	for name, tt := range map[string]struct {
		change func(s *stage, sent message.Result)
		tap    string
		told   int // what the app hears of the tap
		want   []string
	}{
		"by the reply": {func(s *stage, _ message.Result) { s.tap("agree") }, "refuse", 0, []string{"<button disabled>已同意</button>", "点击了「同意」", "已更新或已撤回", "!>驳回<"}},
		"by a name": {func(s *stage, sent message.Result) {
			s.update(sent.ResponseCode, message.Update{ReplaceName: "已由 lisi 同意"})
		}, "agree", 0, []string{"<select name=\"q:q_level\" disabled>", "<button disabled>已由 lisi 同意</button>", "已更新或已撤回", "!点击了"}},
		"by a text": {func(s *stage, sent message.Result) {
			s.update(sent.ResponseCode, message.Update{Card: disabled("agree", "已超时")})
		}, "agree", 0, []string{"<select name=\"q:q_level\" disabled>", "<button disabled>已超时</button>", "已更新或已撤回", "!新的"}},
		"by a notice": {func(s *stage, sent message.Result) {
			s.update(sent.ResponseCode, message.Update{Card: message.TextNotice{MainTitle: message.MainTitle{Title: "没有权限"}, CardAction: message.URL("http://localhost:9/")}})
		}, "agree", 0, []string{"<h3>没有权限</h3>", "已更新或已撤回", "!<button name", "!磁盘"}},
		"by another that asks": {func(s *stage, sent message.Result) {
			s.update(sent.ResponseCode, message.Update{Card: disabled("again", "")})
		}, "again", 1, []string{"<select name=\"q:q_level\" disabled>", ">新的<", "点击了「新的」", "!已更新或已撤回", "!>驳回<"}},
		"by a recall": {func(s *stage, sent message.Result) { s.recall(sent.MsgID) }, "agree", 0,
			[]string{"应用撤回了一条消息", "已更新或已撤回", "!磁盘", "!点击了"}},
		"not at all":  {func(*stage, message.Result) {}, "other", 0, []string{"同意", "驳回", "已更新或已撤回", "!点击了"}},
		"nor changed": {func(*stage, message.Result) {}, "text", 4, []string{"同意", "驳回", "点击了「文字」", "500"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			tt.change(s, s.card("button_interaction"))
			before := len(s.events())
			s.tap(tt.tap) // from a page that was opened before
			s.shows(tt.want...)
			if n := len(s.events()) - before; n != tt.told {
				t.Errorf("the app was told %d things, want %d", n, tt.told)
			}
		})
	}
}

// TestFixedAnswer: what an update has fixed is what the app is told.
func TestFixedAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	sent := s.card("button_interaction")
	c := cards()["button_interaction"].(message.ButtonInteraction)
	c.ButtonSelection.Disable = true
	s.update(sent.ResponseCode, message.Update{Card: c})
	s.acts("/phone/zhangsan/tap", form("button_interaction", "refuse", "q_level", "low"))
	if e := s.events(); len(e) != 1 || !cmp.Equal(e[0].(*callback.CardEvent).Selected, []callback.Selected{{QuestionKey: "q_level", OptionIDs: []string{"high"}}}) {
		t.Errorf("the app was told %+v", e)
	}
}

// TestOddCard: a card that our library would not send leads nowhere that its
// types do not say, and a button that opens does not tap.
func TestOddCard(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	in := json.RawMessage(`{"touser":"zhangsan","msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"button_interaction","task_id":"odd",
		"main_title":{"title":"怪"},"quote_area":{"type":0,"url":"http://localhost:9/quote/","quote_text":"q"},
		"card_action":{"type":2,"url":"http://localhost:9/card/","appid":"wx1"},
		"button_selection":{"question_key":"q","selected_id":"none","option_list":[{"id":"a","text":"甲"},{"id":"b","text":"乙"}]},
		"button_list":[{"type":1,"text":"看","url":"http://localhost:9/button/","key":"open"},{"text":"点","key":"k"}]}}`)
	if err := s.sender.API.Call(t.Context(), "POST", "/cgi-bin/message/send", nil, in, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	s.shows(`value="a" selected>甲`, `value="b">乙`)
	if diff := cmp.Diff([]string{"button"}, s.links()); diff != "" {
		t.Error(diff)
	}
	s.acts("/phone/zhangsan/tap", form("odd", "open"))
	s.shows("已更新或已撤回", "!点击了")
}

// TestStrangeTaps: what is on no card of this phone does not reach the app.
func TestStrangeTaps(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.card("button_interaction")
	for _, task := range []string{"", "other"} {
		s.acts("/phone/zhangsan/tap", form(task, "agree"))
	}
	if w := s.do("POST", "/phone/lisi/tap", form("button_interaction", "agree")); w.Code != 303 {
		t.Errorf("a tap on another's card: %d", w.Code)
	}
	s.tap("")
	if e := s.events(); len(e) > 0 {
		t.Errorf("the app was told %+v", e)
	}
}
