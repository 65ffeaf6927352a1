package callback_test

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/wecomtest"
)

// sampleReplies are the replies of the reference's samples, by their files.
var sampleReplies = map[string]callback.Reply{
	"text":  callback.TextReply("pong"),
	"image": callback.ImageReply("MEDIA_IMG"),
	"voice": callback.VoiceReply("MEDIA_VOICE"),
	"video": callback.VideoReply{MediaID: "MEDIA_VIDEO", Title: "Demo", Description: "Two minutes"},
	"news": callback.NewsReply{
		{Title: "First", Description: "Lead", PicURL: "https://app.example.com/1.png", URL: "https://app.example.com/1"},
		{Title: "Second", PicURL: "https://app.example.com/2.png", URL: "https://app.example.com/2"},
	},
	"update_button":   callback.UpdateButton("Approved"),
	"update_taskcard": callback.UpdateTaskCard("Done"),
	"update_template_card-text_notice": cardReply(`{"card_type":"text_notice","source":{"icon_url":"https://app.example.com/i.png","desc":"Approvals","desc_color":1},
		"action_menu":{"desc":"more","action_list":[{"text":"Mute","key":"menu_mute"},{"text":"Delete","key":"menu_del"}]},
		"task_id":"task-20231114-1","main_title":{"title":"Leave request","desc":"Approved"},"emphasis_content":{"title":"3","desc":"days"},
		"sub_title_text":"Approved by Li Si","horizontal_content_list":[{"keyname":"From","value":"2023-11-20"},{"type":3,"keyname":"By","value":"Li Si","userid":"lisi"}],
		"jump_list":[{"type":1,"title":"Open","url":"https://app.example.com/l/1"}],"card_action":{"type":1,"url":"https://app.example.com/l/1"}}`),
	"update_template_card-button_interaction": cardReply(`{"card_type":"button_interaction","main_title":{"title":"Leave request","desc":"Waiting"},
		"button_selection":{"question_key":"q_level","title":"Level","option_list":[{"id":"level_1","text":"Low"},{"id":"level_2","text":"High"}],"selected_id":"level_2","disable":true},
		"button_list":[{"text":"Approve","style":1,"key":"btn_approve"},{"text":"Reject","style":2,"key":"btn_reject"}],"task_id":"task-20231114-1","replace_text":"Submitted"}`),
	"update_template_card-vote_interaction": cardReply(`{"card_type":"vote_interaction","main_title":{"title":"Lunch?"},
		"checkbox":{"question_key":"q_lunch","option_list":[{"id":"a","text":"Noodles","is_checked":true},{"id":"b","text":"Rice","is_checked":false}],"disable":true,"mode":1},
		"submit_button":{"text":"Send","key":"submit"},"task_id":"task-2","replace_text":"Voted"}`),
	"update_template_card-multiple_interaction": cardReply(`{"card_type":"multiple_interaction","main_title":{"title":"Shift plan"},
		"select_list":[{"question_key":"q_day","title":"Day","option_list":[{"id":"mon","text":"Monday"},{"id":"tue","text":"Tuesday"}],"selected_id":"mon","disable":false}],
		"submit_button":{"text":"Send","key":"submit"},"task_id":"task-3","replace_text":"Saved"}`),
}

func cardReply(object string) callback.Reply {
	return callback.UpdateTemplateCard{Card: json.RawMessage(object)}
}

// sorted forgets layout, and the order of elements with different names.
func sorted(trees []callback.Tree) []callback.Tree {
	for i := range trees {
		if trees[i].Children = sorted(trees[i].Children); len(trees[i].Children) > 0 {
			trees[i].Text = ""
		}
	}
	slices.SortStableFunc(trees, func(a, b callback.Tree) int { return cmp.Compare(a.Name, b.Name) })
	return trees
}

func trees(t testing.TB, src string) []callback.Tree {
	t.Helper()
	all, err := callback.Read(src)
	if err != nil {
		t.Fatalf("%v: %s", err, src)
	}
	return sorted(all)
}

func TestReplySamples(t *testing.T) {
	t.Parallel()
	head := header("", 0)
	for _, file := range files(t, "replies/*.xml", 11) {
		name := strings.TrimSuffix(filepath.Base(file), ".xml")
		reply := sampleReplies[name]
		if reply == nil {
			t.Errorf("%s is not tried", name)
			continue
		}
		got := string(callback.ReplyXML(&head, reply, time.Unix(1700000100, 0)))
		if diff := gocmp.Diff(trees(t, read(t, file)), trees(t, got)); diff != "" {
			t.Errorf("%s (-sample +got):\n%s", name, diff)
		}
	}
}

