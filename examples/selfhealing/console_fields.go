package main

import "github.com/bkwecom/wecom/examples/selfhealing/settings"

// guideFields are the fields of the guide (配置故障自愈), in its words; what its
// console is called today stands behind.
var guideFields = []consoleField{
	{Name: settings.AppURL, Label: "微信端地址(外网可访问)",
		Hint: "填写外网能访问的域名，url 到 wechat/ 结束，如：http://mycompany.com/o/bk_fta_solutions/wechat/"},
	{Name: settings.StaticURL, Label: "微信端静态资源地址(外网可访问)",
		Hint: "默认 /static/wechat/ 即可。如果 nginx 做了路径映射，或者使用 CDN，需要填写绝对路径，如：http://mycompany.com/o/bk_fta_solutions/static/wechat/"},
	{Name: settings.Token, Label: "TOKEN",
		Hint: "对应企业微信应用的回调配置（接收消息 -> 设置 API 接收）中的 Token。如果这里修改，企业微信后台也需要同步修改；旧值在企业微信首次使用新值 10 分钟后失效，最长保留 24 小时"},
	{Name: settings.EncodingAESKey, Label: "EncodingAESKey",
		Hint: "对应回调配置中的 EncodingAESKey，长度固定为 43 个字符。如果这里修改，企业微信后台也需要同步修改"},
	{Name: settings.CorpID, Label: "企业号ID (CorpID)",
		Hint: "在企业微信管理后台获取：我的企业 -> 企业信息 -> 企业 ID（旧版：设置 -> 权限管理）。修改后旧的 Token 立即失效"},
	{Name: settings.Secret, Label: "Secret",
		Hint: "在企业微信管理后台获取：应用管理 -> 故障自愈 -> Secret（旧版：设置 -> 权限管理，如果没有，新建一个管理组即可）"},
	{Name: settings.AgentID, Label: "微信消息的 Agent_ID",
		Hint: "在创建完应用就可以获取到：应用管理 -> 故障自愈，进入即可看到 AgentId，如 1000002"},
	{Name: settings.SuperApprover, Label: "审批管理员",
		Hint: "审批管理员可以接收到任意审批消息，也可以审批任意告警。填写企业微信成员的账号，以逗号分隔。注意，须是已经在企业微信注册、且在应用可见范围内的成员"},
}

// labels are what fields are called on the page.
func labels(fields []string) (names []string) {
	for _, name := range fields {
		for _, f := range guideFields {
			if f.Name == name {
				names = append(names, f.Label)
			}
		}
	}
	return names
}
