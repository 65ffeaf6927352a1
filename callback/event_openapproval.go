package callback

import "time"

// OpenApproval (open_approval_change) tells every change of an approval that
// the app started with the approval engine (自建应用审批流程引擎). It comes from
// "sys". Vendor's document: "审批状态通知事件".
type OpenApproval struct {
	Header
	ThirdNo        string // the app's own number of the approval
	OpenSpName     string // name of the template
	OpenTemplateID string
	OpenSpStatus   int // 1 in approval, 2 approved, 3 rejected, 4 cancelled

	ApplyTime      time.Time
	ApplyUserName  string
	ApplyUserID    string // userid
	ApplyUserParty string
	ApplyUserImage string // address of the picture

	ApprovalNodes []ApprovalNode
	NotifyNodes   []NotifyNode
	ApproverStep  int // index of the node that is asked now
}

// ApprovalNode is a step of an approval.
type ApprovalNode struct {
	NodeStatus int // 1 in approval, 2 approved, 3 rejected, 4 handed over
	NodeAttr   int // 1 any one decides, 2 all must
	NodeType   int // 1 members, 2 a tag, 3 superiors
	Items      []ApprovalItem
}

// ApprovalItem is an approver of a step.
type ApprovalItem struct {
	ItemName   string
	ItemUserID string // userid
	ItemParty  string
	ItemImage  string // address of the picture
	ItemStatus int    // 1 in approval, 2 approved, 3 rejected, 4 handed over
	ItemSpeech string // what the approver wrote
	ItemOpTime time.Time
}

// NotifyNode is a member who is told of an approval.
type NotifyNode struct {
	ItemName   string
	ItemUserID string // userid
	ItemParty  string
	ItemImage  string // address of the picture
}

func readOpenApproval(h Header, g group) Message {
	info := g.sub("ApprovalInfo")
	m := &OpenApproval{
		Header: h, ThirdNo: info.text("ThirdNo"), OpenSpName: info.text("OpenSpName"),
		OpenTemplateID: info.text("OpenTemplateId"), OpenSpStatus: info.integer("OpenSpStatus"),
		ApplyTime: info.time("ApplyTime"), ApplyUserName: info.text("ApplyUserName"), ApplyUserID: info.either("ApplyUserId", "ApplyUserid"),
		ApplyUserParty: info.text("ApplyUserParty"), ApplyUserImage: info.text("ApplyUserImage"),
		ApproverStep: info.int(info.either("approverstep", "ApproverStep")),
	}
	for node := range info.sub("ApprovalNodes").each("ApprovalNode") {
		n := ApprovalNode{NodeStatus: node.integer("NodeStatus"), NodeAttr: node.integer("NodeAttr"), NodeType: node.integer("NodeType")}
		for item := range node.sub("Items").each("Item") {
			n.Items = append(n.Items, ApprovalItem{
				item.text("ItemName"), item.either("ItemUserId", "ItemUserid"), item.text("ItemParty"), item.text("ItemImage"),
				item.integer("ItemStatus"), item.text("ItemSpeech"), item.time("ItemOpTime"),
			})
		}
		m.ApprovalNodes = append(m.ApprovalNodes, n)
	}
	for item := range info.sub("NotifyNodes").each("NotifyNode") {
		m.NotifyNodes = append(m.NotifyNodes, NotifyNode{
			item.text("ItemName"), item.either("ItemUserId", "ItemUserid"), item.text("ItemParty"), item.text("ItemImage"),
		})
	}
	return m
}
