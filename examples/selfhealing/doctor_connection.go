package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bkwecom/wecom"
)

// connection tests what messages need: the API's address, the token, the agent.
func (d doctor) connection(ctx context.Context) (found []finding) {
	ctx, cancel := within(ctx)
	defer cancel()
	found = d.configured()
	reached := d.reach(ctx)
	found = append(found, reached...)
	for _, f := range reached {
		if f.level == broken && strings.HasPrefix(f.Text, apiName) {
			return found
		}
	}
	if d.set.CorpID == "" || !d.set.Secret.Set() {
		return found
	}
	// A client of its own: that of the app may wait before it asks again.
	client, err := wecom.New(wecom.Config{CorpID: d.set.CorpID, Secret: d.set.Secret.Reveal(), BaseURL: d.api, HTTPClient: d.client})
	if err == nil {
		_, err = client.Token(ctx)
	}
	if err != nil {
		return append(found, explain("获取 access_token", err))
	}
	found = append(found, good("access_token 获取成功：CorpID 和 Secret 正确"))
	if d.set.AgentID == 0 {
		return found
	}
	return append(found, d.agent(ctx, client)...)
}

const apiName = "企业微信 API"

// reach asks the API's address for anything at all.
func (d doctor) reach(ctx context.Context) []finding {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.api, nil)
	if err != nil {
		return []finding{wrong(apiName+"：地址无效", "检查环境变量 BKAPP_WEIXIN_QY_API_DOMAIN")}
	}
	client := d.transport()
	client.Timeout = 10 * time.Second
	resp, err := client.Do(req)
	if err != nil {
		f := unreachable(apiName, err)
		f.Do += "；API 地址由环境变量 BKAPP_WEIXIN_QY_API_DOMAIN 设置"
		return []finding{f}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusProxyAuthRequired {
		return []finding{unreachable(apiName, errProxyAuth)}
	}
	found := []finding{good(apiName + "：可以访问")}
	if f, off := clock("企业微信", resp, time.Now()); off {
		found = append(found, f)
	}
	return found
}

// agent asks about the app (vendor's document: agent/get).
func (d doctor) agent(ctx context.Context, client *wecom.Client) (found []finding) {
	var app struct {
		Name    string `json:"name"`
		Close   int    `json:"close"`
		Domain  string `json:"redirect_domain"`
		Members struct {
			User []struct{} `json:"user"`
		} `json:"allow_userinfos"`
		Parties struct {
			ID []int64 `json:"partyid"`
		} `json:"allow_partys"`
		Tags struct {
			ID []int64 `json:"tagid"`
		} `json:"allow_tags"`
	}
	err := client.Call(ctx, http.MethodGet, "/cgi-bin/agent/get", url.Values{"agentid": {strconv.Itoa(d.set.AgentID)}}, nil, &app)
	if err != nil {
		return []finding{explain("读取应用信息", err)}
	}
	found = append(found, good(fmt.Sprintf("应用 %d（%s）属于这个 Secret", d.set.AgentID, app.Name)))
	if app.Close != 0 {
		found = append(found, wrong("应用已停用，成员收不到消息", "在企业微信管理后台的应用管理中启用该应用"))
	}
	if len(app.Members.User)+len(app.Parties.ID)+len(app.Tags.ID) == 0 {
		found = append(found, wrong("应用的可见范围为空，没有人能收到消息", "在企业微信管理后台把所有审批人加入应用的可见范围"))
	}
	return append(found, d.domain(app.Domain)...)
}

// domain compares the 可信域名 with the address that members sign in at.
func (d doctor) domain(trusted string) []finding {
	u, err := url.Parse(d.set.AppURL)
	if err != nil || u.Host == "" {
		return nil
	}
	switch {
	case strings.EqualFold(trusted, u.Host):
		return []finding{good("可信域名与微信端地址一致")}
	case trusted == "":
		return []finding{warn("应用没有设置可信域名，成员无法登录审批页面（回复和卡片审批不受影响）",
			"在企业微信管理后台：应用 -> 网页授权及 JS-SDK -> 可信域名，填写 "+u.Host)}
	}
	return []finding{warn("应用的可信域名与微信端地址的域名 "+u.Host+" 不一致，成员无法登录审批页面",
		"在企业微信管理后台把可信域名改为 "+u.Host+"（端口也须一致），或修改微信端地址")}
}

