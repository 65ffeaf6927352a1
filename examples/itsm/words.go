package main

import (
	"embed"
	"html/template"
	"io/fs"

	"github.com/bkwecom/wecom/examples/internal/userid"
	"github.com/bkwecom/wecom/examples/itsm/ticket"
)

//go:embed templates/*.html static
var files embed.FS

// folder is one of those that the program was built with.
func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // a program that was built without its pages
	}
	return sub
}

// words are what pages say of things that have names in code.
func (a *app) words() template.FuncMap {
	return template.FuncMap{
		"status": func(s ticket.Status) string { return statusWords[s] },
		"tag": func(s ticket.Status) string {
			return map[ticket.Status]string{ticket.Waiting: "wait", ticket.Approved: "good", ticket.Refused: "bad"}[s]
		},
		// reminds: only the creator can do something about approvers whom nobody tells.
		"reminds": func(t ticket.Ticket, user string) bool {
			return t.Status == ticket.Waiting && userid.Same(t.Creator, user)
		},
		"view":     func(v ticket.View) string { return viewWords[v] },
		"views":    func() []ticket.View { return ticket.Views },
		"happened": a.happened,
		"said":     said,
		"channel": func(c ticket.Channel) string {
			return map[ticket.Channel]string{ticket.ChannelWeixin: "手机", ticket.ChannelPC: "PC"}[c]
		},
		"problem": problem,
		"add":     func(a, b int) int { return a + b },
	}
}

var statusWords = map[ticket.Status]string{ticket.Waiting: "待审批", ticket.Approved: "已同意", ticket.Refused: "已驳回"}

var viewWords = map[ticket.View]string{ticket.MyApproval: "待我审批", ticket.MyTodo: "我的待办", ticket.MyCreated: "我的申请"}

// happened is a row of history without its words.
func (a *app) happened(e ticket.Entry) string {
	switch e.Act {
	case ticket.ActSubmitted:
		return e.Actor + " 提单"
	case ticket.ActApproved:
		return e.Actor + " 同意"
	case ticket.ActRefused:
		return e.Actor + " 驳回"
	case ticket.ActHandedOver:
		return e.Actor + " 转交给 " + e.Target
	case ticket.ActNotTold:
		return e.Target + " 未绑定，没有通知"
	case ticket.ActToldLater:
		if told, _ := a.cfg.set.Notifications(); !told {
			return e.Target + " 已绑定"
		}
		return e.Target + " 已绑定，补发通知"
	case ticket.ActMessageFailed:
		return "给 " + e.Target + " 的通知没有送达"
	case ticket.ActMessageUnknown:
		return "给 " + e.Target + " 的通知结果未知"
	}
	return ""
}

// said is an opinion or a reason. Why a message did not arrive is for the log: it
// is WeCom's words, for who runs this.
func said(e ticket.Entry) string {
	if e.Actor == ticket.System {
		return ""
	}
	return e.Words
}
