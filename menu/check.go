package menu

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// level has the vendor's limits for one level of the menu.
type level struct{ buttons, nameBytes int }

var levels = [...]level{{buttons: 3, nameBytes: 16}, {buttons: 5, nameBytes: 40}}

const (
	maxKey = 128
	maxURL = 1024
)

// checkButtons checks one level; field is its name. Source: vendor's document menu/create.
func checkButtons(field string, buttons []Button, depth int) error {
	if limit := levels[depth].buttons; len(buttons) > limit {
		return &LimitError{Field: field, Limit: limit, Size: len(buttons), Unit: "buttons"}
	}
	for i, b := range buttons {
		if err := checkButton(fmt.Sprintf("%s[%d]", field, i), b, depth); err != nil {
			return err
		}
	}
	return nil
}

func checkButton(field string, b Button, depth int) error {
	if b.Name == "" {
		return &FieldError{field + ".name", "is required"}
	}
	for _, v := range []struct {
		name, value string
		limit       int
	}{
		{"name", b.Name, levels[depth].nameBytes},
		{"type", b.Type, math.MaxInt},
		{"key", b.Key, maxKey},
		{"url", b.URL, maxURL},
		{"pagepath", b.PagePath, math.MaxInt}, // the vendor names no limit
		{"appid", b.AppID, math.MaxInt},
	} {
		if err := checkText(field+"."+v.name, v.value, v.limit); err != nil {
			return err
		}
	}
	for name, value := range b.Extra {
		if slices.Contains(known, strings.ToLower(name)) {
			return &FieldError{field + "." + name, "stands in Extra: set the field of Button"}
		}
		if err := checkText(field+".Extra", name, math.MaxInt); err != nil {
			return err
		}
		if !json.Valid(value) {
			return &FieldError{field + "." + name, "is no JSON: set it as Get reads it"}
		}
	}
	if len(b.SubButtons) > 0 {
		return checkGroup(field, b, depth)
	}
	return checkLeaf(field, b)
}

func checkGroup(field string, b Button, depth int) error {
	if depth+1 == len(levels) {
		return &FieldError{field + ".sub_button", "a menu has two levels: no group within a group"}
	}
	for _, v := range []struct{ name, value string }{
		{"type", b.Type}, {"key", b.Key}, {"url", b.URL}, {"pagepath", b.PagePath}, {"appid", b.AppID},
	} {
		if v.value != "" {
			return &FieldError{field + "." + v.name, "a group has a name and sub_button only: move it into a sub-button"}
		}
	}
	return checkButtons(field+".sub_button", b.SubButtons, depth+1)
}

// checkLeaf knows what a type needs. Types that it does not know are the vendor's to judge.
func checkLeaf(field string, b Button) error {
	switch b.Type {
	case "":
		return &FieldError{field + ".sub_button", "is empty, and there is no type: add buttons to the group, or use View, Click or another type"}
	case typeView:
		return checkURL(field+".url", b.URL)
	case typeViewMiniprogram:
		if b.PagePath == "" {
			return &FieldError{field + ".pagepath", "is required"}
		}
		if b.AppID == "" {
			return &FieldError{field + ".appid", "is required: the id of a mini-program that is linked with the company"}
		}
	case typeClick, typeScancodePush, typeScancodeWaitmsg, typePicSysphoto, typePicPhotoOrAlbum, typePicWeixin, typeLocationSelect:
		if b.Key == "" {
			return &FieldError{field + ".key", "is required"}
		}
	}
	return nil
}

// checkURL leaves the parser's reason out of its error: that would quote the URL.
func checkURL(field, s string) error {
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return &FieldError{field, "holds white space: percent-encode it"}
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return &FieldError{field, "must be a whole URL that begins with http:// or https:// and a host"}
	}
	return nil
}

func checkText(field, s string, limit int) error {
	if len(s) > limit {
		return &LimitError{Field: field, Limit: limit, Size: len(s), Unit: "bytes"}
	}
	if !utf8.ValidString(s) {
		return &FieldError{field, "is not valid UTF-8: convert it first"}
	}
	for i, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) {
			return &FieldError{field, fmt.Sprintf("holds U+%04X at byte %d: no line breaks and control characters", r, i)}
		}
	}
	return nil
}
