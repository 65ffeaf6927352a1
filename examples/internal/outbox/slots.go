package outbox

// slots says which groups are being delivered. Kinds do not share theirs: a run
// hook that is away must not hold messages up. Half of a kind's are for first
// attempts: rows that hang until their timeout, again and again, must not hold
// up those that would go through.
type slots struct {
	width int // of each kind
	taken map[string]head
}

// has reports whether h could begin now.
func (s slots) has(h head) bool {
	all, again := 0, 0
	for _, t := range s.taken {
		if t.kind != h.kind {
			continue
		}
		all++
		if t.attempts > 0 {
			again++
		}
	}
	return all < s.width && (h.attempts == 0 || again < (s.width+1)/2)
}

func (s slots) take(h head) bool {
	if !s.has(h) {
		return false
	}
	s.taken[h.group] = h
	return true
}

func (s slots) free(group string) { delete(s.taken, group) }
