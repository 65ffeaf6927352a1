package phone

import (
	"regexp"
	"strings"
)

// What the two kinds of styled text have (vendor's document: message/send,
// textcard and markdown).
var (
	division = regexp.MustCompile(`<div class="(gray|highlight|normal)">((?s:.*?))</div>|<br ?/?>`)
	heading  = regexp.MustCompile(`^#{1,6} +`)
	inline   = regexp.MustCompile("\\*\\*([^*]+)\\*\\*|`([^`]+)`|" +
		`\[([^\]]*)\]\(([^()\s]*)\)|<font color="(info|comment|warning)">([^<]*)</font>`)
)

// description is that of a textcard.
func description(text string) (parts []part) {
	from := 0
	for _, at := range division.FindAllStringSubmatchIndex(text, -1) {
		parts = add(parts, part{Text: text[from:at[0]]})
		from = at[1]
		if at[2] < 0 {
			parts = add(parts, part{Text: "\n"})
			continue
		}
		parts = add(parts, part{Text: text[at[4]:at[5]] + "\n", Class: text[at[2]:at[3]]})
	}
	return add(parts, part{Text: text[from:]})
}

// markdown is the subset that WeCom shows, line by line.
func markdown(text string) (parts []part) {
	for i, l := range strings.Split(text, "\n") {
		if i > 0 {
			parts = add(parts, part{Text: "\n"})
		}
		class := ""
		if head := heading.FindString(l); head != "" {
			l, class = l[len(head):], "heading"
		} else if quoted, ok := strings.CutPrefix(l, ">"); ok {
			l, class = strings.TrimPrefix(quoted, " "), "quoted"
		}
		from := 0
		for _, at := range inline.FindAllStringSubmatchIndex(l, -1) {
			parts = add(parts, part{Text: l[from:at[0]], Class: class})
			parts = add(parts, piece(l, at))
			from = at[1]
		}
		parts = add(parts, part{Text: l[from:], Class: class})
	}
	return parts
}

// piece is one match of inline.
func piece(l string, at []int) part {
	group := func(n int) string { return l[at[2*n]:at[2*n+1]] }
	switch {
	case at[2] >= 0:
		return part{Text: group(1), Class: "bold"}
	case at[4] >= 0:
		return part{Text: group(2), Class: "code"}
	case at[6] >= 0:
		return part{Text: group(3)}.to(group(4))
	default:
		return part{Text: group(6), Class: group(5)}
	}
}
