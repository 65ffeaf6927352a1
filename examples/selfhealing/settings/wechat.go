package settings

import (
	"strconv"
	"strings"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/selfhealing/approval"
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

// Problem is what is wrong with one field: Text for operators, Words for the
// settings page. Neither quotes a secret.
type Problem struct{ Field, Text, Words string }

// ParseWechat reads the fields, by their variables' names. An empty field is no
// problem; [Wechat.Missing] lists those that are.
func ParseWechat(get func(field string) string) (w Wechat, problems []Problem) {
	text := func(field string, check func(string) (text, words string)) string {
		v := strings.TrimSpace(get(field))
		if v == "" {
			return ""
		}
		if problem, words := check(v); problem != "" {
			problems = append(problems, Problem{field, problem, words})
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
	list := text(SuperApprover, checkUserIDs)
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

func splitNames(list string) (names []string) {
	for name := range strings.SplitSeq(strings.ReplaceAll(list, "，", ","), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
