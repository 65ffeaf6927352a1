package oauth_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/oauth"
)

func TestDetail(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{answers: []any{`{"errcode":0,"errmsg":"ok","userid":"zhangsan","gender":"1","avatar":"https://a/",
		"qr_code":"https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=EXAMPLE","mobile":"13800000001",
		"email":"zhangsan@example.com","biz_mail":"zhangsan@example.biz","address":"addr"}`}}
	got, err := oauth.WeCom{API: api}.Detail(t.Context(), "TICKET")
	want := oauth.Detail{
		UserID: "zhangsan", Gender: 1, Avatar: "https://a/",
		QRCode: "https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=EXAMPLE", Mobile: "13800000001",
		Email: "zhangsan@example.com", BizMail: "zhangsan@example.biz", Address: "addr",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	if _, err := (oauth.WeCom{API: api, OldPath: true}).Detail(t.Context(), "TICKET"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]call{
		{Method: "POST", Path: "/cgi-bin/auth/getuserdetail", Body: `{"user_ticket":"TICKET"}`},
		{Method: "POST", Path: "/cgi-bin/user/getuserdetail", Body: `{"user_ticket":"TICKET"}`},
	}, api.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestDetailErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		expired := &apiError{"ticket TICKET-canary expired", 84014, false}
		api := &fakeAPI{answers: []any{&apiError{"busy", -1, true}, expired}}
		_, err := oauth.WeCom{API: api}.Detail(t.Context(), "TICKET-canary")
		if !errors.Is(err, expired) || strings.Contains(err.Error(), "canary") || len(api.calls) != 2 {
			t.Errorf("%v after %d calls", err, len(api.calls))
		}
		var field *oauth.FieldError
		for _, p := range []oauth.WeCom{{}, {API: api}} {
			for _, ticket := range []string{"", strings.Repeat("x", 513)} {
				if _, err := p.Detail(t.Context(), ticket); !errors.As(err, &field) {
					t.Errorf("%d bytes: %v", len(ticket), err)
				}
			}
		}
		if len(api.calls) != 2 {
			t.Errorf("%d calls", len(api.calls))
		}
	})
}

func TestContacts(t *testing.T) {
	t.Parallel()
	api := &fakeAPI{answers: []any{
		`{"errcode":0,"userid":"zhangsan","name":"张三","department":[1,2],"main_department":1,"position":"p","gender":"2","status":1,
		  "is_leader_in_dept":[0,1],"direct_leader":["lisi"],"extattr":{"attrs":[]}}`,
		`{"errcode":0,"openid":"oZhangsan"}`,
		`{"errcode":0,"userid":"zhangsan"}`,
	}}
	user, err := oauth.GetUser(t.Context(), api, "zhangsan")
	if diff := cmp.Diff(oauth.User{
		UserID: "zhangsan", Name: "张三", Department: []int{1, 2}, MainDepartment: 1, Position: "p", Gender: 2, Status: 1,
		IsLeaderInDept: []int{0, 1}, DirectLeader: []string{"lisi"}, ExtAttr: json.RawMessage(`{"attrs":[]}`),
	}, user); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	if got, err := oauth.ConvertToOpenID(t.Context(), api, "zhangsan"); got != "oZhangsan" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := oauth.ConvertToUserID(t.Context(), api, "oZhangsan"); got != "zhangsan" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if diff := cmp.Diff([]call{
		{Method: "GET", Path: "/cgi-bin/user/get", Query: "userid=zhangsan"},
		{Method: "POST", Path: "/cgi-bin/user/convert_to_openid", Body: `{"userid":"zhangsan"}`},
		{Method: "POST", Path: "/cgi-bin/user/convert_to_userid", Body: `{"openid":"oZhangsan"}`},
	}, api.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestContactErrors(t *testing.T) {
	t.Parallel()
	calls := map[string]func(oauth.Caller, string) error{
		"GetUser":         func(c oauth.Caller, id string) error { _, err := oauth.GetUser(t.Context(), c, id); return err },
		"ConvertToOpenID": func(c oauth.Caller, id string) error { _, err := oauth.ConvertToOpenID(t.Context(), c, id); return err },
		"ConvertToUserID": func(c oauth.Caller, id string) error { _, err := oauth.ConvertToUserID(t.Context(), c, id); return err },
	}
	for name, do := range calls {
		unknown := &apiError{"no such user", 60111, false}
		api := &fakeAPI{answers: []any{unknown}}
		if err := do(api, "x"); !errors.Is(err, unknown) || len(api.calls) != 1 {
			t.Errorf("%s: %v after %d calls", name, err, len(api.calls))
		}
		var field *oauth.FieldError
		for _, id := range []string{"", strings.Repeat("x", 65)} {
			if err := do(api, id); !errors.As(err, &field) {
				t.Errorf("%s of %d bytes: %v", name, len(id), err)
			}
		}
		if err := do(nil, "x"); !errors.As(err, &field) {
			t.Errorf("%s without an API: %v", name, err)
		}
		if name != "GetUser" {
			if err := do(&fakeAPI{answers: []any{`{"errcode":0}`}}, "x"); !errors.Is(err, oauth.ErrNobody) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestTolerantGender(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]oauth.Gender{`"1"`: 1, `2`: 2, `""`: 0, `null`: 0, `"x"`: 0, `{}`: 0} {
		var d oauth.Detail
		if err := json.Unmarshal([]byte(`{"gender":`+in+`}`), &d); err != nil || d.Gender != want {
			t.Errorf("%s: %d, %v", in, d.Gender, err)
		}
	}
}
