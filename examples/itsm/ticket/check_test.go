package ticket_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/google/go-cmp/cmp"
)

func many(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("u%d", i))
	}
	return names
}

func TestCheck(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	self := openOffice(t, temp(t), true)
	defer self.close()
	good := ticket.Draft{Title: "标题", Content: "内容", Approvers: []string{"zhangsan"}, Key: "k"}
	for _, tt := range []struct {
		what   string
		change func(*ticket.Draft)
		desk   *ticket.Desk
		want   ticket.FieldErrors
	}{
		{"good", func(*ticket.Draft) {}, o.desk, nil},
		{"no title", func(d *ticket.Draft) { d.Title = " \t " }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemMissing}}},
		{"invisible title", func(d *ticket.Draft) { d.Title = "\u200b\u200d" }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemMissing}}},
		{"title of 120", func(d *ticket.Draft) { d.Title = strings.Repeat("字", 120) }, o.desk, nil},
		{"title of 121", func(d *ticket.Draft) { d.Title = strings.Repeat("字", 121) }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemTooLong, Limit: 120}}},
		{"two lines of title", func(d *ticket.Draft) { d.Title = "a\nb" }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemCharacter}}},
		{"separator in title", func(d *ticket.Draft) { d.Title = "a\u2028b" }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemCharacter}}},
		{"NUL in title", func(d *ticket.Draft) { d.Title = "a\x00b" }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemCharacter}}},
		{"title turned round", func(d *ticket.Draft) { d.Title = "同意\u202e意同" }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemCharacter}}},
		{"title not UTF-8", func(d *ticket.Draft) { d.Title = "a\xff" }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemCharacter}}},
		{"title of emoji", func(d *ticket.Draft) { d.Title = "👩‍💻" }, o.desk, nil},
		{"no content", func(d *ticket.Draft) { d.Content = "" }, o.desk, nil},
		{"content of 5000", func(d *ticket.Draft) { d.Content = strings.Repeat("字\r\n", 2499) + "两字" }, o.desk, nil},
		{"content of 5001", func(d *ticket.Draft) { d.Content = strings.Repeat("字", 5001) }, o.desk, ticket.FieldErrors{{Field: "content", Problem: ticket.ProblemTooLong, Limit: 5000}}},
		{"escape in content", func(d *ticket.Draft) { d.Content = "\x1b[31m" }, o.desk, ticket.FieldErrors{{Field: "content", Problem: ticket.ProblemCharacter}}},
		{"no approvers", func(d *ticket.Draft) { d.Approvers = []string{" ", ""} }, o.desk, ticket.FieldErrors{{Field: "approvers", Problem: ticket.ProblemMissing}}},
		{"20 approvers", func(d *ticket.Draft) { d.Approvers = append(many(20), "U0", "u19") }, o.desk, nil},
		{"21 approvers", func(d *ticket.Draft) { d.Approvers = many(21) }, o.desk, ticket.FieldErrors{{Field: "approvers", Problem: ticket.ProblemTooMany, Limit: 20}}},
		{"everybody", func(d *ticket.Draft) { d.Approvers = []string{"zhangsan", "@all", "a|b"} }, o.desk, ticket.FieldErrors{{Field: "approvers", Problem: ticket.ProblemUsername, Value: "@all"}}},
		{"long name", func(d *ticket.Draft) { d.Approvers = []string{strings.Repeat("字", 100)} }, o.desk, ticket.FieldErrors{{Field: "approvers", Problem: ticket.ProblemUsername, Value: strings.Repeat("字", 21)}}},
		{"own", func(d *ticket.Draft) { d.Approvers = []string{"CREATOR"} }, o.desk, ticket.FieldErrors{{Field: "approvers", Problem: ticket.ProblemOwn, Value: "CREATOR"}}},
		{"own, allowed", func(d *ticket.Draft) { d.Approvers = []string{"creator"} }, self.desk, nil},
		{"long key", func(d *ticket.Draft) { d.Key = strings.Repeat("k", 65) }, o.desk, ticket.FieldErrors{{Field: "key", Problem: ticket.ProblemTooLong, Limit: 64}}},
		{"odd key", func(d *ticket.Draft) { d.Key = "k/" }, o.desk, ticket.FieldErrors{{Field: "key", Problem: ticket.ProblemCharacter}}},
		{"all at once", func(d *ticket.Draft) { *d = ticket.Draft{Key: "词"} }, o.desk, ticket.FieldErrors{{Field: "title", Problem: ticket.ProblemMissing},
			{Field: "approvers", Problem: ticket.ProblemMissing}, {Field: "key", Problem: ticket.ProblemCharacter}}},
	} {
		d := good
		tt.change(&d)
		_, err := tt.desk.Check("creator", d)
		var refused ticket.FieldErrors
		errors.As(err, &refused)
		if diff := cmp.Diff(tt.want, refused); diff != "" || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v\n%s", tt.what, err, diff)
		}
		if _, _, submitted := tt.desk.Submit(t.Context(), "creator", d); (submitted == nil) != (tt.want == nil) {
			t.Errorf("%s: Submit says %v", tt.what, submitted)
		}
		for _, f := range refused {
			if cmp.Diff([]ticket.FieldError{f}, refused.Of(f.Field)) != "" || !strings.HasPrefix(err.Error(), refused[0].Field+": ") {
				t.Errorf("%s: %v", tt.what, f)
			}
		}
	}
	if _, _, err := o.desk.Submit(t.Context(), "", good); err == nil {
		t.Error("nobody has submitted a ticket")
	}
}

// Every problem has words of its own.
func TestProblems(t *testing.T) {
	t.Parallel()
	said := map[string]ticket.Problem{}
	for _, p := range ticket.Problems {
		words := ticket.FieldError{Field: "f", Problem: p, Value: "v", Limit: 7}.Error()
		if other, ok := said[words]; ok || words == "f: "+string(p) || !strings.HasPrefix(words, "f: ") {
			t.Errorf("%s: %q, as %s", p, words, other)
		}
		said[words] = p
	}
}
