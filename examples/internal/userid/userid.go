// Package userid compares and checks the names of people: WeCom's userids and
// BlueKing's usernames, which are written alike.
package userid

// max is WeCom's limit of a userid in bytes (vendor's document: user/create).
const max = 64

// Valid reports whether s is written as WeCom writes a userid:
// [0-9A-Za-z][0-9A-Za-z_.@-]{0,63} (vendor's document: user/create). That leaves
// out "@all" and "|", with which a message would reach others.
func Valid(s string) bool {
	if s == "" || len(s) > max {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z':
		case i > 0 && (c == '_' || c == '.' || c == '@' || c == '-'):
		default:
			return false
		}
	}
	return true
}

// Fold maps A-Z alone. Unicode folding would make U+212A (Kelvin) a k, and a
// stranger somebody.
func Fold(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// Same compares as WeCom does: by ASCII case folding only.
func Same(a, b string) bool { return Fold(a) == Fold(b) }
