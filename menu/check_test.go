package menu_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/menu"
)

func create(t *testing.T, buttons ...menu.Button) error {
	t.Helper()
	api := &fakeAPI{}
	err := menu.Create(t.Context(), api, 1, menu.Menu{Buttons: buttons})
	if (err == nil) != (len(api.calls) == 1) {
		t.Errorf("%d calls beside error %v", len(api.calls), err)
	}
	return err
}

func TestLimits(t *testing.T) {
	t.Parallel()
	x := strings.Repeat
	click := menu.Click("x", "K")
	list := func(n int) []menu.Button { return slices.Repeat([]menu.Button{click}, n) }
	one := func(b menu.Button) []menu.Button { return []menu.Button{b} }
	sub := func(b menu.Button) []menu.Button { return []menu.Button{click, menu.Group("g", b)} }
	for _, tt := range []struct {
		at, past []menu.Button
		want     menu.LimitError
	}{
		{list(3), list(4), menu.LimitError{Field: "button", Limit: 3, Size: 4, Unit: "buttons"}},
		{one(menu.Group("g", list(5)...)), one(menu.Group("g", list(6)...)), menu.LimitError{Field: "button[0].sub_button", Limit: 5, Size: 6, Unit: "buttons"}},
		{one(menu.Click(x("字", 5)+"a", "K")), one(menu.Click(x("字", 5)+"ab", "K")), menu.LimitError{Field: "button[0].name", Limit: 16, Size: 17, Unit: "bytes"}},
		{one(menu.Group(x("a", 16), click)), one(menu.Group(x("字", 6), click)), menu.LimitError{Field: "button[0].name", Limit: 16, Size: 18, Unit: "bytes"}},
		{sub(menu.Click(x("a", 40), "K")), sub(menu.Click(x("a", 41), "K")), menu.LimitError{Field: "button[1].sub_button[0].name", Limit: 40, Size: 41, Unit: "bytes"}},
		{one(menu.Click("x", x("k", 128))), one(menu.Click("x", x("k", 129))), menu.LimitError{Field: "button[0].key", Limit: 128, Size: 129, Unit: "bytes"}},
		{
			sub(menu.View("x", "http://h/"+x("a", 1015))), sub(menu.View("x", "http://h/"+x("a", 1016))),
			menu.LimitError{Field: "button[1].sub_button[0].url", Limit: 1024, Size: 1025, Unit: "bytes"},
		},
	} {
		t.Run(tt.want.Field, func(t *testing.T) {
			t.Parallel()
			if err := create(t, tt.at...); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			err := create(t, tt.past...)
			var got *menu.LimitError
			if !errors.As(err, &got) {
				t.Fatalf("past the limit: %v, want a *LimitError", err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestButtonsThatAreRefused(t *testing.T) {
	t.Parallel()
	click := menu.Click("x", "K")
	with := func(b menu.Button, set func(*menu.Button)) menu.Button { set(&b); return b }
	for _, tt := range []struct {
		name           string
		b              menu.Button
		field, problem string
	}{
		{"no name", menu.Click("", "K"), "button[1].name", "required"},
		{"no key", menu.Click("x", ""), "button[1].key", "required"},
		{"no url", menu.View("x", ""), "button[1].url", "http://"},
		{"no scheme", menu.View("x", "h.example.com/"), "button[1].url", "http://"},
		{"another scheme", menu.View("x", "ftp://h"), "button[1].url", "http://"},
		{"no host", menu.View("x", "https://:443/"), "button[1].url", "a host"},
		{"space in a url", menu.View("x", "https://h/a b"), "button[1].url", "white space"},
		{"empty group", menu.Group("g"), "button[1].sub_button", "empty"},
		{"group in a group", menu.Group("g", menu.Group("h", click)), "button[1].sub_button[0].sub_button", "two levels"},
		{"nameless in a group", menu.Group("g", click, menu.Click("", "K")), "button[1].sub_button[1].name", "required"},
		{"group with a type", with(menu.Group("g", click), func(b *menu.Button) { b.Type = "click" }), "button[1].type", "a group"},
		{"group with a key", with(menu.Group("g", click), func(b *menu.Button) { b.Key = "K" }), "button[1].key", "a group"},
		{"group with a url", with(menu.Group("g", click), func(b *menu.Button) { b.URL = "http://h" }), "button[1].url", "a group"},
		{"line break", menu.Click("a\nb", "K"), "button[1].name", "U+000A at byte 1"},
		{"line separator", menu.Click("a", "K\u2028"), "button[1].key", "U+2028 at byte 1"},
		{"no UTF-8", menu.Click("a\xff", "K"), "button[1].name", "UTF-8"},
		{"Extra over a field", with(click, func(b *menu.Button) { b.Extra = map[string]json.RawMessage{"name": []byte(`"y"`)} }), "button[1].name", "Extra"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantField(t, create(t, click, tt.b), tt.field, tt.problem)
		})
	}
	wantField(t, create(t), "button", "none")
	wantField(t, menu.Create(t.Context(), nil, 1, menu.Menu{Buttons: []menu.Button{click}}), "api", "nil")
	wantField(t, menu.Delete(t.Context(), &fakeAPI{}, 0), "agentid", "0 is no app")
	_, err := menu.Get(t.Context(), &fakeAPI{}, -1)
	wantField(t, err, "agentid", "-1 is no app")
}

func wantField(t *testing.T, err error, field, problem string) {
	t.Helper()
	var got *menu.FieldError
	if !errors.As(err, &got) || got.Field != field || !strings.Contains(got.Problem, problem) {
		t.Errorf("error %v, want a *FieldError of %s: …%s…", err, field, problem)
	}
}

func TestBrokenExtraIsAnError(t *testing.T) {
	t.Parallel()
	b := menu.Click("x", "K")
	b.Extra = map[string]json.RawMessage{"new": []byte(`{`)}
	if err := create(t, b); err == nil {
		t.Error("a menu that is no JSON was sent")
	}
}

// Every button that can be read comes back the same after it was written.
func FuzzButtonJSON(f *testing.F) {
	for _, s := range []string{
		`{"type":"click","name":"x","key":"K","sub_button":[]}`, `{"name":"g","sub_button":[{"type":"view","name":"y","url":"http://h/?a&b"}]}`,
		`{"NAME":"x","new":{"a":[1,2.50]},"\u2028":"<"}`, `null`, `{"sub_button":null}`, `{"name":5}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var first, second menu.Button
		if json.Unmarshal([]byte(s), &first) != nil {
			return
		}
		b, err := json.Marshal(first)
		if err != nil {
			t.Fatalf("%s is read, but not written: %v", s, err)
		}
		if err := json.Unmarshal(b, &second); err != nil {
			t.Fatalf("%s is written as %s: %v", s, b, err)
		}
		again, err := json.Marshal(second)
		if err != nil || string(again) != string(b) {
			t.Errorf("%s is written as %s, then as %s (%v)", s, b, again, err)
		}
		// The standard library's reading of the same bytes is the oracle for what was kept.
		var want, got map[string]any
		if json.Unmarshal([]byte(s), &want) != nil || json.Unmarshal(b, &got) != nil {
			return
		}
		for name := range want {
			if _, known := got[name]; !known && !slices.Contains([]string{"type", "key", "url", "pagepath", "appid", "name", "sub_button"}, strings.ToLower(name)) {
				t.Errorf("%s lost %q: %s", s, name, b)
			}
		}
	})
}
