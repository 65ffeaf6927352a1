package message

// QuoteArea is a quotation, set apart from the rest of the card.
type QuoteArea struct {
	Opens     Target // by a tap on the quotation
	Title     string
	QuoteText string
}

func (q QuoteArea) check(p part) {
	checkTarget(p, q.Opens)
	p.text("title", q.Title, 0)
	p.text("quote_text", q.QuoteText, 0)
}

// EmphasisContent is what the card shows large, a figure for example.
type EmphasisContent struct {
	Title string `json:"title,omitempty"` // 14 characters at best
	Desc  string `json:"desc,omitempty"`  // 22 characters at best
}

func (e EmphasisContent) check(p part) {
	p.text("title", e.Title, 14)
	p.text("desc", e.Desc, 22)
}

// HorizontalContent is a line of a name and a value.
type HorizontalContent struct {
	KeyName string // required, 5 characters at best
	// Value has 30 characters at best. Of an Attachment it is the file's name with its suffix.
	Value string
	Opens Detail // by a tap on the value
}

func checkHorizontal(p part, list []HorizontalContent) {
	p.count("horizontal_content_list", len(list), 0, 6)
	for i, h := range list {
		q := p.item("horizontal_content_list", i)
		q.required("keyname", h.KeyName, 5)
		q.text("value", h.Value, 30)
		if !absent(h.Opens) {
			h.Opens.checkDetail(q)
		}
	}
}

// VerticalContent is a paragraph with a headline.
type VerticalContent struct {
	Title string `json:"title"`          // required, 38 characters at best
	Desc  string `json:"desc,omitempty"` // 160 characters at best
}

func checkVertical(p part, list []VerticalContent) {
	p.count("vertical_content_list", len(list), 0, 4)
	for i, v := range list {
		q := p.item("vertical_content_list", i)
		q.required("title", v.Title, 38)
		q.text("desc", v.Desc, 160)
	}
}

// Jump is a link at the foot of a card.
type Jump struct {
	Title string // required, 18 characters at best
	Opens Target // nil is a line that cannot be tapped
}

func checkJumps(p part, list []Jump) {
	p.count("jump_list", len(list), 0, 3)
	for i, j := range list {
		q := p.item("jump_list", i)
		q.required("title", j.Title, 18)
		checkTarget(q, j.Opens)
	}
}