// fromIP is how WeCom says which address it has seen (60020).
var fromIP = regexp.MustCompile(`from ip: ?([0-9A-Fa-f.:]+)`)

// explain says what an error of the API means here.
func explain(what string, err error) finding {
	if errors.Is(err, errNotConfigured) {
		return wrong(what+"：缺少 CorpID、Secret 或 Agent_ID", "在设置页补全后重试")
	}
	if errors.Is(err, errNoAddress) {
		return wrong(what+"：缺少微信端地址", "在设置页填写微信端地址后重试")
	}
	code := 0
	var coded interface{ ErrCode() int }
	if errors.As(err, &coded) {
		code = coded.ErrCode()
	}
	var api *wecom.Error
	answered := errors.As(err, &api)
	switch code {
	case wecom.CodeInvalidSecret, 40091:
		return wrong(fmt.Sprintf("%s：Secret 错误（%d）", what, code), "从应用详情页重新复制 Secret；它可能已被重置、属于别的应用或企业，或应用已停用。不要反复重试，企业微信会封禁 IP 一小时")
	case wecom.CodeInvalidCorpID:
		return wrong(what+"：CorpID 错误（40013）", "从“我的企业 -> 企业信息”重新复制企业 ID")
	case 41002, 41004:
		return wrong(fmt.Sprintf("%s：企业微信没有收到 CorpID 或 Secret（%d）", what, code), "中间的 API 代理丢掉了请求参数：检查 BKAPP_WEIXIN_QY_API_DOMAIN 指向的代理")
	case wecom.CodeUntrustedIP:
		seen := "出口 IP"
		if answered {
			if m := fromIP.FindStringSubmatch(api.Message); m != nil {
				seen = "地址 " + m[1]
			}
		}
		return wrong(what+"：本服务器的"+seen+" 不在企业可信 IP 中（60020）", "在企业微信管理后台：应用 -> 企业可信 IP，加入这个地址，约 1 分钟后生效")
	case wecom.CodeWrongAgent:
		return wrong(what+"：Agent_ID 不是这个 Secret 的应用（301002）", "Agent_ID 和 Secret 须取自同一个应用的详情页")
	case wecom.CodeInvalidAgentID:
		return wrong(what+"：没有这个 Agent_ID（40056）", "从应用详情页重新复制 AgentId")
	case 50003:
		return wrong(what+"：应用已停用（50003）", "在企业微信管理后台的应用管理中启用该应用")
	case wecom.CodeForbidden:
		return wrong(what+"：没有调用权限（48002）", "请使用自建应用的 Secret，不是通讯录同步等其他 Secret")
	case wecom.CodeRateLimited:
		return wrong(what+"：调用过于频繁（45009）", "等待限制的时间窗口过去后再试")
	case wecom.CodeSystemBusy:
		return wrong(what+"：企业微信系统繁忙（-1）", "稍后再试")
	case wecom.CodeInvalidToken, wecom.CodeExpiredToken:
		return wrong(fmt.Sprintf("%s：新取得的 access_token 被拒绝（%d）", what, code), "检查本机时钟，以及 API 代理是否缓存了应答")
	case 0:
		if answered {
			return wrong(fmt.Sprintf("%s：返回了 HTTP %d，不是企业微信的应答", what, api.HTTPStatus), "请求可能被代理或网关拦截：检查 BKAPP_WEIXIN_QY_API_DOMAIN、HTTPS_PROXY 和中间的代理")
		}
		return unreachable(what, err)
	}
	return wrong(fmt.Sprintf("%s：企业微信返回错误码 %d", what, code), "在企业微信开发者中心的全局错误码中查询该错误码")
}
