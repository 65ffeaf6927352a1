package wecomtest_test

import (
	"net/http"
	"testing"
)

// BenchmarkGetToken says what the in-memory server adds to a client's own
// benchmark; the floor is net/http's client alone, with a transport that answers
// at once.
func BenchmarkGetToken(b *testing.B) {
	c := inMemory(b)
	url := c.srv.URL + "/cgi-bin/gettoken?corpid=" + c.srv.CorpID + "&corpsecret=" + testSecret
	nothing := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
	})}
	for name, client := range map[string]*http.Client{"floor": nothing, "wecom": c.srv.Client()} {
		b.Run("memory/"+name, func(b *testing.B) {
			for b.Loop() {
				res, err := client.Get(url)
				if err != nil {
					b.Fatal(err)
				}
				res.Body.Close()
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
