package wecomtest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

const maxRobotMarkdown = 4096 // bytes

// robotTypes are all that webhook/send takes.
var robotTypes map[string]msgType

func init() { // as for msgTypes
	robotTypes = map[string]msgType{
		"text":          {check: (*Server).checkText},
		"markdown":      {check: (*Server).checkMarkdown},
		"markdown_v2":   {check: (*Server).checkMarkdown},
		"image":         {check: (*Server).checkRobotImage},
		"news":          {check: (*Server).checkNews},
		"file":          {check: (*Server).checkMedia},
		"voice":         {check: (*Server).checkMedia},
		"template_card": {check: (*Server).checkTemplateCard},
	}
}

func (o *outgoing) checkRobotText() *refusal {
	if refused := o.robotLimit(o.rules.RobotText); refused != nil {
		return refused
	}
	var phones []string
	if refused := o.mentions("mentioned_list", &o.msg.Mentioned); refused != nil {
		return refused
	}
	refused := o.mentions("mentioned_mobile_list", &phones)
	o.msg.Mentioned = append(o.msg.Mentioned, phones...)
	return refused
}

// robotLimit refuses what is too long, where message/send cuts.
func (o *outgoing) robotLimit(limit int) *refusal {
	switch {
	case len(o.msg.Content) <= limit:
		return nil
	case o.rules.RobotTooLong93000:
		return refuse(93000, "Invalid input : content exceed max length %d", limit)
	}
	return tooLong(o.msg.MsgType+".content", limit)
}

// checkRobotImage takes base64 without line breaks and the MD5 of the raw bytes.
func (s *Server) checkRobotImage(o *outgoing) *refusal {
	text, refused := o.needed("base64", 40058)
	if refused != nil {
		return refused
	}
	sum, refused := o.needed("md5", 301019)
	if refused != nil {
		return refused
	}
	if strings.ContainsAny(text, "\r\n") { // the decoder would skip them
		return refuse(40058, "image.base64 has line breaks")
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return refuse(40058, "image.base64")
	}
	if own := md5.Sum(data); !strings.EqualFold(hex.EncodeToString(own[:]), sum) {
		return refuse(301019, "")
	}
	if refused := uploadImageRule.check(data); refused != nil {
		if refused.code != 40004 {
			return refuse(40009, "")
		}
		return refused
	}
	o.msg.Data = data
	return nil
}
