package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// readAlarm reads the JSON of one alarm. Fields that are not known are left
// alone, since monitoring systems send more.
func readAlarm(body io.Reader, zone *time.Location) (a approval.Alarm, err error) {
	var in struct {
		IP      string          `json:"ip"`
		ID      string          `json:"source_id"`
		Time    string          `json:"source_time"`
		Type    string          `json:"alarm_type"`
		Content string          `json:"alarm_content"`
		Context json.RawMessage `json:"alarm_context"`
		Format  string          `json:"format"`
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		if large := new(http.MaxBytesError); errors.As(err, &large) {
			return a, fmt.Errorf("the body is over %d bytes", large.Limit)
		}
		return a, errors.New("the body could not be read")
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return a, fmt.Errorf("%s: a %s is not what is expected there", wrong.Field, wrong.Value)
		}
		return a, errors.New("the body is not a JSON object")
	}
	if name := twice(raw); name != "" {
		return a, fmt.Errorf("%s: is there twice", name)
	}
	switch in.Format {
	case "", "json":
	case "base64":
		content, err := base64.StdEncoding.DecodeString(in.Content)
		if err != nil {
			return a, errors.New("alarm_content: is not base64, which format says")
		}
		in.Content = string(content)
	default:
		return a, errors.New("format: is neither json nor base64")
	}
	if string(in.Context) == "null" {
		in.Context = nil
	}
	a = approval.Alarm{IP: in.IP, SourceID: in.ID, Type: in.Type, Content: in.Content, Context: in.Context}
	if strings.TrimSpace(in.Time) != "" {
		if a.SourceTime, err = parseTime(in.Time, zone); err != nil {
			return a, err
		}
	}
	return a, nil
}

// alarmFields are the names that readAlarm knows.
var alarmFields = []string{"ip", "source_id", "source_time", "alarm_type", "alarm_content", "alarm_context", "format"}

// twice returns a field that an object has more than once: which of the two is meant
// would be a guess. encoding/json takes the last, or the one before a null, and a name
// in any letters.
func twice(object []byte) string {
	d := json.NewDecoder(bytes.NewReader(object))
	_, err := d.Token()
	seen := map[string]bool{}
	for err == nil && d.More() {
		var name json.Token
		if name, err = d.Token(); err != nil {
			break
		}
		key, _ := name.(string)
		if i := slices.IndexFunc(alarmFields, func(f string) bool { return strings.EqualFold(f, key) }); i >= 0 {
			if seen[alarmFields[i]] {
				return alarmFields[i]
			}
			seen[alarmFields[i]] = true
		}
		err = d.Decode(new(json.RawMessage))
	}
	return ""
}

// parseTime reads "2006-01-02 15:04:05" with an optional offset; without one
// the time is in zone.
func parseTime(s string, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04:05-07:00", "2006-01-02 15:04:05-0700", "2006-01-02 15:04:05Z07:00", time.RFC3339} {
		for _, l := range []string{layout, strings.Replace(layout, "05-", "05 -", 1)} {
			if t, err := time.ParseInLocation(l, s, zone); err == nil {
				return t, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf(`source_time: is not like "2006-01-02 15:04:05" or "2006-01-02 15:04:05+08:00" (without an offset it is in %s)`, zone)
}
