package bklogin

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bkwecom/wecom/examples/internal/userid"
)

// Account is a user of the stand-in.
type Account struct {
	Username, Name string

	// What 个人中心 has bound; empty is nothing. With WxOpenID alone, BlueKing
	// answers it as wx_userid, as it does where it uses an official account.
	WxUserID, WxOpenID string
}

// Style is how a generation of BlueKing answers.
type Style int

const (
	StyleLegacy  Style = iota // code "00", wx_userid in the login's answer too
	StyleNumeric              // code 0, and no binding in the login's answer
	StyleTenant               // multi-tenant bk-user: tenant_id, and wx_userid always empty
)

// ServerConfig of a stand-in.
type ServerConfig struct {
	AppID, AppSecret string // of the app that may ask the ESB
	Accounts         []Account
	Style            Style

	// Life of a token; 0 is BlueKing's 24 hours.
	Life time.Duration
}

// Server plays BlueKing's login (below /login/ and, for short, at the root) and
// ESB (below /api/c/compapi/). Make one with NewServer.
//
// It is as strict as the real ones: it answers whose a token is only for a token
// that it made, that has not expired and was not signed out, and the ESB only to
// the app with its secret. The login page itself asks for no password, since it
// is for one machine alone: it answers on loopback and leads back to loopback.
type Server struct {
	cfg ServerConfig
	mux *http.ServeMux

	mu                   sync.Mutex
	accounts             []Account
	tokens               map[string]session
	loginFault, esbFault Fault
	loginAsked, esbAsked int
}

type session struct {
	username string
	until    time.Time
}

// NewServer checks the accounts.
func NewServer(cfg ServerConfig) (*Server, error) {
	if cfg.AppID == "" || cfg.AppSecret == "" {
		return nil, errors.New("bklogin: AppID or AppSecret of the stand-in is empty")
	}
	if cfg.Style < StyleLegacy || cfg.Style > StyleTenant {
		return nil, fmt.Errorf("bklogin: there is no style %d", cfg.Style)
	}
	cfg.Life = cmp.Or(cfg.Life, 24*time.Hour) // BK_COOKIE_AGE
	s := &Server{cfg: cfg, tokens: map[string]session{}}
	for _, a := range cfg.Accounts {
		if err := s.AddUser(a); err != nil {
			return nil, err
		}
	}
	s.routes()
	return s, nil
}

// AddUser adds an account, or replaces it. It does not check that an id is
// bound once, so that a conflict can be played.
func (s *Server) AddUser(a Account) error {
	if !userid.Valid(a.Username) {
		return fmt.Errorf("bklogin: %q is not a username", a.Username)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.find(a.Username); have != nil {
		*have = a
		return nil
	}
	s.accounts = append(s.accounts, a)
	return nil
}

// Users lists the accounts as they are now.
func (s *Server) Users() []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.accounts)
}

// find is for who holds the lock. BlueKing's table of users does not tell cases
// apart.
func (s *Server) find(username string) *Account {
	i := slices.IndexFunc(s.accounts, func(a Account) bool { return userid.Same(a.Username, username) })
	if i < 0 {
		return nil
	}
	return &s.accounts[i]
}

// SignIn returns a new bk_token of the user.
func (s *Server) SignIn(username string) (bkToken string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(username)
	if a == nil {
		return "", fmt.Errorf("bklogin: there is no user %q", username)
	}
	token := rand.Text() + rand.Text()
	s.tokens[token] = session{a.Username, time.Now().Add(s.cfg.Life)}
	return token, nil
}

// SignOut makes a token worthless.
func (s *Server) SignOut(bkToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, bkToken)
}

// Bind is what 个人中心 does; like it, it refuses a user who is bound and an id
// that is taken.
func (s *Server) Bind(username, wxUserID string) error {
	return s.bind(username, wxUserID, func(a *Account) *string { return &a.WxUserID })
}

// BindOpenID is Bind for an official account.
func (s *Server) BindOpenID(username, wxOpenID string) error {
	return s.bind(username, wxOpenID, func(a *Account) *string { return &a.WxOpenID })
}

func (s *Server) bind(username, id string, field func(*Account) *string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(username)
	switch {
	case a == nil:
		return fmt.Errorf("bklogin: there is no user %q", username)
	case id == "":
		return errors.New("bklogin: the id is empty")
	case *field(a) != "":
		return errors.New("bklogin: 已经绑定了微信，请解绑后再重新绑定！")
	}
	for i := range s.accounts {
		if *field(&s.accounts[i]) == id {
			return errors.New("bklogin: 该微信号已经被绑定过了")
		}
	}
	*field(a) = id
	return nil
}

// Unbind removes a user's bindings.
func (s *Server) Unbind(username string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(username)
	if a == nil {
		return fmt.Errorf("bklogin: there is no user %q", username)
	}
	a.WxUserID, a.WxOpenID = "", ""
	return nil
}

// Asked returns how often the login server and the ESB were asked whose a token
// is.
func (s *Server) Asked() (login, esb int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loginAsked, s.esbAsked
}

// whose returns the account of a token that is valid now.
func (s *Server) whose(token string) (Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, ok := s.tokens[token]
	if !ok || !time.Now().Before(have.until) {
		return Account{}, false
	}
	a := s.find(have.username)
	if a == nil {
		return Account{}, false
	}
	return *a, true
}

// known reports whether the app and its secret are right.
func (s *Server) known(appID, secret string) bool {
	return appID == s.cfg.AppID && subtle.ConstantTimeCompare([]byte(secret), []byte(s.cfg.AppSecret)) == 1
}

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	s.mux.HandleFunc("GET /accounts/get_user/{$}", s.accountsGetUser)
	s.mux.Handle("/plain/{$}", s.plain())
	s.mux.HandleFunc("/api/c/compapi/v2/bk_login/get_user/{$}", s.esb(s.esbUser(2)))
	s.mux.HandleFunc("/api/c/compapi/v2/bk_login/get_all_users/{$}", s.esb(s.esbAllUsers(2)))
	s.mux.HandleFunc("/api/c/compapi/bk_login/get_user/{$}", s.esb(s.esbUser(1)))
	s.mux.HandleFunc("/api/c/compapi/bk_login/get_all_user/{$}", s.esb(s.esbAllUsers(1)))
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/login/") {
		http.StripPrefix("/login", s.mux).ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}
