package callback

// Events on people outside of the company, for the callback of 客户联系 and apps
// that may see customers. They come from "sys" and name no app. A field that
// the reference does not give to a ChangeType is empty. Vendor's documents:
// "客户联系", 事件通知; "微信客服", 接收消息和事件; "家校沟通"; "上下游".
type (
	// ExternalContact (change_external_contact) is a customer of a member.
	ExternalContact struct {
		Header
		// ChangeType is "add_external_contact", "add_half_external_contact" (without
		// confirmation), "edit_external_contact", "del_external_contact" (by the
		// member), "del_follow_user" (by the customer), "transfer_fail" or
		// "msg_audit_approved".
		ChangeType     string
		UserID         string // userid of the member
		ExternalUserID string
		State          string // of the way by which the customer came
		WelcomeCode    string // for externalcontact/send_welcome_msg: 20 s, once; do not log it
		Source         string // of del_external_contact: "DELETE_BY_TRANSFER" for an inheritance
		FailReason     string // of transfer_fail: "customer_refused", "customer_limit_exceed"
	}
	// ExternalChat (change_external_chat) is a group chat with customers.
	ExternalChat struct {
		Header
		ChangeType    string // "create", "update" or "dismiss"
		ChatID        string
		UpdateDetail  string   // of update: "add_member", "del_member", "change_owner", "change_name", "change_notice"
		JoinScene     int      // of add_member: 0 invited, 3 by the group's QR code
		QuitScene     int      // of del_member: 0 left, 1 removed
		MemChangeCnt  int      // how many members
		MemChangeList []string // userids and external userids
		LastMemVer    string   // version of the list of members before
		CurMemVer     string   // and after
	}
	// ExternalTag (change_external_tag) is a tag, or group of tags, for customers.
	ExternalTag struct {
		Header
		ChangeType string // "create", "update", "delete" or "shuffle" (their order)
		ID         string // of shuffle a group's, "" for all
		TagType    string // "tag" or "tag_group"
		StrategyID string
	}
	// CustomerAcquisition (customer_acquisition) tells of links by which customers
	// come (获客助手).
	CustomerAcquisition struct {
		Header
		// ChangeType is "balance_low", "balance_exhausted", "link_unavailable",
		// "delete_link", "friend_request" or "customer_start_chat".
		ChangeType     string
		LinkID         string
		State          string
		UserID         string
		ExternalUserID string
	}
	// KFMessages (kf_msg_or_event) says that there are messages for a customer
	// service account. It has no FromUser.
	KFMessages struct {
		Header
		Token    string // for kf/sync_msg: 10 minutes; do not log it
		OpenKFID string
	}
	// KFAuthChange (kf_account_auth_change) says which customer service accounts
	// the app may use from now on, and which no more.
	KFAuthChange struct {
		Header
		AuthAddOpenKFID []string
		AuthDelOpenKFID []string
	}
	// ChainChange (change_chain) is a change of a supply chain (上下游).
	ChainChange struct {
		Header
		ChangeType string // "create_chain", …
		ChainID    string
		GroupIDs   []string
		CorpIDs    []string
	}
	// SchoolContact (change_school_contact) is a change among students, parents
	// and classes.
	SchoolContact struct {
		Header
		ChangeType string // "create_student", "update_parent", "delete_department", "subscribe", …
		ID         string // of the student, parent or department
	}
)

func readExternalContact(h Header, g group) Message {
	return &ExternalContact{h, g.text("ChangeType"), g.text("UserID"), g.text("ExternalUserID"), g.text("State"), g.text("WelcomeCode"), g.text("Source"), g.text("FailReason")}
}

func readExternalChat(h Header, g group) Message {
	return &ExternalChat{
		Header: h, ChangeType: g.text("ChangeType"), ChatID: g.text("ChatId"), UpdateDetail: g.text("UpdateDetail"),
		JoinScene: g.integer("JoinScene"), QuitScene: g.integer("QuitScene"), MemChangeCnt: g.integer("MemChangeCnt"),
		MemChangeList: g.sub("MemChangeList").texts("Item"), LastMemVer: g.text("LastMemVer"), CurMemVer: g.text("CurMemVer"),
	}
}

func readExternalTag(h Header, g group) Message {
	return &ExternalTag{h, g.text("ChangeType"), g.text("Id"), g.text("TagType"), g.text("StrategyId")}
}

func readCustomerAcquisition(h Header, g group) Message {
	return &CustomerAcquisition{h, g.text("ChangeType"), g.text("LinkId"), g.text("State"), g.text("UserID"), g.text("ExternalUserID")}
}

func readKFMessages(h Header, g group) Message {
	return &KFMessages{h, g.text("Token"), g.text("OpenKfId")}
}

func readKFAuthChange(h Header, g group) Message {
	return &KFAuthChange{h, g.texts("AuthAddOpenKfId"), g.texts("AuthDelOpenKfId")}
}

func readChainChange(h Header, g group) Message {
	return &ChainChange{h, g.text("ChangeType"), g.text("ChainId"), g.sub("GroupIds").texts("GroupId"), g.sub("CorpIds").texts("CorpId")}
}

func readSchoolContact(h Header, g group) Message {
	return &SchoolContact{h, g.text("ChangeType"), g.text("Id")}
}
