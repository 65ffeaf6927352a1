package callback_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/callback"
)

func files(tb testing.TB, pattern string, least int) []string {
	tb.Helper()
	all, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(all) < least {
		tb.Fatalf("%s: %d files, want at least %d, %v", pattern, len(all), least, err)
	}
	return all
}

func read(tb testing.TB, file string) string {
	tb.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// leaf is an element with a value and no children.
var leaf = regexp.MustCompile(`<(\w+)>(<!\[CDATA\[)?([^<\]]+)(\]\]>)?</(\w+)>`)

// marked gives every leaf of a sample a value of its own, of the kind that it
// had, so that a value which is found later was read from that leaf.
func marked(t *testing.T, sample string) (plain string, values map[string]string) {
	values = map[string]string{}
	n := 0
	plain = leaf.ReplaceAllStringFunc(sample, func(element string) string {
		m := leaf.FindStringSubmatch(element)
		name, value := m[1], m[3]
		if strings.TrimSpace(value) == "" {
			return element
		}
		n++
		var fresh string
		switch _, err := strconv.ParseFloat(value, 64); {
		case name == "MsgType" || name == "Event" || name == "ChangeType":
			return element // they choose the type
		case err == nil && strings.Contains(value, "."):
			fresh = fmt.Sprintf("%d.5", 100+n)
		case err == nil:
			fresh = strconv.Itoa(1700001000 + n)
		case regexp.MustCompile(`^\d+(,\d+)+$`).MatchString(value):
			fresh = fmt.Sprintf("%d,%d", 90000+n, 80000+n)
		default:
			fresh = fmt.Sprintf("value & %d 中文", n)
		}
		for _, v := range strings.Split(fresh, ",") {
			values[v] = name
		}
		if m[2] == "" && strings.Contains(fresh, "&") {
			t.Fatalf("%s is text without CDATA in the sample", name)
		}
		return "<" + name + ">" + m[2] + fresh + m[4] + "</" + name + ">"
	})
	return plain, values
}

// leaves collects everything that a decoded message holds, as text.
func leaves(v reflect.Value, to map[string]int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		to[strconv.FormatInt(v.Interface().(time.Time).Unix(), 10)]++
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			leaves(v.Elem(), to)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), to)
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), to)
		}
	case reflect.Int:
		to[strconv.FormatInt(v.Int(), 10)]++
	case reflect.Float64:
		to[strconv.FormatFloat(v.Float(), 'f', -1, 64)]++
	case reflect.String:
		to[v.String()]++
		for inner := range strings.SplitSeq(v.String(), "<") { // ProcessList is kept as XML
			if _, text, ok := strings.Cut(inner, ">"); ok {
				to[text]++
			}
		}
	default:
		panic(v.Kind().String() + " is in no message")
	}
}

// TestSamplesLoseNothing: no leaf of a sample is lost, whatever its value is.
func TestSamplesLoseNothing(t *testing.T) {
	t.Parallel()
	all := append(files(t, "incoming/*.xml", 36), files(t, "rows/*.xml", 50)...)
	for _, file := range all {
		sample := read(t, file)
		plain, values := marked(t, sample)
		if len(values) < 2 {
			t.Errorf("%s: only %d values", file, len(values))
		}
		m, err := callback.Decode([]byte(plain))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if _, unknown := m.(*callback.Unknown); unknown {
			t.Errorf("%s: has no type", file)
			continue
		}
		got := map[string]int{}
		leaves(reflect.ValueOf(m), got)
		for value, name := range values {
			if got[value] == 0 && !(name == "Value" && strings.Contains(file, "update_user_whole")) { // twice the same there
				t.Errorf("%s: %s is lost: %+v", file, name, m)
			}
		}
		// What tells events apart is the type's, or a field's.
		for _, name := range []string{"Event", "ChangeType"} {
			value := regexp.MustCompile(`<` + name + `><!\[CDATA\[(\w+)`).FindStringSubmatch(sample)
			field := reflect.ValueOf(m).Elem().FieldByName(name)
			if value != nil && field.IsValid() && field.String() != value[1] {
				t.Errorf("%s: %s is %q", file, name, field)
			}
			if name == "ChangeType" && value != nil && !field.IsValid() {
				t.Errorf("%s: ChangeType is lost", file)
			}
		}
	}
}

// TestGiven: an update of the contact book tells what it changes.
func TestGiven(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]string{
		"incoming/change_contact-update_user.xml": {"UserID", "NewUserID", "Department", "IsLeaderInDept"},
		"rows/change_contact-update_party.xml":    {"Id", "Name"},
	} {
		m, err := callback.Decode([]byte(read(t, filepath.Join("testdata", file))))
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.ValueOf(m).Elem().FieldByName("Given").Interface()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
	}
}

// TestEveryRowHasASample: of what the package says it can read, each is in a
// sample.
func TestEveryRowHasASample(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, file := range append(files(t, "incoming/*.xml", 36), files(t, "rows/*.xml", 50)...) {
		sample := read(t, file)
		for _, name := range []string{"MsgType", "Event"} {
			if v := regexp.MustCompile(`<` + name + `><!\[CDATA\[(\w+)`).FindStringSubmatch(sample); v != nil {
				seen[v[1]] = true
			}
		}
	}
	for _, kind := range callback.Kinds() {
		if !seen[kind] {
			t.Errorf("%s has no sample", kind)
		}
	}
}

// TestDocumentedKinds: the tables of the package comment name all kinds and all
// types.
func TestDocumentedKinds(t *testing.T) {
	t.Parallel()
	doc := read(t, "doc.go")
	types := map[string]string{}
	for _, file := range append(files(t, "incoming/*.xml", 36), files(t, "rows/*.xml", 50)...) {
		m, err := callback.Decode([]byte(read(t, file)))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(reflect.TypeOf(m).String(), "*callback.")
		event := ""
		if e := regexp.MustCompile(`<Event><!\[CDATA\[(\w+)`).FindStringSubmatch(read(t, file)); e != nil {
			event = e[1]
		}
		if other, ok := types[name]; ok && other != event && !reflect.ValueOf(m).Elem().FieldByName("Event").IsValid() {
			t.Errorf("%s does not tell %s from %s", name, event, other)
		}
		types[name] = event
	}
	for _, kind := range callback.Kinds() {
		if !regexp.MustCompile(`(?m)^//\t.*\b` + kind + `\b`).MatchString(doc) {
			t.Errorf("doc.go has no row for %s", kind)
		}
	}
	for name := range types {
		if !regexp.MustCompile(`(?m)^//\t.*\b` + name + `\b`).MatchString(doc) {
			t.Errorf("doc.go has no row with the type %s", name)
		}
	}
}
