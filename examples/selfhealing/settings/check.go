package settings

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/proxyhdr"
)

// Each check says what is wrong with a value, for operators and for the settings
// page; "" if nothing is.

func checkAppURL(v string) (text, words string) {
	const example = "http://mycompany.com/o/bk_fta_solutions/wechat/"
	if problem := env.CheckURL(v); problem != "" {
		return problem, "须为 http 或 https 的完整地址，不带用户名、? 和 #，如 " + example
	}
	if !strings.HasSuffix(v, "/wechat/") {
		return "the URL must end with wechat/, such as " + example, "地址须以 wechat/ 结尾，如 " + example
	}
	u, err := url.Parse(v)
	if err != nil || strings.Contains(u.Path, "//") {
		return "the URL's path must be without empty parts, such as " + example, "路径中不能有连续的斜杠，如 " + example
	}
	if !plainPath(u) {
		return fmt.Sprintf("the URL's path must be of letters, digits, - . _ ~ and /, without . and .. parts, and up to %d bytes, such as %s", maxPath, example),
			fmt.Sprintf("路径只能由英文字母、数字和 - . _ ~ / 组成，不能有 . 和 .. ，最多 %d 个字节，如 %s", maxPath, example)
	}
	if _, err := proxyhdr.New(proxyhdr.Config{Hosts: []string{u.Host}}); err != nil {
		return "a host is wanted as browsers write it, such as mycompany.com or mycompany.com:8443",
			"域名须按浏览器的写法填写（中文域名用 xn-- 形式），如 mycompany.com 或 mycompany.com:8443"
	}
	return "", ""
}

const maxPath = 256

// plainPath takes what is the same in a cookie's path, in a redirect and in the
// address that WeCom calls: with anything else nobody could sign in.
func plainPath(u *url.URL) bool {
	if len(u.Path) > maxPath || u.EscapedPath() != u.Path {
		return false
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if part == "." || part == ".." || strings.ContainsFunc(part, func(c rune) bool { return !alphanumeric(c) && !strings.ContainsRune("-._~", c) }) {
			return false
		}
	}
	return true
}

func checkStaticURL(v string) (text, words string) {
	u, err := url.Parse(v)
	path := err == nil && u.Scheme == "" && u.Host == "" && u.RawQuery == "" && u.Fragment == "" && strings.HasPrefix(v, "/")
	if !path && env.CheckURL(v) != "" || !strings.HasSuffix(v, "/") {
		return "a path or an http or https URL is wanted that ends with a slash, such as " + DefaultStaticURL,
			"须为以 / 开头的路径或 http(s) 绝对地址，并以 / 结尾，如 " + DefaultStaticURL
	}
	return "", ""
}

// Vendor's document: 回调配置 (Token: letters and digits, at most 32).
func checkToken(v string) (text, words string) {
	if len(v) > 32 || strings.ContainsFunc(v, func(c rune) bool { return !alphanumeric(c) }) {
		return "1 to 32 letters and digits are wanted", "须为 1 到 32 位英文字母或数字"
	}
	return "", ""
}

// Vendor's document: 回调配置 (EncodingAESKey: 43 letters and digits); the
// guide's own is base64 that a strict decoder refuses, so it is not decoded here.
func checkKey(v string) (text, words string) {
	if len(v) != 43 || strings.ContainsFunc(v, func(c rune) bool { return !alphanumeric(c) && c != '+' && c != '/' }) {
		return fmt.Sprintf("43 letters and digits are wanted, these are %d bytes", len(v)),
			fmt.Sprintf("长度固定为 43 个英文字母或数字，填写的是 %d 个字节", len(v))
	}
	return "", ""
}

func checkWord(v string) (text, words string) {
	if len(v) > 256 || strings.ContainsFunc(v, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "up to 256 printable ASCII characters without spaces are wanted", "须为不含空格的英文字符，最多 256 个；请从企业微信后台重新复制"
	}
	return "", ""
}

func checkAgent(v string) (text, words string) {
	if n, err := strconv.ParseInt(v, 10, 32); err != nil || n < 1 {
		return "the agent's number is wanted, such as 1000002", "须为应用的 AgentId 数字，如 1000002"
	}
	return "", ""
}

func checkUserIDs(v string) (text, words string) {
	if _, err := approval.ParseUserIDs(v); err != nil {
		return err.Error(), "须为企业微信的成员账号（userid，英文字母、数字和 _-@.），以逗号分隔；不是姓名"
	}
	return "", ""
}

func alphanumeric(c rune) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
