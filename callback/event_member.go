package callback

// What a member did with the app as such. Vendor's document: "事件格式".
type (
	// EnterAgent (enter_agent) says that the member opened the app's chat. Sent
	// only if the app reports it (上报用户进入应用事件). A reply is a welcome.
	EnterAgent struct{ Header }
	// Subscribe (subscribe) says that the member came into the app's visible
	// range: it was changed, or the member joined or was enabled.
	Subscribe struct{ Header }
	// Unsubscribe (unsubscribe) says that the member left the app's visible
	// range. It has no reply.
	Unsubscribe struct{ Header }
	// LocationReport (LOCATION) is where the member is, on opening the app's
	// chat; for apps with location reporting, of members who agreed.
	LocationReport struct {
		Header
		Latitude, Longitude float64 // degrees
		Precision           float64 // metres
		AppType             string  // "wxwork", or "" from the WeChat plugin
	}
	// Unlicensed (unlicensed_notify) says that a member without a licence for the
	// API (接口许可) used the app.
	Unlicensed struct{ Header }
)

func readEnterAgent(h Header, _ group) Message { return &EnterAgent{h} }

func readSubscribe(h Header, _ group) Message { return &Subscribe{h} }

func readUnsubscribe(h Header, _ group) Message { return &Unsubscribe{h} }

func readLocationReport(h Header, g group) Message {
	return &LocationReport{h, g.decimal("Latitude"), g.decimal("Longitude"), g.decimal("Precision"), g.text("AppType")}
}

func readUnlicensed(h Header, _ group) Message { return &Unlicensed{h} }
