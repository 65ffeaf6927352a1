package message

import "fmt"

// News is one to eight articles, the first of them large. They are links: the page behind them is
// the app's own. It cannot be confidential; [MPNews] can.
//
// Source: vendor's document message/send, news.
type News struct {
	Articles []Article `json:"articles"` // 1 to 8
}

// Article opens a page, or a page of a mini-program.
type Article struct {
	// Title is required. It has at most 128 bytes and Description 512; the vendor cuts what is longer
	// without a word, so that it is refused here. What others wrote goes through [EscapeText] first.
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	// URL is http or https, at most 2048 bytes; required unless AppID and PagePath are set.
	URL string `json:"url,omitempty"`
	// PicURL is a JPG or PNG, at most 2048 bytes of address: 1068*455 for the first article, 150*150
	// for the others.
	PicURL string `json:"picurl,omitempty"`
	// AppID is a mini-program that is linked with the company, PagePath its page, at most 128 bytes.
	// Both or none; they go before URL.
	AppID    string `json:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty"`
	// Truncate cuts Title and Description to their limits, at the end of a character, instead of
	// refusing them.
	Truncate bool `json:"-"`
}

// maxArticles is the vendor's limit for news and mpnews.
const maxArticles = 8

func (News) kind() kind { return kind{msgType: "news", idTranslation: true} }

func (n News) check(f *fields) {
	f.articles("news.articles", len(n.Articles))
	for i, a := range n.Articles {
		a.cut().check(f, fmt.Sprintf("news.articles[%d].", i))
	}
}

func (n News) payload() any {
	out := make([]Article, len(n.Articles))
	for i, a := range n.Articles {
		out[i] = a.cut()
	}
	return News{out}
}

func (a Article) check(f *fields, path string) {
	f.required(path+"title", a.Title)
	f.maxBytes(path+"title", a.Title, maxTitle, cutHint)
	f.limited(path+"description", a.Description, maxDescription, cutHint)
	if a.URL != "" {
		f.link(path+"url", a.URL)
	}
	if a.PicURL != "" {
		f.link(path+"picurl", a.PicURL)
	}
	f.text(path+"appid", a.AppID)
	f.limited(path+"pagepath", a.PagePath, 128, "")
	switch {
	case a.AppID != "" && a.PagePath == "":
		f.bad(path+"pagepath", "is required beside appid")
	case a.AppID == "" && a.PagePath != "":
		f.bad(path+"appid", "is required beside pagepath")
	case a.AppID == "" && a.URL == "":
		f.bad(path+"url", "is required: the article must open a page, or a mini-program by appid and pagepath")
	}
}

func (a Article) cut() Article {
	if a.Truncate {
		a.Title, a.Description = truncate(a.Title, maxTitle), truncate(a.Description, maxDescription)
	}
	return a
}

// articles checks their number.
func (f *fields) articles(field string, n int) {
	if n == 0 {
		f.bad(field, "is empty: 1 to %d articles are needed", maxArticles)
	}
	f.maxItems(field, "articles", n, maxArticles, "send the others in another message")
}
