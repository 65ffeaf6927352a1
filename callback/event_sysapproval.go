package callback

import "time"

// SysApproval (sys_approval_change) tells every change of an approval in
// WeCom's own app 审批. It comes from "sys"; AgentID is that app's. Vendor's
// document: "审批申请状态变化回调通知".
type SysApproval struct {
	Header
	SpNo     string // number of the approval
	SpName   string // name of the template
	SpStatus int    // 1 in approval, 2 approved, 3 rejected, 4 withdrawn, 6 withdrawn after approval, 7 deleted, 10 paid
	// StatuChangeEvent (so spelt) is what happened: 1 submitted, 2 approved, 3
	// rejected, 4 handed over, 5 urged, 6 withdrawn, 8 withdrawn after approval,
	// 10 commented.
	StatuChangeEvent int
	TemplateID       string
	ApplyTime        time.Time
	ApplyerUserID    string // userid
	ApplyerParty     string // id of the department

	SpRecord       []SpRecord
	NotifyerUserID []string // userids of who is told
	Comments       []SpComment
	// ProcessList is the element of that name, as XML: the newer form of
	// SpRecord, which the vendor still extends.
	ProcessList string
}

// SpRecord is a step of an approval.
type SpRecord struct {
	SpStatus     int // 1 in approval, 2 approved, 3 rejected, 4 handed over
	ApproverAttr int // 1 any one decides, 2 all must
	Details      []SpDetail
}

// SpDetail is an approver of a step.
type SpDetail struct {
	ApproverUserID string // userid
	Speech         string // what the approver wrote
	SpStatus       int    // as in SpRecord
	SpTime         time.Time
}

// SpComment is a comment on an approval.
type SpComment struct {
	CommentUserID  string // userid
	CommentTime    time.Time
	CommentContent string
	CommentID      string
}

func readSysApproval(h Header, g group) Message {
	info := g.sub("ApprovalInfo")
	applyer := info.sub("Applyer")
	m := &SysApproval{
		Header: h, SpNo: info.text("SpNo"), SpName: info.text("SpName"), SpStatus: info.integer("SpStatus"),
		StatuChangeEvent: info.int(info.either("StatuChangeEvent", "StatusChangeEvent")), TemplateID: info.text("TemplateId"),
		ApplyTime: info.time("ApplyTime"), ApplyerUserID: applyer.text("UserId"), ApplyerParty: applyer.text("Party"),
		ProcessList: find(info.all, "ProcessList").outer,
	}
	for record := range info.each("SpRecord") {
		r := SpRecord{SpStatus: record.integer("SpStatus"), ApproverAttr: record.integer("ApproverAttr")}
		for d := range record.each("Details") {
			r.Details = append(r.Details, SpDetail{d.sub("Approver").text("UserId"), d.text("Speech"), d.integer("SpStatus"), d.time("SpTime")})
		}
		m.SpRecord = append(m.SpRecord, r)
	}
	for notifyer := range info.each("Notifyer") {
		m.NotifyerUserID = append(m.NotifyerUserID, notifyer.text("UserId"))
	}
	for c := range info.each("Comments") {
		m.Comments = append(m.Comments, SpComment{c.sub("CommentUserInfo").text("UserId"), c.time("CommentTime"), c.text("CommentContent"), c.text("CommentId")})
	}
	return m
}
