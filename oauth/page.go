package oauth

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
)

const pageStyle = `body{margin:0;font:16px/1.6 system-ui,sans-serif;color:#222;background:#f5f6fa}` +
	`main{max-width:28rem;margin:18vh auto 0;padding:0 1.5rem;text-align:center;overflow-wrap:anywhere}` +
	`h1{font-size:1.25rem}` +
	`a{display:inline-block;margin-top:1rem;padding:.6rem 2rem;border-radius:4px;color:#fff;background:#3a84ff;text-decoration:none}`

var page = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>登录</title>
<style>` + pageStyle + `</style></head>
<body><main><h1>{{.Title}}</h1><p>{{.Message}}</p>{{with .Retry}}<a href="{{.}}">重新登录</a>{{end}}</main></body></html>
`))

var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}()

func title(f Failure) string {
	switch f.Reason {
	case WrongClient:
		return "请在" + f.Client + "中打开"
	case Refused, NotMember:
		return "没有权限"
	case Unsaved, Forged:
		return "没有保存"
	}
	return "无法登录"
}

// showPage is what Fail is by default. It reads well at a width of 360 px and needs no script.
func showPage(w http.ResponseWriter, f Failure) {
	var b bytes.Buffer
	err := page.Execute(&b, map[string]string{"Title": title(f), "Message": f.Message(), "Retry": f.Retry})
	if err != nil { // a bytes.Buffer does not fail
		b.Reset()
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(f.Status())
	_, _ = w.Write(b.Bytes()) // the peer may have gone
}
