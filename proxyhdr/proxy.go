package proxyhdr

import (
	"log/slog"
	"net/http"
	"net/netip"
)

// A Proxy knows which proxies are believed. It is safe for concurrent use; its
// zero value believes nobody.
type Proxy struct {
	trusted   []netip.Prefix
	hosts     []host
	scheme    string
	prefix    string
	forwarded bool
	headers   []string // those that are read
	log       *slog.Logger
	refused   func(http.ResponseWriter, *http.Request, error)

	strangers strangers
}

// Handler finds out the [Origin] of each request and gives it to next in the
// context. The request itself stays as it is. Put it outside of everything that
// asks for the origin.
func (p *Proxy) Handler(next http.Handler) http.Handler {
	if next == nil {
		next = http.NotFoundHandler()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, err := p.origin(r)
		if err != nil {
			p.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(NewContext(r.Context(), o)))
	})
}

func (p *Proxy) origin(r *http.Request) (Origin, error) {
	o := Origin{Scheme: "http", Host: r.Host, Prefix: p.prefix, URI: ownURI(r.URL)}
	if r.TLS != nil {
		o.Scheme = "https"
	}
	peer, ok := peerAddr(r.RemoteAddr)
	o.ClientIP = peer
	if !ok || !p.trusts(peer) {
		p.strangers.report(r, peer, p.headers, p.logger())
		return o, nil
	}
	if err := p.believe(r.Header, &o); err != nil {
		return Origin{}, err
	}
	return o, nil
}

// believe overwrites o with what the headers of a trusted peer say.
func (p *Proxy) believe(h http.Header, o *Origin) error {
	read := p.readX
	if p.forwarded {
		read = p.readForwarded
	}
	said, err := read(h, *o)
	if err != nil {
		return err
	}
	o.ClientIP = said.client
	external := said.host
	weixin, err := p.weixinHost(h, firstOf(p.scheme, said.scheme, o.Scheme))
	if err != nil {
		return err
	}
	if weixin != "" {
		external, o.Weixin = weixin, true
	}
	o.Scheme = firstOf(said.scheme, o.Scheme)
	if external != "" {
		o.Host, o.External = external, true
		o.Scheme = firstOf(p.scheme, o.Scheme)
	}
	if o.Prefix, err = scriptName(h, o.Prefix); err != nil {
		return err
	}
	o.URI, err = originalURI(h, o.URI)
	return err
}

// said is what X-Forwarded-For, -Proto and -Host, or Forwarded, tell.
type said struct {
	client netip.Addr
	scheme string // "" where no header tells
	host   string // one of Config.Hosts, or ""
}

func (p *Proxy) readX(h http.Header, own Origin) (s said, err error) {
	if s.scheme, err = forwardedProto(h); err != nil {
		return s, err
	}
	if s.host, err = p.forwardedHost(h, firstOf(p.scheme, s.scheme, own.Scheme)); err != nil {
		return s, err
	}
	s.client, err = p.forwardedFor(h, own.ClientIP)
	return s, err
}

func (p *Proxy) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p.logger().WarnContext(r.Context(), "proxyhdr: request refused", "peer", r.RemoteAddr, "err", err)
	if p.refused != nil {
		p.refused(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, "请求有误，请联系管理员。", http.StatusBadRequest)
}

func (p *Proxy) logger() *slog.Logger {
	if p.log == nil {
		return slog.Default()
	}
	return p.log
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
