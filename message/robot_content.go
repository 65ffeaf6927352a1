package message

import (
	"crypto/md5" // #nosec G501 -- what the vendor asks for
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// RobotContent is what a [Robot] posts: [RobotText], [RobotMarkdown], [RobotMarkdownV2], [RobotImage],
// [News], [File], [Voice], [TextNotice] or [NewsNotice].
type RobotContent interface {
	robotType() string
	// robotCheck reports to f what the vendor refuses from a robot.
	robotCheck(f *fields)
	payload() any
}

// encodeRobot checks c and writes the request.
func encodeRobot(c RobotContent) ([]byte, error) {
	var f fields
	if absent(c) {
		f.bad("msgtype", "there is no content: pass a RobotText or another")
		return nil, f.err
	}
	if c.robotCheck(&f); f.err != nil {
		return nil, f.err
	}
	msgType := c.robotType()
	b, err := appendJSON([]byte(`{"msgtype":"`+msgType+`","`+msgType+`":`), c.payload())
	return append(b, '}'), err
}

// RobotText is a plain text that may call members of the group.
//
// Source: vendor's document 群机器人配置说明, 文本类型.
type RobotText struct {
	// Content has 1 to 2048 bytes. What others wrote goes through [EscapeText] first.
	Content string `json:"content"`
	// Mentioned are userids, or [EveryoneMentioned].
	Mentioned []string `json:"mentioned_list,omitempty"`
	// MentionedMobiles are phone numbers, for who has no userid at hand, or [EveryoneMentioned].
	MentionedMobiles []string `json:"mentioned_mobile_list,omitempty"`
}

func (RobotText) robotType() string { return "text" }

func (t RobotText) robotCheck(f *fields) {
	f.required("text.content", t.Content)
	f.maxBytes("text.content", t.Content, maxText, "shorten it")
	for i, id := range t.Mentioned {
		checkMentioned(f, fmt.Sprintf("text.mentioned_list[%d]", i), id)
	}
	for i, number := range t.MentionedMobiles {
		if number != everyone && (number == "" || strings.Trim(number, "+-0123456789") != "") {
			f.bad(fmt.Sprintf("text.mentioned_mobile_list[%d]", i), "is neither a phone number nor EveryoneMentioned")
		}
	}
}

func (t RobotText) payload() any { return t }

// maxRobotMarkdown is twice what an app may send.
const maxRobotMarkdown = 4096

// RobotMarkdown is a text with the marks of [Markdown]; <@userid> calls a member. What others wrote
// goes through [EscapeMarkdown] first.
//
// Source: vendor's document 群机器人配置说明, markdown类型.
type RobotMarkdown struct {
	Content string `json:"content"` // 1 to 4096 bytes
}

func (RobotMarkdown) robotType() string { return "markdown" }

func (m RobotMarkdown) robotCheck(f *fields) { checkRobotMarkdown(f, "markdown.content", m.Content) }

func (m RobotMarkdown) payload() any { return m }

// RobotMarkdownV2 is a text with more of Markdown: tables, lists, pictures and blocks of code, but no
// colours and no <@userid>. [EscapeMarkdown] knows the marks of [Markdown] only.
//
// Source: vendor's document 群机器人配置说明, markdown_v2类型.
type RobotMarkdownV2 struct {
	Content string `json:"content"` // 1 to 4096 bytes
}

func (RobotMarkdownV2) robotType() string { return "markdown_v2" }

func (m RobotMarkdownV2) robotCheck(f *fields) {
	checkRobotMarkdown(f, "markdown_v2.content", m.Content)
}

func (m RobotMarkdownV2) payload() any { return m }

func checkRobotMarkdown(f *fields, field, content string) {
	f.required(field, content)
	f.maxBytes(field, content, maxRobotMarkdown, "shorten it")
}

// RobotImage is a picture that needs no upload.
//
// Source: vendor's document 群机器人配置说明, 图片类型.
type RobotImage struct {
	Data []byte // of a JPG or PNG, at most 2 MB
}

func (RobotImage) robotType() string { return "image" }

func (i RobotImage) robotCheck(f *fields) {
	if err := pictureRule.checkSize("image.base64", int64(len(i.Data))); err != nil {
		f.refuse(err)
		return
	}
	if _, err := pictureRule.contentType("image.base64", i.Data); err != nil {
		f.bad("image.base64", "does not begin like JPG or PNG: convert it, or upload it as MediaFile")
	}
}

func (i RobotImage) payload() any {
	sum := md5.Sum(i.Data) // #nosec G401 -- what the vendor asks for
	return struct {
		Base64 string `json:"base64"`
		MD5    string `json:"md5"`
	}{base64.StdEncoding.EncodeToString(i.Data), hex.EncodeToString(sum[:])}
}

// The kinds that an app sends too.

func (File) robotType() string { return "file" }

func (d File) robotCheck(f *fields) { d.check(f) }

func (Voice) robotType() string { return "voice" }

func (v Voice) robotCheck(f *fields) { v.check(f) }

func (News) robotType() string { return "news" }

// robotCheck asks for a URL: a robot belongs to no app that could have a mini-program.
func (n News) robotCheck(f *fields) {
	for i, a := range n.Articles {
		if a.AppID+a.PagePath != "" {
			f.bad(fmt.Sprintf("news.articles[%d].appid", i), "a robot's article opens a URL, no mini-program")
		}
	}
	n.check(f)
}

func (TextNotice) robotType() string { return "template_card" }

func (c TextNotice) robotCheck(f *fields) {
	checkRobotCard(f, c.ActionMenu)
	c.check(f)
}

func (NewsNotice) robotType() string { return "template_card" }

func (c NewsNotice) robotCheck(f *fields) {
	checkRobotCard(f, c.ActionMenu)
	c.check(f)
}

// checkRobotCard refuses a menu, whose taps would go to the callback of an app.
func checkRobotCard(f *fields, menu ActionMenu) {
	if !menu.none() {
		f.bad("template_card.action_menu", "a robot has no callback that could take it: leave ActionMenu empty")
	}
}
