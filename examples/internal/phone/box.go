package phone

import "github.com/bkwecom/wecom/wecomtest"

// A box is a title with a text below it that opens as a whole: a textcard, one
// article, a notice of a mini program, or the old task card.
type box struct {
	Title string
	Parts []part
	Rows  []row
	URL   string
	Foot  string // what the tap is called
}

type row struct{ Key, Value string }

func boxes(m wecomtest.Message) (all []box) {
	switch {
	case len(m.Articles) > 0:
		for _, a := range m.Articles {
			b := box{Title: a.Title, Parts: add(nil, part{Text: a.Description + a.Digest}), URL: a.URL + a.ContentSourceURL}
			if b.URL != "" {
				b.Foot = "阅读全文"
			}
			all = append(all, b)
		}
		return all
	case m.MiniProgram != nil:
		b := box{Title: m.MiniProgram.Title, Parts: add(nil, part{Text: m.MiniProgram.Description}), Foot: "小程序"}
		for _, i := range m.MiniProgram.ContentItem {
			b.Rows = append(b.Rows, row{i.Key, i.Value})
		}
		return []box{b}
	case m.TaskCard != nil:
		b := box{Title: m.Title, Parts: description(m.Description), URL: m.URL, Foot: "任务卡片（旧）"}
		for _, button := range m.TaskCard.Buttons {
			b.Rows = append(b.Rows, row{"按钮", button.Name})
		}
		return []box{b}
	case m.MsgType == "textcard":
		return []box{{Title: m.Title, Parts: description(m.Description), URL: m.URL, Foot: m.ButtonText}}
	}
	return []box{{Title: "这类消息请在手机上查看：" + m.MsgType}}
}
