package message_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// phones are zhangsan's and lisi's in the simulator, with an app that hears of taps.
type phones struct {
	*wecomtest.Server
	app    *wecomtest.Agent
	sender *message.Sender
	taps   []*callback.CardEvent
}

func newPhones(t *testing.T) *phones {
	t.Helper()
	const key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	p := &phones{Server: wecomtest.NewUnstartedServer()}
	t.Cleanup(p.Close)
	p.Configure(func(r *wecomtest.Rules) { r.NewTokenEachTime = true }) // the same one again is not asked for at once
	h, err := callback.New(callback.Config{
		Token: "token", EncodingAESKey: key, ReceiverID: p.CorpID,
		Handle: func(_ context.Context, m callback.Message) (callback.Reply, error) {
			if tap, ok := m.(*callback.CardEvent); ok {
				p.taps = append(p.taps, tap)
			}
			return nil, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.app = p.AddApp(wecomtest.App{
		AgentID: 1000002, Secret: "s", Token: "token", EncodingAESKey: key, CallbackURL: "https://app.example.com/entry", Handler: h,
	})
	for _, id := range []string{"ZhangSan", "lisi"} {
		p.AddUser(wecomtest.User{ID: id})
	}
	wc, err := wecom.New(wecom.Config{
		CorpID: p.CorpID, Secret: "s", BaseURL: p.URL, HTTPClient: &http.Client{Transport: p.Transport()},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.sender = &message.Sender{API: wc, AgentID: 1000002}
	return p
}

// last is the newest message of a member.
func (p *phones) last(t *testing.T, userid string) wecomtest.Message {
	t.Helper()
	inbox := p.Inbox(userid)
	if len(inbox) == 0 {
		t.Fatalf("nothing on the phone of %s", userid)
	}
	return inbox[len(inbox)-1]
}

func TestCardsArriveWhole(t *testing.T) {
	t.Parallel()
	for _, name := range cardTypes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPhones(t)
			card, sample := sampleCard(t, name)
			if c, ok := card.(message.TextNotice); ok {
				mid := p.AddMedia(wecomtest.Media{Type: "file", Name: "plan.pdf", Data: []byte("%PDF-1.7")})
				c.HorizontalContentList[2].Opens = message.Attachment(mid)
				sample = []byte(strings.Replace(string(sample), `"MID"`, `"`+mid+`"`, 1))
			}
			res, err := p.sender.Send(t.Context(), toZhangsan(card))
			if err != nil {
				t.Fatal(err)
			}
			got := p.last(t, "zhangsan")
			if got.MsgType != "template_card" || got.MsgID != res.MsgID || got.CardType != name {
				t.Errorf("%s %s %s arrived", got.MsgID, got.MsgType, got.CardType)
			}
			var request struct {
				Card json.RawMessage `json:"template_card"`
			}
			if err := json.Unmarshal(got.JSON, &request); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tree(t, sample), tree(t, request.Card)); diff != "" {
				t.Errorf("what arrived (-want +got):\n%s", diff)
			}
			// What the phone shows, in the simulator's own reading.
			b, err := json.Marshal(got.Card)
			if err != nil {
				t.Fatal(err)
			}
			var shown cardJSON
			if err := json.Unmarshal(b, &shown); err != nil {
				t.Fatal(err)
			}
			if again, err := shown.card(); err != nil || !cmp.Equal(card, again) {
				t.Errorf("%v: the phone shows (-want +got):\n%s", err, cmp.Diff(card, again))
			}
			// news_notice without a menu has nothing to tap that the app hears of.
			if (res.ResponseCode == "") != (name == "news_notice") {
				t.Errorf("response code: %d bytes", len(res.ResponseCode))
			}
		})
	}
}

func TestUpdatesOnThePhone(t *testing.T) {
	t.Parallel()
	p := newPhones(t)
	both := message.Recipients{Users: []string{"zhangsan", "lisi"}}
	buttons, _ := sampleCard(t, "button_interaction")
	res, err := p.sender.Send(t.Context(), message.Message{To: both, Content: buttons})
	if err != nil {
		t.Fatal(err)
	}
	// zhangsan taps, and sees another kind of card; lisi keeps the buttons.
	if _, err := p.app.TapCard(t.Context(), "zhangsan", "task-20231114-2", "btn_approve"); err != nil {
		t.Fatal(err)
	}
	tap := p.taps[0]
	if diff := cmp.Diff([]callback.Selected{{QuestionKey: "q_level", OptionIDs: []string{"level_1"}}}, tap.Selected); diff != "" || tap.Key != "btn_approve" {
		t.Errorf("tap of %s (-want +got):\n%s", tap.Key, diff)
	}
	got, err := p.sender.Update(t.Context(), message.Update{
		ResponseCode: tap.ResponseCode, To: message.Recipients{Users: []string{"ZHANGSAN", "WangWu"}},
		Card: with(voteInteraction(), func(c *message.VoteInteraction) {
			c.TaskID, c.ReplaceText, c.Checkbox.Disable = "task-20231114-2", "已同意", true
		}),
	})
	if diff := cmp.Diff(message.UpdateResult{InvalidUsers: []string{"WangWu"}}, got); err != nil || diff != "" {
		t.Errorf("%v, result (-want +got):\n%s", err, diff)
	}
	if m := p.last(t, "zhangsan"); m.CardType != "vote_interaction" || m.Card.ReplaceText != "已同意" || !m.Card.CheckBox.Disable {
		t.Errorf("the phone shows %+v", m.Card)
	}
	if m := p.last(t, "lisi"); m.CardType != "button_interaction" || m.Updates != 0 {
		t.Errorf("the other phone shows %s after %d updates", m.CardType, m.Updates)
	}
	// The code of the send is another one, and it takes everybody's buttons away. Once.
	all := message.Update{ResponseCode: res.ResponseCode, To: message.Everyone, ReplaceName: "已处理"}
	if _, err := p.sender.Update(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if m := p.last(t, "lisi"); m.Replaced != "已处理" {
		t.Errorf("the buttons show %q", m.Replaced)
	}
	_, err = p.sender.Update(t.Context(), all)
	var api *wecom.Error
	if !errors.As(err, &api) || api.Code != 60140 || errors.Is(err, message.ErrMaybeUpdated) {
		t.Errorf("a second use of the code: %v", err)
	}
}

func TestUpdatesThroughFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault wecomtest.Fault
		maybe bool
	}{
		{"never written", wecomtest.Fault{Unreachable: true}, false},
		{"lost before", wecomtest.Fault{ResetBefore: true}, false},
		{"lost after", wecomtest.Fault{ResetAfter: true}, true},
		{"cut", wecomtest.Fault{CutAfter: 3}, true},
		{"busy", wecomtest.Fault{ErrCode: -1}, false},
		{"token", wecomtest.Fault{ErrCode: 42001}, false},
		{"gateway", wecomtest.Fault{Status: 502}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPhones(t)
				res, err := p.sender.Send(t.Context(), toZhangsan(buttonInteraction()))
				if err != nil {
					t.Fatal(err)
				}
				p.Fail(updatePath, tt.fault)
				_, err = p.sender.Update(t.Context(), message.Update{ResponseCode: res.ResponseCode, To: message.Everyone, ReplaceName: "已同意"})
				if (err != nil) != tt.maybe || errors.Is(err, message.ErrMaybeUpdated) != tt.maybe {
					t.Errorf("error %v, want one: %v", err, tt.maybe)
				}
				if err != nil && strings.Contains(err.Error(), res.ResponseCode) {
					t.Errorf("error shows the response code: %v", err)
				}
				if m := p.last(t, "zhangsan"); m.Updates != 1 || m.Replaced != "已同意" {
					t.Errorf("%d updates, the card shows %q", m.Updates, m.Replaced)
				}
			})
		})
	}
}
