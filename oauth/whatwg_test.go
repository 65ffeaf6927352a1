package oauth_test

import (
	"strings"
	"testing"
)

// resolved is where a browser goes.
type resolved struct {
	origin string // "" is not a web site: javascript:, data: and the like
	path   string // without dot segments, as the request line has it
}

// browse resolves a Location as browsers do (WHATWG URL standard, "basic URL parser"), for a page of
// https://itsm.example.com under /o/itsm/weixin/login/. It is written from the standard's states and shares
// nothing with the code that it judges.
func browse(input string) resolved {
	const baseScheme, baseHost, baseDir = "https", "itsm.example.com", "/o/itsm/weixin/login/"
	s := strings.TrimFunc(input, func(r rune) bool { return r <= ' ' })
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)

	scheme, rest, has := cutScheme(s)
	if has {
		if !strings.Contains(" http https ws wss ftp file ", " "+scheme+" ") {
			return resolved{}
		}
		slashes := len(rest) - len(strings.TrimLeft(rest, `/\`))
		if scheme != baseScheme || strings.HasPrefix(rest, "//") {
			return authority(scheme, rest[slashes:])
		}
		s = rest // "https:path" is relative to a base of the same scheme
	}
	switch {
	case len(s) > 1 && isSlash(s[0]) && isSlash(s[1]):
		return authority(baseScheme, strings.TrimLeft(s, `/\`))
	case s != "" && isSlash(s[0]):
		return resolved{baseScheme + "://" + baseHost, dots(s)}
	case s == "" || s[0] == '?' || s[0] == '#':
		return resolved{baseScheme + "://" + baseHost, baseDir}
	}
	return resolved{baseScheme + "://" + baseHost, dots(baseDir + s)}
}

func isSlash(c byte) bool { return c == '/' || c == '\\' }

func cutScheme(s string) (scheme, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		switch {
		case c >= 'a' && c <= 'z':
		case i > 0 && (s[i] >= '0' && s[i] <= '9' || s[i] == '+' || s[i] == '-' || s[i] == '.'):
		case i > 0 && s[i] == ':':
			return strings.ToLower(s[:i]), s[i+1:], true
		default:
			return "", s, false
		}
	}
	return "", s, false
}

func authority(scheme, s string) resolved {
	end := strings.IndexAny(s, `/\?#`)
	if end < 0 {
		end = len(s)
	}
	host := s[:end]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	return resolved{scheme + "://" + strings.ToLower(host), dots(s[end:])}
}

// dots is the path state: \ is /, and . and .. may be escaped.
func dots(s string) string {
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i]
	}
	var segments []string
	parts := strings.Split(strings.TrimPrefix(strings.ReplaceAll(s, `\`, "/"), "/"), "/")
	for i, part := range parts {
		last := i == len(parts)-1
		switch strings.ReplaceAll(strings.ToLower(part), "%2e", ".") {
		case "..":
			if len(segments) > 0 {
				segments = segments[:len(segments)-1]
			}
			if last {
				segments = append(segments, "")
			}
		case ".":
			if last {
				segments = append(segments, "")
			}
		default:
			segments = append(segments, part)
		}
	}
	return "/" + strings.Join(segments, "/")
}

// TestBrowse: the oracle against what browsers are known to do.
func TestBrowse(t *testing.T) {
	t.Parallel()
	const self = "https://itsm.example.com"
	for in, want := range map[string]resolved{
		"/a/b?c=//d":                  {self, "/a/b"},
		"a":                           {self, "/o/itsm/weixin/login/a"},
		"../a":                        {self, "/o/itsm/weixin/a"},
		"?x":                          {self, "/o/itsm/weixin/login/"},
		"//Evil.example/x":            {"https://evil.example", "/x"},
		`/\evil.example/x`:            {"https://evil.example", "/x"},
		`\\evil.example`:              {"https://evil.example", "/"},
		"/\t/evil.example":            {"https://evil.example", "/"},
		" \x01//evil.example":         {"https://evil.example", "/"},
		"////evil.example":            {"https://evil.example", "/"},
		"https:evil.example":          {self, "/o/itsm/weixin/login/evil.example"},
		"https:/evil.example":         {self, "/evil.example"},
		"http:evil.example":           {"http://evil.example", "/"},
		"hTTps://itsm.example.com@e":  {"https://e", "/"},
		"https://e?@itsm.example.com": {"https://e", "/"},
		"javascript:alert(1)":         {"", ""},
		"java\nscript:alert(1)":       {"", ""},
		"/.//evil.example":            {self, "//evil.example"},
		"/x/..//evil.example":         {self, "//evil.example"},
		"/x/%2e%2E/%2e./y":            {self, "/y"},
		"/x/y/..":                     {self, "/x/"},
		"/x/.":                        {self, "/x/"},
		"/a\\..\\b":                   {self, "/b"},
	} {
		if got := browse(in); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}
