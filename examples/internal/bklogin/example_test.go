package bklogin_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
	"github.com/bkwecom/wecom/examples/internal/env"
)

// A user binds in 个人中心 and is seen with it at the next visit.
func Example() {
	ctx := context.Background()
	blueking, err := bklogin.NewServer(bklogin.ServerConfig{AppID: "itsm", AppSecret: "secret",
		Accounts: []bklogin.Account{{Username: "zhangsan", Name: "张三"}}})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(blueking)
	defer server.Close()
	client, err := bklogin.New(bklogin.Config{LoginURL: server.URL + "/login", ComponentURL: server.URL,
		AppID: "itsm", AppSecret: env.NewSecret("secret")})
	if err != nil {
		log.Fatal(err)
	}
	token, err := blueking.SignIn("zhangsan") // what the cookie bk_token holds
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		u, err := client.User(ctx, token)
		fmt.Printf("%s %s, bound to %q, %v\n", u.Username, u.Name, u.WxUserID, err)
		if err := blueking.Bind("zhangsan", "ZhangSan"); err != nil {
			fmt.Println(err)
		}
	}
	_, err = client.User(ctx, "a token of nobody")
	fmt.Println(errors.Is(err, bklogin.ErrNotSignedIn))
	// Output:
	// zhangsan 张三, bound to "", <nil>
	// zhangsan 张三, bound to "ZhangSan", <nil>
	// bklogin: 已经绑定了微信，请解绑后再重新绑定！
	// true
}
