package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// UpdateTemplateCard answers a [*CardEvent] or a [*CardMenu]: Card takes the
// place of the tapped card, for this member alone, and may be of another kind.
// To a smart bot's [*BotCardEvent] it does so for UserIDs.
type UpdateTemplateCard struct {
	// Card is what encoding/json makes the object template_card of message/send
	// from: names, limits and kinds are of that document, and replace_text and
	// disable may be set. A json.RawMessage, a map or a struct will do.
	Card any
	// UserIDs is for smart bots: whose card is replaced; none is everybody's.
	UserIDs []string
}

func (UpdateTemplateCard) msgType() string { return "update_template_card" }

func (UpdateTemplateCard) answers(to audience) bool {
	return to.anything() || to == card || to == cardMenu || to == botCard
}

func (r UpdateTemplateCard) check(to audience) error {
	if len(r.UserIDs) > 0 && to != botCard && to != botUnknown {
		return errors.New("UserIDs is for smart bots: an app's reply changes the card of the member who tapped")
	}
	_, err := readCard(r.Card)
	return err
}

func (r UpdateTemplateCard) appendXML(buf []byte) []byte {
	c, _ := readCard(r.Card)
	buf = append(buf, "<TemplateCard>"...)
	buf, _ = cardFields.appendXML(buf, c.tree, "")
	return append(buf, "</TemplateCard>"...)
}

// A cardValue is a checked card, in both its forms.
type cardValue struct {
	raw  json.RawMessage
	tree map[string]any
}

// readCard checks a card by its JSON, so that there is one vocabulary for cards
// and this package needs none of its own.
func readCard(v any) (c cardValue, err error) {
	if c.raw, err = marshal(v); err != nil {
		return c, fmt.Errorf("template_card: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(c.raw))
	d.UseNumber()
	if err := d.Decode(&c.tree); err != nil || c.tree == nil {
		return c, errors.New("template_card is not a JSON object: set Card to what message/send takes")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return c, errors.New("template_card is not one JSON object")
	}
	if _, err = cardFields.appendXML(nil, c.tree, ""); err != nil {
		return c, err
	}
	return c, checkCardKind(c.tree)
}

// checkCardKind looks for what the kinds of cards cannot do without.
func checkCardKind(tree map[string]any) error {
	kind, _ := tree["card_type"].(string)
	needs, ok := cardNeeds[kind]
	if !ok {
		return errors.New("template_card.card_type is none of the vendor's kinds")
	}
	for _, name := range needs {
		if tree[name] == nil {
			return fmt.Errorf("template_card.%s is missing, a %s needs it", name, kind)
		}
	}
	return nil
}

var cardNeeds = map[string][]string{
	"text_notice":          nil,
	"news_notice":          {"main_title"},
	"button_interaction":   {"main_title", "button_list"},
	"vote_interaction":     {"main_title", "checkbox", "submit_button"},
	"multiple_interaction": {"main_title", "select_list", "submit_button"},
}

// appendXML writes an object with the names that passive replies have, in the
// order of the vendor's document. Its errors name fields and quote no content.
func (fields cardObject) appendXML(buf []byte, values map[string]any, path string) ([]byte, error) {
	seen := 0
	for _, f := range fields {
		v, ok := values[f.json]
		if !ok {
			continue
		}
		seen++
		var err error
		if buf, err = f.appendXML(buf, v, path+f.json); err != nil {
			return buf, err
		}
	}
	if seen == len(values) {
		return buf, nil
	}
	return buf, fmt.Errorf("template_card.%s has a field that is not in the vendor's document", path)
}

func (f cardField) appendXML(buf []byte, v any, path string) ([]byte, error) {
	wrong := fmt.Errorf("template_card.%s is not %s", path, f.kind)
	switch v := v.(type) {
	case nil:
		return buf, nil
	case string:
		if f.kind != textKind {
			return buf, wrong
		}
		if f.max > 0 && len(v) > f.max {
			return buf, fmt.Errorf("template_card.%s has %d bytes, the limit is %d", path, len(v), f.max)
		}
		return appendElement(buf, f.xml, v), nil
	case json.Number:
		if f.kind != numberKind {
			return buf, wrong
		}
		return appendRaw(buf, f.xml, v.String()), nil
	case bool:
		if f.kind != boolKind {
			return buf, wrong
		}
		return appendRaw(buf, f.xml, fmt.Sprint(v)), nil
	case map[string]any:
		if f.kind != objectKind {
			return buf, wrong
		}
		return f.appendObject(buf, v, path)
	case []any:
		if f.kind != listKind {
			return buf, wrong
		}
		if len(v) > f.max {
			return buf, fmt.Errorf("template_card.%s has %d entries, the limit is %d", path, len(v), f.max)
		}
		for i, item := range v {
			object, ok := item.(map[string]any)
			if !ok {
				return buf, fmt.Errorf("template_card.%s[%d] is not an object", path, i)
			}
			var err error
			if buf, err = f.appendObject(buf, object, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return buf, err
			}
		}
	}
	return buf, nil
}

func (f cardField) appendObject(buf []byte, v map[string]any, path string) ([]byte, error) {
	buf = append(append(append(buf, '<'), f.xml...), '>')
	buf, err := f.fields.appendXML(buf, v, path+".")
	return append(append(append(buf, "</"...), f.xml...), '>'), err
}

func appendRaw(buf []byte, name, value string) []byte {
	buf = append(append(append(buf, '<'), name...), '>')
	buf = append(buf, value...)
	return append(append(append(buf, "</"...), name...), '>')
}
