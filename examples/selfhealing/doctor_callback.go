package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	wecomcrypto "github.com/bkwecom/wecom/crypto"
)

const (
	callbackTime = 5 * time.Second
	echoTime     = time.Second // WeCom waits no longer for the URL check
	maxEcho      = 4 << 10
	callbackName = "回调地址"
)

// callback asks the saved callback address as WeCom's console does when it is
// saved there (vendor's document: 验证URL有效性), with a number that this program
// knows for its own. The address is no other than the saved one, private ones
// included; nothing of the answer is shown.
func (d doctor) callback(ctx context.Context) (found []finding) {
	if d.set.PublicDefaults() {
		found = d.configured()
	}
	if d.set.AppURL == "" || !d.set.Token.Set() || !d.set.EncodingAESKey.Set() {
		return append(found, wrong(callbackName+"：需要先保存微信端地址、TOKEN 和 EncodingAESKey", "在设置页补全后重试"))
	}
	number := ownEcho + rand.Text()
	target, err := d.echoURL(number)
	if err != nil {
		return append(found, wrong(callbackName+"：TOKEN 或 EncodingAESKey 无法使用", "从企业微信后台重新复制 TOKEN 和 EncodingAESKey"))
	}
	ctx, cancel := context.WithTimeout(ctx, callbackTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return append(found, wrong(callbackName+"：地址无效", "修改微信端地址"))
	}
	start := time.Now()
	resp, err := d.transport().Do(req)
	if err != nil {
		return append(found, unreachable(callbackName, err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxEcho))
	took := time.Since(start)
	if err != nil {
		return append(found, unreachable(callbackName, err))
	}
	late, off := clock("应答回调地址的服务器", resp, start)
	if off {
		found = append(found, late)
	}
	f := answered(resp.StatusCode, body, number)
	if f.level == fine && took > cmp.Or(d.echo, echoTime) {
		f = wrong(fmt.Sprintf("%s：应答用了 %d 毫秒，企业微信只等 1 秒", callbackName, took.Milliseconds()), "检查代理的 DNS 解析、后端连接和服务器负载")
	}
	return append(found, f)
}

// echoURL is a URL check by the saved pair.
func (d doctor) echoURL(number string) (string, error) {
	receiver := d.set.CorpID
	codec, err := wecomcrypto.New(d.set.Token.Reveal(), d.set.EncodingAESKey.Reveal(), receiver)
	if err != nil {
		return "", err
	}
	sealed, err := codec.Seal([]byte(number), strconv.FormatInt(time.Now().Unix(), 10), "1597314862")
	if err != nil {
		return "", err
	}
	q := url.Values{"msg_signature": {sealed.MsgSignature}, "timestamp": {sealed.Timestamp}, "nonce": {sealed.Nonce}, "echostr": {sealed.Encrypt}}
	return d.set.AppURL + "entry/?" + q.Encode(), nil
}

// answered judges the answer of a URL check.
func answered(status int, body []byte, number string) finding {
	const proxy = "检查反向代理的配置：路径、上游地址和端口（见 deploy 目录的示例）"
	switch {
	case status == http.StatusOK && string(body) == number:
		return good(callbackName + "：URL 验证通过")
	case status == http.StatusOK && bytes.Contains(body, []byte(number)):
		return wrong(callbackName+"：应答的内容被改动（多出了字符）", "让反向代理原样转发应答，不要压缩、追加或改写内容")
	case status == http.StatusOK:
		return wrong(callbackName+"：应答的不是验证内容", "地址可能指向了别的程序或网关的登录页；或代理改写了应答。"+proxy)
	case status >= 300 && status < 400:
		return wrong(fmt.Sprintf("%s：返回了重定向（%d），企业微信会当作失败", callbackName, status), "微信端地址直接填写跳转后的地址（如 https），或取消代理上的跳转")
	case status == http.StatusBadRequest:
		return wrong(callbackName+"：验证被拒绝（400）：对方使用的 TOKEN、EncodingAESKey 或 CorpID 与这里保存的不一致", "确认地址指向的是本程序（而不是另一套环境），代理没有改动查询参数，且时钟准确")
	case status == http.StatusNotFound:
		return wrong(callbackName+"：路径不存在（404）", "检查微信端地址的路径；"+proxy)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return wrong(fmt.Sprintf("%s：被拦截（%d）", callbackName, status), "回调地址不能要求登录：在网关或 WAF 上放行")
	case status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		return wrong(fmt.Sprintf("%s：代理连不上本程序（%d）", callbackName, status), "检查本程序是否在运行；"+proxy)
	case status == http.StatusServiceUnavailable:
		return wrong(callbackName+"：暂不可用（503）", "对方还没有配置 TOKEN 和 EncodingAESKey，或正在停止；稍后重试")
	}
	return wrong(fmt.Sprintf("%s：返回了 HTTP %d", callbackName, status), proxy)
}
