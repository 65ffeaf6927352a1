package env

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strings"
)

// Common is what both reference deployments read.
type Common struct {
	Addr        string // host:port to listen on, from PORT
	AppID       string
	Environment string // "prod" or "stag"
	Prefix      string // /o/{app} or /t/{app}, without a slash at the end
	PaaS        bool   // the process runs inside BlueKing PaaS

	TrustedProxies []netip.Prefix

	APIDomain  string // WeCom's API, https://qyapi.weixin.qq.com
	OpenDomain string // web authorization, https://open.weixin.qq.com
	MPDomain   string // official accounts, https://api.weixin.qq.com

	LoginURL     string // BlueKing's login, without a slash at the end; may be empty
	ComponentURL string // BlueKing's ESB; may be empty
	AppSecret    Secret

	SiteURL         string // outer path of the phone pages, with a slash at the end, or empty
	ExternalScheme  string // "http", "https" or empty
	DomainVerifyDir string
	SessionKeys     [][]byte // 32 bytes each, newest first; empty: one is to be made
}

// maxOuterPath keeps links short: they stand in messages.
const maxOuterPath = 128

var (
	appID = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

	// outerPath goes into links, redirects and cookies: only what means the same to
	// all of them.
	outerPath = regexp.MustCompile(`^(/[0-9A-Za-z_~-][0-9A-Za-z._~-]*)*/?$`)
)

// Common reads the variables that both deployments know; app is the default of
// BKPAAS_APP_ID.
func (r *Reader) Common(app string) Common {
	c := Common{
		Addr:            fmt.Sprintf(":%d", r.Int("PORT", 5000, 1, 65535)),
		AppID:           app,
		Environment:     "prod",
		PaaS:            r.Text("BKPAAS_ENVIRONMENT", "BKPAAS_ENGINE_APP_NAME", "BKPAAS_MAJOR_VERSION") != "",
		TrustedProxies:  r.Networks("BKAPP_TRUSTED_PROXIES", Loopback()),
		APIDomain:       r.URL("BKAPP_WEIXIN_QY_API_DOMAIN", "https://qyapi.weixin.qq.com"),
		OpenDomain:      r.URL("BKAPP_WEIXIN_QY_OPEN_DOMAIN", "https://open.weixin.qq.com"),
		MPDomain:        r.URL("BKAPP_WEIXIN_MP_API_DOMAIN", "https://api.weixin.qq.com"),
		LoginURL:        r.URL("BKPAAS_LOGIN_URL", ""),
		ComponentURL:    r.URL("BK_COMPONENT_API_URL", ""),
		AppSecret:       r.Secret("BKPAAS_APP_SECRET"),
		DomainVerifyDir: r.folder("BKAPP_DOMAIN_VERIFY_DIR"),
		SessionKeys:     r.keys("BKAPP_SESSION_KEYS"),
	}
	for _, name := range []string{"BKPAAS_APP_ID", "BKPAAS_APP_CODE", "APP_ID"} {
		if id := r.Text(name); id != "" {
			if !appID.MatchString(id) {
				r.Fail(name, fmt.Sprintf("%q is no app id: a-z, 0-9, _ and - are wanted", id))
			} else {
				c.AppID = id
			}
			break
		}
	}
	switch v := r.Text("BKPAAS_ENVIRONMENT"); v {
	case "", "prod":
	case "stag":
		c.Environment = v
	default:
		r.Fail("BKPAAS_ENVIRONMENT", fmt.Sprintf("%q is neither prod nor stag", v))
	}
	c.Prefix = map[string]string{"prod": "/o/", "stag": "/t/"}[c.Environment] + c.AppID
	switch v := strings.ToLower(r.Text("BKAPP_WEIXIN_APP_EXTERNAL_SCHEME")); v {
	case "", "http", "https":
		c.ExternalScheme = v
	default:
		r.Fail("BKAPP_WEIXIN_APP_EXTERNAL_SCHEME", fmt.Sprintf("%q is neither http nor https", v))
	}
	if v := r.Text("BKAPP_WEIXIN_SITE_URL"); v != "" {
		if !outerPath.MatchString(v) || len(v) > maxOuterPath {
			r.Fail("BKAPP_WEIXIN_SITE_URL", fmt.Sprintf("%q is no path of up to 128 letters, digits and -._~/, such as /o/itsm/weixin/", v))
		} else {
			c.SiteURL = strings.TrimRight(v, "/") + "/"
		}
	}
	return c
}

// Loopback is the proxies on this machine, the default of BKAPP_TRUSTED_PROXIES.
func Loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

// ErrDatabaseUnnamed tells why -db is demanded.
var ErrDatabaseUnnamed = errors.New("is missing: inside BlueKing PaaS a container's disk vanishes with it, and with the disk every decision; name a file on a mounted volume")

// DatabaseFile is the file that -db names; without it, and outside BlueKing
// PaaS, it is fallback in the working folder.
func (c Common) DatabaseFile(flag, fallback string) (string, error) {
	switch {
	case flag != "":
		return flag, nil
	case c.PaaS:
		return "", ErrDatabaseUnnamed
	}
	return fallback, nil
}

func (r *Reader) folder(name string) string {
	dir := r.Text(name)
	if dir == "" {
		return ""
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		r.Fail(name, fmt.Sprintf("%q is no folder that can be read", dir))
		return ""
	}
	return dir
}

// maxKeys is what package oauth takes.
const maxKeys = 8

func (r *Reader) keys(name string) (keys [][]byte) {
	for i, part := range strings.Split(r.Text(name), ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(part)
		// One byte over and over is a placeholder that somebody forgot.
		if err != nil || len(key) != 32 || bytes.Count(key, key[:1]) == len(key) {
			r.Fail(name, fmt.Sprintf("key %d is not base64 of 32 random bytes; `openssl rand -base64 32` makes one", i+1))
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) > maxKeys {
		r.Fail(name, fmt.Sprintf("more than %d keys: drop the oldest, at the end", maxKeys))
	}
	return keys
}
