package message_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
)

// TestEveryKindArrives: what the library sends is on the phone of the simulated
// WeCom, decoded, with all of its fields. The cards have a test of their own.
func TestEveryKindArrives(t *testing.T) {
	t.Parallel()
	srv := wecomtest.NewUnstartedServer()
	t.Cleanup(srv.Close)
	srv.AddUser(wecomtest.User{ID: "zhangsan"})
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL, HTTPClient: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	s := &message.Sender{API: wc, AgentID: 1000002}
	media := func(kind string) string { return srv.AddMedia(wecomtest.Media{Type: kind, Name: "a.bin"}) }
	image, voice, video, file := media("image"), media("voice"), media("video"), media("file")
	for _, tt := range []struct {
		content message.Content
		safe    message.Safety
		want    wecomtest.Message
	}{
		{message.Text{Content: "构建完成"}, message.Confidential, wecomtest.Message{MsgType: "text", Content: "构建完成", Safe: 1}},
		{message.Markdown{Content: "**完成**"}, 0, wecomtest.Message{MsgType: "markdown", Content: "**完成**"}},
		{message.TextCard{Title: "奖品", Description: "周五前领取", URL: "https://app.example.com/p/1", BtnTxt: "更多"}, 0,
			wecomtest.Message{MsgType: "textcard", Title: "奖品", Description: "周五前领取", URL: "https://app.example.com/p/1", ButtonText: "更多"}},
		{message.Image{MediaID: image}, message.Confidential, wecomtest.Message{MsgType: "image", MediaID: image, Safe: 1}},
		{message.Voice{MediaID: voice}, 0, wecomtest.Message{MsgType: "voice", MediaID: voice}},
		{message.Video{MediaID: video, Title: "演示", Description: "两分钟"}, 0,
			wecomtest.Message{MsgType: "video", MediaID: video, Title: "演示", Description: "两分钟"}},
		{message.File{MediaID: file}, 0, wecomtest.Message{MsgType: "file", MediaID: file}},
		{message.News{Articles: []message.Article{
			{Title: "食堂", Description: "新菜单", URL: "https://app.example.com/menu", PicURL: "https://app.example.com/menu.png"},
			{Title: "小程序", AppID: "wx0000000000000000", PagePath: "pages/index"},
		}}, 0, wecomtest.Message{MsgType: "news", Title: "食堂", Description: "新菜单", URL: "https://app.example.com/menu", Articles: []wecomtest.Article{
			{Title: "食堂", Description: "新菜单", URL: "https://app.example.com/menu", PicURL: "https://app.example.com/menu.png"},
			{Title: "小程序", AppID: "wx0000000000000000", PagePath: "pages/index"},
		}}},
		{message.MPNews{Articles: []message.MPArticle{
			{Title: "公告", ThumbMediaID: image, Author: "人事", ContentSourceURL: "https://app.example.com/a", Content: "<p>全文</p>", Digest: "摘要"},
		}}, message.Internal, wecomtest.Message{MsgType: "mpnews", Title: "公告", Safe: 2, Articles: []wecomtest.Article{
			{Title: "公告", ThumbMediaID: image, Author: "人事", ContentSourceURL: "https://app.example.com/a", Content: "<p>全文</p>", Digest: "摘要"},
		}}},
		{message.MiniProgramNotice{AppID: "wx0000000000000000", Page: "pages/index", Title: "会议室预订成功", Description: "明天上午十点", EmphasisFirstItem: true,
			ContentItems: []message.ContentItem{{Key: "会议室", Value: "402"}}}, 0,
			wecomtest.Message{MsgType: "miniprogram_notice", Title: "会议室预订成功", Description: "明天上午十点", MiniProgram: &wecomtest.MiniProgram{
				AppID: "wx0000000000000000", Page: "pages/index", Title: "会议室预订成功", Description: "明天上午十点", EmphasisFirstItem: true,
				ContentItem: []wecomtest.MiniProgramItem{{Key: "会议室", Value: "402"}},
			}}},
	} {
		m := message.Message{To: message.Recipients{Users: []string{"zhangsan"}}, Content: tt.content, Safe: tt.safe}
		p, err := s.Prepare(m)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.SendPrepared(t.Context(), p)
		if err != nil {
			t.Errorf("%T: %v", tt.content, err)
			continue
		}
		inbox := srv.Inbox("zhangsan")
		got := inbox[len(inbox)-1]
		if got.MsgID != res.MsgID || got.AgentID != 1000002 || got.UserID != "zhangsan" || string(got.JSON) != string(p) {
			t.Errorf("%T arrived as %+v", tt.content, got)
		}
		if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreUnexported(wecomtest.Message{}),
			cmpopts.IgnoreFields(wecomtest.Message{}, "MsgID", "AgentID", "UserID", "Time", "JSON")); diff != "" {
			t.Errorf("%T (-sent +on the phone):\n%s", tt.content, diff)
		}
	}
}
