package jssdk_test

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/bkwecom/wecom/jssdk"
)

// BenchmarkSignConfig is a signature with a cached ticket against what one writes without this package.
func BenchmarkSignConfig(b *testing.B) {
	b.Run("page/floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sum := sha1.Sum(fmt.Appendf(nil, "jsapi_ticket=%s&noncestr=%s&timestamp=%d&url=%s", canary, rand.Text(), time.Now().Unix(), page))
			_ = hex.EncodeToString(sum[:])
		}
	})
	b.Run("page/wecom", func(b *testing.B) {
		s := newSigner(b, &vendor{})
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.SignConfig(b.Context(), page); err != nil {
				b.Fatal(err)
			}
		}
	})
}

var _ jssdk.Caller = (*vendor)(nil)
