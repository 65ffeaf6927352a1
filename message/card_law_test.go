package message_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/message"
)

// dice decides how a card is built: bytes of the fuzzer, or random ones. Without any left it
// answers 0, which is always the lawful choice.
type dice struct{ bytes []byte }

func (d *dice) n(most int) int {
	if len(d.bytes) == 0 {
		return 0
	}
	b := d.bytes[0]
	d.bytes = d.bytes[1:]
	return int(b) % (most + 1)
}

// some is mostly the first.
func some[T any](d *dice, values ...T) T {
	n := d.n(63)
	if n >= len(values) {
		n = 0
	}
	return values[n]
}

func (d *dice) words() string {
	return some(d, "字", "<b>&", "", "\u2028", strings.Repeat("长", 200), "\xff", "a\r")
}

func (d *dice) maybe() string { return some(d, "", "说明", "\x00", strings.Repeat("长", 200)) }

func (d *dice) url() string {
	return some(d, "https://app.example.com/a?b=1&c=2", "http://h", "", "ftp://h", "https://", "http://h/a b")
}

func (d *dice) key(i, limit int) string {
	x := strings.Repeat("k", limit-1) + string(rune('a'+i%26))
	return some(d, string(rune('a'+i%26)), x, x+"k", "", "same", "字", "\n")
}

func (d *dice) target() message.Target {
	return some[message.Target](d, message.URL(d.url()), nil, message.MiniProgram{AppID: d.words(), PagePath: d.maybe()},
		(*message.MiniProgram)(nil), &message.MiniProgram{AppID: "wx"}, (*message.URL)(nil))
}

func (d *dice) detail() message.Detail {
	return some[message.Detail](d, nil, message.URL(d.url()), message.Attachment(d.words()), message.Member(some(d, "zhangsan", "", "@all", "a b")), (*message.Member)(nil))
}

// entries has mostly least entries.
func entries[T any](d *dice, least, most int, entry func(i int) T) []T {
	n := some(d, least, most, most+1, 0, 1, 2)
	var out []T
	for i := range n {
		out = append(out, entry(i))
	}
	return out
}

func (d *dice) selection() message.Selection {
	s := message.Selection{
		QuestionKey: d.key(0, 1024), Title: d.maybe(), Disable: some(d, false, true),
		OptionList: entries(d, 1, 10, func(i int) message.Option { return message.Option{ID: d.key(i, 128), Text: d.words()} }),
	}
	if len(s.OptionList) > 0 {
		s.SelectedID = some(d, "", s.OptionList[0].ID, "none")
	}
	return s
}

func (d *dice) source() message.Source {
	if d.n(3) == 0 {
		return message.Source{}
	}
	return message.Source{IconURL: d.url(), Desc: d.words(), DescColor: message.DescColor(d.n(40)/10 - some(d, 0, 1))}
}

func (d *dice) menu() message.ActionMenu {
	if d.n(3) == 0 {
		return message.ActionMenu{}
	}
	return message.ActionMenu{
		Desc:       d.maybe(),
		ActionList: entries(d, 1, 3, func(i int) message.MenuAction { return message.MenuAction{Text: d.words(), Key: d.key(i, 1024)} }),
	}
}

func (d *dice) id() string {
	return some(d, "task-1", strings.Repeat("t", 128), strings.Repeat("t", 129), "a_b@c", "", "a.b", "字")
}

func (d *dice) title() message.MainTitle {
	return message.MainTitle{Title: d.words(), Desc: d.maybe()}
}

func (d *dice) lines() []message.HorizontalContent {
	return entries(d, 0, 6, func(int) message.HorizontalContent {
		return message.HorizontalContent{KeyName: d.words(), Value: d.maybe(), Opens: d.detail()}
	})
}

func (d *dice) jumps() []message.Jump {
	return entries(d, 0, 3, func(int) message.Jump { return message.Jump{Title: d.words(), Opens: d.target()} })
}

func (d *dice) quote() message.QuoteArea {
	if d.n(3) == 0 {
		return message.QuoteArea{}
	}
	return message.QuoteArea{Opens: d.target(), Title: d.maybe(), QuoteText: d.maybe()}
}

func (d *dice) submit() message.SubmitButton {
	return message.SubmitButton{Text: d.words(), Key: d.key(0, 1024)}
}

