package vault_test

import (
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/vault"
)

func Example() {
	v, err := vault.New(env.NewSecret("the value of BKPAAS_APP_SECRET"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	sealed, err := v.Seal("settings/BKAPP_WECHAT_SECRET", []byte("corpsecret"))
	if err != nil {
		fmt.Println(err)
		return
	}
	plain, err := v.Open("settings/BKAPP_WECHAT_SECRET", sealed)
	fmt.Println(string(plain), err)
	_, err = v.Open("settings/BKAPP_WECHAT_TOKEN", sealed)
	fmt.Println(err != nil)
	// Output:
	// corpsecret <nil>
	// true
}
