package bklogin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/bklogin"
)

// FuzzAnswer: whatever a login server answers, nobody is signed in whom a
// second, laxer reader does not find there beside a code of success.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{
		`{"result":true,"code":"00","data":{"username":"admin"}}`, `{"result":true,"bk_error_code":0,"data":{"bk_username":"admin"}}`,
		`{"result":true,"data":{"username":"admin"}}`, `{"result":false,"code":"1200","data":{}}`, `{"code":0,"data":null}`, `[{"code":0}]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client, err := bklogin.New(bklogin.Config{LoginURL: "https://paas/login", HTTPClient: &http.Client{Transport: &wire{
			handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }),
		}}})
		if err != nil {
			t.Fatal(err)
		}
		u, err := client.User(t.Context(), "t0ken-of-nobody")
		if err != nil {
			if u != (bklogin.User{}) || strings.Contains(err.Error(), "t0ken") {
				t.Fatalf("%+v, %v", u, err)
			}
			return
		}
		var said map[string]any
		if err := json.Unmarshal([]byte(body), &said); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		name, _ := json.Marshal(u.Username)
		whole, _ := json.Marshal(said) // the same escapes on both sides
		if u.Username == "" || !strings.Contains(string(whole), string(name)) {
			t.Fatalf("%s: %q is not in it", body, u.Username)
		}
		success := func(field string, good func(any) bool) {
			values := 0
			for key, v := range said {
				if strings.EqualFold(key, field) { // as encoding/json matches
					if values++; good(v) {
						return
					}
				}
			}
			if values > 0 {
				t.Fatalf("%s: %s says no, and %q is signed in", body, field, u.Username)
			}
		}
		success("result", func(v any) bool { return v == true || v == nil })
		success("code", func(v any) bool { return v == 0.0 || v == nil || strings.Trim(fmt.Sprint(v), "+-0") == "" })
	})
}
