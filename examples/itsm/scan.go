package main

import (
	"net/http"

	"github.com/bkwecom/wecom/jssdk"
)

// Where the form is, and where its script asks for a signature.
const (
	formPath = phonePath + "ticket/create/"
	signPath = phonePath + "api/jssdk/"
)

// scans reports whether the form can scan an asset's code into its content. The
// form works without, in other clients and without JavaScript.
func (a *app) scans() bool {
	set := a.cfg.set
	return set.UseWeixin && set.IsQY && set.JSSDK != ""
}

// scripts are those of the form: the only page that has any.
func (a *app) scripts(r *http.Request) []string {
	if !a.scans() || r.URL.Path != formPath {
		return nil
	}
	return []string{a.cfg.set.JSSDK}
}

// openScanning adds what signs the form's address, for members who are signed in.
func (a *app) openScanning(mux *http.ServeMux, within func(http.Handler) http.Handler) error {
	if !a.scans() {
		return nil
	}
	set := a.cfg.set
	signer, err := jssdk.New(jssdk.Config{
		API: a.courier, CorpID: set.WeixinAppID, AgentID: set.AgentID,
		Pages: []string{set.PhoneURL("ticket/create/")}, APIs: []string{"scanQRCode", "checkJsApi"},
		OnError: func(err error) { a.cfg.log.Warn("the JS-SDK's ticket", "err", err) },
	})
	if err != nil {
		return err
	}
	both(mux, "GET", signPath, asked(within(signer.Handler())))
	return nil
}
