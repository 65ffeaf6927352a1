package settings_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/selfhealing/settings"
	"github.com/google/go-cmp/cmp"
)

const key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

func read(vars map[string]string) (settings.Settings, *env.Reader) {
	r := env.NewReader(func(name string) string { return vars[name] })
	return settings.Read(r), r
}

func given() map[string]string {
	return map[string]string{
		"BKPAAS_APP_SECRET": "a", "BKAPP_FTA_APP_ID": "7", "BKAPP_FTA_APP_SECRET": "p", "BKAPP_ADMINS": "admin, ops，root,",
		"BKAPP_FTA_PLANS": "plans.json", "BKAPP_WECHAT_APP_URL": "http://mycompany.com/o/bk_fta_solutions/wechat/",
		"BKAPP_WECHAT_STATIC_URL": "https://cdn.example/static/wechat/", "BKAPP_WECHAT_TOKEN": "Token1",
		"BKAPP_WECHAT_ENCODING_AES_KEY": key, "BKAPP_WECHAT_CORPID": "ww1234567890abcdef", "BKAPP_WECHAT_SECRET": "s-e_c",
		"BKAPP_WECHAT_AGENT_ID": "1000002", "BKAPP_WECHAT_SUPER_APPROVER": "zhangsan，lisi",
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	s, r := read(given())
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	w := s.Wechat
	if s.Prefix != "/o/bk_fta_solutions" || s.PushAppID != "7" || s.PushSecret.Reveal() != "p" || s.PlansFile != "plans.json" ||
		s.Zone.String() != "Asia/Shanghai" || w.Token.Reveal() != "Token1" || w.EncodingAESKey.Reveal() != key ||
		w.AgentID != 1000002 || w.StaticURL != "https://cdn.example/static/wechat/" || w.CorpID != "ww1234567890abcdef" ||
		w.Secret.Reveal() != "s-e_c" || w.AppURL != "http://mycompany.com/o/bk_fta_solutions/wechat/" || w.PublicDefaults() || w.Missing() != nil {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff([]string{"admin", "ops", "root"}, s.Admins) + cmp.Diff([]string{"zhangsan", "lisi"}, w.SuperApprovers); diff != "" {
		t.Error(diff)
	}
	s.CheckRun(r, false)
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	s.CheckRun(r, true)
	if err := r.Err(); err == nil || !strings.HasPrefix(err.Error(), "BKAPP_FTA_RUN_SECRET: ") {
		t.Errorf("%v", err)
	}
}

func TestEmptyWechat(t *testing.T) {
	t.Parallel()
	s, r := read(map[string]string{"BKPAAS_APP_SECRET": "a", "BKAPP_FTA_APP_ID": "7", "BKAPP_FTA_APP_SECRET": "p"})
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	want := []string{settings.AppURL, settings.Token, settings.EncodingAESKey, settings.CorpID, settings.Secret, settings.AgentID}
	if diff := cmp.Diff(want, s.Wechat.Missing()); diff != "" || s.Wechat.StaticURL != settings.DefaultStaticURL || s.Wechat.PublicDefaults() {
		t.Error(diff, s.Wechat)
	}
	if _, r := read(nil); strings.Count(r.Err().Error(), "is missing") != 3 {
		t.Errorf("%v", r.Err())
	}
}

func TestPublicDefaults(t *testing.T) {
	t.Parallel()
	for name, vars := range map[string]map[string]string{
		"both":  {settings.Token: "FTAToken", settings.EncodingAESKey: "FTAEncodingAESKeyFTAEncodingAESKey923456781"},
		"token": {settings.Token: "FTAToken", settings.EncodingAESKey: key},
		"key":   {settings.Token: "Token1", settings.EncodingAESKey: "FTAEncodingAESKeyFTAEncodingAESKey923456781"},
	} {
		w, problems := settings.ParseWechat(func(f string) string { return vars[f] })
		if !w.PublicDefaults() || problems != nil {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for field, bad := range map[string][]string{
		settings.AppURL:         {"http://mycompany.com/o/x/wechat", "/o/x/wechat/", "http://h/notwechat/x/", "http://u:hunter2@h/wechat/", "http://h//x/wechat/", "http://我/wechat/"},
		settings.StaticURL:      {"static/", "/static", "//evil/", "javascript:x/", "/a/?b/"},
		settings.Token:          {"hunter2!", strings.Repeat("a", 33), "词"},
		settings.EncodingAESKey: {"hunter2", key + "a", key[:42] + "=", key[:40] + "词"},
		settings.CorpID:         {"ww 1", "企业"},
		settings.Secret:         {"hunter2 x", strings.Repeat("a", 257)},
		settings.AgentID:        {"0", "-1", "agent", "1e6", "99999999999"},
		settings.SuperApprover:  {"zhangsan;lisi", "张三"},
	} {
		for _, value := range bad {
			vars := given()
			vars[field] = value
			_, r := read(vars)
			err := r.Err()
			if err == nil || !strings.HasPrefix(err.Error(), field+": ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s=%q: %v", field, value, err)
				continue
			}
			if slices.Contains([]string{settings.Token, settings.EncodingAESKey, settings.Secret, settings.AppURL}, field) &&
				strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s: the error shows the value: %v", field, err)
			}
		}
	}
}
