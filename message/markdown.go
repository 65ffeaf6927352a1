package message

// Markdown is a text with the vendor's few marks: headings (# to ######), **bold**,
// [label](https://…), `code`, > quote, and <font color="info|comment|warning">. There are no lists,
// tables and pictures. It is shown in the WeCom client only, not in the WeChat plugin. What others
// wrote goes through [EscapeMarkdown] first.
//
// Source: vendor's document message/send, markdown.
type Markdown struct {
	// Content has 1 to 2048 bytes. There is no cutting: half a mark changes the rest of the text.
	Content string `json:"content"`
}

func (Markdown) kind() kind { return kind{msgType: "markdown"} }

func (m Markdown) check(f *fields) {
	f.required("markdown.content", m.Content)
	f.maxBytes("markdown.content", m.Content, maxText, "shorten it")
}

func (m Markdown) payload() any { return m }
