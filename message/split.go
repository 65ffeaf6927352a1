package message

import (
	"slices"
	"strings"
)

// Split returns the messages to send in the place of m, if it has more recipients than the 1000
// users, 100 parties and 100 tags of one request: as few as possible, each full but the last ones,
// in the order of the lists. A name that stands twice, also in other letter case, is taken once. A
// message within the limits, or to [Everyone], comes back alone. To find out what is wrong with
// any of them before some are out, give all to [Sender.Prepare] first.
//
// The vendor knows them as separate messages, each with its own msgid and its own place in the
// limits. Who is named as a user in one and belongs to a party or tag of another gets both.
func (m Message) Split() []Message {
	if slices.Contains(m.To.Users, everyone) {
		return []Message{m} // @all among others is a mistake, which a part of its own would hide
	}
	users := slices.Collect(slices.Chunk(uniqueBy(m.To.Users, strings.ToLower), maxUsers))
	parties := slices.Collect(slices.Chunk(uniqueBy(m.To.Parties, same), maxGroups))
	tags := slices.Collect(slices.Chunk(uniqueBy(m.To.Tags, same), maxGroups))
	out := make([]Message, max(len(users), len(parties), len(tags), 1))
	for i := range out {
		out[i] = m
		out[i].To = Recipients{Users: at(users, i), Parties: at(parties, i), Tags: at(tags, i)}
	}
	return out
}

func same(id int) int { return id }

func uniqueBy[T any, K comparable](list []T, key func(T) K) []T {
	seen := make(map[K]bool, len(list))
	var out []T
	for _, item := range list {
		if k := key(item); !seen[k] {
			seen[k] = true
			out = append(out, item)
		}
	}
	return out
}

// at is nil beyond the end.
func at[T any](chunks [][]T, i int) []T {
	if i < len(chunks) {
		return chunks[i]
	}
	return nil
}
