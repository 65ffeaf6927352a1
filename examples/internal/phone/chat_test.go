package phone_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bkwecom/wecom/callback"
	"github.com/bkwecom/wecom/examples/internal/phone"
	"github.com/bkwecom/wecom/message"
	"github.com/bkwecom/wecom/wecomtest"
	"github.com/google/go-cmp/cmp"
)

const png = "\x89PNG\r\n\x1a\n"

// TestKinds: every kind of message is there to read.
func TestKinds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		content func(s *stage) message.Content
		want    []string
	}{
		"text": {func(*stage) message.Content {
			return message.Text{Content: "请审批 <b>\nhttp://localhost:9/t/ 谢谢"}
		},
			[]string{"请审批 &lt;b&gt;\n<a", `href="/open/zhangsan?http://localhost:9/t/"`, " 谢谢"}},
		"markdown": {func(*stage) message.Content {
			return message.Markdown{Content: "# 告警\n**严重** [查看](http://localhost:9/m/) <font color=\"warning\">未处理</font>"}
		}, []string{`<span class="heading">告警</span>`, `<span class="bold">严重</span>`, `zhangsan?http://localhost:9/m/"`, `<span class="warning">未处理</span>`}},
		"textcard": {func(*stage) message.Content {
			return message.TextCard{Title: "单据", Description: `<div class="gray">今天</div>待审批`, URL: "http://localhost:9/c/", BtnTxt: "去审批"}
		}, []string{"<h3>单据</h3>", `<span class="gray">今天`, "待审批", `zhangsan?http://localhost:9/c/"`, ">去审批</a>"}},
		"news": {func(*stage) message.Content {
			return message.News{Articles: []message.Article{
				{Title: "周报", Description: "第一条", URL: "http://localhost:9/n/"}, {Title: "外部", URL: "https://example.com/"},
			}}
		}, []string{"周报", "第一条", `zhangsan?http://localhost:9/n/"`, "外部", `<span class="foot">阅读全文</span>`}},
		"mpnews": {func(s *stage) message.Content {
			return message.MPNews{Articles: []message.MPArticle{{
				Title: "制度", ThumbMediaID: s.wecom.AddMedia(wecomtest.Media{Type: "image"}), Content: "<p>x</p>", Digest: "摘要", ContentSourceURL: "http://localhost:9/mp/",
			}}}
		}, []string{"制度", "摘要", `zhangsan?http://localhost:9/mp/"`, ">阅读全文</a>"}},
		"image": {func(s *stage) message.Content {
			return message.Image{MediaID: s.wecom.AddMedia(wecomtest.Media{ID: "pic", Type: "image", Name: "盘.png", Data: []byte(png)})}
		}, []string{`<img src="/phone/zhangsan/media/pic" alt="图片 盘.png">`}},
		"file": {func(s *stage) message.Content {
			return message.File{MediaID: s.wecom.AddMedia(wecomtest.Media{ID: "doc", Name: "a.pdf", Data: []byte("%PDF-")})}
		}, []string{`<a href="/phone/zhangsan/media/doc">文件 a.pdf</a>`}},
		"video": {func(s *stage) message.Content {
			return message.Video{MediaID: s.wecom.AddMedia(wecomtest.Media{Type: "video", Data: []byte("x")}), Title: "演示", Description: "两分钟"}
		}, []string{"视频", "演示", "两分钟"}},
		"mini program": {func(*stage) message.Content {
			return message.MiniProgramNotice{AppID: "wx1", Title: "会议室通知", ContentItems: []message.ContentItem{{Key: "地点", Value: "二号厅"}}}
		}, []string{"会议室通知", "<dt>地点</dt><dd>二号厅</dd>", "小程序"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.send(tt.content(s))
			s.shows(append(tt.want, "!example.com")...)
		})
	}
}

// TestOldTaskCard: what our library does not send is shown all the same.
func TestOldTaskCard(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	in := json.RawMessage(`{"touser":"zhangsan","msgtype":"taskcard","agentid":1000002,"taskcard":{"title":"旧卡片","description":"说明","task_id":"t","btn":[{"key":"k","name":"同意"}]}}`)
	if err := s.sender.API.Call(t.Context(), "POST", "/cgi-bin/message/send", nil, in, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	s.shows("<h3>旧卡片</h3>", "说明", "<dt>按钮</dt><dd>同意</dd>", "任务卡片")
}

func TestMedia(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.wecom.AddMedia(wecomtest.Media{ID: "pic", Type: "image", Data: []byte(png)})
		s.wecom.AddMedia(wecomtest.Media{ID: "page", Name: "页.html", Data: []byte("<script>")})
		get := func(user, id string) (code int, kind, disposition string) {
			w := s.do("GET", "/phone/"+user+"/media/"+id, nil)
			return w.Code, w.Header().Get("Content-Type"), w.Header().Get("Content-Disposition")
		}
		if code, _, _ := get("zhangsan", "pic"); code != 404 {
			t.Errorf("a file that was sent to nobody: %d", code)
		}
		sent := s.send(message.Image{MediaID: "pic"})
		s.send(message.File{MediaID: "page"})
		if code, kind, _ := get("zhangsan", "pic"); code != 200 || kind != "image/png" {
			t.Errorf("the picture: %d %s", code, kind)
		}
		if code, kind, disposition := get("zhangsan", "page"); code != 200 || kind != "application/octet-stream" || !strings.HasPrefix(disposition, "attachment") {
			t.Errorf("the file: %d %s %s", code, kind, disposition)
		}
		if code, _, _ := get("lisi", "pic"); code != 404 {
			t.Errorf("another's picture: %d", code)
		}
		s.recall(sent.MsgID)
		if code, _, _ := get("zhangsan", "pic"); code != 404 {
			t.Errorf("a picture that was recalled: %d", code)
		}
		time.Sleep(3 * 24 * time.Hour)
		s.shows("文件已过期")
		if code, _, _ := get("zhangsan", "page"); code != 404 {
			t.Errorf("a file after three days: %d", code)
		}
	})
}

