package callback

// BotHeader is what all messages to smart bots (智能机器人) have. MsgID is the
// msgid, FromUser the userid, and ToUser the aibotid. Vendor's document: "智能机器人",
// 接收消息.
type BotHeader struct {
	Header
	ChatID   string // of a group chat
	ChatType string // "single" or "group"
	CorpID   string // of the member's company, for third parties' bots only
	// ResponseURL takes one further answer as plain JSON, within an hour, of
	// anybody who has it: do not log it.
	ResponseURL string
	Quote       *BotItem // what the member quoted
}

// BotItem is a part of a [BotMixed], or a quoted message.
type BotItem struct {
	MsgType string // "text", "image", "mixed", "voice", "file" or "video"
	Content string // of a text or voice
	URL     string // of an image, file or video; see BotImage
	Items   []BotItem
}

type (
	// BotText (text) is a text; in a group chat it begins with the bot's name.
	BotText struct {
		BotHeader
		Content string
	}
	// BotImage (image) is a picture. What URL gives, for five minutes, is encrypted
	// with AES-256-CBC and the EncodingAESKey, padded to 32 bytes as PKCS#7 does;
	// the first 16 bytes of the key are the IV.
	BotImage struct {
		BotHeader
		URL string
	}
	// BotMixed (mixed) is texts and images in a row.
	BotMixed struct {
		BotHeader
		Items []BotItem
	}
	// BotVoice (voice) is a voice message as WeCom understood it. In single chats
	// only.
	BotVoice struct {
		BotHeader
		Content string
	}
	// BotFile (file) is a file of at most 100 MB, encrypted as a BotImage. In
	// single chats only.
	BotFile struct {
		BotHeader
		URL string
	}
	// BotVideo (video) is a video, encrypted as a BotImage.
	BotVideo struct {
		BotHeader
		URL string
	}
	// BotStream (stream) asks for more of an answer that began with a
	// [StreamReply]. Every delivery of it is handled, whether it came before or not.
	BotStream struct {
		BotHeader
		ID string // of the StreamReply
	}
	// BotEnterChat (event enter_chat) says that the member opened the chat. A reply
	// is a welcome: a [TextReply] or [CardReply].
	BotEnterChat struct{ BotHeader }
	// BotCardEvent (event template_card_event) is a tap on a card that the bot
	// sent. It comes once only. [UpdateTemplateCard] answers it.
	BotCardEvent struct {
		BotHeader
		CardType string
		Key      string // of the button
		TaskID   string // of the card
		Selected []Selected
	}
	// BotFeedback (event feedback_event) is what the member thinks of an answer.
	BotFeedback struct {
		BotHeader
		ID                   string // StreamReply.FeedbackID
		Type                 int    // 1 good, 2 bad, 3 taken back
		Content              string
		InaccurateReasonList []int // the vendor's numbers for what was bad
	}
)
