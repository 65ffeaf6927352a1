// Package outbox delivers what a transaction has decided to send.
//
// [Add] stores a row in the caller's own transaction, so that a decision and
// the messages it causes are committed together or not at all. A [Worker]
// delivers the stored bytes, as they are, until the receiver has them: across
// restarts, with backoff, in order within a group, groups beside each other.
//
// Delivery is at least once: a process that dies between a delivery and its
// mark repeats it. Each row therefore has its own short number, known when its
// payload is built: payloads carry it, the receiver tells a repetition (equal
// bytes) from a second message of equal wording, and what may have arrived is
// repeated only while the receiver still notices (four hours for WeCom's
// duplicate check). After that the row ends as [Unknown].
package outbox
