package jssdk

import (
	"crypto/sha1"
	"encoding/hex"
	"strconv"
)

// Signature computes what wx.config and wx.agentConfig check: lower-case hex of a SHA-1. page is the
// page's address without "#" and what follows, byte for byte as the browser has it. Most users want a
// [Signer], which knows tickets and refuses foreign pages.
//
// Source: vendor's document 附录: JS-SDK使用权限签名算法.
func Signature(ticket, nonceStr string, timestamp int64, page string) string {
	text := make([]byte, 0, 256)
	text = append(text, "jsapi_ticket="...)
	text = append(text, ticket...)
	text = append(text, "&noncestr="...)
	text = append(text, nonceStr...)
	text = append(text, "&timestamp="...)
	text = strconv.AppendInt(text, timestamp, 10)
	text = append(text, "&url="...)
	text = append(text, page...)
	sum := sha1.Sum(text)
	return hex.EncodeToString(sum[:])
}
