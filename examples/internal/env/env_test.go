package env_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func reader(vars map[string]string) *env.Reader {
	return env.NewReader(func(name string) string { return vars[name] })
}

const key32 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func TestCommonDefaults(t *testing.T) {
	t.Parallel()
	r := reader(map[string]string{"BKPAAS_APP_SECRET": "s"})
	c := r.Common("itsm")
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	want := env.Common{
		Addr: ":5000", AppID: "itsm", Environment: "prod", Prefix: "/o/itsm",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		APIDomain:      "https://qyapi.weixin.qq.com", OpenDomain: "https://open.weixin.qq.com", MPDomain: "https://api.weixin.qq.com",
		AppSecret: env.NewSecret("s"),
	}
	if diff := cmp.Diff(want, c, cmp.Comparer(same), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func same(a, b env.Secret) bool { return a.Reveal() == b.Reveal() }

func TestCommonGiven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := reader(map[string]string{
		"BKPAAS_APP_SECRET": " s ", "PORT": "8000", "BKPAAS_APP_CODE": "my_app", "APP_ID": "old", "BKPAAS_ENVIRONMENT": "stag",
		"BKAPP_TRUSTED_PROXIES": "10.1.2.3/8, 192.168.1.1,::ffff:10.0.0.1", "BKAPP_WEIXIN_QY_API_DOMAIN": "http://proxy:8080/wx/",
		"BKPAAS_LOGIN_URL": "https://login/", "BKAPP_WEIXIN_SITE_URL": "/o/outer/weixin", "BKAPP_WEIXIN_APP_EXTERNAL_SCHEME": "HTTPS",
		"BKAPP_DOMAIN_VERIFY_DIR": dir, "BKAPP_SESSION_KEYS": key32 + " , " + key32,
	})
	c := r.Common("itsm")
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if c.Addr != ":8000" || c.AppID != "my_app" || c.Prefix != "/t/my_app" || !c.PaaS || c.APIDomain != "http://proxy:8080/wx" ||
		c.LoginURL != "https://login" || c.SiteURL != "/o/outer/weixin/" || c.ExternalScheme != "https" ||
		c.DomainVerifyDir != dir || len(c.SessionKeys) != 2 || c.SessionKeys[0][31] != 31 || c.AppSecret.Reveal() != "s" {
		t.Errorf("%+v", c)
	}
	if got := fmt.Sprint(c.TrustedProxies); got != "[10.0.0.0/8 192.168.1.1/32 10.0.0.1/32]" {
		t.Errorf("networks %s", got)
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	bad := map[string]string{
		"PORT": "x", "BKPAAS_APP_ID": "../up", "BKPAAS_ENVIRONMENT": "test", "BKAPP_TRUSTED_PROXIES": "10.0.0.0/8,proxy",
		"BKAPP_WEIXIN_QY_API_DOMAIN": "qyapi.weixin.qq.com", "BKAPP_WEIXIN_QY_OPEN_DOMAIN": "ftp://x", "BKAPP_WEIXIN_MP_API_DOMAIN": "https://x/?a=b",
		"BKPAAS_LOGIN_URL": "https://u:hunter2@login", "BK_COMPONENT_API_URL": "//x", "BKAPP_WEIXIN_SITE_URL": "//evil",
		"BKAPP_WEIXIN_APP_EXTERNAL_SCHEME": "ftp", "BKAPP_DOMAIN_VERIFY_DIR": "/no/such/folder", "BKAPP_SESSION_KEYS": "hunter2",
	}
	r := reader(bad)
	r.Common("itsm")
	err := r.Err()
	if err == nil {
		t.Fatal("nothing was found")
	}
	named := map[string]bool{}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		name, _, _ := strings.Cut(line, ": ")
		named[name] = true
	}
	for name := range bad {
		if !named[name] {
			t.Errorf("%s is not named", name)
		}
	}
	if len(named) != len(bad) {
		t.Errorf("named %v", named)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is shown: %v", err)
	}
}

func TestDatabaseFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		vars       map[string]string
		flag, want string
		err        error
	}{
		{nil, "", "itsm.db", nil},
		{nil, "/x", "/x", nil},
		{map[string]string{"BKPAAS_APP_ID": "itsm"}, "", "itsm.db", nil},
		{map[string]string{"BKPAAS_ENVIRONMENT": "prod"}, "", "", env.ErrDatabaseUnnamed},
		{map[string]string{"BKPAAS_ENGINE_APP_NAME": "bkapp-itsm-prod"}, "", "", env.ErrDatabaseUnnamed},
		{map[string]string{"BKPAAS_ENVIRONMENT": "prod"}, "/data/x", "/data/x", nil},
	} {
		got, err := reader(tt.vars).Common("itsm").DatabaseFile(tt.flag, "itsm.db")
		if got != tt.want || err != tt.err {
			t.Errorf("%v, %q: %q, %v", tt.vars, tt.flag, got, err)
		}
	}
}

