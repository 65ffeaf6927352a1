package oauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/oauth"
)

// call is one call as an API client gets it.
type call struct{ Method, Path, Query, Body string }

// fakeAPI plays one answer or error after the other; the last one goes on for ever.
type fakeAPI struct {
	calls   []call
	answers []any // string or error
}

func (f *fakeAPI) Call(_ context.Context, method, path string, query url.Values, in, out any) error {
	c := call{Method: method, Path: path, Query: query.Encode()}
	if in != nil {
		c.Body = string(must(json.Marshal(in)))
	}
	f.calls = append(f.calls, c)
	switch a := f.answers[min(len(f.calls), len(f.answers))-1].(type) {
	case string:
		return json.Unmarshal([]byte(a), out)
	case error:
		return a
	}
	return nil
}

type apiError struct {
	text  string
	code  int
	retry bool
}

func (e *apiError) Error() string { return e.text }

func (e *apiError) ErrCode() int { return e.code }

func (e *apiError) Retryable() bool { return e.retry }

func (e *apiError) NotSent() bool { return false }

// TestExchange: both answers of the vendor, as its documents show them.
func TestExchange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		old    bool
		answer string
		want   oauth.Grant
	}{
		"member": {false, `{"errcode":0,"errmsg":"ok","userid":"zhangsan","user_ticket":"TICKET"}`,
			oauth.Grant{Identity: zhangsan, UserTicket: "TICKET"}},
		"visitor": {false, `{"errcode":0,"errmsg":"ok","openid":"oVisitor","external_userid":"wmVisitor"}`,
			oauth.Grant{Identity: visitor}},
		"member, older": {true, `{"errcode":0,"errmsg":"ok","UserId":"zhangsan","DeviceId":"D","user_ticket":"TICKET","expires_in":1800}`,
			oauth.Grant{Identity: zhangsan, UserTicket: "TICKET", DeviceID: "D"}},
		"visitor, older": {true, `{"errcode":0,"errmsg":"ok","OpenId":"oVisitor","DeviceId":"D","external_userid":"wmVisitor"}`,
			oauth.Grant{Identity: visitor, DeviceID: "D"}},
		"older answer from the newer path": {false, `{"UserId":"zhangsan","expires_in":"1800"}`, oauth.Grant{Identity: zhangsan}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &fakeAPI{answers: []any{tt.answer}}
			path := map[bool]string{false: "/cgi-bin/auth/getuserinfo", true: "/cgi-bin/user/getuserinfo"}[tt.old]
			for _, p := range []oauth.Provider{
				oauth.WeCom{API: api, CorpID: "ww1", OldPath: tt.old},
				oauth.WebLogin{API: api, CorpID: "ww1", AgentID: 1, OldPath: tt.old},
			} {
				api.calls = nil
				got, err := p.Exchange(t.Context(), "CODE/+=")
				if diff := cmp.Diff(fields(tt.want), fields(got)); diff != "" || err != nil {
					t.Errorf("error %v (-want +got):\n%s", err, diff)
				}
				if diff := cmp.Diff([]call{{Method: "GET", Path: path, Query: "code=CODE%2F%2B%3D"}}, api.calls); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// fields shows a Grant without its methods, which hide what is compared.
func fields(g oauth.Grant) any {
	type plain oauth.Grant
	return plain(g)
}

func TestExchangeErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer any
		code   string
		want   string
		calls  int
	}{
		"nobody":     {`{"errcode":0,"errmsg":"ok"}`, "CODE", "names nobody", 1},
		"used":       {&apiError{"invalid code, hint: CODE-canary", 40029, false}, "CODE-canary", "getuserinfo: invalid code, hint: [redacted]", 1},
		"busy":       {&apiError{"system busy", -1, true}, "CODE", "system busy", 1},
		"long text":  {errors.New(strings.Repeat("长", 1000) + "\n"), "CODE", "…", 1},
		"lines":      {errors.New("a\r\nb\u2028c"), "CODE", "a  b c", 1},
		"short code": {errors.New("code is X1"), "X1", "getuserinfo: [redacted]", 1},
		"no code":    {"", "", "code: is empty", 0},
		"too long":   {"", strings.Repeat("x", 513), "has 513 bytes", 0},
		"not a code": {"", "a b", "never have", 0},
	} {
		api := &fakeAPI{answers: []any{tt.answer}}
		_, err := oauth.WeCom{API: api, CorpID: "ww1"}.Exchange(t.Context(), tt.code)
		if err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 1100 || len(api.calls) != tt.calls {
			t.Errorf("%s: %v after %d calls", name, err, len(api.calls))
		}
		if want, ok := tt.answer.(*apiError); ok {
			var got *apiError
			if !errors.As(err, &got) || got != want || !errors.Is(err, want) {
				t.Errorf("%s: the vendor's error cannot be found in %v", name, err)
			}
		}
	}
	var field *oauth.FieldError
	for _, p := range []oauth.Provider{oauth.WeCom{}, oauth.WebLogin{}, oauth.OfficialAccount{}} {
		if _, err := p.Exchange(t.Context(), "CODE"); !errors.As(err, &field) || field.ErrCode() != 0 || field.Retryable() || !field.NotSent() {
			t.Errorf("%T: %v", p, err)
		}
	}
}
