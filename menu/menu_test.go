package menu_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/menu"
)

func TestCreateWritesTheDocumentedRequest(t *testing.T) {
	t.Parallel()
	m := menu.Menu{Buttons: []menu.Button{
		menu.View("审批列表", "https://h.example.com/o/x/?a=1&b=<2>"),
		menu.Group("更多", menu.Click("帮助", "HELP"), menu.View("主页", "http://h")),
	}}
	api := &fakeAPI{}
	if err := menu.Create(t.Context(), api, 1000002, m); err != nil {
		t.Fatal(err)
	}
	want := []call{{
		"POST", "/cgi-bin/menu/create", "agentid=1000002",
		`{"button":[{"type":"view","name":"审批列表","url":"https://h.example.com/o/x/?a=1&b=<2>"},` +
			`{"name":"更多","sub_button":[{"type":"click","name":"帮助","key":"HELP"},{"type":"view","name":"主页","url":"http://h"}]}]}`,
	}}
	if diff := cmp.Diff(want, api.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}

	// What was created is what Get reads, also with the vendor's empty lists.
	api = &fakeAPI{outcomes: []outcome{{answer: `{"errcode":0,"errmsg":"ok",` + want[0].Body[1:]}}}
	got, err := menu.Get(t.Context(), api, 1000002)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]call{{"GET", "/cgi-bin/menu/get", "agentid=1000002", ""}}, api.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestGetKeepsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	body := `{"button":[{"name":"Tools","sub_button":[` +
		`{"type":"scancode_waitmsg","name":"Scan","key":"SCAN"},` +
		`{"type":"view_miniprogram","name":"Mini","pagepath":"pages/index","appid":"wx0000000000000000"},` +
		`{"type":"from_the_future","name":"New","a":{"z":1,"y":[2.50]},"b":"<&>","c":1,"d":2,"e":3,"f":null}]},` +
		`{"type":"location_select","name":"Where","key":"WHERE"}]}`
	answer := body[:len(body)-2] + `,{"type":"click","name":"x","Key":"K","sub_button":[]}],"errcode":0}`
	api := &fakeAPI{outcomes: []outcome{{answer: answer}}}
	m, err := menu.Get(t.Context(), api, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(menu.Click("x", "K"), m.Buttons[2]); diff != "" {
		t.Errorf("empty sub_button (-want +got):\n%s", diff)
	}
	m.Buttons = m.Buttons[:2]
	api = &fakeAPI{}
	for range 20 { // a map must not show its order
		if err := menu.Create(t.Context(), api, 1, m); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range api.calls {
		if diff := cmp.Diff(body, c.Body); diff != "" {
			t.Fatalf("given back (-want +got):\n%s", diff)
		}
	}
}

func TestNoMenuIsNoError(t *testing.T) {
	t.Parallel()
	for _, o := range []outcome{{err: errNoMenu}, {answer: `{"errcode":0,"button":[]}`}, {answer: `{"errcode":0}`}} {
		got, err := menu.Get(t.Context(), &fakeAPI{outcomes: []outcome{o}}, 1)
		if err != nil {
			t.Errorf("Get: %v", err)
		}
		if diff := cmp.Diff(menu.Menu{}, got); diff != "" {
			t.Errorf("Get (-want +got):\n%s", diff)
		}
	}
	api := &fakeAPI{outcomes: []outcome{{err: errNoMenu}}}
	if err := menu.Delete(t.Context(), api, 1); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if diff := cmp.Diff([]call{{"GET", "/cgi-bin/menu/delete", "agentid=1", ""}}, api.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	err := menu.Create(t.Context(), api, 1, menu.Menu{Buttons: []menu.Button{menu.Click("x", "K")}})
	if !errors.Is(err, errNoMenu) {
		t.Errorf("Create: %v, want the API's error", err)
	}
}

func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	button := `{"button":[{"type":"click","name":"x","key":"K"}]}`
	for _, tt := range []struct {
		name     string
		outcomes []outcome
		calls    int
		err      error
	}{
		{"well", []outcome{{answer: button}}, 1, nil},
		{"busy", []outcome{{err: errBusy}, {answer: button}}, 2, nil},
		{"lost, half read", []outcome{{answer: `{"button":[{"name":"a"},{"name":"b"}]}`, err: errLost}, {answer: button}}, 2, nil},
		{"lost, then nothing", []outcome{{answer: button, err: errLost}, {answer: `{}`}}, 2, nil},
		{"bare error", []outcome{{err: errors.New("bare")}, {err: errLost}, {answer: button}}, 3, nil},
		{"always busy", []outcome{{err: errBusy}}, 3, errBusy},
		{"refused", []outcome{{err: errForeign}}, 1, errForeign},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api := &fakeAPI{outcomes: tt.outcomes}
				got, err := menu.Get(t.Context(), api, 1)
				if !errors.Is(err, tt.err) || len(api.calls) != tt.calls {
					t.Errorf("%d calls, error %v; want %d, %v", len(api.calls), err, tt.calls, tt.err)
				}
				var want menu.Menu
				if tt.outcomes[len(tt.outcomes)-1].answer == button {
					want.Buttons = []menu.Button{menu.Click("x", "K")}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("menu (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestNotRepeatedBeyondTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cancelled := 0
		for range 50 {
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			err := menu.Delete(ctx, &fakeAPI{outcomes: []outcome{{err: errBusy}}}, 1)
			cancel()
			if !errors.Is(err, errBusy) || time.Since(began) >= 10*time.Millisecond {
				t.Fatalf("error %v after %s, want the API's before the deadline", err, time.Since(began))
			}
			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			err = menu.Delete(ctx, &fakeAPI{outcomes: []outcome{{err: errBusy}}}, 1)
			if !errors.Is(err, errBusy) {
				t.Fatalf("error %v hides the API's", err)
			}
			if errors.Is(err, context.Canceled) {
				cancelled++
			}
			time.Sleep(time.Millisecond)
		}
		if cancelled < 10 { // most pauses are far longer than a millisecond
			t.Errorf("%d of 50 pauses ended with the context", cancelled)
		}
	})
}
