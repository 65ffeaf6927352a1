package message

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bkwecom/wecom/internal/retry"
)

// Update changes a card that is on the phones already. It has either a ReplaceName or a Card.
type Update struct {
	// ResponseCode is [Result.ResponseCode] of the card, or that of an event of the card. It works
	// once, for 72 h, and for the app that sent the card. It is a key to the card: fmt and log/slog
	// do not show it where the Update is a value of its own; what encloses it may, and encoding/json
	// does.
	ResponseCode string
	// To is who sees the change: [Everyone] is all receivers of the card.
	To Recipients

	// ReplaceName takes the place of the card's buttons, which cannot be tapped any more.
	ReplaceName string
	// Card replaces the whole card, and may be of another kind. Its TaskID may be the old one's. Here
	// it may have the fields that are for updates only: ReplaceText and Disable.
	Card Card
	// IDTranslation is as [Message.IDTranslation], for Card.
	IDTranslation bool
}

// UpdateResult tells who did not get an update.
type UpdateResult struct {
	InvalidUsers   []string // in the spelling that was sent
	InvalidParties []int
	InvalidTags    []int
}

// ErrMaybeUpdated stands beside the vendor's 60140 (the response_code is used or too old) when an
// earlier attempt of the same Update got no answer: it is probably that one which used the code,
// and the card is changed. It may as well have been used by somebody else, or have expired.
var ErrMaybeUpdated = errors.New("an attempt without an answer has probably updated the card")

const codeUsed = 60140

// Update changes a card, in one of two ways: its buttons, or the whole card.
//
// An update that may have arrived is made again all the same, three times at most: since a
// response_code works once, no copy can do anything that the first did not. The price is that a
// repeated one whose first attempt did arrive answers 60140; that error is [ErrMaybeUpdated], too.
//
// Errors: [*LimitError] and [*FieldError] before the call; from the vendor 60140 (the code is wrong,
// used or too old) and 42015 (another app's card). None of them shows the response_code.
//
// Source: vendor's document message/update_template_card.
func (s *Sender) Update(ctx context.Context, u Update) (UpdateResult, error) {
	var f fields
	if s.AgentID <= 0 {
		f.bad("agentid", "%d is no app: set Sender.AgentID", s.AgentID)
	}
	r := u.request(&f)
	if f.err != nil {
		return UpdateResult{}, f.err
	}
	r.AgentID = s.AgentID
	in, err := appendJSON(nil, r)
	if err != nil {
		return UpdateResult{}, err
	}
	got, err := s.update(ctx, in)
	if err != nil {
		return UpdateResult{}, hideCode(err, u.ResponseCode)
	}
	return got.updateResult(u.To), nil
}

func (s *Sender) update(ctx context.Context, in []byte) (answer, error) {
	var got answer
	mayHaveArrived := false
	err := s.repeat(ctx, "update_template_card", always, func(ctx context.Context) error {
		got = answer{} // an attempt that failed may have left something
		err := s.API.Call(ctx, "POST", "/cgi-bin/message/update_template_card", nil, json.RawMessage(in), &got)
		if mayHaveArrived && retry.ErrCode(err) == codeUsed {
			return fmt.Errorf("%w (%w)", err, ErrMaybeUpdated)
		}
		mayHaveArrived = mayHaveArrived || !retry.NotSent(err)
		return err
	})
	return got, err
}

// updateRequest has the vendor's names and order.
type updateRequest struct {
	UserIDs       []string      `json:"userids,omitempty"`
	PartyIDs      []int         `json:"partyids,omitempty"`
	TagIDs        []int         `json:"tagids,omitempty"`
	AtAll         int           `json:"atall,omitempty"`
	AgentID       int           `json:"agentid"`
	ResponseCode  string        `json:"response_code"`
	Button        *updateButton `json:"button,omitempty"`
	IDTranslation int           `json:"enable_id_trans,omitempty"`
	Card          *templateCard `json:"template_card,omitempty"`
}

type updateButton struct {
	ReplaceName string `json:"replace_name"`
}

func (u Update) request(f *fields) updateRequest {
	r := updateRequest{ResponseCode: u.ResponseCode}
	f.required("response_code", u.ResponseCode)
	u.To.checkUpdate(f, &r)
	switch {
	case absent(u.Card) && u.ReplaceName == "":
		f.bad("template_card", "is required, or button.replace_name: set Update.Card or Update.ReplaceName")
	case absent(u.Card):
		f.text("button.replace_name", u.ReplaceName)
		if u.IDTranslation {
			f.bad("enable_id_trans", "is for a template_card: leave Update.IDTranslation false")
		}
		r.Button = &updateButton{u.ReplaceName}
	case u.ReplaceName != "":
		f.bad("button.replace_name", "stands beside a template_card: leave Update.ReplaceName empty, and set ReplaceText of the card")
	default:
		u.Card.checkCard(part{f: f, path: "template_card", update: true})
		card := u.Card.wire()
		r.Card, r.IDTranslation = &card, flag(u.IDTranslation)
	}
	return r
}
