package wecomtest

import (
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The person behind a browser is known by a cookie that only the sign-in pages
// get: apps on other ports of the same host do not see it. Its value is
// "ask." or "agree." and a userid or openid; "ask." shows pages that ask.
const (
	asCookie = "wecomtest_as"
	asking   = "ask."
	agreeing = "agree."
)

func asCookies(value string) []*http.Cookie {
	var all []*http.Cookie
	for _, path := range []string{authorizePath, webLoginPath, qrConnectPath} {
		all = append(all, &http.Cookie{Name: asCookie, Value: value, Path: path, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	return all
}

// who is the person behind the browser, and whether they want to be asked.
func (s *Server) who(v *visit) (p person, asks, ok bool) {
	c, err := v.Cookie(asCookie)
	if err != nil {
		return person{}, false, false
	}
	id, asks := strings.CutPrefix(c.Value, asking)
	if !asks {
		id = strings.TrimPrefix(id, agreeing)
	}
	p, ok = s.people.person(id)
	return p, asks, ok
}

// become plays no page of the vendor: it makes a real browser that of a person,
// and sends it on to the query's "to".
func (s *Server) become(v *visit) answer {
	if v.Method != http.MethodGet {
		return answer{status: http.StatusMethodNotAllowed, header: http.Header{"Allow": {"GET"}}}
	}
	id := strings.TrimPrefix(v.URL.Path, asPath)
	p, ok := s.people.person(id)
	if !ok {
		a := s.choose("没有这个人", v.query.Get("to"))
		a.status = http.StatusNotFound
		return a
	}
	to := v.query.Get("to")
	if to != "" && !onLoopback(to) {
		return page{Title: "不能跳转", Text: "to 必须是本机(localhost 或 127.0.0.1)的 http 或 https 地址。", status: http.StatusBadRequest}.answer()
	}
	a := page{Title: "这是 " + p.name() + " 的手机", Text: "此浏览器现在以 " + p.name() + " 的身份打开授权页面。"}.answer()
	if to != "" {
		a = redirect(asciiOnly(to))
	}
	for _, c := range asCookies(asking + p.key()) {
		a.header.Add("Set-Cookie", c.String())
	}
	return a
}

// choose lets a real browser say whose it is; to is where it goes on then.
func (s *Server) choose(title, to string) answer {
	p := page{Title: title, Text: "模拟环境：请选择此浏览器是谁的。测试请用 Browser 或 DesktopBrowser。"}
	if !onLoopback(to) {
		to = ""
	}
	for _, id := range slices.Sorted(maps.Keys(s.people.users)) {
		p.Links = append(p.Links, asLink(s.people.users[id].person(), to))
	}
	for _, id := range slices.Sorted(maps.Keys(s.people.visitors)) {
		p.Links = append(p.Links, asLink(person{Visitor: s.people.visitors[id]}, to))
	}
	return p.answer()
}

func asLink(p person, to string) pageLink {
	address := asPath + url.PathEscape(p.key())
	if to != "" {
		address += "?to=" + url.QueryEscape(to)
	}
	return pageLink{Text: p.name(), URL: address}
}

// onLoopback keeps the way on from leading anywhere else.
func onLoopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil || !leadsTo(address, u.Host) {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
}
