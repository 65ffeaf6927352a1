package approval_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
	"github.com/google/go-cmp/cmp"
)

const planFile = `[
 {"alarm_type": "api_default", "name": "通知或审批", "approval": "reply", "approvers": ["zhangsan", "lisi"],
  "timeout": "20m", "run": {"url": "http://127.0.0.1:9000/_hook", "max": "45m"}},
 {"alarm_type": "api_defense", "name": "异常防御需审批", "approval": "page", "approvers": [], "timeout": "1h30m", "run": {"url": "https://hook.example/x"}},
 {"alarm_type": "api_card", "name": "卡片审批", "approval": "card", "approvers": ["a.b-c_d@e"], "timeout": "2s"}
]`

func TestLoadPlans(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plans.json")
	if err := os.WriteFile(path, []byte(planFile), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := approval.LoadPlans(path)
	if err != nil {
		t.Fatal(err)
	}
	want := approval.Plans{
		{AlarmType: "api_default", Name: "通知或审批", Mode: approval.ModeReply, Approvers: []string{"zhangsan", "lisi"},
			Timeout: 20 * time.Minute, Run: &approval.Run{URL: "http://127.0.0.1:9000/_hook", Max: 45 * time.Minute}},
		{AlarmType: "api_defense", Name: "异常防御需审批", Mode: approval.ModePage, Approvers: []string{},
			Timeout: 90 * time.Minute, Run: &approval.Run{URL: "https://hook.example/x", Max: approval.DefaultRunMax}},
		{AlarmType: "api_card", Name: "卡片审批", Mode: approval.ModeCard, Approvers: []string{"a.b-c_d@e"}, Timeout: 2 * time.Second},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, ok := got.For("api_card"); !ok || !got.HasRun() || got[2:].HasRun() {
		t.Error("For or HasRun is wrong")
	}
	if _, ok := got.For("api_CARD"); ok {
		t.Error("an alarm type was folded")
	}
	if _, err := approval.LoadPlans(path + ".not"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestPlanErrors(t *testing.T) {
	t.Parallel()
	plan := func(replace ...string) string {
		return "[" + strings.NewReplacer(replace...).Replace(
			`{"alarm_type":"a","name":"n","approval":"reply","approvers":["zhangsan"],"timeout":"20m","run":{"url":"http://h/"}}`) + "]"
	}
	for name, tt := range map[string]struct {
		in   string
		want []string // one per line of the error
	}{
		"nothing":         {``, []string{"plans: not JSON: unexpected EOF"}},
		"cut":             {`[{"alarm_type":"a"`, []string{"plans: not JSON: unexpected EOF"}},
		"object":          {`{}`, []string{"plans: a list is wanted"}},
		"empty list":      {`[]`, []string{"plans: the list is empty"}},
		"second document": {plan() + `[]`, []string{"plans: something follows after its end"}},
		"not UTF-8":       {"[\xff]", []string{"plans: the file is not UTF-8"}},
		"plan is null":    {`[null]`, []string{"plans[0]: an object is wanted"}},
		"all missing": {`[{}]`, []string{"plans[0].alarm_type: is missing", "plans[0].approval: is missing",
			"plans[0].approvers: is missing", "plans[0].name: is missing", "plans[0].timeout: is missing"}},
		"unknown field":     {plan(`"name"`, `"Name":"x","name"`), []string{`plans[0]: unknown field "Name"; known are alarm_type,`}},
		"twice":             {plan(`"name"`, `"name":"x","name"`), []string{`plans[0].name: is there twice`}},
		"unknown approval":  {plan("reply", "Reply"), []string{`plans[0].approval: "Reply" is none of`}},
		"empty name":        {plan(`"n"`, `" "`), []string{`plans[0].name: is empty`}},
		"name of two lines": {plan(`"n"`, `"n\nTY 1_1"`), []string{`plans[0].name: has a line break`}},
		"bidi name":         {plan(`"n"`, `"n\u202e"`), []string{`plans[0].name: has a line break or an invisible`}},
		"long name":         {plan(`"n"`, `"`+strings.Repeat("x", 129)+`"`), []string{`plans[0].name: is longer than 128`}},
		"name is a number":  {plan(`"n"`, `1`), []string{`plans[0].name: a text is wanted`}},
		"approvers null":    {plan(`["zhangsan"]`, `null`), []string{`plans[0].approvers: a list is wanted`}},
		"empty approver":    {plan(`"zhangsan"`, `"zhangsan",""`), []string{`plans[0].approvers[1]: "" is not a userid`}},
		"malformed approver": {plan(`"zhangsan"`, `"@all"`), []string{
			`plans[0].approvers[0]: "@all" is not a userid`}},
		"approver twice":    {plan(`"zhangsan"`, `"zhangsan","ZhangSan"`), []string{`plans[0].approvers[1]: "ZhangSan" is in the list already`}},
		"approver a number": {plan(`"zhangsan"`, `7`), []string{`plans[0].approvers[0]: a text is wanted`}},
		"no unit":           {plan("20m", "20"), []string{`plans[0].timeout: a positive duration`}},
		"no time":           {plan("20m", "0s"), []string{`plans[0].timeout: a positive duration`}},
		"negative":          {plan("20m", "-20m"), []string{`plans[0].timeout: a positive duration`}},
		"too long":          {plan("20m", "169h"), []string{`plans[0].timeout: a positive duration`}},
		"number as time":    {plan(`"20m"`, `20`), []string{`plans[0].timeout: a text is wanted`}},
		"run is null":       {plan(`{"url":"http://h/"}`, `null`), []string{`plans[0].run: an object is wanted`}},
		"run without url":   {plan(`{"url":"http://h/"}`, `{"max":"x"}`), []string{`plans[0].run.max: a positive`, `plans[0].run.url: is missing`}},
		"file URL":          {plan("http://h/", "file:///etc/passwd"), []string{`plans[0].run.url: an absolute http or https`}},
		"no host":           {plan("http://h/", "http:///x"), []string{`plans[0].run.url: an absolute http or https`}},
		"path only":         {plan("http://h/", "/x"), []string{`plans[0].run.url: an absolute http or https`}},
		"password in URL":   {plan("http://h/", "http://u:hunter2@h/"), []string{`plans[0].run.url: a URL with a user name`}},
		"alarm type twice": {`[` + plan()[1:len(plan())-1] + `,` + plan()[1:], []string{
			`plans[1].alarm_type: "a" has a plan already: plans[0]`}},
		"everything at once": {`[{"alarm_type":"a","name":"","approval":"x","approvers":["",1],"timeout":"x","ruin":1},7]`, []string{
			"plans[0].name: is empty", "plans[0].approval: ", "plans[0].approvers[0]: ", "plans[0].approvers[1]: ",
			"plans[0].timeout: ", `plans[0]: unknown field "ruin"`, "plans[1]: an object is wanted"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := approval.ParsePlans([]byte(tt.in))
			if err == nil {
				t.Fatal("accepted")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.want) {
				t.Fatalf("%d errors, want %d:\n%v", len(lines), len(tt.want), err)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("error %d is %q, want %q…", i, lines[i], want)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error shows a password")
			}
		})
	}
}

func TestUserIDs(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"zhangsan": true, "0": true, "A.b_c-d@e": true, strings.Repeat("a", 64): true,
		"": false, strings.Repeat("a", 65): false, "_a": false, "@all": false, ".": false, "a b": false,
		"a|b": false, "张三": false, "a\n": false, "\u212a": false,
	} {
		if got := approval.ValidUserID(s); got != want {
			t.Errorf("ValidUserID(%q) = %v", s, got)
		}
	}
	if !approval.SameUser("ZhangSan", "zhangsan") || approval.SameUser("k", "\u212a") || approval.SameUser("s", "ſ") {
		t.Error("SameUser folds more or less than ASCII case")
	}
	for list, want := range map[string][]string{
		"": nil, " , ，": nil, "zhangsan": {"zhangsan"},
		"Zhangsan, lisi，wangwu,zhangSAN": {"Zhangsan", "lisi", "wangwu"},
	} {
		got, err := approval.ParseUserIDs(list)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("ParseUserIDs(%q) = %q, %v", list, got, err)
		}
	}
	for _, list := range []string{"zhangsan;lisi", "zhangsan lisi", "@all", "张三"} {
		if got, err := approval.ParseUserIDs(list); err == nil {
			t.Errorf("ParseUserIDs(%q) = %q, want an error", list, got)
		}
	}
}

// Whatever is accepted must keep every rule that the table above states.
func FuzzParsePlans(f *testing.F) {
	f.Add([]byte(planFile))
	f.Add([]byte(`[{"alarm_type":"a","name":"n","approval":"reply","approvers":[],"timeout":"1s"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		plans, err := approval.ParsePlans(data)
		if err != nil {
			if err.Error() == "" || plans != nil {
				t.Fatalf("%v with %v", err, plans)
			}
			return
		}
		types := map[string]bool{}
		for _, p := range plans {
			if types[p.AlarmType] || p.AlarmType == "" || p.Name == "" || p.Timeout <= 0 || p.Approvers == nil ||
				!slices.Contains([]approval.Mode{"reply", "card", "page"}, p.Mode) {
				t.Fatalf("accepted %+v", p)
			}
			types[p.AlarmType] = true
			if p.Run != nil && (p.Run.Max <= 0 || !strings.HasPrefix(strings.ToLower(p.Run.URL), "http")) {
				t.Fatalf("accepted run %+v", *p.Run)
			}
			for i, id := range p.Approvers {
				if !approval.ValidUserID(id) || slices.ContainsFunc(p.Approvers[:i], func(o string) bool { return approval.SameUser(o, id) }) {
					t.Fatalf("accepted approvers %q", p.Approvers)
				}
			}
		}
	})
}
