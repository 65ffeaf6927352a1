package wecom

// Codes that a program or its operator acts on (vendor's document: 90313, global
// error codes). The errmsg beside a code is not stable: decide on [Error.Code] only.
const (
	CodeSystemBusy       = -1     // try again later, at most three times
	CodeInvalidSecret    = 40001  // Secret wrong, reset or of another company, or the app is disabled
	CodeInvalidCorpID    = 40013  // no such company
	CodeInvalidToken     = 40014  // the access token is not valid; Call renews it once
	CodeInvalidOAuthCode = 40029  // the code of a sign-in is used, or older than five minutes
	CodeInvalidAgentID   = 40056  // no such app
	CodeExpiredToken     = 42001  // the access token has ended; Call renews it once
	CodeRateLimited      = 45009  // over a limit; blocked until the minute, hour or day has ended
	CodeConcurrencyLimit = 45033  // too many calls at once
	CodeForbidden        = 48002  // this app or kind of secret has no right to the API
	CodeNoPrivilege      = 60011  // member, department or tag outside the app's visible range
	CodeUntrustedIP      = 60020  // this server's address is not among the app's trusted IPs
	CodeUnknownUser      = 60111  // no such userid, or not visible to the app
	CodeNoReceiver       = 81013  // none of the receivers exists or is visible to the app
	CodeWrongAgent       = 301002 // the agentid is not that of the app whose Secret made the token
)

// retryable are the codes that the vendor's list calls passing troubles, and
// 45033, which passes with the calls that run now. 45009 is not among them: it
// lasts for the rest of a minute, an hour or a day.
func retryable(code int) bool {
	switch code {
	case CodeSystemBusy, 6000, 40129, 41063, 41079, CodeConcurrencyLimit, 81026,
		90304, 90507, 301022, 301064, 302005, 302008, 830003:
		return true
	}
	return false
}

// hints say what to do next, to the person who reads the log.
var hints = map[int]string{
	CodeSystemBusy:       "WeCom is busy: try again later",
	CodeInvalidSecret:    "check that Secret is this app's current one and that the app is enabled; repeated wrong secrets block this address for an hour",
	40091:                "check that Secret is this app's current one",
	CodeInvalidCorpID:    "check CorpID",
	CodeInvalidToken:     "a new token was refused as well, or this API wants another kind of secret",
	CodeExpiredToken:     "a new token was refused as well: check this machine's clock and other users of the Secret",
	40033:                `send JSON without \u escapes`,
	CodeInvalidOAuthCode: "start the sign-in again: a code is good once, for five minutes",
	CodeInvalidAgentID:   "check the agentid in the admin console",
	40058:                "check the request against the vendor's reference, and that the method is right",
	CodeRateLimited:      "stop calling until the minute, hour or day has ended",
	CodeConcurrencyLimit: "make fewer calls at once",
	48001:                "the company has not been granted this API",
	CodeForbidden:        "use the Secret of an app that has the right to this API",
	50001:                "add the page's domain, with its port, to the app's trusted domains (可信域名)",
	CodeNoPrivilege:      "add the member, department or tag to the app's visible range (可见范围)",
	CodeUntrustedIP:      "add this server's address to the app's trusted IPs (企业可信IP); it takes about a minute",
	CodeUnknownUser:      "check the userid and the app's visible range (可见范围)",
	CodeNoReceiver:       "check the receivers and the app's visible range (可见范围)",
	82001:                "name at least one receiver",
	CodeWrongAgent:       "use the agentid of the app that Secret belongs to",
}
