package message

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// encode writes the request in the order of the vendor's document, the same bytes for the same
// message, since the vendor's duplicate check compares requests.
func (m Message) encode(to receivers, agentID int) ([]byte, error) {
	msgType := m.Content.kind().msgType
	b := append(make([]byte, 0, 512), '{')
	// Recipients need no escaping: their check lets no character pass that JSON escapes.
	b = appendString(b, "touser", to.users)
	b = appendString(b, "toparty", to.parties)
	b = appendString(b, "totag", to.tags)
	b = appendString(b, "msgtype", msgType)
	b = appendInt(b, "agentid", agentID)
	b = append(append(append(b, '"'), msgType...), `":`...)
	b, err := appendJSON(b, m.Content.payload())
	if err != nil {
		return nil, err
	}
	b = append(b, ',')
	b = appendInt(b, "safe", int(m.Safe))
	b = appendInt(b, "enable_id_trans", flag(m.IDTranslation))
	b = appendInt(b, "enable_duplicate_check", flag(m.DuplicateCheck))
	b = appendInt(b, "duplicate_check_interval", int(m.DuplicateInterval/time.Second))
	b[len(b)-1] = '}' // in the place of the last comma
	return b, nil
}

func appendString(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(append(append(b, '"'), name...), `":"`...)
	return append(append(b, value...), `",`...)
}

func appendInt(b []byte, name string, value int) []byte {
	if value == 0 {
		return b
	}
	b = append(append(append(b, '"'), name...), `":`...)
	return append(strconv.AppendInt(b, int64(value), 10), ',')
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

// appendJSON appends v as JSON in which everything that can stand raw does: the vendor refuses
// \u escapes with 40033, and <a href> must not become \u003ca href.
func appendJSON(b []byte, v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("message: encoding the request: %w", err)
	}
	encoded := bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	if bytes.Contains(encoded, []byte(`\u202`)) {
		return appendRaw(b, encoded), nil
	}
	return append(b, encoded...), nil
}

// appendRaw undoes the two escapes that encoding/json always makes: U+2028 and U+2029.
func appendRaw(b, encoded []byte) []byte {
	for i := 0; i < len(encoded); i++ {
		if encoded[i] != '\\' {
			b = append(b, encoded[i])
			continue
		}
		switch rest := encoded[i:]; {
		case bytes.HasPrefix(rest, []byte(`\u2028`)):
			b = append(b, "\u2028"...)
			i += 5
		case bytes.HasPrefix(rest, []byte(`\u2029`)):
			b = append(b, "\u2029"...)
			i += 5
		default: // an escape is two bytes at least: \\u2028 is a backslash and five letters
			b = append(b, rest[:2]...)
			i++
		}
	}
	return b
}
