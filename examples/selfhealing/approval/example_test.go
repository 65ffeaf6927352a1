package approval_test

import (
	"fmt"

	"github.com/bkwecom/wecom/examples/selfhealing/approval"
)

// Everything that is wrong with a plan file is named at once.
func ExampleParsePlans() {
	_, err := approval.ParsePlans([]byte(`[
		{"alarm_type": "api_default", "name": "通知或审批", "approval": "sms", "approvers": ["zhangsan", "@all"], "timeout": "20"},
		{"alarm_type": "api_default", "name": "重启", "approval": "reply", "approvers": ["lisi"], "timeout": "20m", "runs": {}}
	]`))
	fmt.Println(err)
	// Output:
	// plans[0].approval: "sms" is none of "reply", "card", "page"
	// plans[0].approvers[1]: "@all" is not a userid: 1 to 64 of 0-9 A-Z a-z _ . @ -, beginning with a letter or digit
	// plans[0].timeout: a positive duration up to 168h is wanted, such as "20m"
	// plans[1]: unknown field "runs"; known are alarm_type, approval, approvers, name, run, timeout
	// plans[1].alarm_type: "api_default" has a plan already: plans[0]
}
