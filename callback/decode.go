package callback

import (
	"bytes"
	"strings"
	"sync"
)

// space is where the elements of a message are collected while it is read.
type space struct {
	elements [16]element
	bad      bool
}

var spaces = sync.Pool{New: func() any { return new(space) }}

// decode reads a decrypted message. An authentic one that cannot be read is
// Unknown, so that nothing gets lost; only the text of a URL check, which is as
// rightly signed, is no message at all.
func (e Envelope) decode(plain []byte) (m Message, is form, err error) {
	if e == JSON && isObject(plain) {
		m, is, err = decodeJSON(plain)
	} else {
		m = decodeXML(string(plain))
	}
	if err != nil {
		return nil, is, err
	}
	if m == nil {
		if isEcho(plain) {
			return nil, is, ErrEcho
		}
		m = &Unknown{}
	}
	if u, ok := m.(*Unknown); ok {
		u.Raw = bytes.Clone(plain)
	}
	return m, is, nil
}

func isObject(plain []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(plain, " \t\r\n"), []byte("{"))
}

// decodeXML returns nil for what is no XML.
func decodeXML(src string) Message {
	s := spaces.Get().(*space)
	defer func() {
		*s = space{} // a pool must keep no message alive
		spaces.Put(s)
	}()
	all, err := parse(s.elements[:0], src, false)
	if err != nil {
		return nil
	}
	g := group{all, &s.bad}
	h := Header{
		ToUser:     g.text("ToUserName"),
		FromUser:   g.text("FromUserName"),
		CreateTime: strings.TrimSpace(g.text("CreateTime")),
		AgentID:    strings.TrimSpace(g.text("AgentID")),
		MsgID:      strings.TrimSpace(g.text("MsgId")),
	}
	msgType, event := g.text("MsgType"), ""
	read := messageKinds[msgType]
	if msgType == "event" {
		event = g.text("Event")
		read = eventKinds[event]
	}
	if read != nil {
		if m := read(h, g); m != nil && !s.bad {
			return m
		}
	}
	return &Unknown{Header: h, MsgType: msgType, Event: event, ChangeType: g.text("ChangeType")}
}

// A reader of one kind returns nil for a ChangeType that it does not know.
type kindReader func(Header, group) Message

// messageKinds has the MsgTypes of the vendor's document "接收消息格式".
var messageKinds = map[string]kindReader{
	"text":     readText,
	"image":    readImage,
	"voice":    readVoice,
	"video":    readVideo,
	"location": readLocation,
	"link":     readLink,
}

// eventKinds has the Events. It is a map, so that reading takes the same time
// however many there are.
var eventKinds = map[string]kindReader{
	"subscribe":         readSubscribe,
	"unsubscribe":       readUnsubscribe,
	"enter_agent":       readEnterAgent,
	"LOCATION":          readLocationReport,
	"unlicensed_notify": readUnlicensed,

	"click":              readMenuClick,
	"view":               readMenuView,
	"view_miniprogram":   readMenuMiniProgram,
	"scancode_push":      readScanCode,
	"scancode_waitmsg":   readScanCode,
	"pic_sysphoto":       readSendPics,
	"pic_photo_or_album": readSendPics,
	"pic_weixin":         readSendPics,
	"location_select":    readLocationSelect,

	"template_card_event":      readCardEvent,
	"template_card_menu_event": readCardMenu,
	"taskcard_click":           readTaskCardClick,

	"open_approval_change": readOpenApproval,
	"sys_approval_change":  readSysApproval,

	"change_contact":   readContactChange,
	"batch_job_result": readBatchJobResult,

	"upload_media_job_finish": readUploadMediaJob,
	"share_agent_change":      readShareChange,
	"share_chain_change":      readShareChange,
	"inactive_alert":          readAgentActivity,
	"low_active_alert":        readAgentActivity,
	"close_inactive_agent":    readAgentActivity,
	"reopen_inactive_agent":   readAgentActivity,
	"low_active":              readAgentActivity,
	"active_restored":         readAgentActivity,
	"switch_workbench_mode":   readWorkbenchMode,
	"change_app_admin":        readAppAdminChange,
	"app_email_change":        readAppEmail,
	"security":                readSecurityChange,
	"msgaudit_notify":         readMsgAuditNotify,

	"change_external_contact": readExternalContact,
	"change_external_chat":    readExternalChat,
	"change_external_tag":     readExternalTag,
	"customer_acquisition":    readCustomerAcquisition,
	"kf_msg_or_event":         readKFMessages,
	"kf_account_auth_change":  readKFAuthChange,
	"change_chain":            readChainChange,
	"change_school_contact":   readSchoolContact,

	"living_status_change":          readLivingStatus,
	"modify_calendar":               readScheduleChange,
	"delete_calendar":               readScheduleChange,
	"add_schedule":                  readScheduleChange,
	"modify_schedule":               readScheduleChange,
	"delete_schedule":               readScheduleChange,
	"respond_schedule":              readScheduleChange,
	"book_meeting_room":             readMeetingRoom,
	"cancel_meeting_room":           readMeetingRoom,
	"meeting_change":                readMeetingChange,
	"doc_change":                    readDocChange,
	"smart_sheet_change":            readDocChange,
	"wedrive_file_change":           readWeDriveChange,
	"wedrive_space_change":          readWeDriveChange,
	"wedrive_insufficient_capacity": readWeDriveChange,
}