func (d *dice) card() message.Card {
	replace := func() string { return some(d, "", "已提交") }
	switch d.n(4) {
	case 0:
		return message.TextNotice{
			Source: d.source(), ActionMenu: d.menu(), TaskID: d.id(), MainTitle: d.title(), QuoteArea: d.quote(),
			EmphasisContent: message.EmphasisContent{Title: d.maybe(), Desc: d.maybe()}, SubTitleText: d.maybe(),
			HorizontalContentList: d.lines(), JumpList: d.jumps(), CardAction: d.target(),
		}
	case 1:
		c := message.NewsNotice{
			Source: d.source(), ActionMenu: d.menu(), TaskID: d.id(), MainTitle: d.title(), QuoteArea: d.quote(),
			VerticalContentList: entries(d, 0, 4, func(int) message.VerticalContent {
				return message.VerticalContent{Title: d.words(), Desc: d.maybe()}
			}),
			HorizontalContentList: d.lines(), JumpList: d.jumps(), CardAction: d.target(),
		}
		if way := some(d, 1, 2, 3, 0); way&1 != 0 {
			c.CardImage = message.CardImage{URL: d.url(), AspectRatio: some(d, 0, 1.6, 1.3, 1.3000001, 2.25, 2.2499, -1)}
		} else if way&2 != 0 {
			c.ImageTextArea = message.ImageTextArea{Opens: d.target(), Title: d.maybe(), Desc: d.maybe(), ImageURL: d.url()}
		}
		return c
	case 2:
		c := message.ButtonInteraction{
			Source: d.source(), ActionMenu: d.menu(), TaskID: d.id(), MainTitle: d.title(), QuoteArea: d.quote(), SubTitleText: d.maybe(),
			HorizontalContentList: d.lines(), CardAction: d.target(), ReplaceText: replace(),
			ButtonList: entries(d, 1, 6, func(i int) message.Button {
				return message.Button{Text: d.words(), Key: d.key(i, 1024), URL: some(d, "", "https://h"), Style: some(d, 0, 1, 4, 5, -1)}
			}),
		}
		if d.n(1) == 1 {
			c.ButtonSelection = d.selection()
		}
		return c
	case 3:
		return message.VoteInteraction{
			Source: d.source(), TaskID: d.id(), MainTitle: d.title(), SubmitButton: d.submit(), ReplaceText: replace(),
			Checkbox: message.Checkbox{
				QuestionKey: d.key(0, 1024), Multiple: d.n(1) == 1, Disable: some(d, false, true),
				OptionList: entries(d, 1, 20, func(i int) message.CheckOption {
					return message.CheckOption{ID: d.key(i, 128), Text: d.words(), IsChecked: some(d, false, true)}
				}),
			},
		}
	default:
		return message.MultipleInteraction{
			Source: d.source(), TaskID: d.id(), MainTitle: d.title(), SubmitButton: d.submit(), ReplaceText: replace(),
			SelectList: entries(d, 1, 3, func(i int) message.Selection {
				s := d.selection()
				s.QuestionKey += string(rune('a' + i))
				return s
			}),
		}
	}
}

// obey builds a card, and demands of an accepted one that the vendor's table allows it.
func obey(t *testing.T, b []byte) (accepted bool) {
	t.Helper()
	d := &dice{b}
	update := d.n(1) == 1
	card := d.card()
	var sent string
	var err error
	if update {
		api := &fakeAPI{}
		_, err = (&message.Sender{API: api, AgentID: 1}).Update(t.Context(), message.Update{ResponseCode: "RC", To: message.Everyone, Card: card})
		if err == nil {
			sent = api.calls[0].Body
		}
	} else {
		sent, err = prepare(t, toZhangsan(card))
	}
	if err != nil {
		return false
	}
	if strings.Contains(sent, `\u`) {
		t.Errorf("the vendor refuses \\u escapes: %s", sent)
	}
	var request struct {
		Card json.RawMessage `json:"template_card"`
	}
	if err := json.Unmarshal([]byte(sent), &request); err != nil {
		t.Fatal(err)
	}
	if err := lawful(tree(t, request.Card), update); err != nil {
		t.Errorf("accepted, though %v: %s", err, request.Card)
	}
	var read cardJSON
	if err := strictly(request.Card, &read); err != nil {
		t.Errorf("a strict reader: %v: %s", err, request.Card)
	}
	again, err := read.card()
	if err != nil {
		t.Fatal(err)
	}
	if !update {
		if second, err := prepare(t, toZhangsan(again)); err != nil || second != sent {
			t.Errorf("read and written again: %v\n%s\n%s", err, sent, second)
		}
	}
	return true
}

func TestWhatIsAcceptedIsLawful(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	const rounds = 5000
	for range rounds {
		b := make([]byte, random.IntN(60))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		if obey(t, b) {
			accepted++
		}
	}
	if accepted < rounds/5 || accepted > rounds*4/5 {
		t.Errorf("%d of %d cards accepted: the test sees one side only", accepted, rounds)
	}
}

func FuzzCard(f *testing.F) {
	for kind := range byte(5) {
		f.Add([]byte{0, kind})
		f.Add([]byte{1, kind, 1, 2, 3, 4, 5, 6, 1, 0, 1, 0, 1, 0, 1})
	}
	f.Fuzz(func(t *testing.T, b []byte) { obey(t, b) })
}

func TestTheTableAllowsTheSamples(t *testing.T) {
	t.Parallel()
	for _, name := range cardTypes {
		_, sample := sampleCard(t, name)
		if err := lawful(tree(t, sample), false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
