package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"syscall"
)

// errProxyAuth is a proxy's 407 to a request that is not tunnelled.
var errProxyAuth = errors.New("the proxy wants a password")

// unreachable says why a server gave no answer, in words without its address:
// that may have been a secret's.
func unreachable(what string, err error) finding {
	var (
		dns     *net.DNSError
		op      *net.OpError
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		timeout net.Error
	)
	proxied := errors.As(err, &op) && op.Op == "proxyconnect" || strings.Contains(err.Error(), "proxyconnect")
	switch {
	case proxied:
		return wrong(what+"：连不上 HTTP 代理", "检查环境变量 HTTPS_PROXY、HTTP_PROXY 和 NO_PROXY")
	case errors.Is(err, errProxyAuth), strings.Contains(err.Error(), "Proxy Authentication Required"):
		return wrong(what+"：HTTP 代理要求认证（407）", "在 HTTPS_PROXY 中写上代理的用户名和密码，或将目标加入 NO_PROXY")
	case errors.As(err, &dns):
		return wrong(what+"：域名无法解析", "检查地址中的域名和本机的 DNS")
	case errors.As(err, &unknown):
		return wrong(what+"：TLS 证书不是受信任的机构签发的", "安装完整的证书链；若是内部 CA，把它加入本机的信任列表（SSL_CERT_FILE）")
	case errors.As(err, &name):
		return wrong(what+"：TLS 证书不属于这个域名", "换成包含该域名的证书，或修正地址")
	case errors.As(err, &invalid):
		return wrong(what+"：TLS 证书已过期、未生效或无效", "更新证书，并检查本机时钟")
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return wrong(what+"：对方没有使用 TLS", "端口可能填错；或把地址改为 http")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return wrong(what+"：超时没有应答", "检查防火墙和网络路由，以及是否需要设置 HTTPS_PROXY")
	case errors.Is(err, syscall.ECONNREFUSED):
		return wrong(what+"：连接被拒绝", "检查地址和端口，以及对方的服务是否已启动")
	}
	return wrong(what+"：连接失败或中断", "检查地址、端口和网络；日志中有详情")
}
