package wecomtest

import "unicode/utf8"

// The msgtypes that are checked for what is easily wrong: required fields,
// counts, and limits that refuse.

// checkMedia is for image, voice, video and file.
func (s *Server) checkMedia(o *outgoing) (refused *refusal) {
	if o.msg.MediaID, refused = o.needed("media_id", 41006); refused != nil {
		return refused
	}
	if o.msg.MsgType != "video" {
		return nil
	}
	if o.msg.Title, refused = o.textField("title"); refused != nil {
		return refused
	}
	if o.msg.Description, refused = o.textField("description"); refused != nil {
		return refused
	}
	o.msg.Title, o.msg.Description = cutBytes(o.msg.Title, maxArticleTitle), cutBytes(o.msg.Description, maxArticleDesc)
	return nil
}

// articles reads the list of news and mpnews; the phone shows the first one
// large, and so does Message.
func (o *outgoing) articles() ([]object, *refusal) {
	items, ok := o.part.list("articles")
	if !ok {
		return nil, refuse(40058, "%s.articles", o.msg.MsgType)
	}
	if len(items) < 1 || len(items) > maxArticles {
		return nil, refuse(45008, "")
	}
	for _, item := range items {
		if title, refused := textOf(item, "articles", "title"); refused != nil {
			return nil, refused
		} else if title == "" {
			return nil, refuse(41016, "articles.title")
		}
	}
	title, _ := items[0].text("title")
	o.msg.Title = cutBytes(title, maxArticleTitle)
	return items, nil
}

func (s *Server) checkNews(o *outgoing) *refusal {
	items, refused := o.articles()
	if refused != nil {
		return refused
	}
	for i, item := range items {
		v := map[string]string{}
		for _, name := range []string{"description", "url", "picurl", "appid", "pagepath"} {
			if v[name], refused = textOf(item, "articles", name); refused != nil {
				return refused
			}
		}
		program := v["appid"] != "" && v["pagepath"] != ""
		if v["url"] == "" && !program {
			return refuse(41010, "articles.url")
		}
		for _, name := range []string{"url", "picurl"} {
			if v[name] == "" {
				continue
			}
			if refused := checkURL("articles."+name, v[name]); refused != nil {
				return refused
			}
		}
		if len(v["pagepath"]) > 128 {
			return refuse(40058, "articles.pagepath exceed max length 128")
		}
		if i == 0 {
			o.msg.Description, o.msg.URL = cutBytes(v["description"], maxArticleDesc), v["url"]
		}
	}
	return nil
}

func (s *Server) checkMPNews(o *outgoing) *refusal {
	items, refused := o.articles()
	if refused != nil {
		return refused
	}
	for _, item := range items {
		for _, field := range []struct {
			name            string
			code, max, over int
		}{{"thumb_media_id", 41006, maxURL, 40058}, {"content", 44004, maxMPNewsContent, 45002}, {"author", 0, 64, 45032}} {
			v, refused := textOf(item, "articles", field.name)
			switch {
			case refused != nil:
				return refused
			case v == "" && field.code != 0:
				return refuse(field.code, "articles.%s", field.name)
			case len(v) > field.max:
				return refuse(field.over, "articles.%s", field.name)
			}
		}
	}
	return nil
}

func (s *Server) checkMiniProgram(o *outgoing) (refused *refusal) {
	if o.everyone {
		return refuse(40058, "touser @all is not allowed for miniprogram_notice")
	}
	if _, refused = o.needed("appid", 40058); refused != nil {
		return refused
	}
	if o.msg.Title, refused = o.needed("title", 41016); refused != nil {
		return refused
	}
	if n := utf8.RuneCountInString(o.msg.Title); n < 4 || n > 12 {
		return refuse(40058, "miniprogram_notice.title has not 4 to 12 characters")
	}
	if items, ok := o.part.list("content_item"); !ok || len(items) > 10 {
		return refuse(40058, "miniprogram_notice.content_item")
	}
	return nil
}
