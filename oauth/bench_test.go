package oauth_test

import (
	"crypto/aes"
	"crypto/cipher"
	"net/http"
	"testing"
	"time"

	"github.com/bkwecom/wecom/oauth"
)

// BenchmarkProtect is a request with a valid session, beside opening as many bytes with AES-GCM.
func BenchmarkProtect(b *testing.B) {
	id := oauth.Identity{UserID: "zhangsan"}
	a := newApp(b, nil)
	value := a.guard.MakeSession(id, time.Now())

	b.Run("session/floor", func(b *testing.B) {
		aead := must(cipher.NewGCM(must(aes.NewCipher(key(1)))))
		nonce, aad := make([]byte, aead.NonceSize()), make([]byte, 40)
		sealed := aead.Seal(nil, nonce, make([]byte, 2+8+16+4+len(id.UserID)), aad)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := aead.Open(nil, nonce, sealed, aad); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("session/wecom", func(b *testing.B) {
		h := a.guard.Protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if got, ok := oauth.FromContext(r.Context()); !ok || got.UserID != id.UserID {
				b.Fatal("not signed in")
			}
		}))
		r := must(http.NewRequest(http.MethodGet, site+ticket, nil))
		r.Header.Set("Cookie", a.guard.CookieName()+"="+value)
		w := &answerOf{header: http.Header{}}
		b.ReportAllocs()
		for b.Loop() {
			h.ServeHTTP(w, r)
		}
	})
}
