// Package message sends messages from a WeCom app to its members, and recalls them.
//
//	s := &message.Sender{API: client, AgentID: 1000002}
//	res, err := s.Send(ctx, message.Message{
//		To:      message.Recipients{Users: []string{"zhangsan", "lisi"}},
//		Content: message.Text{Content: "构建完成"},
//	})
//
// # Partial delivery
//
// The vendor delivers to whom it can and names the others: that is a [Result], not an error.
// Only when nobody at all is valid does it answer with an error, code 81013.
//
// # Limits
//
// What the vendor refuses, and what it would cut in silence, is refused here before the call: a
// [*LimitError] names the field, its limit and the size, a [*FieldError] what else is wrong with a
// field. Lengths that the vendor only recommends never refuse; [Check] lists them.
//
// # Text of others
//
// Alarm text, names and form fields come from people whom the receiver does not know. [EscapeText]
// and [EscapeMarkdown] make them harmless: they stay on one line and can make no link, no mention
// and no markup.
//
// # Repeating
//
// A send is made at most three times, with growing random pauses, and never beyond ctx. Without
// DuplicateCheck it is repeated only when the request was certainly not sent. With it the vendor
// drops a copy, so that lost answers and "system busy" are repeated too, with the same bytes and
// only within the interval of the check. To go on after a crash, store what [Sender.Prepare]
// returns and give it to [Sender.SendPrepared].
//
// # Errors
//
// Errors of the API come wrapped as the [Caller] made them. Like those, the errors of the checks
// answer [errors.As] into interface{ ErrCode() int }, interface{ Retryable() bool } and
// interface{ NotSent() bool }: an outbox asks every error the same three questions.
package message
