package menu_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/bkwecom/wecom"
	"github.com/bkwecom/wecom/menu"
	"github.com/bkwecom/wecom/wecomtest"
)

// printer stands for a *wecom.Client and shows what it would send.
type printer struct{}

func (printer) Call(_ context.Context, method, path string, query url.Values, in, _ any) error {
	fmt.Printf("%s %s?%s\n", method, path, query.Encode())
	if in != nil {
		fmt.Printf("%s\n", in)
	}
	return nil
}

func ExampleCreate() {
	err := menu.Create(context.Background(), printer{}, 1000002, menu.Menu{Buttons: []menu.Button{
		menu.View("审批列表", "http://mycompany.com/o/bk_fta_solutions/wechat/todo/"),
		menu.Group("更多", menu.Click("帮助", "HELP")),
	}})
	fmt.Println(err)
	// Output:
	// POST /cgi-bin/menu/create?agentid=1000002
	// {"button":[{"type":"view","name":"审批列表","url":"http://mycompany.com/o/bk_fta_solutions/wechat/todo/"},{"name":"更多","sub_button":[{"type":"click","name":"帮助","key":"HELP"}]}]}
	// <nil>
}

// The kinds that are not View and Click.
func ExampleScancodeWaitmsg() {
	err := menu.Create(context.Background(), printer{}, 1000002, menu.Menu{Buttons: []menu.Button{
		menu.Group("现场",
			menu.ScancodePush("扫码打开", "SCAN_OPEN"),
			menu.ScancodeWaitmsg("扫码查资产", "SCAN_ASSET"),
			menu.LocationSelect("上报位置", "WHERE"),
		),
		menu.Group("图片",
			menu.PicSysphoto("拍照", "PHOTO"),
			menu.PicPhotoOrAlbum("拍照或相册", "PHOTO_OR_ALBUM"),
			menu.PicWeixin("相册", "ALBUM"),
		),
		menu.ViewMiniprogram("小程序", "wx0000000000000000", "pages/index"),
	}})
	fmt.Println(err)
	// Output:
	// POST /cgi-bin/menu/create?agentid=1000002
	// {"button":[{"name":"现场","sub_button":[{"type":"scancode_push","name":"扫码打开","key":"SCAN_OPEN"},{"type":"scancode_waitmsg","name":"扫码查资产","key":"SCAN_ASSET"},{"type":"location_select","name":"上报位置","key":"WHERE"}]},{"name":"图片","sub_button":[{"type":"pic_sysphoto","name":"拍照","key":"PHOTO"},{"type":"pic_photo_or_album","name":"拍照或相册","key":"PHOTO_OR_ALBUM"},{"type":"pic_weixin","name":"相册","key":"ALBUM"}]},{"type":"view_miniprogram","name":"小程序","pagepath":"pages/index","appid":"wx0000000000000000"}]}
	// <nil>
}

func ExampleLimitError() {
	err := menu.Create(context.Background(), printer{}, 1000002, menu.Menu{Buttons: []menu.Button{
		menu.Click("故障自愈审批列表", "LIST"),
	}})
	fmt.Println(err)
	var limit *menu.LimitError
	fmt.Println(errors.As(err, &limit))
	// Output:
	// menu: button[0].name has 24 bytes, the limit is 16: shorten it
	// true
}

// An app without a menu has the zero Menu, and no error. What is read can be changed and given back.
func ExampleGet() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	m, err := menu.Get(ctx, wc, 1000002)
	fmt.Println(len(m.Buttons), err)

	m.Buttons = append(m.Buttons, menu.Click("帮助", "HELP"))
	if err := menu.Create(ctx, wc, 1000002, m); err != nil {
		fmt.Println(err)
		return
	}
	m, err = menu.Get(ctx, wc, 1000002)
	fmt.Println(m.Buttons[0].Name, m.Buttons[0].Type, m.Buttons[0].Key, err)
	// Output:
	// 0 <nil>
	// 帮助 click HELP <nil>
}

// Publish, look and take away, at the simulated WeCom of package wecomtest.
func Example() {
	srv := wecomtest.NewServer()
	defer srv.Close()
	srv.AddApp(wecomtest.App{AgentID: 1000002, Secret: "the-app's-secret"})
	wc, err := wecom.New(wecom.Config{CorpID: srv.CorpID, Secret: "the-app's-secret", BaseURL: srv.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	err = menu.Create(ctx, wc, 1000002, menu.Menu{Buttons: []menu.Button{
		menu.View("审批列表", "http://mycompany.com/o/bk_fta_solutions/wechat/todo/"),
		menu.Group("更多", menu.Click("帮助", "HELP")),
	}})
	fmt.Println(err)
	for _, b := range srv.Menu(1000002) { // as phones show it
		fmt.Println(b.Name, b.Type, len(b.Sub))
	}
	fmt.Println(menu.Delete(ctx, wc, 1000002), len(srv.Menu(1000002)))
	// Output:
	// <nil>
	// 审批列表 view 0
	// 更多  1
	// <nil> 0
}

func ExampleDelete() {
	err := menu.Delete(context.Background(), printer{}, 1000002)
	fmt.Println(err)
	// Output:
	// GET /cgi-bin/menu/delete?agentid=1000002
	// <nil>
}

// A button made by hand, from settings for example, is checked alike.
func ExampleButton() {
	err := menu.Create(context.Background(), printer{}, 1000002, menu.Menu{Buttons: []menu.Button{
		{Type: "view", Name: "审批列表", URL: "itsm.example.com"},
	}})
	fmt.Println(err)
	// Output:
	// menu: button[0].url: must be a whole URL that begins with http:// or https:// and a host
}
