package wecomtest

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// refreshLife is of an official account's refresh token (vendor's document: 网页授权).
const refreshLife = 30 * 24 * time.Hour

// userGrant is what one person granted to one official account.
type userGrant struct {
	account      OfficialAccount
	person       string
	scope        string
	access       string
	refresh      string
	expires      time.Time // of the access token
	refreshUntil time.Time
}

// snsCalls are the API of official accounts for their visitors.
var snsCalls = map[string]func(*Server, url.Values) (any, *refusal){
	"/sns/oauth2/access_token":  (*Server).snsAccessToken,
	"/sns/oauth2/refresh_token": (*Server).snsRefreshToken,
	"/sns/userinfo":             (*Server).snsUserInfo,
	"/sns/auth":                 (*Server).snsAuth,
}

func (s *Server) sns(serve func(*Server, url.Values) (any, *refusal), r *http.Request) answer {
	if r.Method != http.MethodGet {
		return snsAnswer(nil, refuse(43001, ""))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return snsAnswer(serve(s, r.URL.Query()))
}

func (s *Server) snsAccount(appID string) (OfficialAccount, *refusal) {
	a, ok := s.signIn.accounts[appID]
	switch {
	case appID == "":
		return a, refuse(41002, "")
	case !ok:
		return a, refuse(40013, "")
	}
	return a, nil
}

func (s *Server) snsAccessToken(q url.Values) (any, *refusal) {
	a, refused := s.snsAccount(q.Get("appid"))
	switch {
	case refused != nil:
		return nil, refused
	case q.Get("secret") == "":
		return nil, refuse(41004, "")
	case q.Get("secret") != a.Secret:
		return nil, refuse(40125, "")
	case q.Get("grant_type") != "authorization_code":
		return nil, refuse(40002, "")
	}
	code, refused := s.signIn.find(q.Get("code"), a.AppID)
	if refused != nil {
		return nil, refused
	}
	if refused := code.use(40163, s.rules); refused != nil {
		return nil, refused
	}
	now := time.Now()
	s.signIn.sweepGrants(now)
	g := &userGrant{account: a, person: code.person, scope: code.scope, access: rand.Text() + rand.Text(), refresh: rand.Text() + rand.Text(),
		expires: now.Add(s.rules.TokenLife), refreshUntil: now.Add(refreshLife)}
	s.signIn.grants[g.access], s.signIn.renewals[g.refresh] = g, g
	return s.describe(g)
}

func (b *signInBook) sweepGrants(now time.Time) {
	for value, g := range b.renewals {
		if now.Sub(g.refreshUntil) > keptOver {
			delete(b.renewals, value)
			delete(b.grants, g.access)
		}
	}
}

// snsRefreshToken lengthens the access token if it is still valid, and makes
// another otherwise.
func (s *Server) snsRefreshToken(q url.Values) (any, *refusal) {
	a, refused := s.snsAccount(q.Get("appid"))
	g := s.signIn.renewals[q.Get("refresh_token")]
	now := time.Now()
	switch {
	case refused != nil:
		return nil, refused
	case q.Get("grant_type") != "refresh_token":
		return nil, refuse(40002, "")
	case q.Get("refresh_token") == "":
		return nil, refuse(41003, "")
	case g == nil || g.account.AppID != a.AppID:
		return nil, refuse(40030, "")
	case !now.Before(g.refreshUntil):
		return nil, refuse(42002, "")
	}
	if !now.Before(g.expires) {
		delete(s.signIn.grants, g.access)
		g.access = rand.Text() + rand.Text()
		s.signIn.grants[g.access] = g
	}
	g.expires = now.Add(s.rules.TokenLife)
	return s.describe(g)
}

// describe is the answer of both ways to a token, which is fresh then.
func (s *Server) describe(g *userGrant) (any, *refusal) {
	p, ok := s.people.person(g.person)
	if !ok {
		return nil, refuse(40003, "")
	}
	a := struct {
		AccessToken  string `json:"access_token"`
		ExpiresIn    int    `json:"expires_in"`
		RefreshToken string `json:"refresh_token"`
		OpenID       string `json:"openid"`
		Scope        string `json:"scope"`
		Snapshot     int    `json:"is_snapshotuser,omitempty"`
		UnionID      string `json:"unionid,omitempty"`
	}{g.access, int(s.rules.TokenLife / time.Second), g.refresh, p.OpenID, g.scope, 0, p.UnionID}
	if p.Snapshot {
		a.Snapshot = 1
	}
	return a, nil
}

// granted finds whose access token it is; the openid must be theirs.
func (s *Server) granted(q url.Values) (*userGrant, person, *refusal) {
	g := s.signIn.grants[q.Get("access_token")]
	switch {
	case q.Get("access_token") == "":
		return nil, person{}, refuse(41001, "")
	case g == nil:
		return nil, person{}, refuse(40001, "")
	case !time.Now().Before(g.expires):
		return nil, person{}, refuse(42001, "")
	case q.Get("openid") == "":
		return nil, person{}, refuse(41009, "")
	}
	p, ok := s.people.person(g.person)
	if !ok || p.OpenID != q.Get("openid") {
		return nil, person{}, refuse(40003, "")
	}
	return g, p, nil
}

// snsUserInfo: sex and places are empty since 2021.
func (s *Server) snsUserInfo(q url.Values) (any, *refusal) {
	g, p, refused := s.granted(q)
	switch {
	case refused != nil:
		return nil, refused
	case g.scope != scopeUserInfo:
		return nil, refuse(48001, "")
	}
	return struct {
		OpenID    string   `json:"openid"`
		Nickname  string   `json:"nickname"`
		Sex       int      `json:"sex"`
		Province  string   `json:"province"`
		City      string   `json:"city"`
		Country   string   `json:"country"`
		Avatar    string   `json:"headimgurl"`
		Privilege []string `json:"privilege"`
		UnionID   string   `json:"unionid,omitempty"`
	}{OpenID: p.OpenID, Nickname: p.Nickname, Avatar: p.Avatar, Privilege: []string{}, UnionID: p.UnionID}, nil
}

func (s *Server) snsAuth(q url.Values) (any, *refusal) {
	if _, _, refused := s.granted(q); refused != nil {
		return nil, refused
	}
	return snsError{0, "ok"}, nil
}

// newRID is in the shape that the vendor's answers end with.
func newRID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%08x-%08x-%08x", time.Now().Unix(), binary.BigEndian.Uint32(b[:4]), binary.BigEndian.Uint32(b[4:]))
}
