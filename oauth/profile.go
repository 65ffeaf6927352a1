package oauth

import (
	"context"
	"net/url"

	"github.com/bkwecom/wecom/internal/retry"
)

// Profile is a visitor of an official account. Since 2021 the vendor leaves Sex, Province, City and
// Country empty.
type Profile struct {
	OpenID     string   `json:"openid"`
	UnionID    string   `json:"unionid"`  // "" unless the account is bound to the Open Platform
	Nickname   string   `json:"nickname"` // chosen by the visitor: escape it
	Sex        Gender   `json:"sex"`
	Province   string   `json:"province"`
	City       string   `json:"city"`
	Country    string   `json:"country"`
	HeadImgURL string   `json:"headimgurl"` // address of the picture; "" without one
	Privilege  []string `json:"privilege"`
}

// Profile reads the visitor who was granted. It is repeated, at most three times and within ctx, when
// the vendor is busy or its answer is lost.
//
// Errors are an [*Error]: 48001 (Scope is not UserInfo), 42001 (AccessToken has expired).
// Source: vendor's document 公众号 网页授权, sns/userinfo.
func (p OfficialAccount) Profile(ctx context.Context, g Grant) (Profile, error) {
	if err := p.check("OfficialAccount"); err != nil {
		return Profile{}, err
	}
	if g.AccessToken == "" || g.OpenID == "" {
		return Profile{}, fieldError("Grant", "has no AccessToken or no OpenID: pass what Exchange returned")
	}
	query := url.Values{"access_token": {g.AccessToken}, "openid": {g.OpenID}, "lang": {"zh_CN"}}
	var a Profile
	err := retry.Do(ctx, func() error {
		a = Profile{}
		return p.get(ctx, "/sns/userinfo", query, &a)
	}, nil)
	if err != nil {
		return Profile{}, err
	}
	return a, nil
}
