package message

import (
	"fmt"
	"strings"
)

// checkUpdate writes the recipients as update_template_card has them: arrays, and a flag for all.
func (r Recipients) checkUpdate(f *fields, to *updateRequest) {
	if len(r.Users) == 1 && r.Users[0] == everyone {
		to.AtAll = 1
		if len(r.Parties)+len(r.Tags) > 0 {
			f.bad("atall", "is everybody already: leave Parties and Tags empty, or name users")
		}
		return
	}
	if len(r.Users)+len(r.Parties)+len(r.Tags) == 0 {
		f.bad("userids", "there is no recipient: name users, parties or tags, or use Everyone")
	}
	badID(f, "userids", r.Users, badUserID)
	badID(f, "partyids", r.Parties, badGroupID)
	badID(f, "tagids", r.Tags, badGroupID)
	to.UserIDs, to.PartyIDs, to.TagIDs = uniqueBy(r.Users, strings.ToLower), uniqueBy(r.Parties, same), uniqueBy(r.Tags, same)
	const hint = "use Everyone or parties: a response_code works once"
	f.maxItems("userids", "users", len(to.UserIDs), maxUsers, hint)
	f.maxItems("partyids", "parties", len(to.PartyIDs), maxGroups, hint)
	f.maxItems("tagids", "tags", len(to.TagIDs), maxGroups, hint)
}

// badID refuses the first that is no id.
func badID[T any](f *fields, field string, ids []T, problem func(T) string) {
	for i, id := range ids {
		if why := problem(id); why != "" {
			f.bad(fmt.Sprintf("%s[%d]", field, i), "%s", why)
			return
		}
	}
}

func badGroupID(id int) string {
	if id <= 0 {
		return fmt.Sprintf("%d is no id: ids are positive", id)
	}
	return ""
}

// updateResult gives userids back in the spelling of to.
func (a answer) updateResult(to Recipients) UpdateResult {
	r := UpdateResult{InvalidParties: a.InvalidParty.ids(), InvalidTags: a.InvalidTag.ids()}
	if len(a.InvalidUser) > 0 {
		sent := make(map[string]string, len(to.Users))
		for _, id := range to.Users {
			sent[strings.ToLower(id)] = id
		}
		r.InvalidUsers = a.InvalidUser.users(sent)
	}
	return r
}