// TestReplyTable: what is refused here is what WeCom would ignore, by wecomtest's
// reading of the reference; what is accepted, it shows.
func TestReplyTable(t *testing.T) {
	t.Parallel()
	srv := wecomtest.NewUnstartedServer()
	defer srv.Close()
	srv.CorpID = corpID
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddUser(wecomtest.User{ID: "lisi"})
	srv.Configure(func(r *wecomtest.Rules) { r.Retries = 0 })
	var plain []byte
	var reply callback.Reply
	// This app sends any reply to anything.
	forced := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var head struct{ FromUserName string }
		_ = xml.Unmarshal(plain, &head)
		h := callback.Header{ToUser: corpID, FromUser: head.FromUserName}
		s, err := codecFor(t, keys).Seal(callback.ReplyXML(&h, reply, time.Now()), now(), nonce)
		if err != nil {
			t.Error(err)
		}
		w.Write([]byte("<xml><Encrypt>" + s.Encrypt + "</Encrypt><MsgSignature>" + s.MsgSignature + "</MsgSignature><TimeStamp>" + s.Timestamp + "</TimeStamp><Nonce>" + s.Nonce + "</Nonce></xml>"))
	})
	app := srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "s", Token: token, EncodingAESKey: aesKey, CallbackURL: "http://app.example.com/entry/", Handler: forced})
	h, _ := newHandler(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) { return reply, nil }})
	ours := srv.AddApp(wecomtest.App{AgentID: 1000003, Secret: "another", Token: token, EncodingAESKey: aesKey, CallbackURL: "http://app.example.com/ours/", Handler: h})

	shown, refused := 0, 0
	for _, file := range append(files(t, "incoming/*.xml", 36), files(t, "rows/*.xml", 50)...) {
		for name, r := range sampleReplies {
			reply = r
			// Each a message of its own: another MsgId, another byte.
			plain = []byte(strings.Replace(read(t, file), "730000000000000000", strconv.Itoa(shown+refused+1), 1) + strings.Repeat(" ", shown+refused))
			verdict, err := app.Deliver(t.Context(), plain)
			ignored := verdict.Ignored || errors.Is(err, wecomtest.ErrReply) // of kf_msg_or_event: there is no member
			if err != nil && !ignored {
				t.Fatalf("%s, %s: %v", file, name, err)
			}
			_, ourErr := callback.EncodeReply(callback.XML, string(plain), reply, time.Now())
			if ignored != (ourErr != nil) {
				t.Errorf("%s answered with %s: WeCom ignores it: %v, we say %v", file, name, ignored, ourErr)
			}
			got, err := ours.Deliver(t.Context(), plain)
			var failed *wecomtest.DeliveryError
			switch {
			case ourErr == nil && (err != nil || got.Ignored || got.XML == ""):
				t.Errorf("%s answered with %s: not shown: %+v, %v", file, name, got, err)
			case ourErr == nil:
				shown++
			case !errors.As(err, &failed):
				t.Errorf("%s answered with %s: want a failed handler, got %+v, %v", file, name, got, err)
			default:
				refused++
			}
		}
	}
	if shown < 80 || refused < 700 {
		t.Errorf("%d shown, %d refused", shown, refused)
	}
	kinds := map[string]bool{}
	for _, m := range srv.Inbox("zhangsan") {
		kinds[m.MsgType] = true
	}
	if diff := gocmp.Diff(map[string]bool{"text": true, "image": true, "voice": true, "video": true, "news": true}, kinds); diff != "" {
		t.Errorf("on the phone (-want +got):\n%s", diff)
	}
}

