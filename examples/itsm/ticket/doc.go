// Package ticket is the core of 流程服务: tickets, who approves them, the one
// decision, hand-overs and the history of all that.
//
// It knows neither HTTP nor WeCom. Every channel (a page on the phone, a page on
// the PC, JSON) is an adapter that calls a [Desk] and says who acts; what a
// message looks like is asked from a [Notifier], and where it goes, from
// [Config].Addresses. All people are BlueKing usernames, compared by ASCII case
// folding: BlueKing's own table of users does not tell cases apart.
//
// A ticket is decided once, by whichever of its approvers is first. The
// decision, its row of history and the messages that it causes are one
// transaction: after a crash either all of them exist or none does.
//
// An approver whom no message can reach (未绑定) is recorded as such, shown, and
// asked as soon as [Desk.Bound] reports a binding.
package ticket
