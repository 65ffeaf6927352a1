package bklogin

import (
	"encoding/json"
	"net/http"
)

// Codes of BlueKing's servers (login: ApiErrorCodeEnum, ApiErrorCodeEnumV2; ESB:
// ErrorCodes).
const (
	codeOK          = "00"
	codeParam       = "1200"
	codeParamV2     = 1302100
	codeAppDenied   = 1306403
	codeMethod      = 1306209
	messageOK       = "用户信息获取成功"
	messageExpired  = "登录态已过期"
	messageNoApp    = "APP permission is insufficient, the app code or the app secret is wrong"
	messageNoMethod = "The system interface does not support the request method"
)

type fields map[string]any

// accountsGetUser is the login server's own answer.
func (s *Server) accountsGetUser(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.loginAsked++
	fault := s.loginFault
	s.mu.Unlock()
	if fault.play(w, r) {
		return
	}
	a, ok := s.whose(r.URL.Query().Get("bk_token"))
	numeric := s.cfg.Style == StyleNumeric
	switch {
	case !ok && numeric:
		writeJSON(w, http.StatusOK, fields{"result": false, "code": codeParamV2, "message": messageExpired, "data": fields{}})
	case !ok:
		writeJSON(w, http.StatusOK, fields{"result": false, "code": codeParam, "message": messageExpired, "data": fields{}})
	case numeric:
		writeJSON(w, http.StatusOK, fields{"result": true, "code": 0, "message": messageOK, "data": fields{"username": a.Username}})
	default:
		writeJSON(w, http.StatusOK, fields{"result": true, "code": codeOK, "message": messageOK, "data": s.describe(a, 1)})
	}
}

// describe is a user as version 1 and version 2 of the interface write one.
func (s *Server) describe(a Account, version int) fields {
	f := fields{
		"chname": a.Name, "qq": "", "phone": "", "email": "", "language": "zh-cn", "time_zone": "Asia/Shanghai",
		"wx_userid": a.WxUserID,
	}
	if a.WxUserID == "" {
		f["wx_userid"] = a.WxOpenID
	} else if a.WxOpenID != "" {
		f["wx_openid"] = a.WxOpenID
	}
	if s.cfg.Style == StyleTenant {
		f["tenant_id"], f["full_name"], f["display_name"], f["wx_userid"] = "default", a.Name, a.Name, ""
		delete(f, "wx_openid")
	}
	if version == 1 {
		f["username"], f["role"] = a.Username, "0"
	} else {
		f["bk_username"], f["bk_role"] = a.Username, 0
	}
	return f
}

// asker is who asks the ESB, and about which token.
type asker struct {
	AppCode   string `json:"bk_app_code"`
	AppSecret string `json:"bk_app_secret"`
	Token     string `json:"bk_token"`
}

// esb answers known apps, whose name and secret are in the query, in the body or
// in X-Bkapi-Authorization, for tokens that are valid.
func (s *Server) esb(answer func(Account) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.esbAsked++
		fault := s.esbFault
		s.mu.Unlock()
		if fault.play(w, r) {
			return
		}
		q := r.URL.Query()
		who := asker{q.Get("bk_app_code"), q.Get("bk_app_secret"), q.Get("bk_token")}
		if header := r.Header.Get("X-Bkapi-Authorization"); header != "" {
			_ = json.Unmarshal([]byte(header), &who) // what cannot be read names no app
		}
		switch r.Method {
		case http.MethodGet:
		case http.MethodPost:
			_ = json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAnswer)).Decode(&who)
		default:
			s.refuse(w, codeMethod, messageNoMethod)
			return
		}
		if !s.known(who.AppCode, who.AppSecret) {
			s.refuse(w, codeAppDenied, messageNoApp)
			return
		}
		a, ok := s.whose(who.Token)
		if !ok {
			s.refuse(w, codeParamV2, messageExpired)
			return
		}
		writeJSON(w, http.StatusOK, fields{"result": true, "code": 0, "message": messageOK, "data": answer(a)})
	}
}

// refuse is the ESB's: HTTP 200 and data null.
func (s *Server) refuse(w http.ResponseWriter, code int, message string) {
	writeJSON(w, http.StatusOK, fields{"result": false, "code": code, "message": message, "data": nil})
}

func (s *Server) esbUser(version int) func(Account) any {
	return func(a Account) any { return s.describe(a, version) }
}

func (s *Server) esbAllUsers(version int) func(Account) any {
	return func(Account) any {
		all := []fields{}
		for _, a := range s.Users() {
			all = append(all, s.describe(a, version))
		}
		return all
	}
}
