package message

import "fmt"

// MPNews is one to eight articles whose pages WeCom keeps itself. Unlike [News] it can be
// [Confidential], and it alone can be [Internal].
//
// Source: vendor's document message/send, mpnews.
type MPNews struct {
	Articles []MPArticle `json:"articles"` // 1 to 8
}

// MPArticle is a page that WeCom keeps.
type MPArticle struct {
	Title string `json:"title"` // required, at most 128 bytes
	// ThumbMediaID is required: the picture, from media/upload, type image.
	ThumbMediaID string `json:"thumb_media_id"`
	Author       string `json:"author,omitempty"` // at most 64 bytes
	// ContentSourceURL is what 阅读原文 opens, http or https.
	ContentSourceURL string `json:"content_source_url,omitempty"`
	// Content is the page, required: HTML of at most 666 KB (681,984 bytes), with pictures from
	// media/uploadimg only.
	Content string `json:"content"`
	Digest  string `json:"digest,omitempty"` // at most 512 bytes
}

const (
	maxAuthor    = 64
	maxMPContent = 666 << 10 // the wider reading of "666 KB"
)

func (MPNews) kind() kind { return kind{msgType: "mpnews", safe: Internal, idTranslation: true} }

func (n MPNews) check(f *fields) {
	f.articles("mpnews.articles", len(n.Articles))
	for i, a := range n.Articles {
		a.check(f, fmt.Sprintf("mpnews.articles[%d].", i))
	}
}

func (n MPNews) payload() any { return n }

func (a MPArticle) check(f *fields, path string) {
	f.required(path+"title", a.Title)
	f.maxBytes(path+"title", a.Title, maxTitle, "shorten it")
	f.required(path+"thumb_media_id", a.ThumbMediaID)
	f.limited(path+"author", a.Author, maxAuthor, "shorten it")
	if a.ContentSourceURL != "" {
		f.address(path+"content_source_url", a.ContentSourceURL)
	}
	f.required(path+"content", a.Content)
	f.maxBytes(path+"content", a.Content, maxMPContent, "shorten it")
	f.limited(path+"digest", a.Digest, maxDescription, "shorten it")
}
