package message_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func notice(set func(*message.MiniProgramNotice)) message.Content {
	n := message.MiniProgramNotice{AppID: "wx0", Title: "会议通知"}
	set(&n)
	return n
}

func article(set func(*message.Article)) message.Content {
	a := message.Article{Title: "t", URL: "https://h/"}
	set(&a)
	return message.News{Articles: []message.Article{{Title: "first", URL: "http://h"}, a}}
}

func page(set func(*message.MPArticle)) message.Content {
	a := message.MPArticle{Title: "t", ThumbMediaID: "MID", Content: "<p>"}
	set(&a)
	return message.MPNews{Articles: []message.MPArticle{a}}
}

func TestLimitsOfKinds(t *testing.T) {
	t.Parallel()
	x := strings.Repeat
	// of makes a value of n bytes, or for the notice n characters.
	for _, tt := range []struct {
		field string
		limit int
		unit  string
		of    func(n int) message.Content
	}{
		{"video.title", 128, "bytes", func(n int) message.Content { return message.Video{MediaID: "M", Title: x("a", n)} }},
		{"video.description", 512, "bytes", func(n int) message.Content { return message.Video{MediaID: "M", Description: x("a", n)} }},
		{"news.articles", 8, "articles", func(n int) message.Content {
			return message.News{Articles: repeat(n, message.Article{Title: "t", URL: "http://h"})}
		}},
		{"news.articles[1].title", 128, "bytes", func(n int) message.Content { return article(func(a *message.Article) { a.Title = x("a", n) }) }},
		{"news.articles[1].description", 512, "bytes", func(n int) message.Content { return article(func(a *message.Article) { a.Description = x("a", n) }) }},
		{"news.articles[1].url", 2048, "bytes", func(n int) message.Content {
			return article(func(a *message.Article) { a.URL = "http://h/" + x("a", n-9) })
		}},
		{"news.articles[1].picurl", 2048, "bytes", func(n int) message.Content {
			return article(func(a *message.Article) { a.PicURL = "http://h/" + x("a", n-9) })
		}},
		{"news.articles[1].pagepath", 128, "bytes", func(n int) message.Content {
			return article(func(a *message.Article) { a.AppID, a.PagePath = "wx0", x("a", n) })
		}},
		{"mpnews.articles", 8, "articles", func(n int) message.Content {
			return message.MPNews{Articles: repeat(n, message.MPArticle{Title: "t", ThumbMediaID: "M", Content: "c"})}
		}},
		{"mpnews.articles[0].title", 128, "bytes", func(n int) message.Content { return page(func(a *message.MPArticle) { a.Title = x("a", n) }) }},
		{"mpnews.articles[0].author", 64, "bytes", func(n int) message.Content { return page(func(a *message.MPArticle) { a.Author = x("a", n) }) }},
		{"mpnews.articles[0].content", 666 << 10, "bytes", func(n int) message.Content { return page(func(a *message.MPArticle) { a.Content = x("a", n) }) }},
		{"mpnews.articles[0].digest", 512, "bytes", func(n int) message.Content { return page(func(a *message.MPArticle) { a.Digest = x("a", n) }) }},
		{"miniprogram_notice.page", 1024, "bytes", func(n int) message.Content { return notice(func(m *message.MiniProgramNotice) { m.Page = x("a", n) }) }},
		{"miniprogram_notice.title", 12, "Chinese characters", func(n int) message.Content {
			return notice(func(m *message.MiniProgramNotice) { m.Title = x("字", n) })
		}},
		{"miniprogram_notice.description", 12, "Chinese characters", func(n int) message.Content {
			return notice(func(m *message.MiniProgramNotice) { m.Description = x("ab", n) })
		}},
		{"miniprogram_notice.content_item", 10, "items", func(n int) message.Content {
			return notice(func(m *message.MiniProgramNotice) {
				m.ContentItems = repeat(n, message.ContentItem{Key: "k"})
			})
		}},
		{"miniprogram_notice.content_item[0].key", 10, "Chinese characters", func(n int) message.Content {
			return notice(func(m *message.MiniProgramNotice) { m.ContentItems = []message.ContentItem{{Key: x("字", n)}} })
		}},
		{"miniprogram_notice.content_item[0].value", 30, "Chinese characters", func(n int) message.Content {
			return notice(func(m *message.MiniProgramNotice) {
				m.ContentItems = []message.ContentItem{{Key: "k", Value: x("字", n)}}
			})
		}},
	} {
		t.Run(tt.field, func(t *testing.T) {
			t.Parallel()
			if _, err := prepare(t, toZhangsan(tt.of(tt.limit))); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			_, err := prepare(t, toZhangsan(tt.of(tt.limit+1)))
			var got *message.LimitError
			if !errors.As(err, &got) {
				t.Fatalf("past the limit: %v, want a *LimitError", err)
			}
			want := &message.LimitError{Field: tt.field, Limit: tt.limit, Size: tt.limit + 1, Unit: tt.unit}
			if diff := cmp.Diff(want, got, ignoreHint); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func repeat[T any](n int, v T) (out []T) {
	for range n {
		out = append(out, v)
	}
	return out
}

func TestFieldsOfKindsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		field, problem string
		c              message.Content
	}{
		{"image.media_id", "required", message.Image{}},
		{"image.media_id", "U+0000", message.Image{MediaID: "\x00"}},
		{"voice.media_id", "required", message.Voice{}},
		{"video.media_id", "required", message.Video{Title: "t"}},
		{"video.title", "U+000D", message.Video{MediaID: "M", Title: "\r"}},
		{"video.description", "UTF-8", message.Video{MediaID: "M", Description: "\xff"}},
		{"file.media_id", "required", message.File{}},
		{"news.articles", "1 to 8", message.News{}},
		{"news.articles[1].title", "required", article(func(a *message.Article) { a.Title = "" })},
		{"news.articles[1].description", "U+0007", article(func(a *message.Article) { a.Description = "\a" })},
		{"news.articles[1].url", "required", article(func(a *message.Article) { a.URL = "" })},
		{"news.articles[1].url", "http://", article(func(a *message.Article) { a.URL = "ftp://h" })},
		{"news.articles[1].picurl", "white space", article(func(a *message.Article) { a.PicURL = "http://h/a b" })},
		{"news.articles[1].pagepath", "beside appid", article(func(a *message.Article) { a.AppID = "wx0" })},
		{"news.articles[1].appid", "beside pagepath", article(func(a *message.Article) { a.PagePath = "p" })},
		{"news.articles[1].appid", "beside pagepath", article(func(a *message.Article) { a.URL, a.PagePath = "", "p" })},
		{"mpnews.articles", "1 to 8", message.MPNews{}},
		{"mpnews.articles[0].title", "required", page(func(a *message.MPArticle) { a.Title = "" })},
		{"mpnews.articles[0].thumb_media_id", "required", page(func(a *message.MPArticle) { a.ThumbMediaID = "" })},
		{"mpnews.articles[0].content", "required", page(func(a *message.MPArticle) { a.Content = "" })},
		{"mpnews.articles[0].content_source_url", "http://", page(func(a *message.MPArticle) { a.ContentSourceURL = "h.example.com" })},
		{"mpnews.articles[0].digest", "U+001B", page(func(a *message.MPArticle) { a.Digest = "\x1b" })},
		{"miniprogram_notice.appid", "required", notice(func(n *message.MiniProgramNotice) { n.AppID = "" })},
		{"miniprogram_notice.title", "required", notice(func(n *message.MiniProgramNotice) { n.Title = "" })},
		{"miniprogram_notice.title", "at least 4", notice(func(n *message.MiniProgramNotice) { n.Title = "三个字" })},
		{"miniprogram_notice.description", "at least 4", notice(func(n *message.MiniProgramNotice) { n.Description = "abc" })},
		{"miniprogram_notice.content_item[1].key", "required", notice(func(n *message.MiniProgramNotice) {
			n.ContentItems = []message.ContentItem{{Key: "k"}, {Value: "v"}}
		})},
		{"miniprogram_notice.content_item[0].value", "U+000D", notice(func(n *message.MiniProgramNotice) {
			n.ContentItems = []message.ContentItem{{Key: "k", Value: "\r"}}
		})},
	} {
		t.Run(tt.field+" "+tt.problem, func(t *testing.T) {
			t.Parallel()
			_, err := prepare(t, toZhangsan(tt.c))
			wantField(t, err, tt.field, tt.problem)
		})
	}
}

// Each option at each kind: taken and sent, or refused by its name.
func TestOptionsOfKinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		c         message.Content
		safe      message.Safety // the highest
		translate bool
		everyone  bool
	}{
		{message.Text{Content: "x"}, 1, true, true},
		{message.Image{MediaID: "M"}, 1, false, true},
		{message.Voice{MediaID: "M"}, 0, false, true},
		{message.Video{MediaID: "M"}, 1, false, true},
		{message.File{MediaID: "M"}, 1, false, true},
		{message.TextCard{Title: "t", Description: "d", URL: "http://h"}, 0, true, true},
		{article(func(*message.Article) {}), 0, true, true},
		{page(func(*message.MPArticle) {}), 2, true, true},
		{message.Markdown{Content: "x"}, 0, false, true},
		{notice(func(*message.MiniProgramNotice) {}), 0, true, false},
	} {
		t.Run(fmt.Sprintf("%T", tt.c), func(t *testing.T) {
			t.Parallel()
			try := func(allowed bool, field, sent string, set func(*message.Message)) {
				t.Helper()
				m := toZhangsan(tt.c)
				set(&m)
				got, err := prepare(t, m)
				if !allowed {
					wantField(t, err, field, "")
				} else if err != nil || !strings.Contains(got, sent) {
					t.Errorf("%s (%v), want it to hold %s", got, err, sent)
				}
			}
			for safe := message.Safety(1); safe <= 3; safe++ {
				try(safe <= tt.safe, "safe", fmt.Sprintf(`"safe":%d`, safe), func(m *message.Message) { m.Safe = safe })
			}
			try(tt.translate, "enable_id_trans", `"enable_id_trans":1`, func(m *message.Message) { m.IDTranslation = true })
			try(true, "", `"enable_duplicate_check":1`, func(m *message.Message) { m.DuplicateCheck = true })
			try(tt.everyone, "touser", `"touser":"@all"`, func(m *message.Message) { m.To = message.Everyone })
		})
	}
}

