package callback_test

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/callback"
)

func TestBotReplies(t *testing.T) {
	t.Parallel()
	card := json.RawMessage(`{"card_type":"text_notice","main_title":{"title":"<任务>"},"jump_list":[{"type":3,"title":"问","question":"谁？"}]}`)
	image := []byte("\x89PNG")
	sum := md5.Sum(image)
	long := strings.Repeat("x", 20481)
	for _, tt := range []struct {
		file  string
		reply callback.Reply
		want  string // the reply, or a part of the error
	}{
		{"event-enter_chat", callback.TextReply("欢迎 <b>"), `{"msgtype":"text","text":{"content":"欢迎 <b>"}}`},
		{"event-enter_chat", callback.CardReply{Card: card}, `{"msgtype":"template_card","template_card":` + string(card) + `}`},
		{"text", callback.StreamReply{ID: "S1", Content: "想一想"}, `{"msgtype":"stream","stream":{"id":"S1","finish":false,"content":"想一想"}}`},
		{"stream", callback.StreamReply{ID: "S1", Content: "好", Finish: true, Images: [][]byte{image}, FeedbackID: "FB1"},
			`{"msgtype":"stream","stream":{"id":"S1","finish":true,"content":"好","msg_item":[{"msgtype":"image","image":{"base64":"` +
				base64.StdEncoding.EncodeToString(image) + `","md5":"` + hex.EncodeToString(sum[:]) + `"}}],"feedback":{"id":"FB1"}}}`},
		{"mixed", callback.StreamReply{ID: "S1", Card: card}, `{"msgtype":"stream_with_template_card","stream":{"id":"S1","finish":false,"content":""},"template_card":` + string(card) + `}`},
		{"voice", callback.CardReply{Card: card}, `{"msgtype":"template_card","template_card":` + string(card) + `}`},
		{"event-template_card_event", callback.UpdateTemplateCard{Card: card, UserIDs: []string{"zhangsan"}},
			`{"response_type":"update_template_card","userids":["zhangsan"],"template_card":` + string(card) + `}`},
		{"text", callback.TextReply(""), ""},
		{"text", nil, ""},

		{"text", callback.TextReply("x"), "see the table"},
		{"text", callback.UpdateTemplateCard{Card: card}, "see the table"},
		{"text", callback.ImageReply("M"), "see the table"},
		{"event-enter_chat", callback.StreamReply{ID: "S1"}, "see the table"},
		{"event-template_card_event", callback.UpdateButton("x"), "see the table"},
		{"event-feedback_event", callback.TextReply("x"), "see the table"},
		{"text", callback.StreamReply{}, "stream.id is empty"},
		{"text", callback.StreamReply{ID: "S1", Content: long}, "stream.content has 20481 bytes, the limit is 20480"},
		{"text", callback.StreamReply{ID: "S1", Images: [][]byte{image}}, "with Finish only"},
		{"text", callback.StreamReply{ID: "S1", Finish: true, Images: make([][]byte, 11)}, "11 images, the limit is 10"},
		{"text", callback.StreamReply{ID: "S1", FeedbackID: long[:257]}, "stream.feedback.id has 257 bytes"},
		{"text", callback.CardReply{}, "template_card is not"},
		{"text", callback.StreamReply{ID: "S1", Card: 1}, "template_card is not"},
	} {
		h, log := newBot(t, callback.Config{Handle: func(context.Context, callback.Message) (callback.Reply, error) { return tt.reply, nil }})
		w := serve(h, botMessage(t, read(t, "testdata/bot/"+tt.file+".json")))
		errs := log.take()
		switch {
		case tt.want == "":
			if w.Code != 200 || w.Body.Len() != 0 || errs != nil {
				t.Errorf("%s, %+v: %s, %v", tt.file, tt.reply, dump(w), errs)
			}
		case strings.HasPrefix(tt.want, "{"):
			if diff := cmp.Diff(tt.want, openJSON(t, botKeys, w)); diff != "" || errs != nil || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("%s, %v, %v (-want +got):\n%s", tt.file, errs, w.Header(), diff)
			}
		default:
			if w.Code != 500 || len(errs) != 1 || !errors.Is(errs[0], callback.ErrHandler) || !strings.Contains(errs[0].Error(), tt.want) {
				t.Errorf("%s: %s, %v, want %q", tt.file, dump(w), errs, tt.want)
			}
		}
	}
}
