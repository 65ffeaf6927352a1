package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/bkwecom/wecom/message"
)

// maxText is what WeCom shows of a text, in bytes.
const maxText = 2048

// eventText is what members are told about an alarm. Everything that came from
// outside is escaped, and stands behind a word of ours, so that no line of an
// alarm can look like a command. address is that of the phone pages, if there is
// one; row tells equal messages apart, for the members and for WeCom's duplicate
// check.
func eventText(e approval.Event, address string, row int64) string {
	a := e.Alarm
	plan := message.EscapeText(a.Plan.Name)
	end := fmt.Sprintf("\n（消息编号 %d）", row)
	switch e.Kind {
	case approval.EventDigest:
		return fmt.Sprintf("【故障自愈】消息较多，未逐条发送：%d 条待审批，另有 %d 条通知。请从应用菜单%s查看",
			e.Waiting, e.Missed, link(address, todoPage, "【审批列表】")) + end
	case approval.EventAsked, approval.EventReminder:
		head := asking(e, address)
		return head + cut(message.EscapeText(a.Content), maxText-len(head)-len(end)) + end
	case approval.EventDecided:
		head := fmt.Sprintf("【故障自愈】%s %s 已由 %s %s", plan, a.Number(), a.DecidedBy, verdict(a)) + together(a)
		if a.Reason != "" {
			head += "\n原因: " + message.EscapeText(a.Reason)
		}
		return cut(head, maxText-len(end)) + end
	case approval.EventTimedOut:
		what := "未执行"
		if a.Skipped() {
			what = "已跳过"
		}
		return cut(fmt.Sprintf("【故障自愈】%s %s 已超时，%s", plan, a.Number(), what)+together(a), maxText-len(end)) + end
	case approval.EventRunSucceeded:
		return cut(fmt.Sprintf("【故障自愈】%s %s 执行成功", plan, a.Number()), maxText-len(end)) + end
	case approval.EventRunFailed:
		return cut(fmt.Sprintf("【故障自愈】%s %s 执行失败: %s", plan, a.Number(), message.EscapeText(a.RunError)), maxText-len(end)) + end
	}
	return ""
}

// asking is the message that asks or reminds, up to the alarm's content.
func asking(e approval.Event, address string) string {
	a := e.Alarm
	head, lasts := "即将执行", "有效期: "+spell(a.Plan.Timeout)
	if e.Kind == approval.EventReminder {
		head, lasts = "提醒：仍待审批，即将执行", "剩余: "+spell(a.Plan.Timeout/2)
	}
	how := fmt.Sprintf("同意请回复: TY %s\n驳回请回复: BH %s", a.Number(), a.Number())
	if a.Plan.Mode == approval.ModePage && address != "" {
		how = link(address, alarmPage(a.ID), "点此查看并审批") + "\n单号: " + a.Number()
	}
	return fmt.Sprintf("【故障自愈】%s %s,请审核！\n%s\n%s\n主机: %s\n告警: ",
		head, message.EscapeText(a.Plan.Name), how, lasts, message.EscapeText(a.IP))
}

// link is one that members can tap, or the words alone without an address.
func link(address, page, words string) string {
	if address == "" {
		return words
	}
	return `<a href="` + strings.NewReplacer(`"`, "%22", "<", "%3C", ">", "%3E").Replace(address) + page + `">` + words + "</a>"
}

// together tells of alarms that share the fate of this one.
func together(a approval.Alarm) string {
	if a.Joined == 0 {
		return ""
	}
	return fmt.Sprintf("（含同类告警 %d 条）", a.Joined)
}

func verdict(a approval.Alarm) string {
	if a.Approved {
		return "同意"
	}
	return "驳回"
}

// outcomeText answers the member who decided.
func outcomeText(o approval.Outcome) string {
	a := o.Alarm
	switch o.Kind {
	case approval.OutcomeDecided, approval.OutcomeRepeated:
		return fmt.Sprintf("【故障自愈】审批成功：已%s %s %s", verdict(a), a.Number(), message.EscapeText(a.Plan.Name))
	case approval.OutcomeAlready:
		return fmt.Sprintf("【故障自愈】审批未生效：%s 已由 %s %s", a.Number(), a.DecidedBy, verdict(a))
	case approval.OutcomeTimedOut:
		return fmt.Sprintf("【故障自愈】审批未生效：%s 已超时", a.Number())
	case approval.OutcomeNotAllowed:
		return "【故障自愈】审批未生效：没有权限"
	case approval.OutcomeNoNumber:
		return "【故障自愈】审批未生效：单号不存在"
	}
	return ""
}

// helpText answers what is no command. It shows no number: one that exists
// would invite to send it.
const helpText = "【故障自愈】没有执行任何操作。\n同意请回复: TY 单号\n驳回请回复: BH 单号\n单号形如 1_1，见审批消息；原因可写在单号之后；一次只能审批一个。"

// cut shortens s to at most n bytes, before a character.
func cut(s string, n int) string {
	const more = "…"
	if len(s) <= n {
		return s
	}
	n = max(n-len(more), 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	s = s[:n]
	// evil.conf is no link, evil.co is one: the cut must not fall behind a dot.
	if dot := strings.LastIndexAny(s, ".．。"); dot > strings.LastIndexByte(s, ' ') && n-dot < 64 {
		s = s[:dot]
	}
	return strings.TrimRight(s, " ") + more
}

// spell is a duration in Chinese, without parts that are zero.
func spell(d time.Duration) string {
	d = d.Round(time.Second)
	var b strings.Builder
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "小时"}, {time.Minute, "分钟"}, {time.Second, "秒"}} {
		if n := d / unit.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, unit.name)
			d -= n * unit.size
		}
	}
	return b.String()
}
