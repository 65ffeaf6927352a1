package menu_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/bkwecom/wecom/menu"
)

// printer stands for a *wecom.Client and shows what it would send.
type printer struct{}

func (printer) Call(_ context.Context, method, path string, query url.Values, in, _ any) error {
	fmt.Printf("%s %s?%s\n%s\n", method, path, query.Encode(), in)
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

func ExampleGet() {
	m, err := menu.Get(context.Background(), &fakeAPI{outcomes: []outcome{{err: errNoMenu}}}, 1000002)
	fmt.Println(len(m.Buttons), err)
	// Output: 0 <nil>
}
