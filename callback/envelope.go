package callback

import "strings"

// An Envelope is how the requests to a callback address are written. An address
// has one: the same encrypted text would pass in both.
type Envelope int

// The envelopes.
const (
	// XML is that of apps.
	XML Envelope = iota
	// JSON is that of smart bots (智能机器人), and of apps that are set to it.
	JSON
)

// open returns the encrypted text of an envelope.
func (e Envelope) open(body string) (encrypted string, err error) {
	if e == JSON {
		return jsonEnvelope(body)
	}
	return envelope(body)
}

// envelope returns the text of the one <Encrypt> of an encrypted message, as
// the vendor's document "接收消息" prints it. The other elements are not signed,
// so nothing is read from them.
func envelope(body string) (encrypted string, err error) {
	var space [4]element
	elements, err := parse(space[:0], body, true)
	if err != nil {
		return "", ErrEnvelope
	}
	found := false
	for _, e := range elements {
		if e.name != "Encrypt" {
			continue
		}
		if found {
			return "", ErrEnvelope
		}
		found = true
		encrypted = e.inner
	}
	if s, ok := strings.CutPrefix(encrypted, cdataOpen); ok {
		encrypted = strings.TrimSuffix(s, cdataClose)
	}
	// Base64 needs no reference and no second section; both would be a second
	// way to write the same text.
	if encrypted == "" || strings.IndexByte(encrypted, '<') >= 0 || strings.IndexByte(encrypted, '&') >= 0 || strings.IndexByte(encrypted, ']') >= 0 {
		return "", ErrEnvelope
	}
	return encrypted, nil
}
