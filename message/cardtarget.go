package message

// Target is what a tap opens: a [URL] or a [MiniProgram]. nil is nothing.
type Target interface {
	checkTarget(p part)
	wireTarget() wireTarget
}

// URL is a page: whole, with http or https.
type URL string

// MiniProgram is a page of a mini-program that is linked with the company.
type MiniProgram struct {
	AppID    string // required
	PagePath string // empty is its first page
}

func (u URL) checkTarget(p part) { p.url("url", string(u)) }

func (u URL) wireTarget() wireTarget { return wireTarget{Type: 1, URL: string(u)} }

func (m MiniProgram) checkTarget(p part) {
	p.required("appid", m.AppID, 0)
	p.text("pagepath", m.PagePath, 0)
}

func (m MiniProgram) wireTarget() wireTarget {
	return wireTarget{Type: 2, AppID: m.AppID, PagePath: m.PagePath}
}

// Detail is what a line of a card opens: a [URL], an [Attachment] or a [Member]. nil is nothing.
type Detail interface {
	checkDetail(p part)
	wireDetail() wireDetail
}

// Attachment is a file, by the media_id that its upload gave; it ends three days after that.
type Attachment string

// Member is the profile of a member, by userid.
type Member string

func (u URL) checkDetail(p part) { p.url("url", string(u)) }

func (u URL) wireDetail() wireDetail { return wireDetail{Type: 1, URL: string(u)} }

func (a Attachment) checkDetail(p part) { p.required("media_id", string(a), 0) }

func (a Attachment) wireDetail() wireDetail { return wireDetail{Type: 2, MediaID: string(a)} }

func (m Member) checkDetail(p part) {
	if m == everyone {
		p.bad("userid", "@all is no member: name one")
	}
	if problem := badUserID(string(m)); problem != "" {
		p.bad("userid", "%s", problem)
	}
}

func (m Member) wireDetail() wireDetail { return wireDetail{Type: 3, UserID: string(m)} }

func checkTarget(p part, t Target) {
	if !absent(t) {
		t.checkTarget(p)
	}
}

func targetOf(t Target) wireTarget {
	if absent(t) {
		return wireTarget{}
	}
	return t.wireTarget()
}

func detailOf(d Detail) wireDetail {
	if absent(d) {
		return wireDetail{}
	}
	return d.wireDetail()
}
