package approval

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Status of an alarm.
type Status string

const (
	Waiting   Status = "waiting"
	Approved  Status = "approved" // decided; its run has not begun
	Running   Status = "running"
	Succeeded Status = "succeeded"
	Failed    Status = "failed" // 执行失败
	Rejected  Status = "rejected"
	TimedOut  Status = "timed_out"

	// Joined is counted by [Desk.Counts] alone: an alarm that joined an incident
	// has the incident's status.
	Joined Status = "joined"
)

// Node is the number of the one approval that an alarm has.
const Node = 1

// Alarm is one alarm and what has become of it.
type Alarm struct {
	ID int64

	// What was pushed. AppID and SourceID together name it once.
	AppID, SourceID string
	SourceTime      time.Time
	IP              string
	Type            string // alarm_type
	Content         string
	Context         json.RawMessage // alarm_context, nil if there was none

	// Plan is as it was when the alarm came: who was asked decides, and what was
	// announced runs, even if the plan file is changed meanwhile.
	Plan     Plan
	Status   Status
	Pushed   time.Time
	Deadline time.Time
	Version  int64 // grows with every change of Status

	// Incident is the number of the alarm that this one has joined, and whose
	// approval, decision and end are this one's too; 0 if it has its own. Joined
	// counts those that have joined this one.
	Incident int64
	Joined   int

	// The decision. DecidedBy is empty without one: timeouts are no decision.
	DecidedBy string // as the list of approvers spells it
	DecidedAt time.Time
	Approved  bool
	Channel   Channel
	Reason    string

	AskedRow int64  // the outbox row that asked for approval, 0 if none
	RunID    string // webhook-id of the run
	RunError string
}

// Number is what a member answers with: {alarm}_{node}.
func (a Alarm) Number() string { return fmt.Sprintf("%d_%d", a.ID, Node) }

// Skipped reports whether the timeout skips the alarm (page) rather than fails
// it (reply, card).
func (a Alarm) Skipped() bool { return a.Status == TimedOut && a.Plan.Mode == ModePage }

// ParseNumber undoes [Alarm.Number]. Digits are ASCII without leading zeros, so
// that an alarm has one number.
func ParseNumber(s string) (alarm int64, node int, ok bool) {
	left, right, _ := strings.Cut(s, "_")
	alarm, errAlarm := strconv.ParseInt(left, 10, 64)
	node, errNode := strconv.Atoi(right)
	if errAlarm != nil || errNode != nil || alarm < 1 || node < 1 || fmt.Sprintf("%d_%d", alarm, node) != s {
		return 0, 0, false
	}
	return alarm, node, true
}

// Channel is the way a decision came.
type Channel string

const (
	ChannelReply    Channel = "reply"
	ChannelCard     Channel = "card"
	ChannelPage     Channel = "page"
	ChannelTimer    Channel = "timer"
	ChannelPush     Channel = "push"
	ChannelRun      Channel = "run"
	ChannelMessage  Channel = "message"  // what members were sent
	ChannelSettings Channel = "settings" // the settings page
)

// System is the actor of what no member did. It is no valid userid.
const System = "system:"
