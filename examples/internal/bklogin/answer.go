package bklogin

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxAnswer is far beyond one user's data.
const maxAnswer = 64 << 10

// answer is what both servers say. The login's older interface has code "00" and
// username, the newer and the ESB's have 0 and bk_username, and one between has
// bk_error_code (BlueKing's document: bk_login/get_user).
type answer struct {
	Result    *bool           `json:"result"`
	Code      json.RawMessage `json:"code"`
	ErrorCode json.RawMessage `json:"bk_error_code"`
	Data      data            `json:"data"`
}

type data struct {
	Username   string  `json:"username"`
	BkUsername string  `json:"bk_username"`
	Name       string  `json:"chname"`
	WxUserID   *string `json:"wx_userid"`
	WxOpenID   *string `json:"wx_openid"`
	TenantID   *string `json:"tenant_id"`
}

// tenant reports whether the answer is of multi-tenant BlueKing, whose wx_userid
// is there for compatibility, and always empty.
func (d data) tenant() bool { return d.TenantID != nil && text(d.WxUserID) == "" }

func (a answer) user() User {
	d := a.Data
	u := User{Username: cmp.Or(d.Username, d.BkUsername), Name: d.Name, WxUserID: text(d.WxUserID)}
	u.WxOpenID = u.WxUserID
	if d.WxOpenID != nil {
		u.WxOpenID = *d.WxOpenID
	}
	u.BindingKnown = d.WxUserID != nil && !d.tenant()
	return u
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Codes that say that the token is nobody's: invalid parameter, no such user
// (BlueKing's login: ApiErrorCodeEnum and ApiErrorCodeEnumV2).
func notSignedIn(code int) bool {
	switch code {
	case 1200, 1201, 1300, 1302100, 1302101, 1302103:
		return true
	}
	return false
}

// ask makes one request. Errors name the address without its query, and of an
// answer its numbers alone: anything else could hold the token or the secret.
func (c *Client) ask(ctx context.Context, target string, query url.Values) (answer, error) {
	fail := func(err error) (answer, error) { return answer{}, fmt.Errorf("bklogin: GET %s: %w", target, err) }
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target+"?"+query.Encode(), nil)
	if err != nil {
		return fail(errors.New("the request cannot be made"))
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		var wrapped *url.Error // prints the whole URL
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return fail(err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return fail(fmt.Errorf("answered %d: redirects are not followed; check the address that is configured", resp.StatusCode))
	case resp.StatusCode != http.StatusOK:
		return fail(fmt.Errorf("answered %d", resp.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fail(fmt.Errorf("the answer broke off: %w", err))
	case len(body) > maxAnswer:
		return fail(fmt.Errorf("the answer is over %d bytes", maxAnswer))
	}
	a, err := parse(body)
	if errors.Is(err, ErrNotSignedIn) {
		return answer{}, ErrNotSignedIn
	}
	if err != nil {
		return fail(err)
	}
	return a, nil
}

func parse(body []byte) (answer, error) {
	// A refusal's data is null, {} or a list, so it is read only of a success.
	var head struct {
		answer
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &head); err != nil || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return answer{}, errors.New("the answer is not what BlueKing answers: check the address that is configured")
	}
	code, ok := number(cmp.Or(string(head.Code), string(head.ErrorCode)))
	switch {
	case !ok && (head.Result == nil || !*head.Result || head.Code != nil || head.ErrorCode != nil):
		return answer{}, errors.New("the answer has no code: check the address that is configured")
	case ok && notSignedIn(code):
		return answer{}, ErrNotSignedIn
	case ok && code != 0:
		return answer{}, fmt.Errorf("refused with code %d", code)
	case head.Result != nil && !*head.Result:
		return answer{}, errors.New("refused without a code")
	}
	a := head.answer
	if err := json.Unmarshal(head.Data, &a.Data); err != nil {
		return answer{}, errors.New("the answer has no data of a user")
	}
	// A name goes into pages, logs and the database.
	if name := a.user().Username; name == "" || len(name) > 128 || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return answer{}, errors.New("the answer names no user")
	}
	return a, nil
}

// number reads 0, "0" and "00" alike.
func number(raw string) (int, bool) {
	n, err := strconv.Atoi(strings.Trim(raw, `"`))
	return n, err == nil
}
