package wecomtest

// Article is one of news or mpnews, as the phone shows it.
type Article struct {
	Title       string `json:"title" xml:"Title"`
	Description string `json:"description" xml:"Description"` // news
	URL         string `json:"url" xml:"Url"`                 // news
	PicURL      string `json:"picurl" xml:"PicUrl"`           // news
	AppID       string `json:"appid" xml:"-"`                 // news; with PagePath, instead of URL
	PagePath    string `json:"pagepath" xml:"-"`

	ThumbMediaID     string `json:"thumb_media_id" xml:"-"` // mpnews, as all below
	Author           string `json:"author" xml:"-"`
	ContentSourceURL string `json:"content_source_url" xml:"-"`
	Content          string `json:"content" xml:"-"` // HTML
	Digest           string `json:"digest" xml:"-"`
}

// articles reads the list of news and mpnews; Message has the fields of the
// first one, which the phone shows large, in its own, too.
func (o *outgoing) articles() *refusal {
	var part struct {
		Articles []Article `json:"articles"`
	}
	if !decodeExact(o.raw, &part) {
		return refuse(40058, "%s.articles", o.msg.MsgType)
	}
	if n := len(part.Articles); n < 1 || n > maxArticles {
		return refuse(45008, "")
	}
	for i, a := range part.Articles {
		if a.Title == "" {
			return refuse(41016, "articles[%d].title", i)
		}
	}
	o.msg.Articles = part.Articles
	return nil
}

// showArticles is after the checks: what the phone makes of them.
func (o *outgoing) showArticles() {
	for i := range o.msg.Articles {
		a := &o.msg.Articles[i]
		a.Title = cutBytes(a.Title, maxArticleTitle)
		a.Description = cutBytes(a.Description, maxArticleDesc)
		a.Digest = cutBytes(a.Digest, maxArticleDesc)
	}
	first := o.msg.Articles[0]
	o.msg.Title, o.msg.Description, o.msg.URL = first.Title, first.Description, first.URL
}

func (s *Server) checkNews(o *outgoing) *refusal {
	if refused := o.articles(); refused != nil {
		return refused
	}
	for i := range o.msg.Articles {
		if refused := o.msg.Articles[i].checkNews(o.robot != nil); refused != nil {
			return refused
		}
	}
	o.showArticles()
	return nil
}

func (a *Article) checkNews(byRobot bool) *refusal {
	if byRobot { // robots know no mini programs, and refuse what apps cut
		a.AppID, a.PagePath = "", ""
		if len(a.Title) > maxArticleTitle {
			return tooLong("news.articles.title", maxArticleTitle)
		}
		if len(a.Description) > maxArticleDesc {
			return tooLong("news.articles.description", maxArticleDesc)
		}
	}
	program := a.AppID != "" && a.PagePath != ""
	if a.URL == "" && !program {
		return refuse(41010, "articles.url")
	}
	for _, link := range []struct{ name, value string }{{"url", a.URL}, {"picurl", a.PicURL}} {
		if link.value == "" {
			continue
		}
		if refused := checkURL("articles."+link.name, link.value); refused != nil {
			return refused
		}
	}
	if len(a.PagePath) > 128 {
		return tooLong("articles.pagepath", 128)
	}
	a.ThumbMediaID, a.Author, a.ContentSourceURL, a.Content, a.Digest = "", "", "", "", ""
	return nil
}

func (s *Server) checkMPNews(o *outgoing) *refusal {
	if refused := o.articles(); refused != nil {
		return refused
	}
	for i := range o.msg.Articles {
		a := &o.msg.Articles[i]
		switch {
		case a.ThumbMediaID == "":
			return refuse(41006, "articles[%d].thumb_media_id", i)
		case a.Content == "":
			return refuse(44004, "articles[%d].content", i)
		case len(a.Content) > maxMPNewsContent:
			return refuse(45002, "articles[%d].content", i)
		case len(a.Author) > 64:
			return refuse(45032, "articles[%d].author", i)
		}
		if _, refused := s.usableMedia(a.ThumbMediaID, "image", nil); refused != nil {
			return refused
		}
		a.Description, a.URL, a.PicURL, a.AppID, a.PagePath = "", "", "", "", ""
	}
	o.showArticles()
	return nil
}
