package message

import (
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"
)

// loose is for a Content-Disposition that mime does not read, with raw UTF-8 or no quotes.
var loose = regexp.MustCompile(`(?i);\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))`)

// device is what Windows takes for one, whatever the ending.
var device = regexp.MustCompile(`(?i)^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\s*\.|\s*$)`)

// fileName is the name in a Content-Disposition, made safe.
func fileName(disposition string) string {
	if _, params, err := mime.ParseMediaType(disposition); err == nil {
		return safeName(params["filename"])
	}
	if m := loose.FindStringSubmatch(disposition); m != nil {
		return safeName(m[1] + m[2])
	}
	return ""
}

// safeName leaves what is a name on every system: no path, no leading dot, dash or tilde, no device
// of Windows, and 255 bytes at most. A shell wants it quoted.
func safeName(name string) string {
	name = strings.ToValidUTF8(name, "_")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case hidden(r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.TrimLeft(name, ". ")
	if device.MatchString(name) || strings.HasPrefix(name, "-") || strings.HasPrefix(name, "~") {
		name = "_" + name
	}
	if len(name) > maxFileName {
		name = shorten(name)
	}
	return strings.TrimRight(name, ". ")
}

// shorten keeps the ending, which says what the file is.
func shorten(name string) string {
	ending := ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= 16 {
		ending = name[dot:]
	}
	cut := maxFileName - len(ending)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + ending
}
