package message_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

// sampleCard reads one of the samples of the vendor's document.
func sampleCard(t testing.TB, name string) (message.Card, []byte) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "cards", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var c cardJSON
	if err := strictly(b, &c); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	card, err := c.card()
	if err != nil {
		t.Fatal(err)
	}
	return card, b
}

var cardTypes = []string{"text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction"}

// tree is JSON of which only order and layout are forgotten.
func tree(t testing.TB, b []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return m
}

func TestCardSamplesLoseNothing(t *testing.T) {
	t.Parallel()
	for _, name := range cardTypes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			card, sample := sampleCard(t, name)
			p, err := prepare(t, toZhangsan(card))
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]any{
				"touser": "zhangsan", "msgtype": "template_card", "agentid": 1000002.0, "template_card": tree(t, sample),
			}
			if diff := cmp.Diff(want, tree(t, []byte(p))); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUpdateSamplesLoseNothing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"update_button", "update_card"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(filepath.Join("testdata", "cards", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var sample struct {
				UserIDs  []string `json:"userids"`
				PartyIDs []int    `json:"partyids"`
				TagIDs   []int    `json:"tagids"`
				AtAll    int      `json:"atall"`
				AgentID  int      `json:"agentid"`
				Code     string   `json:"response_code"`
				Button   struct {
					ReplaceName string `json:"replace_name"`
				} `json:"button"`
				Translate int       `json:"enable_id_trans"`
				Card      *cardJSON `json:"template_card"`
			}
			if err := strictly(b, &sample); err != nil {
				t.Fatal(err)
			}
			u := message.Update{
				ResponseCode:  sample.Code,
				To:            message.Recipients{Users: sample.UserIDs, Parties: sample.PartyIDs, Tags: sample.TagIDs},
				ReplaceName:   sample.Button.ReplaceName,
				IDTranslation: sample.Translate == 1,
			}
			if sample.Card != nil {
				if u.Card, err = sample.Card.card(); err != nil {
					t.Fatal(err)
				}
			}
			api := &fakeAPI{}
			if _, err := (&message.Sender{API: api, AgentID: sample.AgentID}).Update(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			want := tree(t, b)
			for _, name := range []string{"atall", "enable_id_trans"} { // 0, the default, is not sent
				if want[name] == 0.0 {
					delete(want, name)
				}
			}
			if diff := cmp.Diff(want, tree(t, []byte(api.calls[0].Body))); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
			if c := api.calls[0]; c.Method != "POST" || c.Path != "/cgi-bin/message/update_template_card" || c.Query != "" {
				t.Errorf("call %s %s?%s", c.Method, c.Path, c.Query)
			}
		})
	}
}
