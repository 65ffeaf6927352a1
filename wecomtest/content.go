package wecomtest

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Limits in bytes, unless a name says characters (vendor's document:
// message/send).
const (
	maxText          = 2048
	maxMarkdown      = 2048
	maxURL           = 2048
	maxTitleChars    = 128
	maxDescChars     = 512
	maxButtonChars   = 4
	maxArticleTitle  = 128
	maxArticleDesc   = 512
	maxArticles      = 8
	maxMPNewsContent = 666 << 10
)

// msgType is what message/send knows of one msgtype.
type msgType struct {
	check    func(s *Server, o *outgoing) *refusal // checks o.part and fills o.msg
	anyAgent bool                                  // agentid follows from the token
}

// msgTypes are all that message/send takes.
var msgTypes map[string]msgType

func init() { // not in the declaration: the checks look into msgTypes themselves
	msgTypes = map[string]msgType{
		"text":               {check: (*Server).checkText},
		"markdown":           {check: (*Server).checkMarkdown},
		"textcard":           {check: (*Server).checkTextCard},
		"image":              {check: (*Server).checkMedia},
		"voice":              {check: (*Server).checkMedia},
		"video":              {check: (*Server).checkMedia},
		"file":               {check: (*Server).checkMedia},
		"news":               {check: (*Server).checkNews},
		"mpnews":             {check: (*Server).checkMPNews},
		"miniprogram_notice": {check: (*Server).checkMiniProgram, anyAgent: true},
		"template_card":      {check: (*Server).checkTemplateCard},
		"taskcard":           {check: (*Server).checkTaskCard},
	}
}

func (s *Server) checkContent(o *outgoing) *refusal {
	part, ok := o.body.child(o.msg.MsgType)
	if !ok {
		return refuse(40058, "%s", o.msg.MsgType)
	}
	o.part, o.raw = part, o.body[o.msg.MsgType]
	return o.kind.check(s, o)
}

// textField reads a string of the message's own object.
func (o *outgoing) textField(name string) (string, *refusal) {
	return textOf(o.part, o.msg.MsgType, name)
}

func textOf(from object, where, name string) (string, *refusal) {
	v, ok := from.text(name)
	if !ok {
		return "", refuse(40058, "%s.%s is not a string", where, name)
	}
	return v, nil
}

// needed reads a string that must not be empty.
func (o *outgoing) needed(name string, code int) (string, *refusal) {
	v, refused := o.textField(name)
	if refused == nil && v == "" {
		return "", refuse(code, "%s.%s", o.msg.MsgType, name)
	}
	return v, refused
}

func (s *Server) checkText(o *outgoing) (refused *refusal) {
	if o.msg.Content, refused = o.needed("content", 44004); refused != nil {
		return refused
	}
	if o.robot != nil {
		return o.checkRobotText()
	}
	o.msg.Content = cutBytes(o.msg.Content, maxText) // in silence, as documented
	if o.chat != nil {
		return o.mentions("mentioned_list", &o.msg.Mentioned)
	}
	return nil
}

func (s *Server) checkMarkdown(o *outgoing) (refused *refusal) {
	if o.msg.Content, refused = o.needed("content", 44004); refused != nil {
		return refused
	}
	if o.robot != nil {
		return o.robotLimit(maxRobotMarkdown)
	}
	if len(o.msg.Content) > maxMarkdown && !o.rules.CutMarkdown {
		return refuse(45002, "markdown.content exceed max length %d", maxMarkdown)
	}
	o.msg.Content = cutBytes(o.msg.Content, maxMarkdown)
	return nil
}

func (s *Server) checkTextCard(o *outgoing) (refused *refusal) {
	if o.msg.Title, refused = o.needed("title", 41016); refused != nil {
		return refused
	}
	if o.msg.Description, refused = o.needed("description", 41033); refused != nil {
		return refused
	}
	if o.msg.URL, refused = o.needed("url", 41010); refused != nil {
		return refused
	}
	if refused = checkURL("textcard.url", o.msg.URL); refused != nil {
		return refused
	}
	if o.msg.ButtonText, refused = o.textField("btntxt"); refused != nil {
		return refused
	}
	o.msg.Title = cutChars(o.msg.Title, maxTitleChars)
	o.msg.Description = cutChars(o.msg.Description, maxDescChars)
	o.msg.ButtonText = cutChars(o.msg.ButtonText, maxButtonChars)
	if o.msg.ButtonText == "" {
		o.msg.ButtonText = "详情" // what the phone shows then
	}
	return nil
}

// mentions reads a list of userids, phone numbers or @all.
func (o *outgoing) mentions(name string, to *[]string) *refusal {
	if o.part.has(name) && json.Unmarshal(o.part[name], to) != nil {
		return refuse(40058, "%s.%s", o.msg.MsgType, name)
	}
	return nil
}

// tooLong has the text that was seen for values that are refused for their
// length (facts: messages-out.md §9).
func tooLong(name string, limit int) *refusal {
	return refuse(40058, "%s exceed max length %d", name, limit)
}

func checkURL(name, url string) *refusal {
	if len(url) > maxURL {
		return tooLong(name, maxURL)
	}
	if !hasScheme(url) {
		return refuse(45034, "%s", name)
	}
	return nil
}

func hasScheme(url string) bool {
	for _, scheme := range []string{"http://", "https://"} {
		if len(url) > len(scheme) && strings.EqualFold(url[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// cutBytes cuts where the vendor does, without a broken last character: what it
// does with one is not known, and nobody should rely on it.
func cutBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

func cutChars(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit])
	}
	return s
}
