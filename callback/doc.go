// Package callback receives what WeCom (企业微信) members send to an app: an
// http.Handler for the address that the admin console calls 接收消息服务器配置.
//
// Use it for self-built apps (自建应用) whose callback is in the encrypted XML
// format, which is the normal one. Messages that have no type here arrive as
// [*Unknown] with their XML.
//
//	h, err := callback.New(callback.Config{
//		Token: token, EncodingAESKey: key, ReceiverID: corpID,
//		Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
//			if m, ok := m.(*callback.Text); ok {
//				return callback.TextReply("收到 " + m.Content), nil
//			}
//			return nil, nil
//		},
//	})
//	mux.Handle("/wechat/entry/", h)
//	mux.Handle("/wechat/entry", h) // the vendor takes a redirect for a failure
//
// # At the border
//
// A request is checked in this order: method, size (1 MiB), query, envelope,
// freshness of the timestamp (five minutes), signature, decryption, receiver.
// Whatever is wrong, the peer sees the same 400; OnError is told which it was.
// The envelope, which anybody can send, is read strictly. The decrypted message
// is authentic and read tolerantly: what cannot be read is [*Unknown].
//
// A URL check (GET) is answered with 1 to 64 bytes of [0-9A-Za-z_+/=-] and
// nothing else, so that a captured message cannot be read by asking for it; nor
// is a captured URL check, or a reply of this app, taken for a message, though
// both are signed and encrypted like one.
//
// # Once
//
// The vendor delivers a message up to four times until it is answered with 200
// within 5 seconds. Handle runs once for all deliveries: a copy waits for the
// running handler, or gets the stored reply, encrypted anew. A message counts
// as handled only after Handle succeeded; after an error or a panic the peer
// gets a 500 and the next delivery runs it again.
//
// Before the 5 seconds are over an unfinished handler is acknowledged with an
// empty answer and goes on; its result goes to Late. So commit what must not
// get lost early, and send what the member shall see later as a message.
//
// Messages are not ordered: two of them can be handled at the same time.
//
// # Answers
//
//	200  handled (with the reply, if any), or acknowledged; the answer to a URL check
//	400  refused, for whatever reason
//	405  neither GET nor POST
//	500  Handle failed
//	503  too many handlers, shutting down, or the duplicate store is away
package callback
