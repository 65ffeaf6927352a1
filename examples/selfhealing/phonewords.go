package main

import (
	"bytes"
	"encoding/json"
	"html/template"
	"strings"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// phoneWords are what the pages of members say of things that have names in code.
func phoneWords() template.FuncMap {
	return template.FuncMap{
		"status": func(a approval.Alarm) string {
			if a.Skipped() {
				return "已超时（跳过）"
			}
			return statusWords[a.Status]
		},
		"tag":     func(s approval.Status) string { return statusTags[s] },
		"verdict": verdict,
		"brief":   func(content string) string { return cut(content, maxCardText) },
		"spell":   spell,
		"mode":    func(m approval.Mode) string { return modeWords[m] },
		"channel": func(c approval.Channel) string { return channelWords[c] },
		"step":    func(s approval.Step) string { return stepWords[s] },
		"actor":   actorWords,
		"said":    said,
		"pretty":  pretty,
		"join":    strings.Join,
	}
}

var statusWords = map[approval.Status]string{
	approval.Waiting: "待审批", approval.Approved: "已同意，即将执行", approval.Running: "执行中", approval.Succeeded: "执行成功",
	approval.Failed: "执行失败", approval.Rejected: "已驳回", approval.TimedOut: "已超时（未执行）",
}

var statusTags = map[approval.Status]string{
	approval.Waiting: "wait", approval.Approved: "good", approval.Running: "good", approval.Succeeded: "good",
	approval.Failed: "bad", approval.Rejected: "bad", approval.TimedOut: "bad",
}

var modeWords = map[approval.Mode]string{approval.ModeReply: "回复指令", approval.ModeCard: "卡片", approval.ModePage: "页面"}

var channelWords = map[approval.Channel]string{
	approval.ChannelReply: "回复", approval.ChannelCard: "卡片", approval.ChannelPage: "页面", approval.ChannelTimer: "定时器",
	approval.ChannelPush: "推送接口", approval.ChannelRun: "执行接口", approval.ChannelMessage: "消息",
}

var stepWords = map[approval.Step]string{
	approval.StepPushed: "收到告警", approval.StepJoined: "并入同类告警", approval.StepAsked: "已通知审批人", approval.StepReminded: "已提醒审批人",
	approval.StepDigested: "消息较多，改为汇总通知", approval.StepUnreached: "消息未送达部分成员", approval.StepApproved: "同意", approval.StepRejected: "驳回",
	approval.StepTimedOut: "超时", approval.StepCardUpdated: "已更新卡片", approval.StepRunStarted: "开始执行",
	approval.StepRunSucceeded: "执行成功", approval.StepRunFailed: "执行失败",
	approval.StepMessageFailed: "消息没有送达", approval.StepMessageUnknown: "消息结果未知",
}

func actorWords(actor string) string {
	if actor == approval.System {
		return "系统"
	}
	return actor
}

// said is the detail of a step that members can read: a reason, names, a hook's
// answer. The rest is in the words of operators, for the log.
func said(e approval.Entry) string {
	switch e.Step {
	case approval.StepApproved, approval.StepRejected, approval.StepRunFailed:
		return e.Detail
	case approval.StepPushed:
		names, _ := strings.CutPrefix(e.Detail, "to be asked: ")
		if names == e.Detail {
			return "没有审批人"
		}
		return "请 " + names + " 审批"
	case approval.StepAsked, approval.StepReminded, approval.StepCardUpdated:
		_, names, _ := strings.Cut(e.Detail, " to ")
		return names
	case approval.StepUnreached:
		_, names, _ := strings.Cut(strings.TrimSuffix(e.Detail, " cannot see the app"), ": ")
		return names + " 不在应用的可见范围内"
	case approval.StepDigested:
		_, rest, _ := strings.Cut(e.Detail, ": ")
		name, _, _ := strings.Cut(rest, " has had ")
		return name
	case approval.StepJoined:
		leader, _, _ := strings.Cut(strings.TrimPrefix(e.Detail, "incident "), ":")
		return "与 " + leader + " 一起审批"
	}
	return ""
}

// pretty indents JSON.
func pretty(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
