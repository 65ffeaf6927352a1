package settings_test

import (
	"fmt"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/itsm/settings"
)

// The guide's variables; what is missing is named at once.
func ExampleRead() {
	vars := map[string]string{
		"BKAPP_USE_WEIXIN": "1", "BKAPP_IS_QY_WEIXIN": "1",
		"BKAPP_WEIXIN_APP_ID": "ww1234567890abcdef", "BKAPP_WEIXIN_APP_EXTERNAL_HOST": "https://itsm.exter.com/o/itsm/",
		"BKPAAS_LOGIN_URL": "https://paas.inner.com/login",
	}
	r := env.NewReader(func(name string) string { return vars[name] })
	s := settings.Read(r)
	fmt.Println(s.CallbackURL())
	_, why := s.Notifications()
	fmt.Println("no notifications:", why)
	fmt.Println(r.Err())
	// Output:
	// https://itsm.exter.com/o/itsm/weixin/login/
	// no notifications: BKAPP_WEIXIN_AGENT_ID is not set
	// BKPAAS_APP_SECRET: is missing: it opens what is sealed in the database, and it is what BlueKing knows the app by
	// BKAPP_WEIXIN_APP_SECRET: is missing: it is the Secret of the app in WeCom, or of the official account
}
