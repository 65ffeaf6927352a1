package wecomtest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	c := inMemory(t)
	token := c.token()
	app := wecomtest.App{AgentID: 1, Secret: testSecret, Token: testToken, EncodingAESKey: testKey}
	account := wecomtest.OfficialAccount{AppID: account, Secret: testSecret}
	callback := wecomtest.Callback{URL: "http://x/", Token: testToken, EncodingAESKey: testKey}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{app, &app, callback, &callback, c.agent, c.srv, account, &account} {
			text := fmt.Sprintf(verb, v)
			encoded, err := json.Marshal(v)
			if err != nil {
				t.Error(err)
			}
			for _, secret := range []string{testSecret, testToken, testKey, token} {
				if strings.Contains(text+string(encoded), secret) {
					t.Errorf("%s or JSON of %T shows a secret: %s %s", verb, v, text, encoded)
				}
			}
			if !strings.HasPrefix(text, "wecomtest.") {
				t.Errorf("%s of %T: %s", verb, v, text)
			}
		}
	}
}
