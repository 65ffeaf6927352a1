package callback_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/callback"
)

func header(msgID string, second int64) callback.Header {
	return callback.Header{ToUser: corpID, FromUser: "zhangsan", CreateTime: strconv.FormatInt(1700000000+second, 10), AgentID: "1000002", MsgID: msgID}
}

// xmlOf joins lines of elements into a message, with the common elements in front.
func xmlOf(second, elements string) string {
	return "<xml>\n  <ToUserName><![CDATA[ww1234567890abcdef]]></ToUserName>\n  <FromUserName><![CDATA[zhangsan]]></FromUserName>\n  <CreateTime>17000000" +
		second + "</CreateTime>\n  " + elements + "\n  <AgentID>1000002</AgentID>\n</xml>"
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, plain string
		want        callback.Message
	}{
		{"text", xmlOf("01", "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[ping]]></Content><MsgId>7300000000000000001</MsgId>"),
			&callback.Text{Header: header("7300000000000000001", 1), Content: "ping"}},
		{"image", xmlOf("02", "<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[https://wework.qpic.cn/wwpic/000001_example/0]]></PicUrl><MediaId><![CDATA[1imageMEDIAIDexample_-0001]]></MediaId><MsgId>7300000000000000002</MsgId>"),
			&callback.Image{Header: header("7300000000000000002", 2), PicURL: "https://wework.qpic.cn/wwpic/000001_example/0", MediaID: "1imageMEDIAIDexample_-0001"}},
		{"voice", xmlOf("03", "<MsgType><![CDATA[voice]]></MsgType><MediaId><![CDATA[2voiceEXAMPLE]]></MediaId><Format><![CDATA[amr]]></Format><MsgId>7300000000000000003</MsgId>"),
			&callback.Voice{Header: header("7300000000000000003", 3), MediaID: "2voiceEXAMPLE", Format: "amr"}},
		{"video", xmlOf("04", "<MsgType><![CDATA[video]]></MsgType><MediaId><![CDATA[3videoEXAMPLE]]></MediaId><ThumbMediaId><![CDATA[3thumbEXAMPLE]]></ThumbMediaId><MsgId>7300000000000000004</MsgId>"),
			&callback.Video{Header: header("7300000000000000004", 4), MediaID: "3videoEXAMPLE", ThumbMediaID: "3thumbEXAMPLE"}},
		{"location", xmlOf("05", "<MsgType><![CDATA[location]]></MsgType><Location_X>31.230500</Location_X><Location_Y>121.473700</Location_Y><Scale>20</Scale><Label><![CDATA[Shanghai, Example Road 1]]></Label><MsgId>7300000000000000005</MsgId><AppType><![CDATA[wxwork]]></AppType>"),
			&callback.Location{Header: header("7300000000000000005", 5), Latitude: 31.2305, Longitude: 121.4737, Scale: 20, Label: "Shanghai, Example Road 1", AppType: "wxwork"}},
		{"link", xmlOf("06", "<MsgType><![CDATA[link]]></MsgType><Title><![CDATA[Weekly report]]></Title><Description><![CDATA[Numbers of week 47]]></Description><Url><![CDATA[https://app.example.com/report/47]]></Url><PicUrl><![CDATA[https://app.example.com/cover.png]]></PicUrl><MsgId>7300000000000000006</MsgId>"),
			&callback.Link{Header: header("7300000000000000006", 6), Title: "Weekly report", Description: "Numbers of week 47", URL: "https://app.example.com/report/47", PicURL: "https://app.example.com/cover.png"}},
		{"subscribe", xmlOf("10", "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[]]></EventKey>"),
			&callback.Subscribe{Header: header("", 10)}},
		{"unsubscribe", xmlOf("10", "<MsgType>event</MsgType><Event>unsubscribe</Event>"),
			&callback.Unsubscribe{Header: header("", 10)}},
		{"enter_agent", xmlOf("11", "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[enter_agent]]></Event><EventKey/>"),
			&callback.EnterAgent{Header: header("", 11)}},
		{"click", xmlOf("19", "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[click]]></Event><EventKey><![CDATA[MENU_TODAY]]></EventKey>"),
			&callback.MenuClick{Header: header("", 19), Key: "MENU_TODAY"}},
		{"view", xmlOf("20", "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[view]]></Event><EventKey><![CDATA[https://app.example.com/home?a=1&b=2]]></EventKey>"),
			&callback.MenuView{Header: header("", 20), URL: "https://app.example.com/home?a=1&b=2"}},
		{"card", xmlOf("28", "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[btn_approve]]></EventKey><TaskId><![CDATA[task-20231114-1]]></TaskId><CardType><![CDATA[button_interaction]]></CardType><ResponseCode><![CDATA[RC_EXAMPLE_1]]></ResponseCode>"+
			"<SelectedItems>\n<SelectedItem><QuestionKey><![CDATA[q_level]]></QuestionKey><OptionIds><OptionId><![CDATA[level_2]]></OptionId><OptionId>level_3</OptionId></OptionIds></SelectedItem>"+
			"<SelectedItem><QuestionKey>q_old</QuestionKey><OpitonIds><OpitonId>spelt_old</OpitonId></OpitonIds></SelectedItem></SelectedItems>"),
			&callback.CardEvent{Header: header("", 28), Key: "btn_approve", TaskID: "task-20231114-1", CardType: "button_interaction", ResponseCode: "RC_EXAMPLE_1",
				Selected: []callback.Selected{{QuestionKey: "q_level", OptionIDs: []string{"level_2", "level_3"}}, {QuestionKey: "q_old", OptionIDs: []string{"spelt_old"}}}}},
		{"tolerance", "\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- made by hand -->\n<xml a='>'><MsgType >text</MsgType\n><Content x=\"1\">a<![CDATA[<b>]]>&amp;&#x4e2d;&#65;&unknown;\r\nend</Content><Content>second</Content><MsgId>7</MsgId><More><Deep/></More></xml>\n",
			&callback.Text{Header: callback.Header{MsgID: "7"}, Content: "a<b>&中A&unknown;\nend"}},
		{"invalid characters", "<xml><MsgType>text</MsgType><MsgId>7</MsgId><Content>a\x00b\xffc&#1;d\ufffe</Content></xml>",
			&callback.Text{Header: callback.Header{MsgID: "7"}, Content: "a\ufffdb\ufffdc\ufffdd\ufffd"}},
	} {
		got, err := callback.Decode([]byte(tt.plain))
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
}

