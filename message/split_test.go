package message_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom/message"
)

func idRange(from, to int) (out []int) {
	for id := from; id <= to; id++ {
		out = append(out, id)
	}
	return out
}

func userRange(from, to int) (out []string) {
	for _, id := range idRange(from, to) {
		out = append(out, fmt.Sprint("User", id))
	}
	return out
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		to   message.Recipients
		want []message.Recipients
	}{
		{"nobody", message.Recipients{}, []message.Recipients{{}}},
		{"one", message.Recipients{Users: userRange(1, 1)}, []message.Recipients{{Users: userRange(1, 1)}}},
		{
			"at the limits",
			message.Recipients{Users: userRange(1, 1000), Parties: idRange(1, 100), Tags: idRange(1, 100)},
			[]message.Recipients{{Users: userRange(1, 1000), Parties: idRange(1, 100), Tags: idRange(1, 100)}},
		},
		{"a user past", message.Recipients{Users: userRange(1, 1001)}, []message.Recipients{{Users: userRange(1, 1000)}, {Users: userRange(1001, 1001)}}},
		{"a party past", message.Recipients{Parties: idRange(1, 101)}, []message.Recipients{{Parties: idRange(1, 100)}, {Parties: idRange(101, 101)}}},
		{"a tag past", message.Recipients{Tags: idRange(1, 101)}, []message.Recipients{{Tags: idRange(1, 100)}, {Tags: idRange(101, 101)}}},
		{
			"all of them",
			message.Recipients{Users: userRange(1, 2500), Parties: idRange(7, 150), Tags: idRange(1, 3)},
			[]message.Recipients{
				{Users: userRange(1, 1000), Parties: idRange(7, 106), Tags: idRange(1, 3)},
				{Users: userRange(1001, 2000), Parties: idRange(107, 150)},
				{Users: userRange(2001, 2500)},
			},
		}, {
			"copies",
			message.Recipients{Users: append(userRange(1, 1000), "USER1", "user1000", "x"), Parties: append(idRange(1, 100), 1), Tags: []int{2, 2}},
			[]message.Recipients{{Users: userRange(1, 1000), Parties: idRange(1, 100), Tags: []int{2}}, {Users: []string{"x"}}},
		},
		{"everyone", message.Everyone, []message.Recipients{message.Everyone}},
		// Alone in a message of its own this one would reach everybody.
		{"everyone among others", message.Recipients{Users: append(userRange(1, 1000), "@all")}, []message.Recipients{{Users: append(userRange(1, 1000), "@all")}}},
		{"everyone twice", message.Recipients{Users: []string{"@all", "@all"}}, []message.Recipients{{Users: []string{"@all", "@all"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := message.Message{
				To: tt.to, Content: message.Text{Content: "x"}, Safe: message.Confidential, IDTranslation: true,
				DuplicateCheck: true, DuplicateInterval: time.Minute,
			}
			var want []message.Message
			for _, to := range tt.want {
				part := m
				part.To = to
				want = append(want, part)
			}
			if diff := cmp.Diff(want, m.Split()); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
	_, err := prepare(t, message.Message{To: message.Recipients{Users: append(userRange(1, 1000), "@all")}, Content: message.Text{Content: "x"}}.Split()[0])
	wantField(t, err, "touser[1000]", "alone")
}

// Nobody is left out, nobody gets it twice, and the vendor takes each part.
func FuzzSplit(f *testing.F) {
	f.Add(1001, 3, 250, 7)
	f.Add(0, 0, 101, 1)
	f.Add(2000, 200, 0, 500)
	f.Fuzz(func(t *testing.T, users, parties, tags, copies int) {
		count := func(n int) int { return int(uint(n) % 3000) }
		m := to(message.Recipients{Users: userRange(1, count(users)), Parties: idRange(1, count(parties)), Tags: idRange(1, count(tags))})
		whole := m.To
		m.To.Users = slices.Clone(whole.Users)
		for i := range min(count(copies), len(whole.Users)) {
			m.To.Users = append(m.To.Users, strings.ToUpper(whole.Users[i]))
		}
		var got message.Recipients
		for _, part := range m.Split() {
			if _, err := prepare(t, part); err != nil && len(m.To.Users)+len(m.To.Parties)+len(m.To.Tags) > 0 {
				t.Fatalf("a part is refused: %v", err)
			}
			got.Users, got.Parties, got.Tags = append(got.Users, part.To.Users...), append(got.Parties, part.To.Parties...), append(got.Tags, part.To.Tags...)
		}
		if !slices.Equal(whole.Users, got.Users) || !slices.Equal(whole.Parties, got.Parties) || !slices.Equal(whole.Tags, got.Tags) {
			t.Errorf("the parts have %d users, %d parties, %d tags", len(got.Users), len(got.Parties), len(got.Tags))
		}
	})
}
