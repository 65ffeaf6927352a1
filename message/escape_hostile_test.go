package message_test

import (
	"testing"

	"github.com/bkwecom/wecom/message"
)

// TestEscapeAddresses: an address is a link when a path, query or fragment
// follows, however it is written; a network is none.
func TestEscapeAddresses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"10.0.0.1":            "10.0.0.1",
		"10.0.0.1:8080":       "10.0.0.1:8080",
		"10.0.0.0/8":          "10.0.0.0/8",
		"10.0.0.0/8 and":      "10.0.0.0/8 and",
		"10.0.0.0/16，可达":      "10.0.0.0/16，可达",
		"主机10.0.0.1":          "主机10.0.0.1",
		"10.0.0.1/login":      "10. 0. 0. 1/login",
		"10.0.0.1/1;x=y":      "10. 0. 0. 1/1;x=y",
		"10.0.0.1/1@x":        "10. 0. 0. 1/1@x",
		"10.0.0.1?a=b":        "10. 0. 0. 1?a=b",
		"10.0.0.1#x":          "10. 0. 0. 1#x",
		"10.0.0.1:8080?x":     "10. 0. 0. 1:8080?x",
		"10.0.0.1./a":         "10. 0. 0. 1. /a",
		`10.0.0.1\login`:      `10. 0. 0. 1\login`,
		"１０.0.0.1/login":      "１０. 0. 0. 1/login",
		"10.0.0.1／login":      "10. 0. 0. 1／login",
		"evil﹒com":            "evil﹒ com",
		"http﹕//localhost":    "http﹕ //localhost",
		"ｗｗｗ.163":             "ｗｗｗ. 163",
		"10.0.0.1/1.html":     "10. 0. 0. 1/1. html",
		"版本 1.2.3，见 app.log。": "版本 1.2.3，见 app.log。",
	} {
		if got := message.EscapeText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