// TestUnknown: nothing authentic gets lost.
func TestUnknown(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<a>", 17) + strings.Repeat("</a>", 17)
	for _, tt := range []struct{ name, plain, msgType, event, fromUser string }{
		{"new message type", "<xml><FromUserName>lisi</FromUserName><MsgId>7</MsgId><MsgType>hologram</MsgType></xml>", "hologram", "", "lisi"},
		{"new event", "<xml><FromUserName>sys</FromUserName><MsgType>event</MsgType><Event>change_contact</Event></xml>", "event", "change_contact", "sys"},
		{"new change", "<xml><FromUserName>sys</FromUserName><MsgType>event</MsgType><Event>change_contact</Event><ChangeType>merge_user</ChangeType></xml>", "event", "change_contact", "sys"},
		{"latitude that is none", "<xml><MsgId>7</MsgId><MsgType>location</MsgType><Location_X>north</Location_X></xml>", "location", "", ""},
		{"JSON", `{"msgtype":"text"}`, "", "", ""},
		{"empty", "", "", "", ""},
		{"too deep", deep, "", "", ""},
		{"not closed", "<xml><MsgType>text</MsgType>", "", "", ""},
		{"crossed", "<xml><a><b></a></b></xml>", "", "", ""},
		{"DOCTYPE", "<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>", "", "", ""},
		{"two roots", "<xml></xml><xml></xml>", "", "", ""},
		{"text behind", "<xml></xml>x", "", "", ""},
		{"no name", "<xml>< a></xml>", "", "", ""},
		{"open quote", `<xml><a b="></a></xml>`, "", "", ""},
		{"open comment", "<xml><!-- </xml>", "", "", ""},
		{"open section", "<xml><![CDATA[</xml>", "", "", ""},
		{"open tag", "<xml", "", "", ""},
		{"open end tag", "<xml></xml", "", "", ""},
	} {
		m, err := callback.Decode([]byte(tt.plain))
		u, ok := m.(*callback.Unknown)
		if !ok || err != nil {
			t.Errorf("%s: not Unknown, %v", tt.name, err)
			continue
		}
		id := ""
		if strings.Contains(tt.plain, "<MsgId>7<") {
			id = "7"
		}
		change := ""
		if strings.Contains(tt.plain, "merge_user") {
			change = "merge_user"
		}
		want := &callback.Unknown{ChangeType: change, Header: callback.Header{FromUser: tt.fromUser, MsgID: id}, MsgType: tt.msgType, Event: tt.event, Raw: []byte(tt.plain)}
		if diff := cmp.Diff(want, u); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	m, err := callback.Decode([]byte("<xml>" + strings.Repeat("<a>", 15) + strings.Repeat("</a>", 15) + "<MsgType>text</MsgType><MsgId>1</MsgId></xml>"))
	if _, ok := m.(*callback.Text); !ok || err != nil {
		t.Errorf("a message of depth 16 is not read: %v", err)
	}
}

func TestCreated(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Time{
		"1700000001": time.Unix(1700000001, 0), "": {}, "soon": {}, "1e9": {},
	} {
		if got := (&callback.Header{CreateTime: in}).Created(); !got.Equal(want) {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	head := header("1", 1)
	start := "<xml><ToUserName><![CDATA[zhangsan]]></ToUserName><FromUserName><![CDATA[ww1234567890abcdef]]></FromUserName><CreateTime>1700000100</CreateTime>"
	for _, tt := range []struct {
		reply callback.Reply
		want  string
	}{
		{callback.TextReply("pong"), start + "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[pong]]></Content></xml>"},
		{callback.TextReply("a]]>b<c>&\x00\r\nd"), start + "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a]]]]><![CDATA[>b<c>&\ufffd\nd]]></Content></xml>"},
		{callback.UpdateButton("已同意"), start + "<MsgType><![CDATA[update_button]]></MsgType><Button><ReplaceName><![CDATA[已同意]]></ReplaceName></Button></xml>"},
	} {
		if diff := cmp.Diff(tt.want, string(callback.ReplyXML(&head, tt.reply, time.Unix(1700000100, 0)))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for _, r := range []callback.Reply{nil, callback.TextReply("")} {
		if got := callback.ReplyXML(&head, r, time.Now()); len(got) != 0 {
			t.Errorf("an empty reply shows %s", got)
		}
	}
	long := strings.Repeat("中", 700) // 2100 bytes
	got := string(callback.ReplyXML(&head, callback.TextReply(long), time.Unix(0, 0)))
	if want := strings.Repeat("中", 682); !strings.Contains(got, "[CDATA["+want+"]]") {
		t.Errorf("long text is not cut at a character below 2048 bytes: %d bytes", len(got))
	}
	exact := strings.Repeat("a", 2048)
	if got := string(callback.ReplyXML(&head, callback.TextReply(exact), time.Unix(0, 0))); !strings.Contains(got, exact) {
		t.Error("a text of 2048 bytes is cut")
	}
}