// Where the vendor cuts in silence, Truncate does it openly, at the end of a character.
func TestTruncateOfKinds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("字", 200)
	for name, c := range map[string]message.Content{
		"video": message.Video{MediaID: "M", Title: long, Description: long, Truncate: true},
		"news":  message.News{Articles: []message.Article{{Title: long, Description: long, URL: "http://h", Truncate: true}}},
	} {
		got, err := prepare(t, toZhangsan(c))
		want := fmt.Sprintf(`"title":"%s","description":"%s"`, long[:126], long[:510])
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %s (%v), want it to hold %s", name, got, err, want)
		}
	}
	_, err := prepare(t, toZhangsan(message.Video{MediaID: "M", Title: long}))
	if want := "message: video.title has 600 bytes, the limit is 128: shorten it or set Truncate"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// A letter may count as a Chinese character or as half of one: refused is what is wrong both ways.
func TestLengthsInChineseCharacters(t *testing.T) {
	t.Parallel()
	advice := func(n int) []message.Advice {
		return []message.Advice{{Field: "miniprogram_notice.title", Limit: 12, Size: n, Unit: "characters"}}
	}
	for _, tt := range []struct {
		title  string
		ok     bool
		advice []message.Advice
	}{
		{"构建完成", true, nil},
		{"done", true, nil},
		{"abc", false, nil},
		{strings.Repeat("字", 12), true, nil},
		{strings.Repeat("a", 12), true, nil},
		{strings.Repeat("a", 13), true, advice(13)},
		{strings.Repeat("a", 24), true, advice(24)},
		{strings.Repeat("a", 25), false, nil},
		{strings.Repeat("字", 11) + "ab", true, advice(13)},
		{strings.Repeat("字", 11) + "abc", false, nil},
		{"$userName=zhangsan$", true, nil}, // becomes a name
		{"请$userName=zhangsan$审批", true, nil},
		{strings.Repeat("字", 13) + "$userName=zhangsan$", false, nil},
	} {
		c := notice(func(n *message.MiniProgramNotice) { n.Title = tt.title })
		if _, err := prepare(t, toZhangsan(c)); (err == nil) != tt.ok {
			t.Errorf("%q: %v, want accepted %v", tt.title, err, tt.ok)
		}
		if diff := cmp.Diff(tt.advice, message.Check(c)); diff != "" {
			t.Errorf("%q: advice (-want +got):\n%s", tt.title, diff)
		}
	}
}
