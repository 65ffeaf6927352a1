package wecom_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bkwecom/wecom/wecomtest"
)

// cloud is the vendor's one address for all companies.
type cloud struct {
	companies []*wecomtest.Server
	calls     atomic.Int64

	mu    sync.Mutex
	owner map[string]string // of a token: the app that fetched it
}

// door is the way of one app into the cloud. It fails the test when that app uses a token of another.
type door struct {
	*cloud
	app string
	t   *testing.T
}

func (d door) RoundTrip(r *http.Request) (*http.Response, error) {
	d.calls.Add(1)
	query := r.URL.Query()
	if r.URL.Path == gettoken {
		return d.fetch(r, query.Get("corpid"))
	}
	d.mu.Lock()
	owner := d.owner[query.Get("access_token")]
	d.mu.Unlock()
	if owner != d.app {
		d.t.Errorf("%s uses a token of %q", d.app, owner)
	}
	return d.company(owner).Transport().RoundTrip(r)
}

func (d door) fetch(r *http.Request, corpID string) (*http.Response, error) {
	resp, err := d.company(corpID).Transport().RoundTrip(r)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || json.Unmarshal(body, &answer) != nil {
		d.t.Errorf("gettoken: %v", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	d.mu.Lock()
	defer d.mu.Unlock()
	if other, known := d.owner[answer.Token]; known && other != d.app {
		d.t.Errorf("%s is given the token of %s", d.app, other)
	}
	d.owner[answer.Token] = d.app
	return resp, nil
}

// company is that of a corpid, or of an app's name, which begins with it.
func (c *cloud) company(name string) *wecomtest.Server {
	for _, srv := range c.companies {
		if len(name) >= len(srv.CorpID) && name[:len(srv.CorpID)] == srv.CorpID {
			return srv
		}
	}
	return c.companies[0] // which refuses
}

type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (w *recorder) Header() http.Header    { return w.header }
func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	w.body = append(w.body, p...)
	return len(p), nil
}

func readAll(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}
	return body
}

// withBody is the request again, for another path.
func withBody(r *http.Request, path string, body []byte) *http.Request {
	c := r.Clone(r.Context())
	c.URL.Path, c.Body = path, io.NopCloser(bytes.NewReader(body))
	return c
}
