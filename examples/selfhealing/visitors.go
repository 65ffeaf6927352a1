package main

import (
	"strings"

	"github.com/bkwecom/wecom/examples/internal/visit"
	"github.com/bkwecom/wecom/wecomtest"
)

// phone is the browser of a member in WeCom.
func (t *theatre) phone(member string) *visit.Visit {
	return &visit.Visit{Client: t.wecom.Browser(member), Site: strings.TrimSuffix(t.address(), "/")}
}

// address is that of the phone pages.
func (t *theatre) address() string { return t.app.wechat.settings().AppURL }

// cardOf reports whether a message is a card of an alarm.
func cardOf(m wecomtest.Message, id int64) bool {
	if m.Card == nil || m.Passive {
		return false
	}
	for _, line := range m.Card.HorizontalContentList {
		if line.KeyName == "单号" && line.Value == number(id) {
			return true
		}
	}
	return false
}
