package jssdk_test

import (
	"testing"

	"github.com/bkwecom/wecom/jssdk"
)

func TestSignature(t *testing.T) {
	t.Parallel()
	const ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
	// The vendor's sample.
	const want = "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
	if got := jssdk.Signature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, "http://mp.weixin.qq.com?params=value"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
