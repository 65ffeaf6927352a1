package message

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// writeHost writes a run of label characters and dots, with a space after each dot that could make
// a link of it. after is what follows the run.
func writeHost(b *strings.Builder, run, after string) {
	address := ipv4.MatchString(run) && path.MatchString(after) && !network.MatchString(after)
	if !address && isFileName(run) {
		b.WriteString(run)
		return
	}
	for i, r := range run {
		b.WriteRune(r)
		if !isDot(r) {
			continue
		}
		rest := run[i+utf8.RuneLen(r):]
		if address || joinsDomain(run[:i], rest) || startsWWW(run[:i], rest, after) {
			b.WriteByte(' ')
		}
	}
}

var (
	ipv4 = regexp.MustCompile(`\p{Nd}(?:[.．。｡․﹒]\p{Nd}+){3}[.．。｡․﹒]?$`) // other words may stand before it: 主机10.0.0.1
	path = regexp.MustCompile(`^(?:[:：﹕]\p{Nd}+)?[/／\\＼?？#＃]`)
	// The prefix length of a network is no path: 10.0.0.0/8.
	network = regexp.MustCompile(`^/\d{1,2}(?:$|[\s,，。；)）])`)
)

// joinsDomain tells whether the dot between before and rest could be one of a domain name. The last
// part of a domain is not a number, so a dot before a digit is none.
func joinsDomain(before, rest string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(rest)
	return before != "" && rest != "" && !isDot(last) && !isDot(next) && !unicode.IsDigit(next) && next != '-' && next != '_'
}

// startsWWW tells whether the dot between before and rest could be the one of "www.", which phones
// take for the start of an address whatever follows.
func startsWWW(before, rest, after string) bool {
	if rest == "" {
		rest = after
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return endsWithWWW(before) && rest != "" && !isBlank(next) && !isDot(next)
}

func endsWithWWW(s string) bool {
	for range 3 {
		r, n := utf8.DecodeLastRuneInString(s)
		if !strings.ContainsRune("wWｗＷ", r) {
			return false
		}
		s = s[:len(s)-n]
	}
	return true
}

// isFileName tells app.log, app.tar.gz and error.log.1 from domains: after the first dot there are
// only numbers and endings that are no top-level domain.
func isFileName(run string) bool {
	name, endings, found := strings.Cut(run, ".")
	if !found || endsWithWWW(name) || strings.ContainsAny(run, "．。｡․﹒") {
		return false
	}
	for ending := range strings.SplitSeq(endings, ".") {
		// Chinese text may follow without a space: 见app.log文件.
		if i := strings.IndexFunc(ending, func(r rune) bool { return r >= utf8.RuneSelf }); i > 0 {
			ending = ending[:i]
		}
		if !fileEndings.MatchString(ending) {
			return false
		}
	}
	return true
}

var fileEndings = regexp.MustCompile(`^(?i:|\d+|log|txt|out|err|conf|cfg|ini|json|ya?ml|xml|csv|sql|tar|t?gz|xz|bz2|bak|tmp|pid|sock|jar|war|class|exe|dll)$`)
