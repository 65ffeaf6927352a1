package oauth

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// maxCode is the vendor's limit of a code, and of a user_ticket, in bytes.
const maxCode = 512

// userInfo is both answers of the vendor. encoding/json prefers the exact spelling; other decoders
// know nothing else.
type userInfo struct {
	UserID         string `json:"userid"`
	OldUserID      string `json:"UserId"`
	OpenID         string `json:"openid"`
	OldOpenID      string `json:"OpenId"`
	ExternalUserID string `json:"external_userid"`
	UserTicket     string `json:"user_ticket"`
	DeviceID       string `json:"DeviceId"`
}

func getUserInfo(ctx context.Context, api Caller, old bool, code string) (Grant, error) {
	if api == nil {
		return Grant{}, fieldError("API", "is nil: pass a *wecom.Client")
	}
	if err := checkCode(code); err != nil {
		return Grant{}, err
	}
	var a userInfo
	err := api.Call(ctx, http.MethodGet, authPath(old)+"getuserinfo", url.Values{"code": {code}}, nil, &a)
	if err != nil {
		return Grant{}, fmt.Errorf("oauth: getuserinfo: %w", withoutSecrets(err, code))
	}
	g := Grant{
		Identity: Identity{
			UserID: cmp.Or(a.UserID, a.OldUserID), OpenID: cmp.Or(a.OpenID, a.OldOpenID),
			ExternalUserID: a.ExternalUserID,
		},
		UserTicket: a.UserTicket,
		DeviceID:   a.DeviceID,
	}
	if g.UserID == "" && g.OpenID == "" {
		return Grant{}, ErrNobody
	}
	return g, nil
}

func authPath(old bool) string {
	if old {
		return "/cgi-bin/user/"
	}
	return "/cgi-bin/auth/"
}

func checkCode(code string) error {
	switch {
	case code == "":
		return fieldError("code", "is empty: the visitor refused, or did not come from the vendor")
	case len(code) > maxCode:
		return fieldError("code", "has %d bytes, the vendor's have at most %d", len(code), maxCode)
	case strings.ContainsFunc(code, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return fieldError("code", "has characters that the vendor's codes never have")
	}
	return nil
}
