// Package settings reads what 故障自愈 is set up with.
package settings

import (
	"time"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/internal/webhook"
)

// DefaultApp is the app id of the guide.
const DefaultApp = "bk_fta_solutions"

// Settings of selfhealing, from the environment. Wechat holds first values: what
// the settings page saves wins.
type Settings struct {
	env.Common
	Wechat Wechat // each field may be empty at start, none malformed

	PushAppID  string     // BKAPP_FTA_APP_ID
	PushSecret env.Secret // BKAPP_FTA_APP_SECRET
	Admins     []string   // BKAPP_ADMINS: BlueKing user names; empty admits nobody
	RunSecret  env.Secret // BKAPP_FTA_RUN_SECRET
	Zone       *time.Location
	PlansFile  string // BKAPP_FTA_PLANS, empty if only -plans may name it
}

// Read reads all variables. What is missing or malformed is in r.
func Read(r *env.Reader) Settings {
	s := Settings{
		Common:     r.Common(DefaultApp),
		PushAppID:  r.Text("BKAPP_FTA_APP_ID"),
		PushSecret: r.Secret("BKAPP_FTA_APP_SECRET"),
		Admins:     splitNames(r.Text("BKAPP_ADMINS")),
		RunSecret:  r.Secret("BKAPP_FTA_RUN_SECRET"),
		// BlueKing's own apps run in this zone, wherever their containers are.
		Zone:      r.Zone("BKAPP_TIME_ZONE", "Asia/Shanghai"),
		PlansFile: r.Text("BKAPP_FTA_PLANS"),
	}
	r.Require("BKPAAS_APP_SECRET", "it is the app's own secret at BlueKing PaaS, and seals what is secret in the database; outside of PaaS any long random text will do, if it stays the same")
	r.Require("BKAPP_FTA_APP_ID", "it is the {app_id} of event/api/{app_id}/, where alarms are pushed")
	r.Require("BKAPP_FTA_APP_SECRET", "it is the X-Secret of who may push alarms")
	var problems []Problem
	s.Wechat, problems = ParseWechat(func(field string) string { return r.Text(field) })
	for _, p := range problems {
		r.Fail(p.Field, p.Text)
	}
	return s
}

// CheckRun complains if plans have hooks and nothing signs their posts.
func (s Settings) CheckRun(r *env.Reader, hooks bool) {
	if hooks && !s.RunSecret.Set() {
		r.Fail("BKAPP_FTA_RUN_SECRET", "is missing: it signs the posts to the run hooks that the plan file names")
	}
	if s.RunSecret.Set() {
		if _, err := webhook.ParseKey(s.RunSecret.Reveal()); err != nil {
			r.Fail("BKAPP_FTA_RUN_SECRET", err.Error())
		}
	}
}
