// Package approval is the core of 故障自愈: alarms, the plans that answer them,
// who may decide, the one decision, its audit and its timeouts.
//
// It knows neither HTTP nor WeCom. Every channel (a reply, a card, a page, the
// timer) is an adapter that calls [Desk.Decide]; what a message looks like is
// asked from a [Notifier]; what a run is, from a [Post].
//
// An alarm is decided once, by whoever is first. The decision, its audit row,
// the run that it starts and the messages that it causes are one transaction:
// after a crash either all of them exist or none does.
package approval
