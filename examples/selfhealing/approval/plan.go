package approval

import "time"

// Mode is how a plan asks for its approval.
type Mode string

const (
	ModeReply Mode = "reply" // a text that is answered with TY or BH
	ModeCard  Mode = "card"  // a template card with two buttons
	ModePage  Mode = "page"  // a text that links to a page
)

// Plan says what an alarm of its type sets off, and who is asked before.
type Plan struct {
	AlarmType string `json:"alarm_type"`
	Name      string `json:"name"`
	Mode      Mode   `json:"approval"`

	// Approvers are WeCom userids. An empty list is allowed and lets nobody but
	// the super approvers decide; it never lets everybody.
	Approvers []string `json:"approvers"`

	// Timeout is how long after the alarm's arrival it may be decided.
	Timeout time.Duration `json:"timeout"`

	Run *Run `json:"run,omitempty"` // nil: the plan only logs its step
}

// Run is the hook that is posted to once an alarm is approved.
type Run struct {
	URL string        `json:"url"`
	Max time.Duration `json:"max"` // how long the post is repeated
}

// DefaultRunMax is how long a hook is repeated whose plan names no max.
const DefaultRunMax = 30 * time.Minute

// Plans are in the order of their file, at most one for an alarm type.
type Plans []Plan

// For returns the plan of an alarm type.
func (p Plans) For(alarmType string) (Plan, bool) {
	for _, plan := range p {
		if plan.AlarmType == alarmType {
			return plan, true
		}
	}
	return Plan{}, false
}

// HasRun reports whether any plan posts to a hook, which needs a signing secret.
func (p Plans) HasRun() bool {
	for _, plan := range p {
		if plan.Run != nil {
			return true
		}
	}
	return false
}
