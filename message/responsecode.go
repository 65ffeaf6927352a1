package message

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strconv"
	"strings"

	"github.com/bkwecom/wecom/internal/retry"
)

// Whoever has a response_code can redraw a card, so it stands in no error and no log line.
const hiddenCode = "[hidden]"

// String shows all but the ResponseCode.
func (r Result) String() string {
	return fmt.Sprintf("message.Result{MsgID:%q, InvalidUsers:%q, InvalidParties:%d, InvalidTags:%d, UnlicensedUsers:%q, ResponseCode:%s}",
		r.MsgID, r.InvalidUsers, r.InvalidParties, r.InvalidTags, r.UnlicensedUsers, shown(r.ResponseCode))
}

// Format answers every verb of package fmt, %#v too, with String.
func (r Result) Format(f fmt.State, _ rune) { io.WriteString(f, r.String()) }

// LogValue implements [slog.LogValuer].
func (r Result) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("MsgID", r.MsgID), slog.Any("InvalidUsers", r.InvalidUsers), slog.Any("InvalidParties", r.InvalidParties),
		slog.Any("InvalidTags", r.InvalidTags), slog.Any("UnlicensedUsers", r.UnlicensedUsers),
		slog.String("ResponseCode", shown(r.ResponseCode)))
}

// String shows neither the ResponseCode nor the words of the card.
func (u Update) String() string {
	change := "Card:none"
	switch {
	case !absent(u.Card):
		change = "Card:" + u.Card.cardType()
	case u.ReplaceName != "":
		change = fmt.Sprintf("ReplaceName:%d bytes", len(u.ReplaceName))
	}
	return fmt.Sprintf("message.Update{%s, ResponseCode:%s}", change, shown(u.ResponseCode))
}

// Format answers every verb of package fmt, %#v too, with String.
func (u Update) Format(f fmt.State, _ rune) { io.WriteString(f, u.String()) }

// LogValue implements [slog.LogValuer].
func (u Update) LogValue() slog.Value { return slog.StringValue(u.String()) }

func shown(code string) string {
	if code == "" {
		return `""`
	}
	return hiddenCode
}

// hiddenError stands for an error whose text held a response_code: a Caller may quote the request,
// and the vendor's errmsg what it refused. It does not unwrap, since the cause would show the code;
// it answers the three questions, and errors.Is.
type hiddenError struct {
	text  string
	cause error
}

func (e *hiddenError) Error() string        { return e.text }
func (e *hiddenError) Is(target error) bool { return errors.Is(e.cause, target) }
func (e *hiddenError) ErrCode() int         { return retry.ErrCode(e.cause) }
func (e *hiddenError) NotSent() bool        { return retry.NotSent(e.cause) }

func (e *hiddenError) Retryable() bool {
	var r interface{ Retryable() bool }
	return errors.As(e.cause, &r) && r.Retryable()
}

// hideCode leaves err as it is unless its text has the code in some form.
func hideCode(err error, code string) error {
	quoted, text := strconv.Quote(code), err.Error()
	for _, form := range []string{quoted[1 : len(quoted)-1], url.QueryEscape(code), url.PathEscape(code), code} {
		text = strings.ReplaceAll(text, form, hiddenCode)
	}
	if text == err.Error() {
		return err
	}
	return &hiddenError{text, err}
}
