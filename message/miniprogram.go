package message

import "fmt"

// MiniProgramNotice is a notice of a mini-program; only an app that is a mini-program (小程序应用)
// can send it. It cannot go to [Everyone].
//
// Source: vendor's document message/send, miniprogram_notice.
type MiniProgramNotice struct {
	AppID string `json:"appid"`          // required: the linked mini-program's
	Page  string `json:"page,omitempty"` // at most 1024 bytes; without it a tap opens nothing
	// Title is required. Title and Description have 4 to 12 Chinese characters. Whether a letter
	// counts as a whole one or as half is not known: what is wrong both ways is refused, what is too
	// long one way [Check] lists. What id tokens become is not known, so that they do not count.
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	// EmphasisFirstItem shows the first of ContentItems large.
	EmphasisFirstItem bool          `json:"emphasis_first_item,omitempty"`
	ContentItems      []ContentItem `json:"content_item,omitempty"` // at most 10
}

// ContentItem is a line of a [MiniProgramNotice].
type ContentItem struct {
	Key   string `json:"key"`   // required, at most 10 Chinese characters, counted as Title is
	Value string `json:"value"` // at most 30
}

func (MiniProgramNotice) kind() kind {
	return kind{msgType: "miniprogram_notice", idTranslation: true, noEveryone: true}
}

func (n MiniProgramNotice) check(f *fields) {
	const path = "miniprogram_notice."
	f.required(path+"appid", n.AppID)
	f.limited(path+"page", n.Page, 1024, "")
	f.required(path+"title", n.Title)
	f.hanzi(path+"title", n.Title, 4, 12)
	f.text(path+"description", n.Description)
	if n.Description != "" {
		f.hanzi(path+"description", n.Description, 4, 12)
	}
	f.maxItems(path+"content_item", "items", len(n.ContentItems), 10, "leave some out")
	for i, item := range n.ContentItems {
		field := fmt.Sprintf("%scontent_item[%d].", path, i)
		f.required(field+"key", item.Key)
		f.hanzi(field+"key", item.Key, 0, 10)
		f.text(field+"value", item.Value)
		f.hanzi(field+"value", item.Value, 0, 30)
	}
}

func (n MiniProgramNotice) payload() any { return n }
