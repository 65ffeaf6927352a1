package phone_test

import (
	"html"
	"regexp"
	"slices"
	"testing"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/message"
	"github.com/google/go-cmp/cmp"
)

// TestCards: everything that a card has is there to read, in the order of the
// real ones.
func TestCards(t *testing.T) {
	t.Parallel()
	head := []string{`<span class="color2">故障自愈</span>`, `title="更多操作"`, `value="mute"`, ">静音<"}
	title := []string{"<h3>磁盘 &lt;只读&gt;</h3>", "10.0.0.1"}
	quote := []string{"<b>原文</b>Read-only", ">查看<"}
	rows := []string{"主机", "web-01", "详情", ">打开</a>", "外部", "<dd>别处</dd>", "负责人", "@张三"}
	jumps := []string{">看日志</a>", "小助手（小程序）"}
	for kind, want := range map[string][]string{
		"text_notice": slices.Concat(head, title, []string{`class="whole"`, "<strong>99%</strong>使用率"}, quote, []string{"请尽快处理"}, rows, jumps),
		"news_notice": slices.Concat(head, []string{`title="https://example.com/big.png"`}, title, []string{`class="whole"`, "small.png", ">议程</a>", "周五"}, quote,
			[]string{"<b>地点</b>二号厅"}, rows, jumps),
		"button_interaction": slices.Concat(head, title, []string{`class="whole"`}, quote, []string{"请审批"}, rows, []string{
			"级别", `name="q:q_level"`, `<option value="low">低`, `<option value="high" selected>高`,
			`value="agree" class="style1">同意<`, `value="refuse" class="style3">驳回<`, `value="text" class="style0">文字<`, ">去看看</a>",
		}),
		"vote_interaction": slices.Concat(title, []string{
			`type="checkbox" name="q:q_lunch" value="a" checked> 面条`, `value="b"> 米饭`, `value="c"> 饺子`, `value="submit" class="style1">提交<`,
		}),
		"multiple_interaction": slices.Concat(title, []string{
			"日期", `name="q:q_day"`, `value="mon" selected>周一`, `value="tue">周二`,
			"时段", `name="q:q_slot"`, `value="am">上午`, `value="pm" selected>下午`, ">提交<",
		}),
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.card(kind)
			s.shows(append([]string{`action="/phone/zhangsan/tap"`, `name="task" value="` + kind + `"`}, want...)...)
			s.shows("!disabled", "!example.com/row")
		})
	}
}

// TestCardLinks: each part of a card that leads somewhere on this machine does,
// as the member, and no other.
func TestCardLinks(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string][]string{
		"text_notice":          {"ticket/1", "quote", "row", "jump"},
		"news_notice":          {"ticket/1", "area", "quote", "row", "jump"},
		"button_interaction":   {"ticket/1", "quote", "row", "button"},
		"vote_interaction":     nil,
		"multiple_interaction": nil,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.card(kind)
			if diff := cmp.Diff(want, s.links()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var opens = regexp.MustCompile(`<a[^>]* href="/open/zhangsan\?http://localhost:9/([^"]*)/" target="_blank" rel="noreferrer">`)

// links are what leads from zhangsan's phone.
func (s *stage) links() (all []string) {
	s.t.Helper()
	page := s.page()
	for _, m := range opens.FindAllStringSubmatch(page, -1) {
		all = append(all, html.UnescapeString(m[1]))
	}
	if n := len(regexp.MustCompile(`target="_blank"`).FindAllString(page, -1)); n != len(all) {
		s.t.Errorf("%d links, %d of them as the member:\n%s", n, len(all), page)
	}
	return all
}

func TestTap(t *testing.T) {
	t.Parallel()
	type selected = []callback.Selected
	chose := func(key string, ids ...string) selected { return selected{{QuestionKey: key, OptionIDs: ids}} }
	for name, tt := range map[string]struct {
		kind, key string
		answers   []string
		want      selected
		said      string
	}{
		"as it is":               {"button_interaction", "agree", nil, chose("q_level", "high"), "点击了「同意」：高<"},
		"chosen":                 {"button_interaction", "refuse", []string{"q_level", "low"}, chose("q_level", "low"), "点击了「驳回」：低<"},
		"one of a list":          {"button_interaction", "refuse", []string{"q_level", "low", "q_level", "high"}, chose("q_level", "low"), "点击了「驳回」：低<"},
		"several ticks":          {"vote_interaction", "submit", []string{"q_lunch", "c", "q_lunch", "b", "q_other", "x"}, chose("q_lunch", "b", "c"), "点击了「提交」：米饭、饺子<"},
		"several lists":          {"multiple_interaction", "submit", []string{"q_slot", "am", "q_day", "tue"}, slices.Concat(chose("q_day", "tue"), chose("q_slot", "am")), "点击了「提交」：周二、上午<"},
		"of another card's list": {"multiple_interaction", "submit", []string{"q_day", "wed"}, nil, "请先选择，再点「提交」"},
		"no tick":                {"vote_interaction", "submit", nil, nil, "请先选择，再点「提交」"},
		"no such option":         {"vote_interaction", "submit", []string{"q_lunch", "d"}, nil, "请先选择，再点「提交」"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.card(tt.kind)
			s.acts("/phone/zhangsan/tap", form(tt.kind, tt.key, tt.answers...))
			var got selected
			for _, m := range s.events() {
				e, ok := m.(*callback.CardEvent)
				if !ok || e.Key != tt.key || e.TaskID != tt.kind || e.CardType != tt.kind || e.FromUser != "zhangsan" {
					t.Errorf("the app was told %+v", m)
					continue
				}
				got = append(got, e.Selected...)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			s.shows(tt.said)
		})
	}
}

// TestOneAnswer: a vote for one takes one.
func TestOneAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	vote := cards()["vote_interaction"].(message.VoteInteraction)
	vote.Checkbox.Multiple = false
	s.send(vote)
	s.shows(`type="radio" name="q:q_lunch" value="a" checked>`)
	s.acts("/phone/zhangsan/tap", form("vote_interaction", "submit", "q_lunch", "b", "q_lunch", "c"))
	if e := s.events(); len(e) != 1 || !cmp.Equal(e[0].(*callback.CardEvent).Selected, []callback.Selected{{QuestionKey: "q_lunch", OptionIDs: []string{"b"}}}) {
		t.Errorf("the app was told %+v", e)
	}
}

// TestCardMenu: an entry of the menu in a card's corner is an event of its own.
func TestCardMenu(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"text_notice", "news_notice", "button_interaction"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.card(kind)
			s.acts("/phone/zhangsan/tap", form(kind, "mute"))
			s.shows("点击了「静音」<")
			if e := s.events(); len(e) != 1 || e[0].(*callback.CardMenu).Key != "mute" || e[0].(*callback.CardMenu).CardType != kind {
				t.Errorf("the app was told %+v", e)
			}
		})
	}
}
