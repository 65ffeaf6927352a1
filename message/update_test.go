package message_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

const updatePath = "/cgi-bin/message/update_template_card"

func userIDs(n int) []string {
	return repeated(n, func(i int) string { return "u" + strconv.Itoa(i) })
}

func groupIDs(n int) []int { return repeated(n, func(i int) int { return i + 1 }) }

func TestUpdateRequests(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		u    message.Update
		want string
	}{
		{
			"the buttons, for all", message.Update{ResponseCode: `R<&>"C`, To: message.Everyone, ReplaceName: "已同意"},
			`{"atall":1,"agentid":1000002,"response_code":"R<&>\"C","button":{"replace_name":"已同意"}}`,
		}, {
			"ids once", message.Update{
				ResponseCode: "RC", ReplaceName: "a",
				To: message.Recipients{Users: []string{"ZhangSan", "lisi", "zhangsan"}, Parties: []int{2, 1, 2}, Tags: []int{5, 5}},
			},
			`{"userids":["ZhangSan","lisi"],"partyids":[2,1],"tagids":[5],"agentid":1000002,"response_code":"RC","button":{"replace_name":"a"}}`,
		}, {
			"buttons replaced", message.Update{
				ResponseCode: "RC", To: message.Recipients{Parties: []int{2}}, IDTranslation: true,
				Card: with(buttonInteraction(), func(c *message.ButtonInteraction) {
					c.ReplaceText, c.ButtonSelection = "已提交", selection("q", 1)
					c.ButtonSelection.Disable = true
				}),
			},
			`{"partyids":[2],"agentid":1000002,"response_code":"RC","enable_id_trans":1,"template_card":{"card_type":"button_interaction","task_id":"t","main_title":{"title":"t"},` +
				`"button_selection":{"question_key":"q","option_list":[{"id":"o0","text":"t"}],"disable":true},"button_list":[{"text":"b","key":"k"}],"replace_text":"已提交"}}`,
		}, {
			"a vote closed", message.Update{
				ResponseCode: "RC", To: message.Recipients{Tags: []int{2}},
				Card: with(voteInteraction(), func(c *message.VoteInteraction) { c.ReplaceText, c.Checkbox.Disable = "已投票", true }),
			},
			`{"tagids":[2],"agentid":1000002,"response_code":"RC","template_card":{"card_type":"vote_interaction","task_id":"t","main_title":{"title":"t"},` +
				`"checkbox":{"question_key":"q","option_list":[{"id":"a","text":"A","is_checked":false}],"disable":true},"submit_button":{"text":"s","key":"k"},"replace_text":"已投票"}}`,
		}, {
			"selections closed, by a pointer", message.Update{
				ResponseCode: "RC", To: message.Everyone,
				Card: new(with(multipleInteraction(), func(c *message.MultipleInteraction) { c.ReplaceText, c.SelectList[0].Disable = "已保存", true })),
			},
			`{"atall":1,"agentid":1000002,"response_code":"RC","template_card":{"card_type":"multiple_interaction","task_id":"t","main_title":{"title":"t"},` +
				`"select_list":[{"question_key":"q","option_list":[{"id":"o0","text":"t"}],"disable":true}],"submit_button":{"text":"s","key":"k"},"replace_text":"已保存"}}`,
		}, {
			"another kind", message.Update{ResponseCode: "RC", To: message.Everyone, Card: textNotice()},
			`{"atall":1,"agentid":1000002,"response_code":"RC","template_card":{"card_type":"text_notice","main_title":{"title":"t"},"card_action":{"type":1,"url":"http://h"}}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := &fakeAPI{}
			if _, err := (&message.Sender{API: api, AgentID: 1000002}).Update(t.Context(), tt.u); err != nil {
				t.Fatal(err)
			}
			want := []call{{Method: "POST", Path: updatePath, Body: tt.want}}
			if diff := cmp.Diff(want, api.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUpdatesThatAreRefused(t *testing.T) {
	t.Parallel()
	to := func(r message.Recipients) message.Update {
		return message.Update{ResponseCode: "RC", To: r, ReplaceName: "x"}
	}
	change := func(set func(*message.Update)) message.Update { return with(to(message.Everyone), set) }
	for _, tt := range []struct {
		name           string
		u              message.Update
		field, problem string
	}{
		{"no code", change(func(u *message.Update) { u.ResponseCode = "" }), "response_code", "required"},
		{"no text of a code", change(func(u *message.Update) { u.ResponseCode = "\x00" }), "response_code", "U+0000"},
		{"nobody", to(message.Recipients{}), "userids", "no recipient"},
		{"a bad user", to(message.Recipients{Users: []string{"zhangsan", "li|si"}}), "userids[1]", "not allowed"},
		{"all among others", to(message.Recipients{Users: []string{"zhangsan", "@all"}}), "userids[1]", "@all"},
		{"all and a party", to(message.Recipients{Users: []string{"@all"}, Parties: []int{1}}), "atall", "everybody"},
		{"all and a tag", to(message.Recipients{Users: []string{"@all"}, Tags: []int{1}}), "atall", "everybody"},
		{"party 0", to(message.Recipients{Parties: []int{1, 0}}), "partyids[1]", "0 is no id"},
		{"negative tag", to(message.Recipients{Tags: []int{-1}}), "tagids[0]", "-1 is no id"},
		{"no change", change(func(u *message.Update) { u.ReplaceName = "" }), "template_card", "button.replace_name"},
		{"a nil card", change(func(u *message.Update) { u.ReplaceName, u.Card = "", (*message.TextNotice)(nil) }), "template_card", "button.replace_name"},
		{"both changes", change(func(u *message.Update) { u.Card = textNotice() }), "button.replace_name", "beside a template_card"},
		{"a bad name", change(func(u *message.Update) { u.ReplaceName = "\xff" }), "button.replace_name", "UTF-8"},
		{"translated name", change(func(u *message.Update) { u.IDTranslation = true }), "enable_id_trans", "template_card"},
		{"a bad card", change(func(u *message.Update) { u.ReplaceName, u.Card = "", message.TextNotice{} }), "template_card.main_title.title", "required"},
		{
			"a bad replacement", change(func(u *message.Update) {
				u.ReplaceName, u.Card = "", with(voteInteraction(), func(c *message.VoteInteraction) { c.ReplaceText = "\r" })
			}), "template_card.replace_text", "U+000D",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := &fakeAPI{}
			_, err := (&message.Sender{API: api, AgentID: 1}).Update(t.Context(), tt.u)
			wantField(t, err, tt.field, tt.problem)
			if len(api.calls) > 0 {
				t.Errorf("%d calls", len(api.calls))
			}
		})
	}
	_, err := (&message.Sender{API: &fakeAPI{}}).Update(t.Context(), to(message.Everyone))
	wantField(t, err, "agentid", "no app")
	_, err = (&message.Sender{AgentID: 1}).Update(t.Context(), to(message.Everyone))
	wantField(t, err, "API", "nil")
}

func TestUpdateLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		field, unit string
		limit       int
		to          func(n int) message.Recipients
	}{
		{"userids", "users", 1000, func(n int) message.Recipients { return message.Recipients{Users: userIDs(n)} }},
		{"partyids", "parties", 100, func(n int) message.Recipients { return message.Recipients{Parties: groupIDs(n)} }},
		{"tagids", "tags", 100, func(n int) message.Recipients { return message.Recipients{Tags: groupIDs(n)} }},
	} {
		t.Run(tt.field, func(t *testing.T) {
			t.Parallel()
			s := &message.Sender{API: &fakeAPI{}, AgentID: 1}
			if _, err := s.Update(t.Context(), message.Update{ResponseCode: "RC", To: tt.to(tt.limit), ReplaceName: "x"}); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			_, err := s.Update(t.Context(), message.Update{ResponseCode: "RC", To: tt.to(tt.limit + 1), ReplaceName: "x"})
			var got *message.LimitError
			if !errors.As(err, &got) {
				t.Fatalf("past the limit: %v", err)
			}
			want := &message.LimitError{Field: tt.field, Limit: tt.limit, Size: tt.limit + 1, Unit: tt.unit}
			if diff := cmp.Diff(want, got, ignoreHint); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUpdateResult(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, answer string
		want         message.UpdateResult
	}{
		{"all well", `{"errcode":0,"errmsg":"ok"}`, message.UpdateResult{}},
		{
			"arrays", `{"errcode":0,"invaliduser":["zhangsan","userx"],"invalidparty":[7],"invalidtag":["3"]}`,
			message.UpdateResult{InvalidUsers: []string{"ZhangSan", "userx"}, InvalidParties: []int{7}, InvalidTags: []int{3}},
		}, {
			"joined, as a send is answered", `{"invaliduser":"lisi|ZHANGSAN","invalidparty":"7|8","invalidtag":""}`,
			message.UpdateResult{InvalidUsers: []string{"LiSi", "ZhangSan"}, InvalidParties: []int{7, 8}},
		}, {
			"nonsense fails nothing: the card is changed", `{"invaliduser":{"a":1},"invalidparty":null,"invalidtag":["x"]}`, message.UpdateResult{},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &message.Sender{API: &fakeAPI{outcomes: []outcome{{answer: tt.answer}}}, AgentID: 1}
			got, err := s.Update(t.Context(), message.Update{
				ResponseCode: "RC", ReplaceName: "x",
				To: message.Recipients{Users: []string{"ZhangSan", "LiSi"}, Parties: []int{7, 8}, Tags: []int{3}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhenAnUpdateIsRepeated(t *testing.T) {
	t.Parallel()
	used := &apiError{text: "invalid response_code", code: 60140}
	foreign := &apiError{text: "not the sender", code: 42015}
	well := outcome{answer: `{"errcode":0}`}
	fails := func(errs ...error) (out []outcome) {
		for _, err := range errs {
			out = append(out, outcome{answer: `{"invaliduser":["lisi"]}`, err: err})
		}
		return out
	}
	for _, tt := range []struct {
		name     string
		outcomes []outcome
		calls    int
		err      error
		maybe    bool // ErrMaybeUpdated
	}{
		{"at once", []outcome{well}, 1, nil, false},
		{"not sent", append(fails(errNotSent, errNotSent), well), 3, nil, false},
		{"lost, but it had not arrived", append(fails(errLost), well), 2, nil, false},
		{"busy", append(fails(errBusy), well), 2, nil, false},
		{"lost for ever", fails(errLost), 3, errLost, false},
		{"used before", fails(used), 1, used, false},
		{"used before, not by an attempt that was never sent", fails(errNotSent, used), 2, used, false},
		{"lost, and it had arrived", fails(errLost, used), 2, used, true},
		{"busy, and it was done", fails(errBusy, used), 2, used, true},
		{"lost, then not sent, then used", fails(errLost, errNotSent, used), 3, used, true},
		{"another app's card", fails(foreign), 1, foreign, false},
		{"another app's card after a loss", fails(errLost, foreign), 2, foreign, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &fakeAPI{outcomes: tt.outcomes}
				got, err := (&message.Sender{API: api, AgentID: 1}).Update(t.Context(), message.Update{ResponseCode: "RC", To: message.Everyone, ReplaceName: "x"})
				if !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if errors.Is(err, message.ErrMaybeUpdated) != tt.maybe {
					t.Errorf("error %v, ErrMaybeUpdated: want %v", err, tt.maybe)
				}
				var code interface{ ErrCode() int }
				if tt.err == used && (!errors.As(err, &code) || code.ErrCode() != 60140) {
					t.Errorf("error %v has no code 60140", err)
				}
				if len(api.calls) != tt.calls {
					t.Fatalf("%d calls, want %d", len(api.calls), tt.calls)
				}
				for _, c := range api.calls {
					if c != api.calls[0] {
						t.Errorf("a repeated update has other bytes: %v", c)
					}
				}
				if diff := cmp.Diff(message.UpdateResult{}, got); diff != "" {
					t.Errorf("result (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// echo answers with an error that quotes the request, as a careless proxy or errmsg would.
func echo(code string, kept bool) *fakeAPI {
	return &fakeAPI{outcomes: []outcome{{err: fmt.Errorf("quoting %s: %w", code, &apiError{text: "not good: " + code, code: 60140, kept: kept})}}}
}

func TestNoErrorShowsTheResponseCode(t *testing.T) {
	t.Parallel()
	const code = `canary+"code"/7`
	for _, form := range []string{code, `canary+\"code\"/7`, "canary%2B%22code%22%2F7"} {
		api := echo(form, true)
		_, err := (&message.Sender{API: api, AgentID: 1}).Update(t.Context(), message.Update{ResponseCode: code, To: message.Everyone, ReplaceName: "x"})
		if err == nil {
			t.Fatal("no error")
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			for _, text := range []string{e.Error(), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e)} {
				if strings.Contains(text, "canary") {
					t.Errorf("%T shows the code: %s", e, text)
				}
			}
		}
		var asked interface {
			ErrCode() int
			Retryable() bool
			NotSent() bool
		}
		if !errors.As(err, &asked) || asked.ErrCode() != 60140 || asked.Retryable() || !asked.NotSent() {
			t.Errorf("error %v lost its answers", err)
		}
		if cause := api.outcomes[0].err; !errors.Is(err, cause) || errors.Is(err, errLost) {
			t.Errorf("error %v is not what the Caller returned", err)
		}
		if !strings.Contains(err.Error(), "not good: [hidden]") || !strings.Contains(err.Error(), "attempt 1") {
			t.Errorf("error %v does not tell what it can", err)
		}
	}
	_, err := (&message.Sender{API: &fakeAPI{}, AgentID: 1}).Update(t.Context(), message.Update{ResponseCode: "canary\x00"})
	if err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a refusal shows the code: %v", err)
	}
}
