package callback

// What happens in WeCom's office tools, for apps that may see them. They have no
// reply. Vendor's documents: "效率工具", 回调通知 of each tool.
type (
	// LivingStatus (living_status_change) is a live broadcast that begins or ends.
	LivingStatus struct {
		Header
		LivingID string
		Status   int
	}
	// ScheduleChange is a change of a calendar or of an appointment in it.
	ScheduleChange struct {
		Header
		// Event is "modify_calendar", "delete_calendar", "add_schedule",
		// "modify_schedule", "delete_schedule" or "respond_schedule".
		Event      string
		CalID      string
		ScheduleID string // "" if it is about the calendar
	}
	// MeetingRoom is a booking of a meeting room.
	MeetingRoom struct {
		Header
		Event         string // "book_meeting_room" or "cancel_meeting_room"
		MeetingRoomID string
		MeetingID     string
		BookingID     string // newer than MeetingID
	}
	// MeetingChange (meeting_change) is a change of a meeting.
	MeetingChange struct {
		Header
		ChangeType string // "create_meeting", "modify_meeting", …
		MeetingID  string
	}
	// DocChange is a change of documents, forms and smart sheets.
	DocChange struct {
		Header
		Event      string // "doc_change" or "smart_sheet_change"
		ChangeType string
		DocIDs     []string
		FormIDs    []string
		SheetID    string
		FieldIDs   []string
		RecordIDs  []string
	}
	// WeDriveChange is a change in the drive (微盘).
	WeDriveChange struct {
		Header
		Event      string // "wedrive_file_change", "wedrive_space_change" or "wedrive_insufficient_capacity"
		ChangeType string
		FileID     string
		SpaceID    string
	}
)

func readLivingStatus(h Header, g group) Message {
	return &LivingStatus{h, g.text("LivingId"), g.integer("Status")}
}

func readScheduleChange(h Header, g group) Message {
	return &ScheduleChange{h, g.text("Event"), g.text("CalId"), g.text("ScheduleId")}
}

func readMeetingRoom(h Header, g group) Message {
	return &MeetingRoom{h, g.text("Event"), g.text("MeetingRoomId"), g.text("MeetingId"), g.text("BookingId")}
}

func readMeetingChange(h Header, g group) Message {
	return &MeetingChange{h, g.text("ChangeType"), g.text("MeetingId")}
}

func readDocChange(h Header, g group) Message {
	return &DocChange{
		Header: h, Event: g.text("Event"), ChangeType: g.text("ChangeType"), DocIDs: g.texts("DocId"), FormIDs: g.texts("FormId"),
		SheetID: g.text("SheetId"), FieldIDs: g.texts("FieldId"), RecordIDs: g.texts("RecordId"),
	}
}

func readWeDriveChange(h Header, g group) Message {
	return &WeDriveChange{h, g.text("Event"), g.text("ChangeType"), g.text("FileId"), g.text("SpaceId")}
}
