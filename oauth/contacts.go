package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/bkwecom/wecom/internal/retry"
)

// User is a member as the app may see them. An app made since June 2022 gets no Gender, Avatar, Mobile,
// Email, BizMail, QRCode and Address here: ask the member, see [WeCom.Detail].
type User struct {
	UserID         string          `json:"userid"`
	Name           string          `json:"name"`
	Alias          string          `json:"alias"`
	Department     []int           `json:"department"`      // department ids
	MainDepartment int             `json:"main_department"` // one of them
	Position       string          `json:"position"`
	DirectLeader   []string        `json:"direct_leader"`     // userids
	IsLeaderInDept []int           `json:"is_leader_in_dept"` // 1 where the member leads, in the order of Department
	Status         int             `json:"status"`            // 1 active, 2 disabled, 4 not activated, 5 left
	Gender         Gender          `json:"gender"`
	Mobile         string          `json:"mobile"`
	Telephone      string          `json:"telephone"`
	Email          string          `json:"email"`
	BizMail        string          `json:"biz_mail"`
	Address        string          `json:"address"`
	Avatar         string          `json:"avatar"`
	ThumbAvatar    string          `json:"thumb_avatar"`
	QRCode         string          `json:"qr_code"`
	ExtAttr        json.RawMessage `json:"extattr"` // the company's own fields, as the vendor sends them
}

// maxUserID and maxOpenID are the vendor's limits in bytes.
const (
	maxUserID = 64
	maxOpenID = 64
)

// GetUser reads a member.
//
// Errors: 60111 (no such userid, or the app may not see them), 60011 (no right).
// Source: vendor's document user/get.
func GetUser(ctx context.Context, api Caller, userid string) (User, error) {
	var u User
	err := lookUp(ctx, api, "userid", userid, maxUserID, func() error {
		u = User{}
		return api.Call(ctx, http.MethodGet, "/cgi-bin/user/get", url.Values{"userid": {userid}}, nil, &u)
	})
	if err != nil {
		return User{}, err
	}
	return u, nil
}

// ConvertToOpenID is the openid by which WeChat knows a member, for example for payments.
//
// Errors: 43004 (the member has no WeChat bound).
// Source: vendor's document user/convert_to_openid.
func ConvertToOpenID(ctx context.Context, api Caller, userid string) (string, error) {
	var out struct {
		OpenID string `json:"openid"`
	}
	in := struct {
		UserID string `json:"userid"`
	}{userid}
	err := lookUp(ctx, api, "userid", userid, maxUserID, func() error {
		return api.Call(ctx, http.MethodPost, "/cgi-bin/user/convert_to_openid", nil, in, &out)
	})
	if err == nil && out.OpenID == "" {
		err = ErrNobody
	}
	if err != nil {
		return "", err
	}
	return out.OpenID, nil
}

// ConvertToUserID is the member whom WeChat knows by openid.
//
// Errors: 43004 or 40003 (no member). Source: vendor's document user/convert_to_userid.
func ConvertToUserID(ctx context.Context, api Caller, openid string) (string, error) {
	var out struct {
		UserID string `json:"userid"`
	}
	in := struct {
		OpenID string `json:"openid"`
	}{openid}
	err := lookUp(ctx, api, "openid", openid, maxOpenID, func() error {
		return api.Call(ctx, http.MethodPost, "/cgi-bin/user/convert_to_userid", nil, in, &out)
	})
	if err == nil && out.UserID == "" {
		err = ErrNobody
	}
	if err != nil {
		return "", err
	}
	return out.UserID, nil
}

// lookUp checks the id and repeats a call that changes nothing.
func lookUp(ctx context.Context, api Caller, field, id string, limit int, once func() error) error {
	switch {
	case api == nil:
		return fieldError("api", "is nil: pass a *wecom.Client")
	case id == "":
		return fieldError(field, "is empty")
	case len(id) > limit:
		return fieldError(field, "has %d bytes, the limit is %d", len(id), limit)
	}
	if err := retry.Do(ctx, once, nil); err != nil {
		return fmt.Errorf("oauth: look up by %s: %w", field, err)
	}
	return nil
}
