package message_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func TestNothingPrintsTheResponseCode(t *testing.T) {
	t.Parallel()
	res := message.Result{MsgID: "M1", InvalidUsers: []string{"lisi"}, InvalidParties: []int{7}, ResponseCode: "canary"}
	byName := message.Update{ResponseCode: "canary", To: message.Everyone, ReplaceName: "机密"}
	byCard := message.Update{ResponseCode: "canary", Card: with(textNotice(), func(c *message.TextNotice) { c.SubTitleText = "机密" })}
	for _, v := range []any{res, &res, byName, &byName, byCard, struct{ R message.Result }{res}, []message.Update{byCard}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "canary") || strings.Contains(got, fmt.Sprintf("%x", "canary")) || strings.Contains(got, "机密") {
				t.Errorf("%s of %T: %s", verb, v, got)
			}
		}
	}
	for _, v := range []any{res, &res, byName, &byCard} {
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Info("sent", "what", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("sent", "what", v)
		if got := out.String(); strings.Contains(got, "canary") || strings.Contains(got, "机密") {
			t.Errorf("slog of %T: %s", v, got)
		}
	}
}

func TestPrintingTellsTheRest(t *testing.T) {
	t.Parallel()
	res := message.Result{MsgID: "M1", InvalidUsers: []string{"lisi"}, InvalidParties: []int{7}, ResponseCode: "canary"}
	for _, tt := range []struct {
		got  any
		want string
	}{
		{res, `message.Result{MsgID:"M1", InvalidUsers:["lisi"], InvalidParties:[7], InvalidTags:[], UnlicensedUsers:[], ResponseCode:[hidden]}`},
		{message.Result{}, `message.Result{MsgID:"", InvalidUsers:[], InvalidParties:[], InvalidTags:[], UnlicensedUsers:[], ResponseCode:""}`},
		{message.Update{ResponseCode: "c", ReplaceName: "好"}, `message.Update{ReplaceName:3 bytes, ResponseCode:[hidden]}`},
		{message.Update{ResponseCode: "c", Card: voteInteraction()}, `message.Update{Card:vote_interaction, ResponseCode:[hidden]}`},
		{message.Update{Card: (*message.TextNotice)(nil)}, `message.Update{Card:none, ResponseCode:""}`},
	} {
		if got := fmt.Sprint(tt.got); got != tt.want {
			t.Errorf("printed\n%s\nwant\n%s", got, tt.want)
		}
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("sent", "res", res)
	want := map[string]any{
		"MsgID": "M1", "InvalidUsers": []any{"lisi"}, "InvalidParties": []any{7.0}, "InvalidTags": nil, "UnlicensedUsers": nil, "ResponseCode": "[hidden]",
	}
	if diff := cmp.Diff(want, tree(t, out.Bytes())["res"]); diff != "" {
		t.Errorf("slog (-want +got):\n%s", diff)
	}
	// To be stored a Result is whole.
	b, err := json.Marshal(res)
	if err != nil || !strings.Contains(string(b), `"ResponseCode":"canary"`) {
		t.Errorf("%v, %s", err, b)
	}
}
