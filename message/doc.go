// Package message sends messages from a WeCom app to its members, and recalls them; it uploads and
// downloads their files, and writes to group chats and by group robots.
//
//	s := &message.Sender{API: client, AgentID: 1000002}
//	res, err := s.Send(ctx, message.Message{
//		To:      message.Recipients{Users: []string{"zhangsan", "lisi"}},
//		Content: message.Text{Content: "构建完成"},
//	})
//
// # Kinds
//
// Every msgtype has a type of its own, with the fields that it has and no others:
//
//	text               [Text]
//	image              [Image]
//	voice              [Voice]
//	video              [Video]
//	file               [File]
//	textcard           [TextCard]
//	news               [News], links to pages
//	mpnews             [MPNews], pages that WeCom keeps
//	markdown           [Markdown]
//	miniprogram_notice [MiniProgramNotice]
//	template_card      a [Card]: [TextNotice], [NewsNotice], [ButtonInteraction], [VoteInteraction],
//	                   [MultipleInteraction]
//
// Not every kind has every option of [Message]: one that it has not is refused by its name.
//
// A tap on an interactive card is an event for the app's callback. With the response_code of the
// [Result], or of that event, [Sender.Update] changes the card, once.
//
// # What goes where
//
//	[Sender]  messages of the app to members, departments and tags
//	[Chats]   group chats that the app made (appchat): create, change and write to them
//	[Robot]   the robot of any group, by its webhook alone: no app, no [Caller], contents of its own
//	[Media]   files: upload them for a media_id, and download what members sent
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
// field. So it is with everything that the vendor counts in bytes, and with numbers of entries,
// whether it says "at most" or "is cut"; where it cuts there is a Truncate to have it cut here.
// Lengths in characters are for the eye: they never refuse, [Check] lists them. (The exceptions are
// the lengths of [MiniProgramNotice], which the vendor does not call recommended, and the name of a
// [Chat], which it cuts.)
//
// WeCom drops in silence what goes beyond 30 messages a minute to a member: a [Limiter] waits or
// refuses instead. [Message.Split] makes messages to more than 1000 members out of one.
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
