package message

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// Prepared is a checked message as the JSON that goes over the wire. Store it as it is: as bytes or
// as string(p), not as part of another JSON document, which would change its bytes. (json.Marshal
// of a Prepared makes base64, which is safe.) Printed, it shows its length only; string(p) has the text.
type Prepared []byte

// terms is what must be known of a request after a crash, when only its bytes are left.
type terms struct {
	ToUser         string `json:"touser"`
	DuplicateCheck int    `json:"enable_duplicate_check"`
	Interval       int64  `json:"duplicate_check_interval"`
}

// window is for how long after a first attempt the vendor drops a second: 0 is not at all.
func (p Prepared) window() time.Duration {
	var t terms
	if json.Unmarshal(p, &t) != nil || t.DuplicateCheck != 1 {
		return 0
	}
	if t.Interval == 0 {
		return defaultDuplicateInterval
	}
	return min(time.Duration(t.Interval)*time.Second, maxDuplicateInterval)
}

// users are the members that p names.
func (p Prepared) users() []string {
	var t terms
	_ = json.Unmarshal(p, &t) // what it could not read the vendor refuses
	if t.ToUser == "" || t.ToUser == everyone {
		return nil
	}
	return strings.Split(t.ToUser, "|")
}

// spelling maps lower-cased userids, as the vendor answers them, to what was sent.
func (p Prepared) spelling() map[string]string {
	var t terms
	if json.Unmarshal(p, &t) != nil {
		return nil
	}
	users := strings.Split(t.ToUser, "|")
	sent := make(map[string]string, len(users))
	for _, id := range users {
		sent[strings.ToLower(id)] = id
	}
	return sent
}

// String shows no message text, so that a Prepared may stand in a log line.
func (p Prepared) String() string { return fmt.Sprintf("message.Prepared(%d bytes)", len(p)) }

// Format answers every verb with String. Package fmt does not ask it where a Prepared is in an
// unexported field.
func (p Prepared) Format(f fmt.State, _ rune) { io.WriteString(f, p.String()) }

// LogValue is String: slog would print the bytes.
func (p Prepared) LogValue() slog.Value { return slog.StringValue(p.String()) }
