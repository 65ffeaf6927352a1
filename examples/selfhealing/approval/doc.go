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
//
// # Incidents
//
// Alarms of one alarm_type and ip whose plan asks by page join the incident that
// waits already, for half an hour: one approval, one message, one decision, one
// run, and the same end for all.
//
// # Messages
//
// WeCom drops what is over 30 messages a minute, or 1000 an hour, to one member,
// and says nothing. So a member is sent 20 a minute, or 800 an hour, one by one,
// counted from when they have arrived; what is more is told by a digest, one a
// minute at most: how many approvals wait, and how much other news there was. It
// is settled member by member right before a message is sent (see [Desk.Fix]),
// and kept in the database: a restart neither forgets what was sent nor sends
// anything else than before. Everything that is sent counts: questions,
// reminders, news, digests and answers; of these, answers and digests are never
// held back. Passive replies and changes of cards are no messages and do not count.
//
// # Audit
//
// Every step is a row that carries an HMAC over itself and the row before it.
// Without the key no row can be changed, moved, taken out or put in unnoticed; a
// cut at the end shows against a head that was logged (see [VerifyAudit]).
package approval
