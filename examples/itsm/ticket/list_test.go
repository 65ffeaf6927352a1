package ticket_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/bkwecom/wecom/examples/itsm/ticket"
	"github.com/google/go-cmp/cmp"
)

func ids(items []ticket.Ticket) (ids []int64) {
	for _, t := range items {
		ids = append(ids, t.ID)
	}
	return ids
}

func TestViews(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	submit := func(creator string, approvers ...string) int64 {
		got, _, err := o.desk.Submit(t.Context(), creator, ticket.Draft{Title: creator, Approvers: approvers})
		if err != nil {
			t.Fatal(err)
		}
		return got.ID
	}
	submit("creator", "zhangsan")           // 1: decided
	submit("creator", "zhangsan", "nobody") // 2: nobody is not told
	submit("lisi", "zhangsan")              // 3
	submit("Creator", "wangwu", "zhangsan") // 4: handed over by zhangsan
	submit("zhangsan", "nobody")            // 5
	submit("creator", "nobody", "wangwu")   // 6: decided, nobody was never told
	o.decide(1, "zhangsan", true)
	o.handOver(4, "zhangsan", "lisi")
	submit("creator", "absent") // 7: handed over by one who was never told
	o.decide(6, "wangwu", false)
	o.handOver(7, "absent", "wangwu")
	for _, tt := range []struct {
		user string
		view ticket.View
		want []int64
	}{
		{"creator", ticket.MyApproval, nil},
		{"creator", ticket.MyTodo, []int64{2}},
		{"creator", ticket.MyCreated, []int64{7, 6, 4, 2, 1}},
		{"ZhangSan", ticket.MyApproval, []int64{3, 2}},
		{"zhangsan", ticket.MyTodo, []int64{5, 3, 2}},
		{"zhangsan", ticket.MyCreated, []int64{5}},
		{"lisi", ticket.MyApproval, []int64{4}},
		{"lisi", ticket.MyTodo, []int64{4}},
		{"nobody", ticket.MyApproval, []int64{5, 2}},
		{"nobody", ticket.MyTodo, []int64{5, 2}},
		{"stranger", ticket.MyTodo, nil},
		{"stranger", ticket.MyCreated, nil},
	} {
		count, items, err := o.desk.List(t.Context(), tt.view, tt.user, 1, 10)
		if diff := cmp.Diff(tt.want, ids(items)); diff != "" || count != len(tt.want) || err != nil {
			t.Errorf("%s of %s: count %d, %v\n%s", tt.view, tt.user, count, err, diff)
		}
		counts, err := o.desk.Counts(t.Context(), tt.user)
		if err != nil || counts[tt.view] != count || len(counts) != len(ticket.Views) {
			t.Errorf("%s of %s: counts %v, %v", tt.view, tt.user, counts, err)
		}
		for _, item := range items {
			whole, _, err := o.desk.Get(t.Context(), item.ID, tt.user)
			if diff := cmp.Diff(whole, item); diff != "" || err != nil {
				t.Errorf("%s of %s: %v\n%s", tt.view, tt.user, err, diff)
			}
		}
	}
	if _, _, err := o.desk.List(t.Context(), "my_attention", "creator", 1, 10); err == nil {
		t.Error("an unknown view was listed")
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	var all []int64
	for range 105 {
		all = append(all, o.submit("zhangsan").ID)
	}
	slices.Reverse(all)
	const huge = int(^uint(0) >> 1)
	for _, tt := range []struct {
		page, size int
		want       []int64
	}{
		{1, 10, all[:10]},
		{2, 10, all[10:20]},
		{11, 10, all[100:]},
		{12, 10, nil},
		{0, 10, all[:10]},
		{-5, 10, all[:10]},
		{1, 0, all[:10]},
		{1, -1, all[:10]},
		{1, 1000, all[:100]},
		{2, 1000, all[100:]},
		{huge, huge, nil},
	} {
		count, items, err := o.desk.List(t.Context(), ticket.MyApproval, "zhangsan", tt.page, tt.size)
		if diff := cmp.Diff(tt.want, ids(items)); diff != "" || count != 105 || err != nil {
			t.Errorf("page %d of %d: count %d, %v\n%s", tt.page, tt.size, count, err, diff)
		}
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	o := openOffice(t, temp(t), false)
	defer o.close()
	mine, also, decided, passed, foreign := o.submit("zhangsan").ID, o.submit("zhangsan", "lisi").ID,
		o.submit("zhangsan", "lisi").ID, o.submit("zhangsan").ID, o.submit("wangwu").ID
	o.decide(decided, "lisi", false)
	o.handOver(passed, "zhangsan", "wangwu")
	outs, err := o.desk.DecideAll(t.Context(), []int64{mine, foreign, decided, 99, passed, also, mine, -1},
		ticket.Decision{Ticket: foreign, Actor: "zhangsan", Approve: true})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, out := range outs {
		got = append(got, fmt.Sprint(out.ID, out.Kind, out.Ticket.DecidedBy))
	}
	want := []string{"1decidedzhangsan", "5unknown", "3alreadylisi", "99unknown", "4not_yours", "2decidedzhangsan", "1repeatedzhangsan", "-1unknown"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct {
		ids  []int64
		dec  ticket.Decision
		want ticket.FieldErrors
	}{
		{[]int64{foreign}, ticket.Decision{Actor: "wangwu", Opinion: " \n"}, ticket.FieldErrors{{Field: "opinion", Problem: ticket.ProblemMissing}}},
		{nil, ticket.Decision{Actor: "wangwu", Approve: true}, ticket.FieldErrors{{Field: "approval_list", Problem: ticket.ProblemMissing}}},
		{make([]int64, 101), ticket.Decision{Actor: "wangwu", Approve: true}, ticket.FieldErrors{{Field: "approval_list", Problem: ticket.ProblemTooMany, Limit: 100}}},
	} {
		_, err := o.desk.DecideAll(t.Context(), tt.ids, tt.dec)
		var refused ticket.FieldErrors
		if errors.As(err, &refused); cmp.Diff(tt.want, refused) != "" {
			t.Errorf("%v, want %v", err, tt.want)
		}
	}
	if _, err := o.desk.Decide(t.Context(), ticket.Decision{Ticket: foreign, Actor: "wangwu"}); err == nil {
		t.Error("refused without an opinion")
	}
	if got, _, err := o.desk.Get(t.Context(), foreign, "creator"); err != nil || got.Status != ticket.Waiting {
		t.Errorf("%+v, %v", got, err)
	}
}
