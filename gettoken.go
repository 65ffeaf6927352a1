package wecom

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

const (
	gettokenPath = "/cgi-bin/gettoken"
	gettokenTime = 10 * time.Second
)

// gettoken asks for a token (vendor's document: 91039). It is called by flights only.
func (c *core) gettoken(ctx context.Context) (value string, life time.Duration, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, gettokenTime, errTooSlow)
	defer cancel()
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   *int64 `json:"expires_in"` // seconds
	}
	query := url.Values{"corpid": {c.corpID}, "corpsecret": {c.secret()}}.Encode()
	r := &request{method: http.MethodGet, path: gettokenPath, body: &body{}}
	var made error
	if p := safely(func() error { made = c.exchange(ctx, r, "", query, &answer); return nil }); p != nil {
		made = broken(ctx, gettokenPath, p, []string{c.secret()})
	}
	if made != nil {
		return "", 0, made
	}
	if answer.AccessToken == "" || answer.ExpiresIn == nil || *answer.ExpiresIn < 0 {
		return "", 0, &Error{Path: gettokenPath, HTTPStatus: http.StatusOK, Message: "the answer holds no access_token or no expires_in; check BaseURL"}
	}
	return answer.AccessToken, time.Duration(min(*answer.ExpiresIn, int64(maxLife/time.Second))) * time.Second, nil
}
