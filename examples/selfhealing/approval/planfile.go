package approval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxPlanFile = 1 << 20
	maxName     = 128 // bytes; the name stands in a message of 2048
	maxDuration = 7 * 24 * time.Hour
)

// LoadPlans reads a plan file.
func LoadPlans(path string) (Plans, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("plans: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxPlanFile+1))
	if err != nil {
		return nil, fmt.Errorf("plans: %w", err)
	}
	return ParsePlans(data)
}

// ParsePlans reads a JSON array of plans. The error joins everything that is
// wrong, each with the plan's index (from 0) and the field.
func ParsePlans(data []byte) (Plans, error) {
	if len(data) > maxPlanFile {
		return nil, fmt.Errorf("plans: the file is longer than %d bytes", maxPlanFile)
	}
	var r reader
	var plans Plans
	if !utf8.Valid(data) {
		r.fail("plans", "the file is not UTF-8")
	} else {
		r.array("plans", data, func(at string, raw json.RawMessage) { plans = append(plans, r.plan(at, raw)) })
	}
	first := map[string]int{}
	for i, p := range plans {
		if j, again := first[p.AlarmType]; again && p.AlarmType != "" {
			r.fail(fmt.Sprintf("plans[%d].alarm_type", i), fmt.Sprintf("%q has a plan already: plans[%d]", p.AlarmType, j))
		} else {
			first[p.AlarmType] = i
		}
	}
	if len(plans) == 0 && len(r.errs) == 0 {
		r.fail("plans", "the list is empty: no alarm could be answered")
	}
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return plans, nil
}

func (r *reader) plan(at string, raw json.RawMessage) (p Plan) {
	r.object(at, raw, fields{
		"alarm_type": {required: true, read: func(at string, raw json.RawMessage) { p.AlarmType = r.line(at, raw) }},
		"name":       {required: true, read: func(at string, raw json.RawMessage) { p.Name = r.line(at, raw) }},
		"approval": {required: true, read: func(at string, raw json.RawMessage) {
			text, ok := r.text(at, raw)
			p.Mode = Mode(text)
			if ok && p.Mode != ModeReply && p.Mode != ModeCard && p.Mode != ModePage {
				r.fail(at, fmt.Sprintf(`%q is none of "reply", "card", "page"`, p.Mode))
			}
		}},
		"approvers": {required: true, read: func(at string, raw json.RawMessage) {
			p.Approvers = []string{}
			r.array(at, raw, func(at string, raw json.RawMessage) {
				id, ok := r.text(at, raw)
				switch {
				case !ok:
					return
				case !ValidUserID(id):
					r.fail(at, fmt.Sprintf("%q is not a userid: %s", id, userIDRule))
				case findUser(p.Approvers, id) != "":
					r.fail(at, fmt.Sprintf("%q is in the list already", id))
				}
				p.Approvers = append(p.Approvers, id)
			})
		}},
		"timeout": {required: true, read: func(at string, raw json.RawMessage) { p.Timeout = r.duration(at, raw) }},
		"run":     {read: func(at string, raw json.RawMessage) { p.Run = r.run(at, raw) }},
	})
	if p.Mode == ModeCard && p.Timeout > MaxCardTimeout {
		r.fail(at+".timeout", fmt.Sprintf("is longer than %v, after which WeCom changes no card any more", MaxCardTimeout))
	}
	return p
}

func (r *reader) run(at string, raw json.RawMessage) *Run {
	run := &Run{Max: DefaultRunMax}
	r.object(at, raw, fields{
		"url": {required: true, read: func(at string, raw json.RawMessage) {
			text, ok := r.text(at, raw)
			run.URL = text
			u, err := url.Parse(text)
			switch {
			case !ok:
			case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
				r.fail(at, "an absolute http or https URL is wanted")
			case u.User != nil:
				r.fail(at, "a URL with a user name or password would be logged: the hook proves the sender by its signature")
			}
		}},
		"max": {read: func(at string, raw json.RawMessage) { run.Max = r.duration(at, raw) }},
	})
	return run
}

// line is a short text that cannot break out of the line that shows it.
func (r *reader) line(at string, raw json.RawMessage) string {
	s, ok := r.text(at, raw)
	hidden := func(c rune) bool { return unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp) }
	switch {
	case !ok:
	case strings.TrimSpace(s) == "":
		r.fail(at, "is empty")
	case len(s) > maxName:
		r.fail(at, fmt.Sprintf("is longer than %d bytes", maxName))
	case strings.ContainsFunc(s, hidden):
		r.fail(at, "has a line break or an invisible character")
	}
	return s
}

func (r *reader) duration(at string, raw json.RawMessage) time.Duration {
	text, ok := r.text(at, raw)
	d, err := time.ParseDuration(text)
	if !ok {
		return 0
	}
	if err != nil || d < time.Millisecond || d > maxDuration {
		r.fail(at, `a positive duration up to 168h is wanted, such as "20m"`)
	}
	return d
}
