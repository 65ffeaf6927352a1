package callback

// Changes of the contact book (change_contact), for the contact-sync assistant
// (通讯录同步助手) and for apps that asked for them. They come from "sys", name no
// app, and do not tell of changes that the receiver made itself by the API.
// Vendor's document: "通讯录回调通知".
type (
	// UserChange is a member that was made, changed or deleted. Assistants that
	// were set up after August 2022 get ids alone: UserID, NewUserID, Department.
	UserChange struct {
		Header
		ChangeType string // "create_user", "update_user" or "delete_user"
		UserID     string
		NewUserID  string // if the userid was changed
		// Given has the names of the elements that the event has, in the vendor's
		// spelling. Of update_user they are what was changed: an empty Position
		// that is Given was emptied.
		Given          []string
		Name           string
		Department     []int // ids
		MainDepartment int
		IsLeaderInDept []int    // 1 for leaders, in the order of Department
		DirectLeader   []string // userids
		Position       string
		Mobile         string
		Gender         int // 1 male, 2 female
		Email, BizMail string
		Status         int    // 1 active, 2 disabled, 4 not activated, 5 left
		Avatar         string // address
		Alias          string
		Telephone      string
		Address        string
		ExtAttr        []ExtAttr
	}
	// PartyChange is a department that was made, changed or deleted.
	PartyChange struct {
		Header
		ChangeType string   // "create_party", "update_party" or "delete_party"
		Given      []string // as in UserChange
		ID         int
		Name       string
		ParentID   int
		Order      int
	}
	// TagChange (update_tag) is a tag that was given to, or taken from, members
	// and departments.
	TagChange struct {
		Header
		ChangeType    string
		TagID         int
		AddUserItems  []string // userids
		DelUserItems  []string
		AddPartyItems []int // ids of departments
		DelPartyItems []int
	}
)

// ExtAttr is an attribute of a member that the company has defined itself.
type ExtAttr struct {
	Name  string
	Type  int    // 0 text, 1 page
	Value string // of a text
	Title string // of a page
	URL   string // of a page
}

func readContactChange(h Header, g group) Message {
	switch change := g.text("ChangeType"); change {
	case "create_user", "update_user", "delete_user":
		return readUserChange(h, g, change)
	case "create_party", "update_party", "delete_party":
		return &PartyChange{h, change, g.given(), g.integer("Id"), g.text("Name"), g.integer("ParentId"), g.integer("Order")}
	case "update_tag":
		return &TagChange{h, change, g.integer("TagId"), g.list("AddUserItems"), g.list("DelUserItems"), g.integers("AddPartyItems"), g.integers("DelPartyItems")}
	}
	return nil
}

func readUserChange(h Header, g group, change string) Message {
	m := &UserChange{
		Header: h, ChangeType: change, Given: g.given(),
		UserID: g.text("UserID"), NewUserID: g.text("NewUserID"), Name: g.text("Name"),
		Department: g.integers("Department"), MainDepartment: g.integer("MainDepartment"), IsLeaderInDept: g.integers("IsLeaderInDept"),
		DirectLeader: g.list("DirectLeader"), Position: g.text("Position"), Mobile: g.text("Mobile"), Gender: g.integer("Gender"),
		Email: g.text("Email"), BizMail: g.text("BizMail"), Status: g.integer("Status"), Avatar: g.text("Avatar"),
		Alias: g.text("Alias"), Telephone: g.text("Telephone"), Address: g.text("Address"),
	}
	for item := range g.sub("ExtAttr").each("Item") {
		web := item.sub("Web")
		a := ExtAttr{item.text("Name"), item.integer("Type"), item.sub("Text").text("Value"), web.text("Title"), web.either("Url", "URL")}
		if a.Value == "" {
			a.Value = item.text("Value") // seen instead of Text
		}
		m.ExtAttr = append(m.ExtAttr, a)
	}
	return m
}

// given lists the elements that are not those of every event.
func (g group) given() (names []string) {
	for _, e := range g.all {
		switch e.name {
		case "ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "AgentID", "ChangeType":
		default:
			names = append(names, e.name)
		}
	}
	return names
}
