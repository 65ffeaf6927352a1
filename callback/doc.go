// Package callback receives what WeCom (企业微信) members send to an app: an
// http.Handler for the address that the admin console calls 接收消息服务器配置.
//
//	h, err := callback.New(callback.Config{
//		Token: token, EncodingAESKey: key, ReceiverID: corpID,
//		Handle: func(ctx context.Context, m callback.Message) (callback.Reply, error) {
//			if m, ok := m.(*callback.Text); ok {
//				return callback.TextReply("收到 " + m.Content), nil
//			}
//			return nil, nil
//		},
//	})
//	mux.Handle("/wechat/entry/", h)
//	mux.Handle("/wechat/entry", h) // the vendor takes a redirect for a failure
//
// # When to use it
//
// For self-built apps (自建应用), whose callback is encrypted XML, and for smart bots
// (智能机器人), whose callback is encrypted JSON. What has no type here arrives as
// [*Unknown], whole.
//
// # When not
//
// Third-party apps (第三方应用) get instructions (suite_ticket and the like) that
// have no types here: they arrive as [*Unknown]. Messages that come by another way
// than HTTP, such as a queue, are opened with package crypto alone. There is no Mux
// to register functions with: a type switch is shorter, has the fields of the
// message at hand, and the compiler checks it.
//
// # Messages
//
// FromUser is the member. Every message takes the replies called M below, and has
// a MsgID. Vendor's document: "接收消息格式".
//
//	MsgType   type
//	text      Text
//	image     Image
//	voice     Voice
//	video     Video
//	location  Location
//	link      Link
//
// # Events
//
// An event has the MsgType event and no MsgID. FromUser is the member, or "sys"
// where the table says so. The last column tells which replies it takes; what is
// empty there takes none. Where several events share a type, its field Event
// tells them apart; where there is a field ChangeType, that does. Vendor's
// document: "事件格式".
//
//	Event                     type             from    replies
//	subscribe                 Subscribe        member  M
//	unsubscribe               Unsubscribe      member
//	enter_agent               EnterAgent       member  M
//	LOCATION                  LocationReport   member  M
//	unlicensed_notify         Unlicensed       member
//	click                     MenuClick        member  M
//	view                      MenuView         member  M
//	view_miniprogram          MenuMiniProgram  member  M
//	scancode_push             ScanCode         member
//	scancode_waitmsg          ScanCode         member  M
//	pic_sysphoto              SendPics         member
//	pic_photo_or_album        SendPics         member
//	pic_weixin                SendPics         member
//	location_select           LocationSelect   member
//	template_card_event       CardEvent        member  UpdateButton, UpdateTemplateCard
//	template_card_menu_event  CardMenu         member  UpdateTemplateCard, M
//	taskcard_click            TaskCardClick    member  UpdateTaskCard
//	switch_workbench_mode     WorkbenchMode    member
//	open_approval_change      OpenApproval     sys
//	sys_approval_change       SysApproval      sys
//	batch_job_result          BatchJobResult   sys
//	upload_media_job_finish   UploadMediaJob   sys
//	share_agent_change        ShareChange      sys
//	share_chain_change        ShareChange      sys
//	inactive_alert            AgentActivity    sys
//	low_active_alert          AgentActivity    sys
//	close_inactive_agent      AgentActivity    sys
//	reopen_inactive_agent     AgentActivity    sys
//	low_active                AgentActivity    sys
//	active_restored           AgentActivity    sys
//	change_app_admin          AppAdminChange   sys
//	app_email_change          AppEmail         sys
//	security                  SecurityChange   sys
//	msgaudit_notify           MsgAuditNotify   sys
//
// The contact book (通讯录), by ChangeType:
//
//	change_contact  create_user, update_user, delete_user     UserChange   sys
//	                create_party, update_party, delete_party  PartyChange  sys
//	                update_tag                                TagChange    sys
//
// People outside (客户联系, 微信客服, 上下游, 家校沟通), and the office tools:
//
//	change_external_contact        ExternalContact      sys
//	change_external_chat           ExternalChat         sys
//	change_external_tag            ExternalTag          sys
//	customer_acquisition           CustomerAcquisition  sys
//	kf_msg_or_event                KFMessages           nobody
//	kf_account_auth_change         KFAuthChange         sys
//	change_chain                   ChainChange          sys
//	change_school_contact          SchoolContact        sys
//	living_status_change           LivingStatus
//	modify_calendar                ScheduleChange
//	delete_calendar                ScheduleChange
//	add_schedule                   ScheduleChange
//	modify_schedule                ScheduleChange
//	delete_schedule                ScheduleChange
//	respond_schedule               ScheduleChange
//	book_meeting_room              MeetingRoom
//	cancel_meeting_room            MeetingRoom
//	meeting_change                 MeetingChange
//	doc_change                     DocChange
//	smart_sheet_change             DocChange
//	wedrive_file_change            WeDriveChange
//	wedrive_space_change           WeDriveChange
//	wedrive_insufficient_capacity  WeDriveChange
//
// Where the vendor's documents have spelt an element in two ways (OptionIds and
// OpitonIds, ItemUserId and ItemUserid, approverstep and ApproverStep), both are
// read.
//
// # Replies
//
// Vendor's document: "被动回复消息格式". A reply to what does not take it, or one
// that lacks something, makes the handler fail: WeCom would drop it in silence.
// To an [*Unknown] any is tried.
//
//	MsgType               type                answers
//	text                  TextReply           M
//	image                 ImageReply          M
//	voice                 VoiceReply          M
//	video                 VideoReply          M
//	news                  NewsReply           M
//	update_button         UpdateButton        template_card_event
//	update_template_card  UpdateTemplateCard  template_card_event, template_card_menu_event
//	update_taskcard       UpdateTaskCard      taskcard_click
//
// # Smart bots
//
// Set Config.Envelope to JSON and leave ReceiverID empty. Vendor's document:
// "智能机器人".
//
//	msgtype                    type          replies
//	text                       BotText       StreamReply, CardReply
//	image                      BotImage      StreamReply, CardReply
//	mixed                      BotMixed      StreamReply, CardReply
//	voice                      BotVoice      StreamReply, CardReply
//	file                       BotFile       StreamReply, CardReply
//	video                      BotVideo      StreamReply, CardReply
//	stream                     BotStream     StreamReply, CardReply
//	event enter_chat           BotEnterChat  TextReply, CardReply
//	event template_card_event  BotCardEvent  UpdateTemplateCard
//	event feedback_event       BotFeedback
//
// An app whose callback is set to JSON has the types of the other tables; that
// its messages and replies bear the names of the XML is the vendor's sample
// library's word alone.
//
// # At the border
//
// A request is checked in this order: method, Config.Peer, size (1 MiB), query,
// envelope, freshness of the timestamp (five minutes), signature, decryption,
// receiver. The envelope is the one of Config.Envelope; what the request says of
// its own kind is not looked at.
// Whatever is wrong, the peer sees the same 400; OnError is told which it was.
// The envelope, which anybody can send, is read strictly. The decrypted message
// is authentic and read tolerantly: what cannot be read is [*Unknown].
//
// A URL check (GET) is answered with 1 to 64 bytes of [0-9A-Za-z_+/=-] and
// nothing else, so that a captured message cannot be read by asking for it; nor
// is a captured URL check, or a reply of this app, taken for a message, though
// both are signed and encrypted like one.
//
// # Once
//
// The vendor delivers a message up to four times until it is answered with 200
// within 5 seconds. Handle runs once for all deliveries: a copy waits for the
// running handler, or gets the stored reply, encrypted anew. A message counts
// as handled only after Handle succeeded; after an error or a panic the peer
// gets a 500 and the next delivery runs it again.
//
// Before the 5 seconds are over an unfinished handler is acknowledged with an
// empty answer and goes on; its result goes to Late. So commit what must not
// get lost early, and send what the member shall see later as a message.
//
// Messages are not ordered: two of them can be handled at the same time.
//
// # Dead letters
//
// The vendor gives up after its last delivery, and comes no more after an
// acknowledgement. What Handle has failed on till then can be kept by
// Config.DeadLetters, listed, and handled again by [Handler.Replay], sealed all
// the while: after a rotation keep the former keys for as long as letters are
// kept.
//
// # Answers
//
// One 400 for every refusal: what it was for, OnError alone is told.
//
//	200  handled (with the reply, if any), or acknowledged; the answer to a URL check
//	400  refused
//	405  neither GET nor POST
//	500  Handle failed: the vendor delivers again
//	503  too many handlers, shutting down, or the duplicate store is away: the vendor delivers again
//
// # Errors
//
// OnError gets them wrapped: ask with errors.Is. None holds a secret.
//
//	error           answer  meaning                                  what to do
//	ErrMethod       405     neither GET nor POST                     nothing: somebody tries the address
//	ErrPeer         400     Config.Peer does not know the address    check the trusted proxies; see Peers
//	ErrTooLarge     400     body over 1 MiB                          nothing: the vendor's are far smaller
//	ErrBody         400     body broke off                           if often: look at the proxy in front
//	ErrQuery        400     msg_signature, timestamp, nonce or       let the proxy pass the query on unchanged
//	                        echostr missing or twice; over 8 KiB
//	ErrEnvelope     400     no encrypted message in this format      check Config.Envelope: XML for apps, JSON for bots
//	ErrStale        400     timestamp not ten digits, or over        check this machine's clock; else a replay
//	                        Config.Skew away
//	crypto's        400     not signed with this Token               compare Token; Rotate when it changes
//	  ErrSignature
//	crypto's        400     signed, but another EncodingAESKey       compare EncodingAESKey
//	  ErrCiphertext
//	crypto's        400     for another company or suite             compare ReceiverID; "" for bots
//	  ErrReceiver
//	ErrEcho         400     a message as a URL check, or the reverse nothing: a replay was refused
//	ErrReply        400     this app's own reply as a message        nothing: a replay was refused
//	ErrAgent        400     for another agentid                      add it to AgentIDs if it is yours
//	ErrBusy         503     MaxRunning reached, or shutting down     nothing: it comes again; raise MaxRunning if often
//	ErrDuplicates   503     Begin failed, or another process has     look at the store: it comes again
//	                        the message and has not finished
//	ErrDuplicates   as was  Done or Fail failed                      look at the store: it may be handled twice, or
//	                                                                 wait for the end of its lease
//	ErrHandler      500     Handle's error, a PanicError, or a reply mend Handle: it comes again, and after the
//	                        that does not fit its message            last delivery only from DeadLetters
//	ErrDeadLetters  as was  the letter could not be kept or dropped  look at that store; the answer stands
//
// A handler that fails after its acknowledgement tells OnError, too, and Late; its
// message is not delivered again. [New] and [Handler.Rotate] say which setting is
// wrong. [Handler.OpenLetter] and [Handler.Replay] return the same errors, ErrBusy
// where a delivery of the message is being handled just now.
package callback
