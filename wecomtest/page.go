package wecomtest

import (
	"bytes"
	"html/template"
	"net/http"
	"strconv"
)

// page is what a browser shows that is not sent back to the app.
type page struct {
	Title string
	Text  string
	Hint  string // for the developer: what was wrong
	Code  int    // errcode; 0 if none
	Asks  bool   // shows 允许 and 拒绝, posted to the page's own address
	Links []pageLink

	status int // 0 is 200
}

type pageLink struct{ Text, URL string }

var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>body{font:16px/1.6 sans-serif;max-width:28rem;margin:0 auto;padding:2rem 1rem;overflow-wrap:anywhere}
small{color:#666}button{font:inherit;padding:.4rem 2rem;margin-right:1rem}li{margin:.4rem 0}</style></head>
<body><h1>{{.Title}}</h1><p>{{.Text}}</p>
{{- if .Links}}<ul>{{range .Links}}<li><a href="{{.URL}}">{{.Text}}</a></li>{{end}}</ul>{{end}}
{{- if .Asks}}<form method="post"><button name="decision" value="allow">允许</button><button name="decision" value="deny">拒绝</button></form>{{end}}
{{- if .Code}}<p><small>错误码：{{.Code}}</small></p>{{end}}
{{- if .Hint}}<p><small lang="en">{{.Hint}}</small></p>{{end}}
<p><small>模拟环境</small></p></body></html>
`))

func (p page) answer() answer {
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, p); err != nil {
		body.Reset() // cannot happen: only own types come here
	}
	h := http.Header{
		"Content-Type":  {"text/html; charset=utf-8"},
		"Cache-Control": {"no-store"},
		// No form-action: browsers apply it to the redirect after the form too.
		"Content-Security-Policy": {"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"},
		"X-Content-Type-Options":  {"nosniff"},
	}
	if p.Code != 0 {
		h.Set("Error-Code", strconv.Itoa(p.Code))
	}
	status := http.StatusOK
	if p.status != 0 {
		status = p.status
	}
	return answer{status: status, code: p.Code, message: p.Title, header: h, body: body.Bytes()}
}

// pageTexts are how the pages begin that refuse; the others say 参数错误.
var pageTexts = map[int]string{
	10003: "redirect_uri 域名与后台配置不一致",
	10005: "scope 参数错误或没有 scope 权限",
	40013: "appid 参数错误",
	50001: "redirect_uri 参数错误",
	50003: "帐号已停用",
}

// refusedPage does not send the browser back: the address is not trusted.
func refusedPage(e *refusal) answer {
	title := pageTexts[e.code]
	if title == "" {
		title = "参数错误"
	}
	return page{Title: title, Text: "授权没有完成。", Code: e.code, Hint: e.detail}.answer()
}

func redirect(to string) answer {
	return answer{status: http.StatusFound, header: http.Header{"Location": {to}, "Cache-Control": {"no-store"}}}
}
