package message

// maxText is the vendor's limit in bytes of text.content and markdown.content.
const maxText = 2048

// Text is a plain text. A line feed breaks the line, <a href="https://…">label</a> is a link, and
// $userName=USERID$ is a name when [Message.IDTranslation] is on. What others wrote goes through
// [EscapeText] first.
//
// Source: vendor's document message/send, text.
type Text struct {
	// Content has 1 to 2048 bytes. The vendor cuts what is longer without a word.
	Content string `json:"content"`
	// Truncate cuts a longer Content to 2048 bytes instead of refusing it: at the end of a
	// character, and before a link or an id token that would not fit whole.
	Truncate bool `json:"-"`
}

func (Text) kind() kind {
	return kind{msgType: "text", safe: Confidential, idTranslation: true}
}

func (t Text) check(f *fields) {
	content := t.content()
	f.required("text.content", content)
	f.maxBytes("text.content", content, maxText, "shorten it or set Text.Truncate")
}

func (t Text) payload() any {
	t.Content = t.content()
	return t
}

func (t Text) content() string {
	if t.Truncate {
		if cut := truncate(t.Content, maxText); cut != "" {
			return cut
		}
	}
	return t.Content
}
