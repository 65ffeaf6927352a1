package message_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/message"
)

func TestCardJSON(t *testing.T) {
	t.Parallel()
	var field *message.FieldError
	for _, c := range []message.Card{nil, (*message.TextNotice)(nil), message.TextNotice{}} {
		if got, err := message.CardJSON(c); !errors.As(err, &field) || got != nil {
			t.Errorf("%v: %s, %v", c, got, err)
		}
	}
	got, err := message.CardJSON(message.TextNotice{MainTitle: message.MainTitle{Title: "已驳回"}, CardAction: message.URL("https://mycompany.com/")})
	if err != nil || !json.Valid(got) || !strings.HasPrefix(string(got), `{"card_type":"text_notice"`) {
		t.Errorf("%s, %v", got, err)
	}
}