// TestOrder: a chat is in the order of what happened, with the time after a
// pause.
func TestOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.page()
		time.Sleep(time.Second)
		s.send(message.Text{Content: "消息一"})
		time.Sleep(time.Second)
		s.acts("/phone/zhangsan", url.Values{"text": {"回复二"}})
		time.Sleep(3 * time.Minute)
		s.send(message.Text{Content: "消息三"})
		s.shows("01-01 ", "欢迎", "消息一", "回复二", "收到", "01-01 ", "消息三")
		if n := len(regexp.MustCompile(`class="apart"`).FindAllString(s.page(), -1)); n != 2 {
			t.Errorf("the time stands there %d times, want 2", n)
		}
	})
}

// TestOtherApps: a phone shows the chat with one app.
func TestOtherApps(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.wecom.AddApp(wecomtest.App{AgentID: 7, Secret: "other"})
	s.send(message.Text{Content: "自己的"})
	s.cfg.Agent = s.wecom.AddApp(wecomtest.App{AgentID: 8, Secret: "third"})
	s.phones = phone.Handler(s.cfg)
	s.shows("!自己的", "!<form", "!欢迎", "还没有消息")
}

func TestMenu(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.cfg.Home = "http://localhost:9/home/"
	s.phones = phone.Handler(s.cfg)
	s.menu()
	s.shows("<nav>", ">应用主页</a>", ">审批列表</a>", `<button name="key" value="HELP">帮助</button>`,
		"<summary>更多</summary>", ">手册</a>", `<span title="模拟环境不打开">外部</span>`, `value="ABOUT">关于`, `<span title="模拟环境不打开">扫码</span>`, "</details>")
	if diff := cmp.Diff([]string{"home", "todo", "manual"}, s.links()); diff != "" {
		t.Error(diff)
	}
	for _, key := range []string{"HELP", "ABOUT", "SCAN", "", "other"} {
		s.acts("/phone/zhangsan/click", url.Values{"key": {key}})
	}
	s.shows("点击了菜单「帮助」", "帮助: HELP", "点击了菜单「关于」", "帮助: ABOUT", "菜单已经更新")
	var keys []string
	for _, m := range s.events() {
		keys = append(keys, m.(*callback.MenuClick).Key)
	}
	if diff := cmp.Diff([]string{"HELP", "ABOUT"}, keys); diff != "" {
		t.Error(diff)
	}
}

// TestMishaps: what a real phone keeps to itself is said in words.
func TestMishaps(t *testing.T) {
	t.Parallel()
	answer := func(f func(w http.ResponseWriter, r *http.Request)) func(s *stage) {
		return func(s *stage) {
			err := s.agent.Save(s.t.Context(), wecomtest.Callback{Token: "Next", EncodingAESKey: wecomtest.ExampleAESKey, Handler: echo(s.t, s.wecom.CorpID, f)})
			if err != nil {
				s.t.Fatal(err)
			}
		}
	}
	for name, tt := range map[string]struct {
		set  func(s *stage)
		want string
	}{
		"fails":   {func(s *stage) { s.setFail(errors.New("away")) }, "应用没有接收：企业微信投递了 4 次，最后一次答复状态码 500（应为 200）：应用处理失败"},
		"refuses": {answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }), "答复状态码 403（应为 200）：请检查 Token"},
		"fails at last": {func(s *stage) {
			s.agent.Disturb(wecomtest.CallbackFault{Lost: true, Times: 3})
			s.setFail(errAway)
		}, "4 次，最后一次答复状态码 500"},
		"leads on": {answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(302) }), "答复状态码 302（应为 200）：回调地址"},
		"is slow":  {answer(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Minute) }), "最后一次没有按时答复（企业微信只等 5 秒）"},
		"breaks":   {answer(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), "连接不上或中断"},
		"babbles":  {answer(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }), "答复不合企业微信的格式"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				s.page()
				time.Sleep(time.Second) // so that the order is known
				tt.set(s)
				s.acts("/phone/zhangsan", url.Values{"text": {"TY 1_1"}})
				s.shows("欢迎", "TY 1_1", tt.want)
			})
		})
	}
}

// TestMemberLeaves: what a member does goes on though the browser has left.
func TestMemberLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		err := s.agent.Save(t.Context(), wecomtest.Callback{Token: "Next", EncodingAESKey: wecomtest.ExampleAESKey, Handler: echo(t, s.wecom.CorpID, func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) })})
		if err != nil {
			t.Fatal(err)
		}
		phones := s.phones
		s.phones = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithCancel(r.Context())
			cancel()
			phones.ServeHTTP(w, r.WithContext(ctx))
		})
		s.shows("还没有消息", "!没有等到")
		s.acts("/phone/zhangsan", url.Values{"text": {"TY 1_1"}})
		s.shows("TY 1_1", "!没有等到")
	})
}

// TestSlowWelcome: a page does not wait for ever.
func TestSlowWelcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		err := s.agent.Save(t.Context(), wecomtest.Callback{Token: "Next", EncodingAESKey: wecomtest.ExampleAESKey, Handler: echo(t, s.wecom.CorpID, func(http.ResponseWriter, *http.Request) { time.Sleep(time.Hour) })})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		s.shows("没有等到应用的答复")
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("the page took %v", took)
		}
	})
}
