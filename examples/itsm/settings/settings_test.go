package settings_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/itsm/settings"
	"github.com/bkwecom/wecom/oauth"
	"github.com/bkwecom/wecom/proxyhdr"
)

func read(vars map[string]string) (settings.Settings, *env.Reader) {
	r := env.NewReader(func(name string) string { return vars[name] })
	return settings.Read(r), r
}

// given is the guide's.
func given(more map[string]string) map[string]string {
	vars := map[string]string{
		"BKPAAS_LOGIN_URL": "https://paas.inner.com/login", "BKPAAS_APP_SECRET": "a",
		"BKAPP_USE_WEIXIN": "1", "BKAPP_IS_QY_WEIXIN": "1", "BKAPP_WEIXIN_APP_ID": "ww1234567890abcdef",
		"BKAPP_WEIXIN_APP_SECRET": "s-e_c", "BKAPP_WEIXIN_APP_EXTERNAL_HOST": "itsm.exter.com", "BKAPP_WEIXIN_AGENT_ID": "1000002",
	}
	maps.Copy(vars, more)
	return vars
}

func TestGuide(t *testing.T) {
	t.Parallel()
	s, r := read(given(nil))
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if !s.UseWeixin || !s.IsQY || s.WeixinAppID != "ww1234567890abcdef" || s.WeixinSecret.Reveal() != "s-e_c" || s.AgentID != 1000002 ||
		s.ExternalHost != "itsm.exter.com" || s.SelfApproval || s.Prefix != "/o/itsm" || s.LoginURL != "https://paas.inner.com/login" {
		t.Errorf("%+v", s)
	}
	if on, why := s.Notifications(); !on || why != "" {
		t.Errorf("notifications %v: %s", on, why)
	}
	for got, want := range map[string]string{
		s.ExternalURL():          "https://itsm.exter.com",
		s.PhonePath():            "/o/itsm/weixin/",
		s.CallbackURL():          "https://itsm.exter.com/o/itsm/weixin/login/",
		s.PhoneURL("ticket/42/"): "https://itsm.exter.com/o/itsm/weixin/ticket/42/",
		s.PhoneURL(""):           "https://itsm.exter.com/o/itsm/weixin/",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestOtherPaths(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		vars map[string]string
		want string
	}{
		{map[string]string{"BKPAAS_ENVIRONMENT": "stag", "BKPAAS_APP_ID": "bk_itsm"}, "https://itsm.exter.com/t/bk_itsm/weixin/login/"},
		{map[string]string{"BKAPP_WEIXIN_SITE_URL": "/xxxxx/itsm"}, "https://itsm.exter.com/xxxxx/itsm/login/"},
		{map[string]string{"BKAPP_WEIXIN_APP_EXTERNAL_SCHEME": "http"}, "http://itsm.exter.com/o/itsm/weixin/login/"},
		{map[string]string{"BKAPP_WEIXIN_APP_EXTERNAL_HOST": "http://itsm.exter.com:8080"}, "http://itsm.exter.com:8080/o/itsm/weixin/login/"},
		{map[string]string{"BKAPP_WEIXIN_APP_EXTERNAL_HOST": "http://itsm.exter.com", "BKAPP_WEIXIN_APP_EXTERNAL_SCHEME": "https"}, "https://itsm.exter.com/o/itsm/weixin/login/"},
	} {
		s, r := read(given(tt.vars))
		if err := r.Err(); err != nil || s.CallbackURL() != tt.want {
			t.Errorf("%v: %s, %v; want %s", tt.vars, s.CallbackURL(), err, tt.want)
		}
	}
}

func TestExternalHost(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"itsm.exter.com":                     "https://itsm.exter.com",
		"ITSM.Exter.com":                     "https://itsm.exter.com",
		"itsm.exter.com:8443":                "https://itsm.exter.com:8443",
		"itsm.exter.com:443":                 "https://itsm.exter.com",
		"itsm.exter.com:80":                  "https://itsm.exter.com:80",
		"itsm.exter.com/":                    "https://itsm.exter.com",
		"//itsm.exter.com/o/itsm/":           "",
		"https://paas.exter.com/o/bk_itsm/":  "https://paas.exter.com",
		"https://paas.exter.com:8443/o/itsm": "https://paas.exter.com:8443",
		"http://paas.exter.com:80/":          "http://paas.exter.com",
		"HTTPS://paas.exter.com":             "https://paas.exter.com",
		"127.0.0.1:5000":                     "https://127.0.0.1:5000",
		"[::1]:5000":                         "",
		"[2001:DB8::1]":                      "",
		"itsm.exter.com.":                    "https://itsm.exter.com",
		"https://itsm.exter.com.:8443/":      "https://itsm.exter.com:8443",
		"itsm.exter.com..":                   "",
		".":                                  "",
		"localhost":                          "https://localhost",
		"xn--fiq228c.com":                    "https://xn--fiq228c.com",
		"ftp://itsm.exter.com":               "",
		"https://":                           "",
		"https://u:hunter2@itsm.exter.com":   "",
		"itsm.exter.com:0":                   "",
		"itsm.exter.com:99999":               "",
		"itsm.exter.com:0443":                "",
		"itsm.exter.com:":                    "",
		"itsm.exter.com:x":                   "",
		"itsm..com":                          "",
		"-itsm.com":                          "",
		"itsm.exter.com,evil.com":            "",
		"itsm exter com":                     "",
		"itsm.exter.com?x=1":                 "",
		"itsm.exter.com#x":                   "",
		`itsm.exter.com\evil.com`:            "",
		"企业.com":                             "",
		"[fe80::1%25eth0]":                   "",
		"*.exter.com":                        "",
	} {
		s, r := read(map[string]string{"BKPAAS_LOGIN_URL": "https://paas.inner.com/login", "BKPAAS_APP_SECRET": "a", "BKAPP_WEIXIN_APP_EXTERNAL_HOST": given})
		err := r.Err()
		if s.ExternalURL() != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", given, s.ExternalURL(), err, want)
		}
		if err == nil { // what is taken here, the parts must take
			_, proxy := proxyhdr.New(proxyhdr.Config{Hosts: []string{s.ExternalHost}})
			_, guard := oauth.New(oauth.Config{Provider: oauth.OfficialAccount{AppID: "a", Secret: "s"}, CallbackURL: s.CallbackURL(), Keys: [][]byte{[]byte("0123456789abcdef0123456789abcdef")}})
			if err := errors.Join(proxy, guard); err != nil {
				t.Errorf("%q: %v", given, err)
			}
		}
		if err != nil && (!strings.HasPrefix(err.Error(), "BKAPP_WEIXIN_APP_EXTERNAL_HOST: ") || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%q: %v", given, err)
		}
	}
}

