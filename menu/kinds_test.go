package menu_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/menu"
)

// Every kind as the vendor's document writes it.
var kinds = []struct {
	b    menu.Button
	json string
}{
	{menu.Click("Today", "MENU_TODAY"), `{"type":"click","name":"Today","key":"MENU_TODAY"}`},
	{menu.View("Portal", "https://app.example.com/?a=1&b=2"), `{"type":"view","name":"Portal","url":"https://app.example.com/?a=1&b=2"}`},
	{menu.ScancodePush("x", "K"), `{"type":"scancode_push","name":"x","key":"K"}`},
	{menu.ScancodeWaitmsg("x", "K"), `{"type":"scancode_waitmsg","name":"x","key":"K"}`},
	{menu.PicSysphoto("x", "K"), `{"type":"pic_sysphoto","name":"x","key":"K"}`},
	{menu.PicPhotoOrAlbum("x", "K"), `{"type":"pic_photo_or_album","name":"x","key":"K"}`},
	{menu.PicWeixin("x", "K"), `{"type":"pic_weixin","name":"x","key":"K"}`},
	{menu.LocationSelect("x", "K"), `{"type":"location_select","name":"x","key":"K"}`},
	{menu.ViewMiniprogram("Mini", "wx0000000000000000", "pages/index"), `{"type":"view_miniprogram","name":"Mini","pagepath":"pages/index","appid":"wx0000000000000000"}`},
}

func TestEveryKindIsReadAsItWasCreated(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		t.Run(k.b.Type, func(t *testing.T) {
			t.Parallel()
			for depth, m := range []menu.Menu{
				{Buttons: []menu.Button{k.b, k.b, k.b}},
				{Buttons: []menu.Button{menu.Group("g", k.b, k.b, k.b, k.b, k.b)}},
			} {
				api := &echo{}
				if err := menu.Create(t.Context(), api, 1, m); err != nil {
					t.Fatal(err)
				}
				if n := strings.Count(api.body, k.json); n != []int{3, 5}[depth] {
					t.Errorf("%s stands %d times in %s", k.json, n, api.body)
				}
				got, err := menu.Get(t.Context(), api, 1)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(m, got); diff != "" {
					t.Errorf("read back (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// echo keeps the menu as the vendor does, with an empty sub_button in every leaf.
type echo struct{ body string }

func (e *echo) Call(_ context.Context, _, path string, _ url.Values, in, out any) error {
	if strings.HasSuffix(path, "/create") {
		e.body = string(in.(json.RawMessage))
		return nil
	}
	answer := strings.NewReplacer(`"key":`, `"sub_button":[],"key":`, `"url":`, `"sub_button":[],"url":`).Replace(e.body)
	return json.Unmarshal([]byte(answer), out)
}

func TestLimitsOfEveryKind(t *testing.T) {
	t.Parallel()
	set := func(b menu.Button, f func(*menu.Button)) menu.Button { f(&b); return b }
	for _, k := range kinds {
		t.Run(k.b.Type, func(t *testing.T) {
			t.Parallel()
			limit := func(field string, limit int, put func(*menu.Button, string)) {
				t.Helper()
				for _, over := range []int{0, 1} {
					text := strings.Repeat("k", limit+over)
					if field == "url" {
						text = "http://h/" + text[9:]
					}
					err := create(t, set(k.b, func(b *menu.Button) { put(b, text) }))
					var got *menu.LimitError
					if isLimit := errors.As(err, &got); isLimit != (over == 1) || isLimit && (got.Field != "button[0]."+field || got.Limit != limit || got.Size != limit+1) {
						t.Errorf("%s of %d: %v", field, limit+over, err)
					}
				}
			}
			limit("name", 16, func(b *menu.Button, s string) { b.Name = s })
			switch k.b.Type {
			case "view":
				limit("url", 1024, func(b *menu.Button, s string) { b.URL = s })
				wantField(t, create(t, set(k.b, func(b *menu.Button) { b.URL = "" })), "button[0].url", "http://")
			case "view_miniprogram":
				wantField(t, create(t, set(k.b, func(b *menu.Button) { b.AppID = "" })), "button[0].appid", "required")
				wantField(t, create(t, set(k.b, func(b *menu.Button) { b.PagePath = "" })), "button[0].pagepath", "required")
				wantField(t, create(t, set(k.b, func(b *menu.Button) { b.PagePath = "a\r\nb" })), "button[0].pagepath", "U+000D")
				wantField(t, create(t, set(k.b, func(b *menu.Button) { b.AppID = "\xff" })), "button[0].appid", "UTF-8")
			default:
				limit("key", 128, func(b *menu.Button, s string) { b.Key = s })
				wantField(t, create(t, set(k.b, func(b *menu.Button) { b.Key = "" })), "button[0].key", "required")
			}
		})
	}
}
