package jssdk

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"
)

// Signer signs the pages of one app. It is made by [New], safe for concurrent use, and needs no closing.
type Signer struct{ core *core }

// core is behind a pointer, and tickets are further ones away: fmt follows one even in an unexported field.
type core struct {
	corpID, agentID string
	places          []place
	apis, agentAPIs []string
	corp, agent     *keeper
	report          func(error)
}

// PageConfig is the argument of wx.config, as JSON.
type PageConfig struct {
	Beta      bool     `json:"beta"` // true: wx.invoke needs it
	AppID     string   `json:"appId"`
	Timestamp int64    `json:"timestamp"` // seconds
	NonceStr  string   `json:"nonceStr"`
	Signature string   `json:"signature"`
	JSAPIList []string `json:"jsApiList"`
}

// AgentConfig is the argument of wx.agentConfig, as JSON; the page adds success and fail.
type AgentConfig struct {
	CorpID    string   `json:"corpid"`
	AgentID   string   `json:"agentid"`   // in decimal
	Timestamp int64    `json:"timestamp"` // seconds
	NonceStr  string   `json:"nonceStr"`
	Signature string   `json:"signature"`
	JSAPIList []string `json:"jsApiList"`
}

// SignConfig signs a page for wx.config with the company's ticket. page is the page's location.href; a
// fragment is cut off.
//
// Errors: [ErrPage]; else those of the API call get_jsapi_ticket, which answer ErrCode, Retryable and
// NotSent, and those of ctx. Source: vendor's documents 附录: JS-SDK使用权限签名算法 and get_jsapi_ticket.
func (s *Signer) SignConfig(ctx context.Context, page string) (PageConfig, error) {
	if s == nil || s.core == nil {
		return PageConfig{}, errNoSigner
	}
	c := s.core
	m, err := c.sign(ctx, c.corp, page)
	if err != nil {
		return PageConfig{}, err
	}
	return PageConfig{true, c.corpID, m.timestamp, m.nonceStr, m.signature, append([]string{}, c.apis...)}, nil
}

// SignAgentConfig signs a page for wx.agentConfig with the app's ticket; Config.AgentID is needed. page
// and errors are those of [Signer.SignConfig].
func (s *Signer) SignAgentConfig(ctx context.Context, page string) (AgentConfig, error) {
	if s == nil || s.core == nil {
		return AgentConfig{}, errNoSigner
	}
	c := s.core
	if c.agentID == "0" {
		return AgentConfig{}, fieldError("AgentID", "is needed for wx.agentConfig")
	}
	m, err := c.sign(ctx, c.agent, page)
	if err != nil {
		return AgentConfig{}, err
	}
	return AgentConfig{c.corpID, c.agentID, m.timestamp, m.nonceStr, m.signature, append([]string{}, c.agentAPIs...)}, nil
}

type mark struct {
	timestamp           int64
	nonceStr, signature string
}

func (c *core) sign(ctx context.Context, k *keeper, page string) (mark, error) {
	address, _, err := c.signed(page)
	if err != nil {
		return mark{}, err
	}
	ticket, err := k.get(ctx)
	if err != nil {
		return mark{}, err
	}
	m := mark{timestamp: time.Now().Unix(), nonceStr: rand.Text()[:16]} // as long as the vendor's sample
	m.signature = Signature(ticket.value, m.nonceStr, m.timestamp, address)
	return m, nil
}

// String names company and app.
func (s Signer) String() string {
	if s.core == nil {
		return "jssdk.Signer{}"
	}
	return fmt.Sprintf("jssdk.Signer{CorpID:%q, AgentID:%s}", s.core.corpID, s.core.agentID)
}

// Format answers every verb of package fmt, %#v too, with String.
func (s Signer) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }
