package wecom_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// part is an out that asks for a range, a later one in each attempt, and tries to
// send more than that.
type part struct {
	file
	ranges []string
}

func (p *part) RequestHeader() http.Header {
	h := http.Header{"Authorization": {"mine"}, "Content-Type": {"mine"}, "User-Agent": {"mine"}}
	if len(p.ranges) > 0 {
		h["Range"], p.ranges = p.ranges[:1], p.ranges[1:]
	}
	return h
}

func TestRangeOfAnAnswer(t *testing.T) {
	t.Parallel()
	var got []http.Header
	srv := wire(t, func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header)
		if len(got) == 1 {
			io.WriteString(w, `{"errcode":42001}`)
			return
		}
		w.Header().Set("Content-Type", "video/mp4")
		w.WriteHeader(http.StatusPartialContent)
		io.WriteString(w, "part")
	})
	c := wireClient(t, srv, nil)
	out := part{ranges: []string{"bytes=0-3", "bytes=4-7"}}
	// The server hands out the same token again, so that the call ends with the refusal.
	if err := c.Call(t.Context(), "GET", "/cgi-bin/media/get", nil, nil, &out); errCode(t, err) != 42001 {
		t.Fatal(err)
	}
	if err := c.Call(t.Context(), "GET", "/cgi-bin/media/get", nil, nil, &out); err != nil || out.data != "part" {
		t.Fatal(err, out.data)
	}
	if err := c.Call(t.Context(), "GET", "/cgi-bin/media/get", nil, nil, &out); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"bytes=0-3", "bytes=4-7", ""} {
		h := got[i]
		if h.Get("Range") != want || h.Get("Authorization") != "" || h.Get("Content-Type") != "" || h.Get("User-Agent") == "mine" {
			t.Errorf("request %d, want Range %q: %v", i, want, h)
		}
	}
}

// A header that would end the line is refused, and not quoted.
func TestRangeThatIsNone(t *testing.T) {
	t.Parallel()
	const bad = "bytes=0-1\r\nX: secret"
	srv := wire(t, func(w http.ResponseWriter, r *http.Request) { t.Errorf("sent: %v", r.Header) })
	err := wireClient(t, srv, nil).Call(t.Context(), "GET", "/cgi-bin/media/get", nil, nil, &part{ranges: []string{bad, bad}})
	if err == nil || !notSent(t, err) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
