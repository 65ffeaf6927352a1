package wecom

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shortSecret is the length below which a value is hidden only where it stands
// alone: hiding every "s" would make the text unreadable and reveal the value.
const shortSecret = 8

// redact hides values in text, raw and in every escaped form in which a URL or an
// error may carry them. By value, because a transport's error text has no structure.
func redact(text string, values ...string) string {
	var forms []string
	for _, v := range values {
		if v == "" {
			continue
		}
		query, path, quoted := url.QueryEscape(v), url.PathEscape(v), strconv.Quote(v)
		forms = append(forms, v, query, path, quoted[1:len(quoted)-1], lowerHex(query), lowerHex(path))
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) }) // a form may hold another
	for _, form := range slices.Compact(forms) {
		text = hide(text, form)
	}
	return text
}

func hide(text, value string) string {
	if len(value) >= shortSecret {
		return strings.ReplaceAll(text, value, redacted)
	}
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(text[from:], value)
		if i < 0 {
			b.WriteString(text[from:])
			return b.String()
		}
		at, end := from+i, from+i+len(value)
		b.WriteString(text[from:at])
		if wordEnds(text[:at], true) && wordEnds(text[end:], false) {
			b.WriteString(redacted)
		} else {
			b.WriteString(value)
		}
		from = end
	}
}

func wordEnds(s string, last bool) bool {
	if s == "" {
		return true
	}
	c := s[0]
	if last {
		c = s[len(s)-1]
	}
	return c < utf8.RuneSelf && !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9')
}

func lowerHex(escaped string) string {
	if !strings.Contains(escaped, "%") {
		return escaped
	}
	b := []byte(escaped)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

// sensitiveValues are the values of a query that let somebody act as a member or an app.
func sensitiveValues(query url.Values) []string {
	var values []string
	for name, vs := range query {
		name = strings.ToLower(name)
		for _, part := range []string{"code", "ticket", "secret", "token"} {
			if strings.Contains(name, part) {
				values = append(values, vs...)
				break
			}
		}
	}
	return values
}

// oneLine keeps foreign text from forging log lines and from filling them.
func oneLine(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit] + "…"
}
