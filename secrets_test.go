package wecom_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bkwecom/wecom"
)

const oauthCode = "c0de/canary+0123456789"

// noSecret fails if text holds the Secret, a token or the sign-in code in any form.
func noSecret(t *testing.T, text string) {
	t.Helper()
	for _, canary := range []string{"S3cret", "Value=0123", "Value%3D", "0123456789abcdef\"", "T0ken", "canary"} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(canary)) {
			t.Errorf("%q leaks in: %s", canary, text)
		}
	}
}

// everywhere is how an error or a value may get into a log.
func everywhere(t *testing.T, v any) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		noSecret(t, fmt.Sprintf(verb, v))
	}
	var buf bytes.Buffer
	slog.New(slog.NewTextHandler(&buf, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&buf, nil)).Info("m", "v", []any{v})
	if data, err := json.Marshal(v); err == nil {
		buf.Write(data)
	}
	if data, err := xml.Marshal(v); err == nil {
		buf.Write(data)
	}
	noSecret(t, buf.String())
}

func TestConfigAndClientHideSecrets(t *testing.T) {
	t.Parallel()
	v := &vendor{}
	store := wecom.NewMemoryStore()
	cfg := wecom.Config{CorpID: corpID, Secret: secret, HTTPClient: &http.Client{Transport: v}, Tokens: store}
	c, err := wecom.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if token, err := c.Token(t.Context()); err != nil || !strings.Contains(token, "canary") {
		t.Fatal(token, err)
	}
	type inner struct {
		Client *wecom.Client
		Config wecom.Config
	}
	type unexported struct {
		client *wecom.Client
		value  wecom.Client
		store  *wecom.MemoryStore
	}
	// Named types: encoding/xml panics on unnamed ones that marshal as text.
	type embedded struct{ wecom.Config }
	type embeddedPointer struct{ *wecom.Config }
	type embeddedClient struct{ *wecom.Client }
	type named struct {
		Name string
		Cfg  wecom.Config
		C    *wecom.Client
	}
	for _, value := range []any{
		cfg, &cfg, c, *c, store, []wecom.Config{cfg}, map[string]*wecom.Client{"c": c},
		embedded{cfg}, embeddedPointer{&cfg}, &embeddedClient{c}, named{"n", cfg, c},
		inner{c, cfg}, &inner{c, cfg}, unexported{c, *c, store}, &unexported{c, *c, store},
		wecom.Config{CorpID: "ww", Secret: secret, BaseURL: "https://user:" + url.QueryEscape(secret) + "@example.com"},
	} {
		everywhere(t, value)
	}
	if got := fmt.Sprintf("%+v", cfg); !strings.Contains(got, corpID) || !strings.Contains(got, "[redacted]") {
		t.Errorf("the Config prints as %s", got)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		if got := fmt.Sprintf(verb, c); !strings.Contains(got, corpID) || strings.Contains(got, "0x") {
			t.Errorf("the Client prints as %s", got)
		}
	}
	if got, err := json.Marshal(cfg); err != nil || !strings.Contains(string(got), corpID) {
		t.Errorf("%s, %v", got, err)
	}
	var none *wecom.Config
	everywhere(t, none)
	everywhere(t, wecom.Client{})
}

type leaky struct{ req *http.Request }

func (l leaky) Error() string {
	u := l.req.URL.String()
	token := l.req.URL.Query().Get("access_token")
	return strings.Join([]string{"cannot reach " + u, lowerEscapes(u), "unescaped " + token, secret,
		url.PathEscape(secret), fmt.Sprintf("%q", secret), url.QueryEscape(token), l.req.URL.RawQuery}, " | ")
}

func lowerEscapes(s string) string {
	return regexp.MustCompile("%[0-9A-F]{2}").ReplaceAllStringFunc(s, strings.ToLower)
}

