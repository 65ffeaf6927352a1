package courier

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// readdress makes a stored message one of the agentid of now. It was stored with
// the one of then: after a change WeCom would refuse it (301002), or take it for
// another app's. It goes out under the new one even if it has been tried: the
// usual reason for a change is that the old one was refused.
func readdress(payload []byte, agentID int) []byte {
	now := strconv.Itoa(agentID)
	var fields map[string]json.RawMessage
	if json.Unmarshal(payload, &fields) != nil || fields["agentid"] == nil || string(fields["agentid"]) == now {
		return payload // as it is: repetitions are recognised by their bytes
	}
	fields["agentid"] = json.RawMessage(now)
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false) // WeCom refuses \u escapes (40033)
	if out.Encode(fields) != nil {
		return payload
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