func TestOneHost(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		host, login string
		want        bool
	}{
		{"paas.exter.com", "https://paas.exter.com/login", true},
		{"https://PAAS.exter.com:8443/o/bk_itsm/", "http://paas.exter.com/login", true},
		{"itsm.exter.com", "https://paas.exter.com/login", false},
		{"exter.com", "https://paas.exter.com/login", false},
		{"", "https://paas.exter.com/login", false},
	} {
		s, _ := read(given(map[string]string{"BKAPP_WEIXIN_APP_EXTERNAL_HOST": tt.host, "BKPAAS_LOGIN_URL": tt.login}))
		if s.OneHost() != tt.want {
			t.Errorf("%s, login at %s: %v", tt.host, tt.login, s.OneHost())
		}
	}
}

// "1" is on, anything else off.
func TestSwitches(t *testing.T) {
	t.Parallel()
	for value, on := range map[string]bool{"1": true, " 1 ": true, "0": false, "": false, "true": false, "on": false, "11": false} {
		s, r := read(given(map[string]string{"BKAPP_USE_WEIXIN": value, "BKAPP_IS_QY_WEIXIN": value, "BKAPP_ITSM_SELF_APPROVAL": value}))
		if s.UseWeixin != on || s.IsQY != on || s.SelfApproval != on || r.Err() != nil {
			t.Errorf("%q: %+v, %v", value, s, r.Err())
		}
	}
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{"BKAPP_USE_WEIXIN": "0", "BKAPP_IS_QY_WEIXIN": "", "BKAPP_WEIXIN_AGENT_ID": ""} {
		s, r := read(given(map[string]string{name: value}))
		if on, why := s.Notifications(); on || !strings.HasPrefix(why, name+" ") || r.Err() != nil {
			t.Errorf("%s=%q: %v, %s, %v", name, value, on, why, r.Err())
		}
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		vars map[string]string
		want []string
	}{
		{nil, []string{"BKPAAS_LOGIN_URL", "BKPAAS_APP_SECRET"}},
		{map[string]string{"BKAPP_USE_WEIXIN": "1"}, []string{"BKPAAS_LOGIN_URL", "BKPAAS_APP_SECRET", "BKAPP_WEIXIN_APP_ID",
			"BKAPP_WEIXIN_APP_SECRET", "BKAPP_WEIXIN_APP_EXTERNAL_HOST"}},
		{given(map[string]string{"BKAPP_WEIXIN_APP_ID": "ww 1", "BKAPP_WEIXIN_APP_SECRET": "hunter2 词", "BKAPP_WEIXIN_APP_EXTERNAL_HOST": "a b",
			"BKAPP_WEIXIN_AGENT_ID": "agent", "BKPAAS_LOGIN_URL": "paas.inner.com"}), []string{"BKPAAS_LOGIN_URL", "BKAPP_WEIXIN_APP_ID",
			"BKAPP_WEIXIN_APP_SECRET", "BKAPP_WEIXIN_AGENT_ID", "BKAPP_WEIXIN_APP_EXTERNAL_HOST"}},
		{given(nil), nil},
	} {
		_, r := read(tt.vars)
		named := map[string]int{}
		if err := r.Err(); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				name, _, _ := strings.Cut(line, ": ")
				named[name]++
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a secret is shown: %v", err)
			}
		}
		for _, name := range tt.want {
			if named[name] != 1 {
				t.Errorf("%v: %s is named %d times", tt.vars, name, named[name])
			}
		}
		if len(named) != len(tt.want) {
			t.Errorf("%v: named %v, want %v", tt.vars, named, tt.want)
		}
	}
}
