package jssdk

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// handlerTime is how long a page's script is kept waiting for a ticket.
const handlerTime = 10 * time.Second

// answer is as BlueKing's apps answer.
type answer struct {
	Result  bool   `json:"result"`
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data"`
}

type signatures struct {
	Config      *PageConfig  `json:"config,omitempty"`
	AgentConfig *AgentConfig `json:"agentConfig,omitempty"`
}

// Handler answers a page's script that asks for the page's own signatures:
//
//	GET …?url= + encodeURIComponent(location.href.split("#")[0])
//	→ {"result":true,"code":0,"message":"","data":{"config":{…},"agentConfig":{…}}}
//
// config is the argument of wx.config, there if Config.APIs are; agentConfig that of wx.agentConfig, there
// if Config.AgentAPIs are. Without url the page is the request's Referer. It changes nothing, so GET is its
// method. Put it behind the sign-in of the pages.
//
// The page must be one of Config.Pages, and the browser must not say that another page asks (Referer,
// Origin, Sec-Fetch-Site): 403. 400: the request names no page. 503: there is no ticket now; a page must
// work without. Answers are not cached.
func (s *Signer) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		switch {
		case s == nil || s.core == nil:
			refuse(w, http.StatusServiceUnavailable)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed)
		default:
			s.serve(w, r)
		}
	})
}

func (s *Signer) serve(w http.ResponseWriter, r *http.Request) {
	page, ok := pageOf(r)
	if !ok {
		refuse(w, http.StatusBadRequest)
		return
	}
	if err := s.core.asks(r, page); err != nil {
		s.core.report(err)
		refuse(w, http.StatusForbidden)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), handlerTime)
	defer cancel()
	data, err := s.signatures(ctx, page)
	if err != nil { // the flight has reported it
		var ticket *ticketError
		if errors.As(err, &ticket) && ticket.next > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(ticket.next.Seconds()))))
		}
		refuse(w, http.StatusServiceUnavailable)
		return
	}
	write(w, http.StatusOK, answer{Result: true, Data: data})
}

// pageOf is the page that a request is for.
func pageOf(r *http.Request) (page string, ok bool) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	pages := query["url"]
	switch {
	case err != nil || len(pages) > 1:
		return "", false
	case len(pages) == 1:
		return pages[0], pages[0] != ""
	}
	page = r.Header.Get("Referer")
	return page, page != ""
}

// asks is an error unless the page is ours and nothing in the request says that another one asks.
func (c *core) asks(r *http.Request, page string) error {
	_, origin, err := c.signed(page)
	if err != nil {
		return err
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return foreignPage("Sec-Fetch-Site is " + strconv.Quote(oneLine(site, 20)))
	}
	if o, is := r.Header["Origin"]; is && (len(o) != 1 || o[0] != origin) {
		return foreignPage("the Origin is another one")
	}
	// A page may send its origin alone. The address may differ from the Referer's: on iOS the page that a
	// script began on is signed, while history.pushState has gone on.
	if referer := r.Header.Get("Referer"); referer != "" && referer != origin && referer != origin+"/" {
		if _, from, err := c.signed(strings.TrimSpace(referer)); err != nil || from != origin {
			return foreignPage("the Referer is " + shown(referer))
		}
	}
	return nil
}

func (s *Signer) signatures(ctx context.Context, page string) (data signatures, err error) {
	if len(s.core.apis) > 0 {
		config, err := s.SignConfig(ctx, page)
		if err != nil {
			return data, err
		}
		data.Config = &config
	}
	if len(s.core.agentAPIs) > 0 {
		config, err := s.SignAgentConfig(ctx, page)
		if err != nil {
			return data, err
		}
		data.AgentConfig = &config
	}
	return data, nil
}

var messages = map[int]string{
	http.StatusBadRequest:         "请求里没有页面地址。",
	http.StatusForbidden:          "这个页面不能使用企业微信的功能。",
	http.StatusMethodNotAllowed:   "这个地址只接受 GET 请求。",
	http.StatusServiceUnavailable: "暂时不能使用企业微信的功能，请稍后再试。",
}

func refuse(w http.ResponseWriter, status int) {
	write(w, status, answer{Code: status, Message: messages[status]})
}

func write(w http.ResponseWriter, status int, a answer) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // the peer may have gone
}
