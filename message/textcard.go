package message

// TextCard is a card with a title, a few lines and a link that a tap opens.
//
// Source: vendor's document message/send, textcard.
type TextCard struct {
	// Title is required; the phone cuts it after 128 characters.
	Title string `json:"title"`
	// Description is required; the phone cuts it after 512 characters. It may hold <br> and
	// <div class="gray">, "highlight" or "normal". What others wrote goes through [EscapeText] first.
	Description string `json:"description"`
	// URL is required: http or https, at most 2048 bytes.
	URL string `json:"url"`
	// BtnTxt is the label of the link, 4 characters at best; the vendor's default is 详情. WeChat
	// does not show it.
	BtnTxt string `json:"btntxt,omitempty"`
}

func (TextCard) kind() kind { return kind{msgType: "textcard", idTranslation: true} }

func (c TextCard) check(f *fields) {
	f.required("textcard.title", c.Title)
	f.recommend("textcard.title", c.Title, 128)
	f.required("textcard.description", c.Description)
	f.recommend("textcard.description", c.Description, 512)
	f.link("textcard.url", c.URL)
	f.text("textcard.btntxt", c.BtnTxt)
	f.recommend("textcard.btntxt", c.BtnTxt, 4)
}

func (c TextCard) payload() any { return c }
