package oauth_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/oauth"
)

// TestSecretsAreHidden: whoever prints a value sees no key, secret, ticket or token.
func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	secret := []byte("KEY-canary-0123456789-canary-end")
	cfg := oauth.Config{
		Provider: oauth.OfficialAccount{AppID: "wx1", Secret: "SECRET-canary"}, CallbackURL: callbackURL, Keys: [][]byte{secret},
	}
	csrfConfig := oauth.CSRFConfig{Keys: [][]byte{secret}, CookieName: "csrf", CookiePath: "/"}
	guard, err := oauth.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	csrf, err := oauth.NewCSRF(csrfConfig)
	if err != nil {
		t.Fatal(err)
	}
	grant := oauth.Grant{Identity: zhangsan, UserTicket: "TICKET-canary", AccessToken: "TOKEN-canary", RefreshToken: "REFRESH-canary"}
	type held struct {
		Guard *oauth.Guard
		guard *oauth.Guard
		copy  oauth.Guard
		csrf  *oauth.CSRF
		Grant oauth.Grant
	}
	forms := []string{"canary", string(secret), hex.EncodeToString(secret), base64.StdEncoding.EncodeToString(secret), fmt.Sprint(secret), fmt.Sprintf("%d", secret[0]) + " " + fmt.Sprintf("%d", secret[1])}
	for _, v := range []any{
		cfg, &cfg, csrfConfig, &csrfConfig, cfg.Provider, guard, *guard, csrf, *csrf, grant, &grant,
		held{guard, guard, *guard, csrf, grant}, []oauth.Grant{grant}, map[string]oauth.Config{"x": cfg},
		oauth.Config{}, struct{ C oauth.Config }{cfg},
	} {
		texts := map[string]string{}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			texts[verb] = fmt.Sprintf(verb, v)
		}
		if data, err := json.Marshal(v); err == nil {
			texts["json"] = string(data)
		}
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		texts["slog"] = log.String()
		for how, text := range texts {
			for _, form := range forms {
				if strings.Contains(text, form) {
					t.Errorf("%T by %s shows %s: %s", v, how, form, text)
				}
			}
		}
	}
	for want, v := range map[string]any{
		`oauth.Config{Provider:"mp:wx1", CallbackURL:"https://itsm.example.com/o/itsm/weixin/login/", Keys:1}`: cfg,
		`oauth.Config{Provider:"", CallbackURL:"", Keys:0}`:                                                    oauth.Config{},
		`oauth.CSRFConfig{CookieName:"csrf", CookiePath:"/", Keys:1}`:                                          csrfConfig,
		`oauth.OfficialAccount{AppID:"wx1", Scope:""}`:                                                         cfg.Provider,
		`oauth.Grant{UserID:"zhangsan", OpenID:"", ExternalUserID:"", Scope:""}`:                               grant,
	} {
		if got := fmt.Sprint(v); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
