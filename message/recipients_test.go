package message_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func to(r message.Recipients) message.Message {
	return message.Message{To: r, Content: message.Text{Content: "x"}}
}

func TestRecipientsThatAreRefused(t *testing.T) {
	t.Parallel()
	users := func(ids ...string) message.Recipients { return message.Recipients{Users: ids} }
	for _, tt := range []struct {
		name           string
		to             message.Recipients
		field, problem string
	}{
		{"nobody", message.Recipients{}, "touser", "no recipient"},
		{"empty lists", message.Recipients{Users: []string{}, Parties: []int{}}, "touser", "no recipient"},
		{"empty id", users("zhangsan", ""), "touser[1]", "empty"},
		{"separator", users("zhangsan|lisi"), "touser[0]", "byte 8"},
		{"quote", users(`a","safe":1,"x":"`), "touser[0]", "byte 1"},
		{"space", users("lisi "), "touser[0]", "byte 4"},
		{"other letters", users("a李"), "touser[0]", "byte 1"},
		{"first character", users("_lisi"), "touser[0]", "begins with"},
		{"65 bytes", users(strings.Repeat("a", 65)), "touser[0]", "65"},
		{"everyone and another", users("lisi", "@all"), "touser[1]", "alone"},
		{"everyone twice", users("@all", "@all"), "touser[0]", "alone"},
		{"everyone in other letters", users("@ALL"), "touser[0]", "begins with"},
		{"everyone and a department", message.Recipients{Users: []string{"@all"}, Parties: []int{1}}, "touser", "ignores"},
		{"everyone and a tag", message.Recipients{Users: []string{"@all"}, Tags: []int{1}}, "touser", "ignores"},
		{"department 0", message.Recipients{Parties: []int{2, 0}}, "toparty[1]", "positive"},
		{"tag -1", message.Recipients{Tags: []int{-1}}, "totag[0]", "positive"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := prepare(t, to(tt.to))
			wantField(t, err, tt.field, tt.problem)
		})
	}
}

func TestRecipientsAreNamedOnce(t *testing.T) {
	t.Parallel()
	got, err := prepare(t, to(message.Recipients{
		Users:   []string{"ZhangSan", "a.b_c-d@e", "zhangsan", "0", strings.Repeat("z", 64), "ZHANGSAN"},
		Parties: []int{2, 1, 2}, Tags: []int{3, 3},
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"touser":"ZhangSan|a.b_c-d@e|0|` + strings.Repeat("z", 64) + `","toparty":"2|1","totag":"3",` +
		`"msgtype":"text","agentid":1000002,"text":{"content":"x"}}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestNumberOfRecipients(t *testing.T) {
	t.Parallel()
	users := func(n int) (r message.Recipients) {
		for i := range n {
			r.Users = append(r.Users, fmt.Sprint("u", i))
		}
		r.Users = append(r.Users, "U0") // a copy does not count
		return r
	}
	ids := func(n int) (out []int) {
		for i := range n {
			out = append(out, i+1)
		}
		return append(out, 1)
	}
	for _, tt := range []struct {
		at, past message.Recipients
		want     message.LimitError
	}{
		{users(1000), users(1001), message.LimitError{Field: "touser", Limit: 1000, Size: 1001, Unit: "users"}},
		{message.Recipients{Parties: ids(100)}, message.Recipients{Parties: ids(101)}, message.LimitError{Field: "toparty", Limit: 100, Size: 101, Unit: "parties"}},
		{message.Recipients{Tags: ids(100)}, message.Recipients{Tags: ids(101)}, message.LimitError{Field: "totag", Limit: 100, Size: 101, Unit: "tags"}},
	} {
		t.Run(tt.want.Field, func(t *testing.T) {
			t.Parallel()
			if _, err := prepare(t, to(tt.at)); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			_, err := prepare(t, to(tt.past))
			var got *message.LimitError
			if !errors.As(err, &got) {
				t.Fatalf("past the limit: %v", err)
			}
			if diff := cmp.Diff(&tt.want, got, ignoreHint); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if !got.NotSent() || got.Retryable() || got.ErrCode() != 0 {
				t.Error("want NotSent, not Retryable, no errcode")
			}
		})
	}
}
