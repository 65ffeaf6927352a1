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

// The fields of the guide's settings page (配置故障自愈), named by their variables.
const (
	AppURL         = "BKAPP_WECHAT_APP_URL"
	StaticURL      = "BKAPP_WECHAT_STATIC_URL"
	Token          = "BKAPP_WECHAT_TOKEN"
	EncodingAESKey = "BKAPP_WECHAT_ENCODING_AES_KEY"
	CorpID         = "BKAPP_WECHAT_CORPID"
	Secret         = "BKAPP_WECHAT_SECRET"
	AgentID        = "BKAPP_WECHAT_AGENT_ID"
	SuperApprover  = "BKAPP_WECHAT_SUPER_APPROVER"
)

// The guide's default values. Everybody can read them.
const (
	publicToken = "FTAToken"
	publicKey   = "FTAEncodingAESKeyFTAEncodingAESKey923456781"
)

// DefaultStaticURL is the guide's.
const DefaultStaticURL = "/static/wechat/"

// Wechat is what the guide's settings page asks for.
type Wechat struct {
	AppURL         string // ends with wechat/
	StaticURL      string // a path or an absolute URL, ends with a slash
	Token          env.Secret
	EncodingAESKey env.Secret // 43 characters
	CorpID         string
	Secret         env.Secret
	AgentID        int // 0 is none
	SuperApprovers []string
}

// Problem is what is wrong with one field.
type Problem struct{ Field, Text string }

// ParseWechat reads the fields, by their variables' names. An empty field is no
// problem; [Wechat.Missing] lists those that are.
func ParseWechat(get func(field string) string) (w Wechat, problems []Problem) {
	text := func(field string, check func(string) string) string {
		v := strings.TrimSpace(get(field))
		if v == "" {
			return ""
		}
		if problem := check(v); problem != "" {
			problems = append(problems, Problem{field, problem})
			return ""
		}
		return v
	}
	w.AppURL = text(AppURL, checkAppURL)
	w.StaticURL = text(StaticURL, checkStaticURL)
	w.Token = env.NewSecret(text(Token, checkToken))
	w.EncodingAESKey = env.NewSecret(text(EncodingAESKey, checkKey))
	w.CorpID = text(CorpID, checkWord)
	w.Secret = env.NewSecret(text(Secret, checkWord))
	w.AgentID, _ = strconv.Atoi(text(AgentID, checkAgent))
	list := text(SuperApprover, func(v string) string {
		if _, err := approval.ParseUserIDs(v); err != nil {
			return err.Error()
		}
		return ""
	})
	w.SuperApprovers, _ = approval.ParseUserIDs(list)
	if w.StaticURL == "" {
		w.StaticURL = DefaultStaticURL
	}
	return w, problems
}

// Missing lists the fields without which WeCom cannot be used. Super approvers
// and the static address may stay empty.
func (w Wechat) Missing() (fields []string) {
	for _, f := range []struct {
		name  string
		empty bool
	}{
		{AppURL, w.AppURL == ""},
		{Token, !w.Token.Set()},
		{EncodingAESKey, !w.EncodingAESKey.Set()},
		{CorpID, w.CorpID == ""},
		{Secret, !w.Secret.Set()},
		{AgentID, w.AgentID == 0},
	} {
		if f.empty {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// PublicDefaults reports whether Token or key is the guide's own, with which
// anybody could write callbacks.
func (w Wechat) PublicDefaults() bool {
	return w.Token.Reveal() == publicToken || w.EncodingAESKey.Reveal() == publicKey
}

func checkAppURL(v string) string {
	if problem := env.CheckURL(v); problem != "" {
		return problem
	}
	if !strings.HasSuffix(v, "/wechat/") {
		return "the URL must end with wechat/, such as http://mycompany.com/o/bk_fta_solutions/wechat/"
	}
	u, err := url.Parse(v)
	if err != nil || strings.Contains(u.Path, "//") {
		return "the URL's path must be without empty parts, such as http://mycompany.com/o/bk_fta_solutions/wechat/"
	}
	if _, err := proxyhdr.New(proxyhdr.Config{Hosts: []string{u.Host}}); err != nil {
		return "a host is wanted as browsers write it, such as mycompany.com or mycompany.com:8443"
	}
	return ""
}

func checkStaticURL(v string) string {
	u, err := url.Parse(v)
	path := err == nil && u.Scheme == "" && u.Host == "" && u.RawQuery == "" && u.Fragment == "" && strings.HasPrefix(v, "/")
	if !path && env.CheckURL(v) != "" || !strings.HasSuffix(v, "/") {
		return "a path or an http or https URL is wanted that ends with a slash, such as /static/wechat/"
	}
	return ""
}

// Vendor's document: 回调配置 (Token: letters and digits, at most 32).
func checkToken(v string) string {
	if len(v) > 32 || strings.ContainsFunc(v, func(c rune) bool { return !alphanumeric(c) }) {
		return "1 to 32 letters and digits are wanted"
	}
	return ""
}

// Vendor's document: 回调配置 (EncodingAESKey: 43 letters and digits); the
// guide's own is base64 that a strict decoder refuses, so it is not decoded here.
func checkKey(v string) string {
	if len(v) != 43 || strings.ContainsFunc(v, func(c rune) bool { return !alphanumeric(c) && c != '+' && c != '/' }) {
		return fmt.Sprintf("43 letters and digits are wanted, these are %d bytes", len(v))
	}
	return ""
}

func checkWord(v string) string {
	if len(v) > 256 || strings.ContainsFunc(v, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "up to 256 printable ASCII characters without spaces are wanted"
	}
	return ""
}

func checkAgent(v string) string {
	if n, err := strconv.ParseInt(v, 10, 32); err != nil || n < 1 {
		return "the agent's number is wanted, such as 1000002"
	}
	return ""
}

func alphanumeric(c rune) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func splitNames(list string) (names []string) {
	for name := range strings.SplitSeq(strings.ReplaceAll(list, "，", ","), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
