package settings

import (
	"net/url"
	"strconv"
	"strings"
)

// parseHost understands what operators have in this variable, since BlueKing's
// own documents give it two meanings: a bare host for sign-in, and a whole URL
// for links. A path is dropped: the prefix tells it. scheme is the one that was
// set for the outside, or ""; it wins over the URL's own.
func parseHost(v, scheme string) (host, outScheme string, ok bool) {
	if !strings.Contains(v, "://") {
		v = "//" + v
	}
	u, err := url.Parse(v)
	if err != nil || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" ||
		u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return "", scheme, false
	}
	if scheme == "" {
		scheme = u.Scheme
	}
	name, port := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port()
	if !validName(name) || strings.HasSuffix(u.Host, ":") {
		return "", scheme, false
	}
	if port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port {
			return "", scheme, false
		}
	}
	// Browsers leave the scheme's own port out of Host.
	if port == "443" && scheme != "http" || port == "80" && scheme == "http" {
		port = ""
	}
	if port != "" {
		name += ":" + port
	}
	return name, scheme, true
}

// validName takes no IPv6 address: WeCom and WeChat want a domain, and package
// proxyhdr knows none.
func validName(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") ||
			strings.ContainsFunc(label, func(c rune) bool {
				return !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || c == '-' || c == '_')
			}) {
			return false
		}
	}
	return len(name) <= 253
}

// Notifications reports whether messages can be sent: WeCom, with an agent. why
// names what is missing.
func (s Settings) Notifications() (on bool, why string) {
	switch {
	case !s.UseWeixin:
		return false, useWeixin + " is not 1"
	case !s.IsQY:
		return false, isQY + " is not 1: an official account has no messages here"
	case s.AgentID == 0:
		return false, agentID + " is not set"
	}
	return true, ""
}

// OneHost reports whether phones reach the app by the host where BlueKing's login
// is: then everybody who gets there gets to BlueKing too, and the PC's pages are
// no secret there.
func (s Settings) OneHost() bool {
	login, err := url.Parse(s.LoginURL)
	return err == nil && s.ExternalHost != "" && strings.EqualFold((&url.URL{Host: s.ExternalHost}).Hostname(), login.Hostname())
}

// ExternalURL is where phones reach the site: https://itsm.exter.com, without a
// slash at the end; empty without an external host.
func (s Settings) ExternalURL() string {
	if s.ExternalHost == "" {
		return ""
	}
	scheme := s.ExternalScheme
	if scheme == "" {
		scheme = "https"
	}
	return scheme + "://" + s.ExternalHost
}

// PhonePath is the outer path of the phone pages, with a slash at the end:
// BKAPP_WEIXIN_SITE_URL, or /o/itsm/weixin/.
func (s Settings) PhonePath() string {
	if s.SiteURL != "" {
		return s.SiteURL
	}
	return s.Prefix + "/weixin/"
}

// PhoneURL is the outer URL of a phone page, such as PhoneURL("ticket/42/").
func (s Settings) PhoneURL(path string) string {
	return s.ExternalURL() + s.PhonePath() + strings.TrimLeft(path, "/")
}

// CallbackURL is where sign-in leads back to.
func (s Settings) CallbackURL() string { return s.PhoneURL("login/") }