// TestReplyChecks: what a reply lacks is named, and fails the handler.
func TestReplyChecks(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		reply callback.Reply
		plain string
		want  string
	}{
		{callback.ImageReply(""), textXML("1", "x"), "MediaId is empty"},
		{callback.VoiceReply(""), textXML("1", "x"), "MediaId is empty"},
		{callback.VideoReply{Title: "t"}, textXML("1", "x"), "MediaId is empty"},
		{callback.NewsReply{}, textXML("1", "x"), "ArticleCount is 0"},
		{make(callback.NewsReply, 9), textXML("1", "x"), "ArticleCount is 9"},
		{callback.NewsReply{{URL: "https://a"}}, textXML("1", "x"), "article 0: Title is empty"},
		{callback.NewsReply{{Title: "t", URL: "javascript:x"}}, textXML("1", "x"), "article 0: Url"},
		{callback.NewsReply{{Title: "t", URL: "https://a", PicURL: "b.png"}}, textXML("1", "x"), "article 0: PicUrl"},
		{callback.UpdateButton(""), eventXML("template_card_event", "k"), "ReplaceName is empty"},
		{callback.UpdateTaskCard(""), eventXML("taskcard_click", "k"), "ReplaceName is empty"},
		{callback.UpdateButton("x"), textXML("1", "x"), "see the table"},
		{callback.StreamReply{ID: "s"}, textXML("1", "x"), "see the table"},
		{callback.TextReply("x"), eventXML("template_card_event", "k"), "see the table"},
		{callback.UpdateTemplateCard{}, eventXML("template_card_event", "k"), "template_card is not a JSON object"},
		{cardReply(`{}`), eventXML("template_card_event", "k"), "template_card.card_type"},
		{cardReply(`{"card_type":"button_interaction","main_title":{}}`), eventXML("template_card_event", "k"), "template_card.button_list is missing"},
		{cardReply(`{"card_type":"text_notice","tittle":"x"}`), eventXML("template_card_event", "k"), "not in the vendor's document"},
		{cardReply(`{"card_type":"text_notice","source":{"desc":1}}`), eventXML("template_card_event", "k"), "template_card.source.desc is not a string"},
		{cardReply(`{"card_type":"text_notice","source":{"desc_color":"1"}}`), eventXML("template_card_event", "k"), "template_card.source.desc_color is not a number"},
		{cardReply(`{"card_type":"text_notice","source":[]}`), eventXML("template_card_event", "k"), "template_card.source is not an object"},
		{cardReply(`{"card_type":"text_notice","jump_list":[1]}`), eventXML("template_card_event", "k"), "template_card.jump_list[0] is not an object"},
		{cardReply(`{"card_type":"text_notice","jump_list":[{},{},{},{}]}`), eventXML("template_card_event", "k"), "template_card.jump_list has 4 entries, the limit is 3"},
		{cardReply(`{"card_type":"text_notice","task_id":"` + long(129) + `"}`), eventXML("template_card_event", "k"), "template_card.task_id has 129 bytes, the limit is 128"},
		{cardReply(`{"card_type":"button_interaction","main_title":{},"button_list":[{"key":"` + long(1025) + `"}]}`), eventXML("template_card_event", "k"), "template_card.button_list[0].key has 1025 bytes, the limit is 1024"},
		{callback.UpdateTemplateCard{Card: json.RawMessage(`{"card_type":"text_notice"}`), UserIDs: []string{"lisi"}}, eventXML("template_card_event", "k"), "UserIDs is for smart bots"},
		{callback.UpdateTemplateCard{Card: func() {}}, eventXML("template_card_event", "k"), "template_card: json"},
	} {
		h, log := newHandler(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) { return tt.reply, nil }})
		if w := serve(h, message(t, tt.plain)); w.Code != 500 {
			t.Errorf("%+v: answered %s", tt.reply, dump(w))
		}
		errs := log.take()
		if len(errs) != 1 || !errors.Is(errs[0], callback.ErrHandler) || !strings.Contains(errs[0].Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.reply, errs, tt.want)
		}
	}
}

// TestReplyCuts: titles are cut before a character, at the vendor's limits.
func TestReplyCuts(t *testing.T) {
	t.Parallel()
	head := header("", 0)
	long := strings.Repeat("中", 700)
	for _, r := range []callback.Reply{
		callback.VideoReply{MediaID: "M", Title: long, Description: long},
		callback.NewsReply{{Title: long, Description: long, URL: "https://a.example.com/"}},
	} {
		var sizes []int
		var walk func([]callback.Tree)
		walk = func(all []callback.Tree) {
			for _, e := range all {
				if e.Name == "Title" || e.Name == "Description" {
					sizes = append(sizes, len(e.Text))
					if !strings.HasPrefix(long, e.Text) {
						t.Errorf("%T: %s is %q", r, e.Name, e.Text)
					}
				}
				walk(e.Children)
			}
		}
		all, err := callback.Read(string(callback.ReplyXML(&head, r, time.Now())))
		if walk(all); err != nil || !slices.Equal(sizes, []int{126, 510}) {
			t.Errorf("%T: %v bytes, %v", r, sizes, err)
		}
	}
}
