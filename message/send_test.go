package message_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func TestSendWritesTheDocumentedRequest(t *testing.T) {
	t.Parallel()
	all := message.Recipients{Users: []string{"zhangsan", "lisi"}, Parties: []int{2, 3}, Tags: []int{5}}
	tests := []struct {
		name string
		m    message.Message
		want string
	}{
		{
			"text, nothing else",
			toZhangsan(message.Text{Content: "构建完成"}),
			`{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"构建完成"}}`,
		}, {
			"every recipient and option",
			message.Message{
				To: all, Content: message.Text{Content: "$userName=lisi$"}, Safe: message.Confidential,
				IDTranslation: true, DuplicateCheck: true, DuplicateInterval: 4 * time.Hour,
			},
			`{"touser":"zhangsan|lisi","toparty":"2|3","totag":"5","msgtype":"text","agentid":1000002,` +
				`"text":{"content":"$userName=lisi$"},"safe":1,"enable_id_trans":1,"enable_duplicate_check":1,"duplicate_check_interval":14400}`,
		}, {
			"the vendor's interval",
			message.Message{To: message.Recipients{Tags: []int{1}}, Content: message.Markdown{Content: "# 标题"}, DuplicateCheck: true},
			`{"totag":"1","msgtype":"markdown","agentid":1000002,"markdown":{"content":"# 标题"},"enable_duplicate_check":1}`,
		}, {
			"everyone",
			message.Message{To: message.Everyone, Content: message.Markdown{Content: "x"}},
			`{"touser":"@all","msgtype":"markdown","agentid":1000002,"markdown":{"content":"x"}}`,
		}, {
			"card without a button text",
			toZhangsan(message.TextCard{Title: "领奖", Description: `<div class="gray">十一月</div>`, URL: "https://app.example.com/p?a=1&b=2"}),
			`{"touser":"zhangsan","msgtype":"textcard","agentid":1000002,"textcard":{"title":"领奖",` +
				`"description":"<div class=\"gray\">十一月</div>","url":"https://app.example.com/p?a=1&b=2"}}`,
		}, {
			"card with everything",
			message.Message{
				To: message.Recipients{Parties: []int{1}}, IDTranslation: true,
				Content: message.TextCard{Title: "t", Description: "d", URL: "http://h", BtnTxt: "更多"},
			},
			`{"toparty":"1","msgtype":"textcard","agentid":1000002,"textcard":{"title":"t","description":"d","url":"http://h","btntxt":"更多"},"enable_id_trans":1}`,
		}, {
			"a pointer to a content",
			toZhangsan(&message.Text{Content: "x"}),
			`{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"x"}}`,
		}, {
			"everything that can stand raw does",
			toZhangsan(message.Text{Content: "<a href=\"https://h/?a=1&b\">\u2028\u2029😀\ufffd</a>\n\t\\ \\u2028 \\\\u2029"}),
			`{"touser":"zhangsan","msgtype":"text","agentid":1000002,"text":{"content":"<a href=\"https://h/?a=1&b\">` +
				"\u2028\u2029😀\ufffd" + `</a>\n\t\\ \\u2028 \\\\u2029"}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api := &fakeAPI{}
			s := &message.Sender{API: api, AgentID: 1000002}
			if _, err := s.Send(t.Context(), tt.m); err != nil {
				t.Fatal(err)
			}
			want := []call{{Method: "POST", Path: "/cgi-bin/message/send", Body: tt.want}}
			if diff := cmp.Diff(want, api.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResultTellsWhoGotNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		want         message.Result
	}{
		{"all well", `{"errcode":0,"errmsg":"ok","msgid":"M","invaliduser":"","invalidparty":"","invalidtag":""}`, message.Result{MsgID: "M"}},
		{
			"lower-cased and joined",
			`{"errcode":0,"invaliduser":"zhangsan|userx","invalidparty":"7|8","invalidtag":"3","unlicenseduser":"lisi","msgid":"M","response_code":"RC"}`,
			message.Result{
				MsgID: "M", InvalidUsers: []string{"ZhangSan", "userx"}, InvalidParties: []int{7, 8}, InvalidTags: []int{3},
				UnlicensedUsers: []string{"LiSi"}, ResponseCode: "RC",
			},
		}, {
			"arrays, as update_template_card answers",
			`{"invaliduser":["lisi"],"invalidparty":[7],"invalidtag":["3"],"msgid":"M"}`,
			message.Result{MsgID: "M", InvalidUsers: []string{"LiSi"}, InvalidParties: []int{7}, InvalidTags: []int{3}},
		}, {
			"nonsense fails nothing: the message is out",
			`{"invaliduser":null,"invalidparty":"x||9 ","invalidtag":{"a":1},"msgid":"M"}`,
			message.Result{MsgID: "M", InvalidParties: []int{9}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &message.Sender{API: &fakeAPI{outcomes: []outcome{{answer: tt.answer}}}, AgentID: 1}
			got, err := s.Send(t.Context(), message.Message{
				To:      message.Recipients{Users: []string{"ZhangSan", "LiSi"}, Parties: []int{7, 8}, Tags: []int{3}},
				Content: message.Text{Content: "x"},
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

func TestSendKeepsTheErrorOfTheAPI(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{outcomes: []outcome{{answer: `{"invaliduser":"zhangsan","msgid":"M"}`, err: errInvalid}}}
	s := &message.Sender{API: api, AgentID: 1}
	m := toZhangsan(message.Text{Content: "x"})
	m.DuplicateCheck = true
	got, err := s.Send(t.Context(), m)
	var e *apiError
	if !errors.As(err, &e) || e.code != 81013 {
		t.Errorf("error %v, want one that is the API's", err)
	}
	if diff := cmp.Diff(message.Result{}, got); diff != "" {
		t.Errorf("result beside an error (-want +got):\n%s", diff)
	}
	if len(api.calls) != 1 {
		t.Errorf("%d calls for a definite answer, want 1", len(api.calls))
	}
}
