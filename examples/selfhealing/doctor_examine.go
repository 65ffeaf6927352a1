package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/internal/command"
)

// examine is -doctor: the checks of the settings page, and of what that page
// cannot show.
func examine(ctx context.Context, f command.Flags, plans string, getenv func(string) string, out, errOut io.Writer) error {
	cfg, err := fromEnvironment(f, plans, getenv)
	found := environment(cfg, err)
	if !cfg.set.AppSecret.Set() || cfg.dbFile == "" {
		return tell(out, found...) // what is stored cannot be opened
	}
	state, inUse, err := stored(ctx, cfg, errOut)
	if err != nil {
		found = append(found, wrong("数据库："+err.Error(), "检查 -db 指定的文件"))
	}
	d := doctor{set: state.Wechat, api: cfg.set.APIDomain}
	switch {
	case inUse:
		found = append(found, good(inUseText))
		found = append(found, running(ctx, cfg.set.Addr)...)
		if len(d.set.Missing()) > 0 {
			found = append(found, warn("环境变量中的企业微信配置不完整，其余的值可能保存在设置页上", "用设置页的“测试连接”和“检查回调地址”按钮检查"))
			return tell(out, found...)
		}
	case len(state.Unreadable) > 0:
		found = append(found, wrong("已保存的值无法读取："+strings.Join(labels(state.Unreadable), "、"), "恢复原来的 BKPAAS_APP_SECRET，或在设置页重新填写"))
	}
	found = append(found, d.connection(ctx)...)
	found = append(found, d.callback(ctx)...)
	return tell(out, found...)
}

func environment(cfg config, err error) (found []finding) {
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			found = append(found, wrong("环境变量或参数 "+line, "按提示设置后重试"))
		}
	} else {
		found = append(found, good("环境变量和套餐文件可以使用"))
	}
	if cfg.set.LoginURL == "" {
		found = append(found, warn("没有设置 BKPAAS_LOGIN_URL，设置页无法登录", "设置蓝鲸登录服务的地址，如 https://paas.example.com/login"))
	}
	if len(cfg.set.Admins) == 0 {
		found = append(found, warn("没有设置 BKAPP_ADMINS，没有人能打开设置页", "填写管理员的蓝鲸用户名，以逗号分隔"))
	}
	return found
}

// running asks the process that has the database how it is.
func running(ctx context.Context, addr string) (found []finding) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, callbackTime)
	defer cancel()
	var health struct {
		Checks map[string]string `json:"checks"`
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err == nil {
		client := &http.Client{Timeout: callbackTime, Transport: &http.Transport{ResponseHeaderTimeout: time.Minute}} // of this machine: no proxy
		defer client.CloseIdleConnections()
		var resp *http.Response
		if resp, err = client.Do(req); err == nil {
			defer func() { _ = resp.Body.Close() }()
			err = json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&health)
		}
	}
	if err == nil && len(health.Checks) == 0 {
		err = errors.New("no checks")
	}
	if err != nil {
		return []finding{warn("运行中的进程没有在 "+addr+" 上应答 /healthz", "用 -addr 或 PORT 指明它监听的地址")}
	}
	for _, name := range slices.Sorted(maps.Keys(health.Checks)) {
		what := "运行中的进程 " + name
		if text := cmp.Or(health.Checks[name], "ok"); text != "ok" {
			found = append(found, wrong(what+"："+text, "见设置页，或本程序的日志"))
			continue
		}
		found = append(found, good(what))
	}
	return found
}
