package wecom

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// publicCloud is where the vendor's own API answers (vendor's document: 90664).
const publicCloud = "https://qyapi.weixin.qq.com"

// Config describes one app of one company.
//
// A Config hides its Secret from fmt, log/slog, encoding/json and
// encoding.TextMarshaler users. One place cannot be helped: package fmt calls no
// method on an unexported field, so a struct that keeps a Config in an unexported
// field prints it whole, and a *Config with some verbs. Keep the [Client] instead:
// it shows nothing anywhere.
type Config struct {
	// CorpID is the company's corpid, as in ww1234567890abcdef.
	CorpID string
	// Secret is the app's own corpsecret; other apps of the company have others.
	Secret string
	// BaseURL is where the API answers; "" is the public cloud,
	// https://qyapi.weixin.qq.com. A private deployment or an API proxy has its
	// own, which may have a path prefix, but no query, fragment or user name.
	BaseURL string
	// HTTPClient is copied; its Transport, Jar and Timeout are used and its
	// CheckRedirect is not: no redirect is ever followed, since the Referer would
	// carry the secret to another host. With Timeout 0 a call is bounded by its
	// context, and by 30 s (10 min if a body is streamed in or out).
	// nil is a client with timeouts that honours HTTPS_PROXY.
	HTTPClient *http.Client
	// Tokens shares the token between processes; nil keeps it in this one.
	Tokens TokenStore
	// OnError is told what no caller sees: a renewal that failed while the old
	// token serves, a TokenStore that is away. It must not block and may be called
	// by several goroutines. nil drops these errors.
	OnError func(error)
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]"

const redacted = "[redacted]"

func (c Config) check() (base *url.URL, err error) {
	if err := checkCredential("CorpID", c.CorpID); err != nil {
		return nil, err
	}
	if err := checkCredential("Secret", c.Secret); err != nil {
		return nil, err
	}
	if c.Secret == redacted {
		return nil, errors.New("wecom: Config.Secret is the mark of a hidden Secret: a Config does not survive being printed or encoded")
	}
	return parseBase(c.BaseURL)
}

// checkCredential refuses what a careless copy brings along; its errors do not quote the value.
func checkCredential(field, value string) error {
	if value == "" {
		return fmt.Errorf("wecom: Config.%s is empty", field)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return fmt.Errorf("wecom: Config.%s holds white space or unprintable characters; copy it again", field)
	}
	return nil
}

// parseBase never quotes the text, which may hold a password.
func parseBase(text string) (*url.URL, error) {
	if text == "" {
		text = publicCloud
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("wecom: Config.BaseURL is not a URL that begins with http:// or https://")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("wecom: Config.BaseURL must begin with https:// or http://")
	case u.Hostname() == "":
		return nil, errors.New("wecom: Config.BaseURL has no host")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return !strings.ContainsRune(hostCharacters, r) }):
		return nil, errors.New("wecom: the host of Config.BaseURL must be a name or an address in ASCII")
	case u.User != nil:
		return nil, errors.New("wecom: Config.BaseURL must not hold a user name or password")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return nil, errors.New("wecom: Config.BaseURL must have no query and no fragment")
	}
	prefix := strings.TrimSuffix(u.EscapedPath(), "/")
	if prefix != "" && !plainPath(prefix) {
		return nil, errors.New("wecom: the path prefix of Config.BaseURL must consist of plain segments, as in /wecom-proxy")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: prefix}, nil
}

// plainPath admits what every path of the vendor's reference consists of and needs no escaping.
func plainPath(path string) bool {
	if path == "" || path[0] != '/' || strings.Contains(path, "//") || strings.Contains(path, "..") {
		return false
	}
	for i := range len(path) {
		c := path[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("/_-.~", c) >= 0:
		default:
			return false
		}
	}
	return true
}