// Every way in which a call can fail, each with a peer or transport that repeats what it was sent.
func TestErrorsHideSecrets(t *testing.T) {
	t.Parallel()
	echo := func(req *http.Request) string {
		data, _ := json.Marshal(leaky{req}.Error() + " " + req.URL.Query().Get("code"))
		return string(data)
	}
	type failure = func(*http.Request) (*http.Response, error)
	failures := map[string]failure{
		"transport error": func(req *http.Request) (*http.Response, error) { return nil, leaky{req} },
		"url error": func(req *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: req.URL.String(), Err: leaky{req}}
		},
		"wrapped error": func(req *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("proxy: %w", &url.Error{Op: "Get", URL: req.URL.String(), Err: leaky{req}})
		},
		"errmsg": func(req *http.Request) (*http.Response, error) {
			return response(req, 200, "application/json", `{"errcode":60020,"errmsg":`+echo(req)+`}`), nil
		},
		"errmsg with 500": func(req *http.Request) (*http.Response, error) {
			return response(req, 500, "application/json", `{"errcode":-1,"errmsg":`+echo(req)+`}`), nil
		},
		"text": func(req *http.Request) (*http.Response, error) {
			return response(req, 200, "text/html", echo(req)), nil
		},
		"wrong type": func(req *http.Request) (*http.Response, error) {
			return response(req, 200, "application/json", `{"errcode":0,"access_token":{},"n":`+echo(req)+`}`), nil
		},
		"redirect": func(req *http.Request) (*http.Response, error) {
			resp := response(req, 302, "text/html", echo(req))
			resp.Header.Set("Location", "https://evil.example.com/?"+req.URL.RawQuery)
			return resp, nil
		},
		"redirect that cannot be parsed": func(req *http.Request) (*http.Response, error) {
			resp := response(req, 307, "text/html", echo(req))
			resp.Header.Set("Location", "::"+req.URL.RawQuery+"%zz")
			return resp, nil
		},
		"cut answer": func(req *http.Request) (*http.Response, error) {
			resp := response(req, 200, "application/json", "{")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"errcode"`), failingReader{leaky{req}}))
			return resp, nil
		},
	}
	for name, fail := range failures {
		for _, where := range []string{"gettoken", "call"} {
			t.Run(where+" "+name, func(t *testing.T) {
				t.Parallel()
				v := &vendor{}
				var told []error
				rt := roundTripper(func(req *http.Request) (*http.Response, error) {
					if strings.HasSuffix(req.URL.Path, "/gettoken") == (where == "gettoken") {
						return fail(req)
					}
					return v.RoundTrip(req)
				})
				c := v.client(t, func(cfg *wecom.Config) {
					cfg.HTTPClient, cfg.OnError = &http.Client{Transport: rt}, func(err error) { told = append(told, err) }
				})
				var out struct{ N int }
				err := c.Call(t.Context(), http.MethodGet, "/cgi-bin/auth/getuserinfo", url.Values{"code": {oauthCode}}, nil, &out)
				if err == nil {
					t.Fatal("no error")
				}
				for _, err := range append(told, err) {
					errCode(t, err)
					retryable(t, err)
					if notSent(t, err) != (where == "gettoken") {
						t.Errorf("NotSent of %v", err)
					}
					for err := err; err != nil; err = errors.Unwrap(err) {
						everywhere(t, err)
					}
					var u *url.Error
					if errors.As(err, &u) {
						t.Error("a *url.Error can be taken out")
					}
				}
			})
		}
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// Short values, which no real secret is, are hidden where they stand alone, so that
// the rest stays readable.
func TestShortSecret(t *testing.T) {
	t.Parallel()
	rt := roundTripper(func(req *http.Request) (*http.Response, error) {
		return response(req, 200, "application/json", `{"errcode":40001,"errmsg":"so says s, corpsecret=s"}`), nil
	})
	c := (&vendor{}).client(t, func(cfg *wecom.Config) { cfg.Secret, cfg.HTTPClient = "s", &http.Client{Transport: rt} })
	_, err := c.Token(t.Context())
	wantText(t, err, "so says [redacted], corpsecret=[redacted]")
}

// One line, of bounded length: an errmsg cannot forge or fill a log.
func TestForeignTextIsBounded(t *testing.T) {
	t.Parallel()
	rt := roundTripper(func(req *http.Request) (*http.Response, error) {
		return response(req, 200, "application/json", `{"errcode":40058,"errmsg":"a\nlevel=INFO\u2028`+strings.Repeat("长", 1000)+`"}`), nil
	})
	c := (&vendor{}).client(t, func(cfg *wecom.Config) { cfg.HTTPClient = &http.Client{Transport: rt} })
	_, err := c.Token(t.Context())
	if text := err.Error(); strings.ContainsAny(text, "\n\u2028") || len(text) > 1500 || !strings.Contains(text, "…") {
		t.Errorf("%d bytes: %q", len(text), text)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("S3cret/canary+Value=", "see %s and %q")
	f.Add("a%b c\"d\\e", "x")
	f.Add("长长长长", "%s%s")
	f.Fuzz(func(t *testing.T, code, around string) {
		if len(code) < 8 || strings.Contains("[redacted]", code) || strings.Contains(around, code) || !utf8Printable(code) {
			return
		}
		v := &vendor{call: func(req *http.Request, _ []byte) (int, string, error) {
			return 0, "", errors.New(around + code + around + url.QueryEscape(code) + around + url.PathEscape(code) + around)
		}}
		err := v.client(t).Call(t.Context(), "GET", "/cgi-bin/x", url.Values{"code": {code}}, nil, nil)
		for _, form := range []string{code, url.QueryEscape(code), url.PathEscape(code)} {
			if strings.Contains(strings.ReplaceAll(err.Error(), "[redacted]", "\x00"), form) {
				t.Errorf("%q is in %q", form, err)
			}
		}
	})
}

func utf8Printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\ufffd' }) < 0
}
