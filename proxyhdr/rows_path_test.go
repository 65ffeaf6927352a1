package proxyhdr_test

import "strings"

const (
	badPrefix  = "has characters other than letters, digits and -._~ (no escapes, no query)"
	noSlash    = "does not begin with a slash"
	twoSlashes = "has two slashes in a row"
	dots       = "has a part . or .."
	uriHost    = "begins with two slashes, which browsers take for another host"
	uriNoSlash = "does not begin with a slash: send the path, such as nginx's $request_uri"
	uriBack    = "has a backslash in its path, which browsers take for a slash"
	uriDots    = "has a part . or .. in its path"
	uriControl = "has a control character"
	uriPercent = "has a percent sign without two hex digits in its path"
	uriHash    = "has a fragment, which browsers do not send"
)

// X-Script-Name: a clean absolute path.
var prefixRows = []row{
	{"script name", "X-Script-Name: /o/itsm", "prefix=/o/itsm"},
	{"script name with a final slash", "X-Script-Name: /o/itsm/", "prefix=/o/itsm"},
	{"script name of the root", "X-Script-Name: /", ""},
	{"script name as BlueKing PaaS 3 has it", "X-Script-Name: /stag--default--bk_itsm", "prefix=/stag--default--bk_itsm"},
	{"script name wins over the configured prefix", "cfg=prefix | X-Script-Name: /t/itsm", "prefix=/t/itsm"},
	{"script name of the root wins over the configured prefix", "cfg=prefix | X-Script-Name: /", "prefix="},
	{"cleared script name leaves the configured prefix", "cfg=prefix | X-Script-Name:", ""},
	{"script name twice the same", "X-Script-Name: /o/itsm | X-Script-Name: /o/itsm", "prefix=/o/itsm"},
	{"script name of 255 bytes", "X-Script-Name: /" + strings.Repeat("a", 254), "prefix=/" + strings.Repeat("a", 254)},
	{"dots within a name", "X-Script-Name: /o/v1.2..3/.well-known", "prefix=/o/v1.2..3/.well-known"},
	{"two different script names", "X-Script-Name: /evil | X-Script-Name: /o/itsm", "400 X-Script-Name " + repeated},
	{"script name with and without the final slash", "X-Script-Name: /o/itsm/ | X-Script-Name: /o/itsm", "400 X-Script-Name " + repeated},
	{"script name of 256 bytes", "X-Script-Name: /" + strings.Repeat("a", 255), "400 X-Script-Name is over 255 bytes"},
	{"script name without a slash", "X-Script-Name: o/itsm", "400 X-Script-Name " + noSlash},
	{"script name is another site", "X-Script-Name: https://evil.example/o/itsm", "400 X-Script-Name " + noSlash},
	{"script name is scheme-relative", "X-Script-Name: //evil.example", "400 X-Script-Name " + twoSlashes},
	{"script name of two slashes", "X-Script-Name: //", "400 X-Script-Name " + twoSlashes},
	{"two slashes in the middle", "X-Script-Name: /o//itsm", "400 X-Script-Name " + twoSlashes},
	{"two slashes at the end", "X-Script-Name: /o/itsm//", "400 X-Script-Name " + twoSlashes},
	{"script name climbs", "X-Script-Name: /o/../itsm", "400 X-Script-Name " + dots},
	{"script name climbs at the end", "X-Script-Name: /o/..", "400 X-Script-Name " + dots},
	{"script name with a single dot", "X-Script-Name: /./o", "400 X-Script-Name " + dots},
	{"script name with a backslash", `X-Script-Name: /\evil.example`, "400 X-Script-Name " + badPrefix},
	{"script name with a query", "X-Script-Name: /o/itsm?x=1", "400 X-Script-Name " + badPrefix},
	{"script name with a fragment", "X-Script-Name: /o/itsm#x", "400 X-Script-Name " + badPrefix},
	{"script name with an escaped slash", "X-Script-Name: /%2fevil.example", "400 X-Script-Name " + badPrefix},
	{"script name with an escaped dot", "X-Script-Name: /o/%2e%2e/itsm", "400 X-Script-Name " + badPrefix},
	{"script name with a broken escape", "X-Script-Name: /o/%", "400 X-Script-Name " + badPrefix},
	{"script name with a space", "X-Script-Name: /o/ itsm", "400 X-Script-Name " + badPrefix},
	{"script name with a tab", "X-Script-Name: /\t/evil.example", "400 X-Script-Name " + badPrefix},
	{"script name with a semicolon", "X-Script-Name: /o/itsm;Path=/", "400 X-Script-Name " + badPrefix},
	{"script name with a quote", `X-Script-Name: /o/"><script>`, "400 X-Script-Name " + badPrefix},
	{"script name with an at sign", "X-Script-Name: /@evil.example", "400 X-Script-Name " + badPrefix},
	{"list of script names", "X-Script-Name: /evil, /o/itsm", "400 X-Script-Name " + badPrefix},
	{"script name in Chinese", "X-Script-Name: /流程", "400 X-Script-Name " + badPrefix},
}

