package callback

import "time"

// What happens to the app itself, and to jobs that it started. They come from
// "sys" and have no reply. Vendor's document: "事件格式".
type (
	// BatchJobResult (batch_job_result) is the end of an asynchronous job on the
	// contact book; batch/getresult has the details.
	BatchJobResult struct {
		Header
		JobID   string // at most 64 bytes
		JobType string // "sync_user", "replace_user", "invite_user" or "replace_party"
		ErrCode int    // 0 for success
		ErrMsg  string
	}
	// UploadMediaJob (upload_media_job_finish) is the end of an upload by address;
	// media/get_upload_by_url_result has the details.
	UploadMediaJob struct {
		Header
		JobID string
	}
	// ShareChange says that the companies changed with whom the app is shared:
	// load them again (corpgroup/corp/list_app_share_info).
	ShareChange struct {
		Header
		Event string // "share_agent_change" (企业互联) or "share_chain_change" (上下游)
	}
	// AgentActivity is a notice on how much the app is used.
	AgentActivity struct {
		Header
		// Event is "inactive_alert" (the app will be stopped), "low_active_alert",
		// "close_inactive_agent" (it was), "reopen_inactive_agent", "low_active" or
		// "active_restored".
		Event      string
		EffectTime time.Time // of the alerts
	}
	// WorkbenchMode (switch_workbench_mode) says that the app's own display on the
	// workbench was switched by FromUser.
	WorkbenchMode struct {
		Header
		Mode int // 1 on, 0 off
	}
	// AppAdminChange (change_app_admin) says that the app's administrators changed.
	AppAdminChange struct{ Header }
	// AppEmail (app_email_change) tells of mail for the app's own address.
	AppEmail struct {
		Header
		ChangeType string // "receive_email"
		Amount     int    // of mails
	}
	// SecurityChange (security) is a change that concerns security.
	SecurityChange struct {
		Header
		ChangeType string // "change_domain_ip": the addresses of the API changed
	}
	// MsgAuditNotify (msgaudit_notify) says that there are new conversations in
	// the archive (会话内容存档).
	MsgAuditNotify struct{ Header }
)

func readBatchJobResult(h Header, g group) Message {
	job := g.sub("BatchJob")
	return &BatchJobResult{h, job.text("JobId"), job.text("JobType"), job.integer("ErrCode"), job.text("ErrMsg")}
}

func readUploadMediaJob(h Header, g group) Message { return &UploadMediaJob{h, g.text("JobId")} }

func readShareChange(h Header, g group) Message { return &ShareChange{h, g.text("Event")} }

func readAgentActivity(h Header, g group) Message {
	return &AgentActivity{h, g.text("Event"), g.time("EffectTime")}
}

func readWorkbenchMode(h Header, g group) Message { return &WorkbenchMode{h, g.integer("Mode")} }

func readAppAdminChange(h Header, _ group) Message { return &AppAdminChange{h} }

func readAppEmail(h Header, g group) Message {
	return &AppEmail{h, g.text("ChangeType"), g.integer("Amount")}
}

func readSecurityChange(h Header, g group) Message { return &SecurityChange{h, g.text("ChangeType")} }

func readMsgAuditNotify(h Header, _ group) Message { return &MsgAuditNotify{h} }
