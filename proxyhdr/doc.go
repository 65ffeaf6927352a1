// Package proxyhdr finds out how a request was seen from outside: the external
// scheme, host and path prefix, and the client's address, for an app behind one
// or more reverse proxies. It believes proxies that were named, and of them only
// hosts that were named.
//
//	p, err := proxyhdr.New(proxyhdr.Config{
//		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")},
//		Hosts:   []string{"itsm.exter.com"},
//	})
//	http.ListenAndServe(":5000", p.Handler(mux))
//
//	o, ok := proxyhdr.FromContext(r.Context())
//	link := o.URL("/weixin/ticket/42/") // https://itsm.exter.com/o/itsm/weixin/ticket/42/
//
// # When to use it
//
// Use it where links leave the app, in redirects, pages and messages, and where
// the way that a request came by decides what it may do: BlueKing's apps take a
// request for one of WeCom's phone pages because of a header. Without Trusted it
// does no harm, and believes nothing.
//
// # When not
//
// Do not use it without a proxy, nor to decide who somebody is: an address is no
// identity. It does not strip the prefix from the path; it only says it.
//
// # What the proxy must do
//
// A proxy vouches for every header that it passes on, so it must overwrite the
// client's own, and clear those that it has no use for. Nothing that this
// package can do makes up for a proxy that lets them through. For nginx:
//
//	proxy_set_header X-Forwarded-For         $remote_addr;  # the first proxy; an inner one: $proxy_add_x_forwarded_for
//	proxy_set_header X-Forwarded-Proto       $scheme;
//	proxy_set_header X-Forwarded-Host        itsm.exter.com;
//	proxy_set_header X-Forwarded-Weixin-Host itsm.exter.com;
//	proxy_set_header X-Script-Name           "";            # "" clears a header
//	proxy_set_header X-Original-URI          $request_uri;
//	proxy_set_header Forwarded               "";
//
// For Apache, which appends to X-Forwarded-For and X-Forwarded-Host by itself
// (ProxyAddHeaders), and whose REQUEST_URI has no query:
//
//	RequestHeader unset X-Forwarded-For
//	RequestHeader unset X-Forwarded-Host
//	RequestHeader unset X-Script-Name
//	RequestHeader unset X-Original-URI
//	RequestHeader unset Forwarded
//	RequestHeader set   X-Forwarded-Proto       expr=%{REQUEST_SCHEME}
//	RequestHeader set   X-Forwarded-Weixin-Host itsm.exter.com
//	RequestHeader unset Connection "expr=%{req:Connection} !~ /^(close|keep-alive)$/i"
//
// The last line is needed since Apache takes away, after the others, what the client's Connection names.
//
// The app must not be reachable past the proxy by anybody within Trusted. A
// proxy that connects over a unix socket has no address and cannot be trusted:
// let the app listen on a loopback TCP address.
//
// # What is read
//
// The peer of the connection comes first. If it is not in Trusted none of the
// headers is read, and the log says once what would change that. A value that a
// trusted peer sent and that cannot be read is answered with 400 (see Errors). An empty value is as good as none.
//
//	X-Forwarded-Weixin-Host  one of Hosts, or 400; wins over X-Forwarded-Host
//	X-Forwarded-Host         a list; the right-most of Hosts, others are ignored
//	X-Forwarded-Proto        a list; the right-most is http or https, or 400
//	X-Forwarded-For          a list; from the right through trusted addresses to the
//	                         first other one; left of that is the client's own word,
//	                         which is never read; what is no address on the way: 400
//	X-Script-Name            a path of letters, digits and -._~, or 400; wins over Prefix
//	X-Original-URI           a path with a query that is safe to redirect to, or 400
//	Forwarded                only with Config.Forwarded, then instead of X-Forwarded-For,
//	                         -Proto and -Host; walked like X-Forwarded-For
//
// Lists go on over repeated headers. The other headers may be repeated with the
// same value; with different ones the answer is 400. More than 64 elements of a
// list, counted from the right as far as they are looked at, are 400 too.
//
// Hosts are compared without regard to case, a final dot, or the scheme's
// default port; any other port must be listed. Addresses are compared without a
// zone, and IPv4-mapped ones as IPv4. Ports behind addresses are understood.
//
// Not read: X-Real-IP, since it does not say who set it and X-Forwarded-For
// does; X-Forwarded-Port, since Hosts has the ports; X-Forwarded-Prefix; and
// headers with underscores, which net/http keeps apart from those with hyphens.
//
// # Who the client is
//
// If all addresses of X-Forwarded-For are trusted, the left-most is the client.
// A client inside of Trusted can therefore claim any address: name the proxies,
// not the network that the members are in, too. Without the header the client is
// the peer. In a Forwarded header a proxy may say that it does not tell
// (for=unknown, for=_name, or no for=): then ClientIP is the zero Addr, which is
// in no network, and not the address of some proxy.
//
// RemoteAddr must be as net/http wrote it. Put [Proxy.Handler] outside of
// middleware that overwrites it.
//
// # Errors
//
//	error         from            meaning                              what to do
//	*HeaderError  Config.Refused  a trusted proxy sent a Header that   configure that proxy as Problem says; the peer
//	              and Log         cannot be read, or a host that is    gets 400 and no reason
//	                              not in Hosts (X-Forwarded-Weixin-Host)
//	without name  New             a field of Config is wrong: it is    correct it; networks that hold everybody
//	                              named with its value                 (0.0.0.0/0) are refused
//
// An untrusted peer's headers are no error: the request goes on without them, and the log names
// the setting that would believe them, once per peer.
package proxyhdr
