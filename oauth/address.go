package oauth

import (
	"net/url"
	"strings"
)

const (
	openURL     = "https://open.weixin.qq.com"
	openWorkURL = "https://open.work.weixin.qq.com"
	loginURL    = "https://login.work.weixin.qq.com"
	weixinURL   = "https://api.weixin.qq.com"
)

func baseURL(given, standard string) string {
	if given == "" {
		given = standard
	}
	return strings.TrimRight(given, "/")
}

// query appends names and values in the given order, which url.Values would not keep.
func query(b *strings.Builder, namesAndValues ...string) {
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(namesAndValues[i])
		b.WriteByte('=')
		b.WriteString(strings.ReplaceAll(url.QueryEscape(namesAndValues[i+1]), "+", "%20"))
	}
}

func checkBase(field, address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return fieldError(field, "must be an absolute address such as https://wecom.example.com")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(address, "#") {
		return fieldError(field, "must be scheme, host and path only")
	}
	return nil
}
