package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/settings"
)

// A finding is a line of a check, for the settings page and the command line.
type finding struct {
	level level
	Text  string
	Do    string // what to do about it; "" if there is nothing to do
}

type level int

const (
	fine level = iota
	doubtful
	broken
)

// Word is what a finding is marked with.
func (f finding) Word() string { return [...]string{"正常", "注意", "有问题"}[f.level] }

// Class is its mark's, of the stylesheet.
func (f finding) Class() string { return [...]string{"good", "wait", "bad"}[f.level] }

func good(text string) finding        { return finding{fine, text, ""} }
func warn(text, what string) finding  { return finding{doubtful, text, what} }
func wrong(text, what string) finding { return finding{broken, text, what} }

// doctor checks one set of settings. Its findings hold no secret, and nothing of
// the answers that other servers give.
type doctor struct {
	set    settings.Wechat
	api    string        // of WeCom
	client *http.Client  // nil is the library's own
	echo   time.Duration // a URL check that takes longer is too slow; 0 is WeCom's second
}

// checkTime is for all questions of one check.
const checkTime = 20 * time.Second

// configured lists what is missing and what everybody knows.
func (d doctor) configured() (found []finding) {
	if missing := d.set.Missing(); len(missing) > 0 {
		found = append(found, wrong("缺少配置："+strings.Join(labels(missing), "、"), "在设置页补全，或设置环境变量 "+strings.Join(missing, "、")))
	}
	if d.set.PublicDefaults() {
		found = append(found, wrong("Token 或 EncodingAESKey 是公开的默认值，任何人都能伪造消息，回复不产生审批",
			"请先修改：在企业微信后台的回调配置中随机获取一对新值，填到设置页"))
	}
	return found
}

// published tells what became of the menu.
func published(err error) []finding {
	if err == nil {
		return []finding{good("菜单“审批列表”已发布，会在 5 分钟内生效")}
	}
	return []finding{explain("发布菜单", err)}
}

// transport is how this program reaches other servers, without their redirects.
func (d doctor) transport() *http.Client {
	c := &http.Client{}
	if d.client != nil {
		*c = *d.client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Jar = nil
	return c
}

// clock compares this machine's clock with the one that answered.
func clock(whose string, resp *http.Response, now time.Time) (f finding, off bool) {
	theirs, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return f, false
	}
	ahead := now.Sub(theirs).Round(time.Second)
	switch d := ahead.Abs(); {
	case d < time.Minute:
		return f, false
	case d < skew:
		f.level = doubtful
	default:
		f.level = broken
	}
	f.Text = "本机时钟比" + whose + "快 " + spell(ahead.Abs())
	if ahead < 0 {
		f.Text = "本机时钟比" + whose + "慢 " + spell(ahead.Abs())
	}
	f.Do = "校准服务器时间（NTP）；相差 5 分钟以上的回调会被拒绝"
	return f, true
}

// skew is what package callback allows.
const skew = 5 * time.Minute

// within bounds a check.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, checkTime)
}