func TestZone(t *testing.T) {
	t.Parallel()
	r := reader(map[string]string{"A": "America/New_York", "B": "Mars/Olympus"})
	if z := r.Zone("A", "UTC"); z.String() != "America/New_York" {
		t.Error(z)
	}
	if z := r.Zone("C", "Asia/Shanghai"); z.String() != "Asia/Shanghai" || r.Err() != nil {
		t.Error(z, r.Err())
	}
	if z := r.Zone("B", "UTC"); z != time.UTC || r.Err() == nil {
		t.Error(z, r.Err())
	}
}

func TestSecretIsHidden(t *testing.T) {
	t.Parallel()
	s := struct{ S env.Secret }{env.NewSecret("hunter2")}
	inside := struct {
		s    env.Secret
		list []env.Secret
		at   map[string]env.Secret
	}{s.S, []env.Secret{s.S}, map[string]env.Secret{"s": s.S}} // where fmt calls no method
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "t", s.S)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", s, "t", s.S)
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(data)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		shown += fmt.Sprintf(format, s) + fmt.Sprintf(format, s.S) + fmt.Sprintf(format, inside) + fmt.Sprintf(format, &inside)
	}
	for _, leak := range []string{"hunter2", "68756e74", "104 117"} {
		if strings.Contains(shown, leak) {
			t.Errorf("%q is in %s", leak, shown)
		}
	}
}

func TestNoSecret(t *testing.T) {
	t.Parallel()
	for _, s := range []env.Secret{{}, env.NewSecret("")} {
		if s.Set() || s.Reveal() != "" || s.String() != "(empty)" {
			t.Errorf("%v, %q", s.Set(), s.Reveal())
		}
	}
	if s := env.NewSecret("hunter2"); !s.Set() || s.Reveal() != "hunter2" {
		t.Error("a secret is lost")
	}
}

func TestOuterPath(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": "", "/": "/", "/o/itsm/weixin/": "/o/itsm/weixin/", "/mobile": "/mobile/", "/a.b/~c-d_e": "/a.b/~c-d_e/",
		"/" + strings.Repeat("p", 126) + "/": "/" + strings.Repeat("p", 126) + "/",
		"/" + strings.Repeat("p", 128):       "", "mobile/": "", "//evil.example/": "", "/a//b/": "", "/a/../b/": "", "/./": "", "/.well-known/": "",
		`/\\evil.example/`: "", "/a b/": "", "/a?b": "", "/a#b": "", "/a;b=c/": "", "/a,b/": "", "/%2e%2e/": "", "/手机/": "", "/a\"b/": "", "https://x/": "",
	} {
		r := reader(map[string]string{"BKAPP_WEIXIN_SITE_URL": given})
		if got := r.Common("itsm").SiteURL; got != want || (r.Err() == nil) != (want != "" || given == "") {
			t.Errorf("%q: %q, %v; want %q", given, got, r.Err(), want)
		}
	}
}

func TestSessionKeys(t *testing.T) {
	t.Parallel()
	const flat = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
	for given, want := range map[string]int{
		"": 0, key32: 1, " " + key32 + ",": 1, strings.Repeat(key32+",", 8): 8,
		strings.Repeat(key32+",", 9): -1, flat: -1, key32 + "," + flat: -1, key32[4:]: -1, "AAAA" + key32: -1, "!": -1,
	} {
		r := reader(map[string]string{"BKAPP_SESSION_KEYS": given})
		keys := r.Common("itsm").SessionKeys
		if err := r.Err(); (err == nil) != (want >= 0) || want >= 0 && len(keys) != want || err != nil && strings.Contains(err.Error(), "QUFB") {
			t.Errorf("%q: %d keys, %v; want %d", given, len(keys), err, want)
		}
	}
}
