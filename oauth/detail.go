package oauth

import (
	"context"
	"fmt"
	"net/http"

	"github.com/bkwecom/wecom/internal/retry"
)

// Detail is what a member agreed to show. Each field but UserID is empty unless the admin allowed it
// and the member agreed. There is no name: see [GetUser].
type Detail struct {
	UserID  string `json:"userid"`
	Gender  Gender `json:"gender"`
	Avatar  string `json:"avatar"`  // address of the picture
	QRCode  string `json:"qr_code"` // address of the member's code
	Mobile  string `json:"mobile"`
	Email   string `json:"email"`
	BizMail string `json:"biz_mail"`
	Address string `json:"address"`
}

// Detail reads what the member agreed to show, with [Grant.UserTicket]. It may be called from
// [Config.SignedIn]; it is repeated, at most three times and within ctx, when the vendor is busy or its
// answer is lost.
//
// Errors: 84014 (the ticket has expired, after 1800 s), 84015 (not a ticket).
// Source: vendor's document 获取访问用户敏感信息.
func (p WeCom) Detail(ctx context.Context, userTicket string) (Detail, error) {
	switch {
	case p.API == nil:
		return Detail{}, fieldError("API", "is nil: pass a *wecom.Client")
	case userTicket == "":
		return Detail{}, fieldError("user_ticket", "is empty: sign in with Scope PrivateInfo and AgentID, as a member whom the app may see")
	case len(userTicket) > maxCode:
		return Detail{}, fieldError("user_ticket", "has %d bytes, the vendor's have at most %d", len(userTicket), maxCode)
	}
	in := struct {
		UserTicket string `json:"user_ticket"`
	}{userTicket}
	var d Detail
	err := retry.Do(ctx, func() error {
		d = Detail{} // an attempt that failed may have left something
		return p.API.Call(ctx, http.MethodPost, authPath(p.OldPath)+"getuserdetail", nil, in, &d)
	}, nil)
	if err != nil {
		return Detail{}, fmt.Errorf("oauth: getuserdetail: %w", withoutSecrets(err, userTicket))
	}
	return d, nil
}
