// Package message sends messages from a WeCom app to its members, and recalls them; it uploads and
// downloads their files, and writes to group chats and by group robots.
//
//	s := &message.Sender{API: client, AgentID: 1000002}
//	res, err := s.Send(ctx, message.Message{
//		To:      message.Recipients{Users: []string{"zhangsan", "lisi"}},
//		Content: message.Text{Content: "构建完成"},
//	})
//	err = s.Recall(ctx, res.MsgID)
//
// # When to use it
//
// [Sender] writes to members, departments and tags as an app; [Chats] to group chats that the app
// made (appchat); [Robot] to any group by the webhook of its robot, without app and [Caller]; [Media]
// uploads files for a media_id, and downloads what members sent.
//
// # When not
//
// An answer to a message that just came in is a passive reply, of package callback: it needs no call.
// Messages to customers (客户联系, 微信客服) are other APIs, which this package does not know.
//
// # Kinds
//
// Every msgtype has a type of its own, with the fields that it has and no others. Not every kind has
// every option of [Message]: one that it has not is refused by its name. Beside their limits, lengths
// in characters are for the eye: they never refuse, [Check] lists them. (The exceptions are
// [MiniProgramNotice] and the name of a [Chat].)
//
//	msgtype             type                 the most that it may have
//	text                Text                 content 2048 bytes; or set Truncate
//	image               Image
//	voice               Voice
//	video               Video                title 128 bytes, description 512; or set Truncate
//	file                File
//	textcard            TextCard             url 2048 bytes
//	news                News                 8 articles; title 128 bytes, description 512, or set Truncate;
//	                                         url and picurl 2048, pagepath 128
//	mpnews              MPNews               8 articles; title 128 bytes, author 64, digest 512, content 681,984
//	markdown            Markdown             content 2048 bytes
//	miniprogram_notice  MiniProgramNotice    page 1024 bytes, 10 items; title, description 4 to 12 Chinese
//	                                         characters, key 10, value 30
//	template_card       TextNotice           task_id and option ids 128 bytes, keys 1024; 6 buttons, 6 horizontal
//	                    NewsNotice           and 4 vertical lines, 3 jumps, 3 selections of 10 options, 20 options of
//	                    ButtonInteraction    a vote, 3 entries of an action_menu
//	                    VoteInteraction
//	                    MultipleInteraction
//
//	for all of them     Recipients           1000 users, 100 parties, 100 tags (Message.Split makes parts); a userid 64 bytes
//	                    DuplicateInterval    1 s to 4 h
//	in chats            Chats                2 to 2000 users, chatid 32 bytes, name 50 characters
//	by robots           RobotText            2048 bytes; RobotMarkdown and RobotMarkdownV2 4096; RobotImage 2 MB
//	files               Media                6 bytes to 10 MB (image, video), 2 MB (voice, UploadImage), 20 MB (file); name 255 bytes
//
// # Partial delivery
//
// The vendor delivers to whom it can and names the others: that is a [Result], not an error.
// Only when nobody at all is valid does it answer with an error, code 81013.
//
// # Cards
//
// A tap on an interactive card is an event for the app's callback. With the response_code of the
// [Result], or of that event, [Sender.Update] changes the card, once.
//
// # Rates
//
// WeCom drops in silence what goes beyond 30 messages a minute to a member: a [Limiter] waits or
// refuses instead. A [Robot] keeps to its 20 a minute by itself.
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
// All answer errors.As into interface{ ErrCode() int }, interface{ Retryable() bool } and
// interface{ NotSent() bool }: an outbox asks every error the same three questions. Errors of the API
// come wrapped as the [Caller] made them.
//
//	error             when                                   Retryable  NotSent  what to do
//	*LimitError       over a limit of the table above, or    no         yes      shorten Field, from Size to Limit (in Unit)
//	                  a file over the limit of Download
//	*FieldError       Field is missing, malformed or not     no         yes      as Problem says
//	                  for this kind; Sender or Media lacks API
//	*RateError        the Limiter is full for longer than    yes        yes      send the same again at Again
//	                  MaxWait or ctx
//	*RobotBusyError   20 messages in this minute             yes        yes      send again after Until
//	*RobotError       the robot's webhook refused            -1, 5xx    no       see Code; a copy would be a second message
//	ErrMaybeUpdated   beside 60140 of an Update whose        no         no       read the card as changed
//	                  earlier attempt got no answer
//	the Caller's      the API or the network                 its own    its own  if Retryable and not NotSent it may have
//	                                                                             arrived: repeat with DuplicateCheck only
//
// Of the vendor's codes these have a meaning here:
//
//	81013         no receiver is valid                     check userids and the app's visible range (可见范围)
//	42052, 40058  Recall: older than 24 h; another app's   it stays
//	60140         Update: response_code used or too old    each works once, for 72 h
//	42015         Update: another app's card               use the Sender that sent it
//	43012         interactive card, but no callback        set 接收消息服务器配置 of the app
//	40007         media_id unknown, or over three days     upload again
//	48002, 86008  Chats: app not visible to all; another   only the app that made a chat writes to it
//	              app's chat
//	86003         Chats: no such chat                      make one
//	93000         Robot: wrong key, or taken from the      take the webhook's address from the group again
//	              group
//	45009         Robot: others post by it, too            wait until the minute has ended
package message
