package wecom_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bkwecom/wecom"
)

const (
	corpID = "ww1234567890abcdef"
	secret = "S3cret/canary+Value=0123456789abcdef"
)

// vendor is the API in memory: it hands out tokens in either documented reading
// and refuses calls whose token it does not know or that has ended.
type vendor struct {
	same     bool                             // gettoken answers the same token until it ends
	life     time.Duration                    // of a token; 0 is 2 h
	delay    time.Duration                    // of every answer
	gettoken func(n int) (int, string, error) // answers instead, if not status 0 and no error
	call     func(*http.Request, []byte) (int, string, error)

	mu      sync.Mutex
	fetches []time.Time
	calls   int
	refused int
	tokens  map[string]time.Time // value to end
	last    string
	seen    []string // "METHOD path body" of calls
}

func (v *vendor) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		req.Body.Close()
	}
	if v.delay > 0 {
		select {
		case <-time.After(v.delay):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	status, text, err := v.answer(req, body)
	if err != nil {
		return nil, err
	}
	return response(req, status, "application/json; charset=UTF-8", text), nil
}

func response(req *http.Request, status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Content-Type": {contentType}},
		Body:          io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)),
	}
}

func (v *vendor) answer(req *http.Request, body []byte) (int, string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	query := req.URL.Query()
	if strings.HasSuffix(req.URL.Path, "/cgi-bin/gettoken") {
		v.fetches = append(v.fetches, time.Now())
		if v.gettoken != nil {
			if status, text, err := v.gettoken(len(v.fetches)); status != 0 || err != nil {
				return status, text, err
			}
		}
		if query.Get("corpid") != corpID || query.Get("corpsecret") != secret {
			return 200, `{"errcode":40001,"errmsg":"invalid credential"}`, nil
		}
		life := v.life
		if life == 0 {
			life = 2 * time.Hour
		}
		if !v.same || !v.tokens[v.last].After(time.Now()) {
			v.last = fmt.Sprintf("T0ken/canary+%d", len(v.fetches))
			if v.tokens == nil {
				v.tokens = map[string]time.Time{}
			}
			v.tokens[v.last] = time.Now().Add(life)
		}
		token, _ := json.Marshal(v.last)
		return 200, fmt.Sprintf(`{"errcode":0,"errmsg":"ok","access_token":%s,"expires_in":%d}`, token, life/time.Second), nil
	}
	v.calls++
	v.seen = append(v.seen, strings.TrimSpace(req.Method+" "+req.URL.Path+" "+string(body)))
	if !v.tokens[query.Get("access_token")].After(time.Now()) {
		v.refused++
		return 200, `{"errcode":42001,"errmsg":"access_token expired, hint: [` + query.Get("access_token") + `]"}`, nil
	}
	if v.call != nil {
		if status, text, err := v.call(req, body); status != 0 || err != nil {
			return status, text, err
		}
	}
	return 200, `{"errcode":0,"errmsg":"ok"}`, nil
}

// revoke ends every token; gettoken makes a new one next.
func (v *vendor) revoke() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.tokens)
}

func (v *vendor) count() (fetches, calls, refused int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.fetches), v.calls, v.refused
}

func (v *vendor) fetched() int {
	n, _, _ := v.count()
	return n
}

func (v *vendor) client(t testing.TB, change ...func(*wecom.Config)) *wecom.Client {
	t.Helper()
	cfg := wecom.Config{CorpID: corpID, Secret: secret, HTTPClient: &http.Client{Transport: v}}
	for _, f := range change {
		f(&cfg)
	}
	c, err := wecom.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get makes the simplest call there is.
func get(t testing.TB, c *wecom.Client) error {
	t.Helper()
	return c.Call(t.Context(), http.MethodGet, "/cgi-bin/agent/list", nil, nil, nil)
}
