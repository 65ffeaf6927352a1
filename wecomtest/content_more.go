package wecomtest

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// safeFiles are the suffixes of files that can be sent confidentially.
var safeFiles = []string{".txt", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".xls", ".xlsx", ".xml", ".jpg", ".jpeg", ".png", ".bmp", ".gif"}

// checkMedia is for image, voice, video and file.
func (s *Server) checkMedia(o *outgoing) (refused *refusal) {
	if o.msg.MediaID, refused = o.needed("media_id", 41006); refused != nil {
		return refused
	}
	m, refused := s.usableMedia(o.msg.MediaID, o.msg.MsgType, o.robot)
	if refused != nil {
		return refused
	}
	if o.msg.MsgType == "file" && o.msg.Safe == 1 && !slices.Contains(safeFiles, strings.ToLower(path.Ext(m.Name))) {
		return refuse(40004, "a file of this type cannot be confidential")
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

// MiniProgram is a miniprogram_notice.
type MiniProgram struct {
	AppID             string            `json:"appid"`
	Page              string            `json:"page"` // without it the notice leads nowhere
	Title             string            `json:"title"`
	Description       string            `json:"description"`
	EmphasisFirstItem bool              `json:"emphasis_first_item"`
	ContentItem       []MiniProgramItem `json:"content_item"`
}

// MiniProgramItem is a row of a [MiniProgram].
type MiniProgramItem struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (s *Server) checkMiniProgram(o *outgoing) *refusal {
	if o.everyone {
		return refuse(40058, "touser @all is not allowed for miniprogram_notice")
	}
	m := &MiniProgram{}
	if !decodeExact(o.raw, m) {
		return refuse(40058, "miniprogram_notice")
	}
	switch {
	case m.AppID == "":
		return refuse(90200, "miniprogram_notice.appid")
	case len(m.Page) > 1024:
		return refuse(90204, "miniprogram_notice.page")
	case m.Title == "":
		return refuse(41016, "miniprogram_notice.title")
	case !chars(m.Title, 4, 12):
		return refuse(40058, "miniprogram_notice.title has not 4 to 12 characters")
	case m.Description != "" && !chars(m.Description, 4, 12):
		return refuse(40058, "miniprogram_notice.description has not 4 to 12 characters")
	case len(m.ContentItem) > 10:
		return refuse(90201, "")
	}
	for _, item := range m.ContentItem {
		if !chars(item.Key, 1, 10) {
			return refuse(90202, "")
		}
		if !chars(item.Value, 1, 30) {
			return refuse(90203, "")
		}
	}
	o.msg.MiniProgram, o.msg.Title, o.msg.Description = m, m.Title, m.Description
	return nil
}

func chars(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most
}