// X-Original-URI, and the request's own where there is none.
var uriRows = []row{
	{"outer path", "X-Original-URI: /x/bkmonitor/", "uri=/x/bkmonitor/"},
	{"outer path with a query", "X-Original-URI: /x/?a=1&b=%E4%B8%AD", "uri=/x/?a=1&b=%E4%B8%AD"},
	{"outer root", "X-Original-URI: /", "uri=/"},
	{"outer root with an empty query", "X-Original-URI: /?", "uri=/?"},
	{"cleared outer path", "X-Original-URI:", ""},
	{"outer path twice the same", "X-Original-URI: /x/ | X-Original-URI: /x/", "uri=/x/"},
	{"two slashes later in the outer path", "X-Original-URI: /x//y", "uri=/x//y"},
	{"address in the outer query", "X-Original-URI: /x/?next=//evil.example/../", "uri=/x/?next=//evil.example/../"},
	{"backslash in the outer query", `X-Original-URI: /x/?a=C:\b`, "uri=/x/?a=C:%5Cb"},
	{"percent sign alone in the outer query", "X-Original-URI: /x/?a=100%", "uri=/x/?a=100%"},
	{"space and quotes in the outer path", `X-Original-URI: /x/a b"<>`, "uri=/x/a%20b%22%3C%3E"},
	{"Chinese in the outer path", "X-Original-URI: /x/中", "uri=/x/%E4%B8%AD"},
	{"escaped slash in the outer path stays", "X-Original-URI: /x/a%2fb%5Cc", "uri=/x/a%2fb%5Cc"},
	{"three dots in the outer path", "X-Original-URI: /x/.../.a/a..", "uri=/x/.../.a/a.."},
	{"semicolon in the outer path", "X-Original-URI: /x;v=1/", "uri=/x;v=1/"},
	{"outer path of 16 KiB", "X-Original-URI: /" + strings.Repeat("a", 16<<10-1), "uri=/" + strings.Repeat("a", 16<<10-1)},
	{"outer path over 16 KiB", "X-Original-URI: /" + strings.Repeat("a", 16<<10), "400 X-Original-URI is over 16384 bytes"},
	{"two different outer paths", "X-Original-URI: /x/ | X-Original-URI: /y/", "400 X-Original-URI " + repeated},
	{"outer path without a slash", "X-Original-URI: x/", "400 X-Original-URI " + uriNoSlash},
	{"outer path is a query", "X-Original-URI: ?a=1", "400 X-Original-URI " + uriNoSlash},
	{"outer path is an address", "X-Original-URI: https://itsm.exter.com/x/", "400 X-Original-URI " + uriNoSlash},
	{"outer path is a script", "X-Original-URI: javascript:alert(1)", "400 X-Original-URI " + uriNoSlash},
	{"outer path begins with a backslash", `X-Original-URI: \\evil.example/`, "400 X-Original-URI " + uriNoSlash},
	{"outer path is scheme-relative", "X-Original-URI: //evil.example/", "400 X-Original-URI " + uriHost},
	{"outer path with three slashes", "X-Original-URI: ///evil.example/", "400 X-Original-URI " + uriHost},
	{"outer path with slash and backslash", `X-Original-URI: /\evil.example/`, "400 X-Original-URI " + uriBack},
	{"outer path with a backslash later", `X-Original-URI: /x\..\y`, "400 X-Original-URI " + uriBack},
	{"outer path with a tab between slashes", "X-Original-URI: /\t/evil.example/", "400 X-Original-URI " + uriControl},
	{"control character in the outer query", "X-Original-URI: /x?a=\x01", "400 X-Original-URI " + uriControl},
	{"DEL in the outer path", "X-Original-URI: /x\x7f", "400 X-Original-URI " + uriControl},
	{"fragment in the outer path", "X-Original-URI: /x/#/ticket/1", "400 X-Original-URI " + uriHash},
	{"fragment behind the outer query", "X-Original-URI: /x/?a=1#b", "400 X-Original-URI " + uriHash},
	{"broken escape in the outer path", "X-Original-URI: /x/%zz", "400 X-Original-URI " + uriPercent},
	{"cut escape in the outer path", "X-Original-URI: /x/%4?a=1", "400 X-Original-URI " + uriPercent},
	{"signed escape in the outer path", "X-Original-URI: /x/%+4", "400 X-Original-URI " + uriPercent},
	{"outer path climbs", "X-Original-URI: /o/itsm/weixin/../", "400 X-Original-URI " + uriDots},
	{"outer path climbs at the end", "X-Original-URI: /o/..?a=1", "400 X-Original-URI " + uriDots},
	{"outer path climbs with escapes", "X-Original-URI: /o/%2e%2E/", "400 X-Original-URI " + uriDots},
	{"outer path climbs with one escape", "X-Original-URI: /o/.%2e/", "400 X-Original-URI " + uriDots},
	{"outer path with a single dot", "X-Original-URI: /./evil", "400 X-Original-URI " + uriDots},
	{"outer path with a single escaped dot", "X-Original-URI: /o/%2e", "400 X-Original-URI " + uriDots},

	{"own path is scheme-relative", "target=//evil.example/x", "uri=/evil.example/x"},
	{"own path with many slashes", "target=////evil.example/x?a=1", "uri=/evil.example/x?a=1"},
	{"own path is scheme-relative, untrusted", "peer=203.0.113.7:1 | target=//evil.example/y", "uri=/evil.example/y"},
	{"own path with slash and backslash", `target=/\evil.example/x`, ""}, // net/url escapes it
	{"own target is opaque", "target=http:evil.example", "uri=/"},
	{"own target is opaque with slashes", "target=x:%2f/evil.example", "uri=/"},
	{"own target is absolute", "target=http://evil.example/x?a=1", ""},
	{"own query with a backslash", `target=/x?a=\b`, "uri=/x?a=%5Cb"},
	{"own query with a fragment", "target=/x?a#b", "uri=/x?a%23b"},
	{"own path with quotes", `target=/x"<>`, ""},
}
