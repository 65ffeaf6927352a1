package wecomtest

import "time"

// pace counts what happened within a sliding interval.
type pace []time.Time

// forget drops what is older than the interval.
func (p pace) forget(now time.Time, interval time.Duration) pace {
	old := 0
	for old < len(p) && now.Sub(p[old]) >= interval {
		old++
	}
	return p[old:]
}

func (p pace) within(now time.Time, interval time.Duration) int {
	return len(p.forget(now, interval))
}

// take is false if the limit of the interval is reached; 0 is no limit.
func (p *pace) take(interval time.Duration, limit int) bool {
	now := time.Now()
	*p = p.forget(now, interval)
	if full(len(*p), limit) {
		return false
	}
	*p = append(*p, now)
	return true
}

func full(n, limit int) bool { return limit > 0 && n >= limit }

// day names the vendor's natural day, which begins at midnight in Beijing.
func day(t time.Time) string { return t.In(beijing).Format(time.DateOnly) }

var beijing = time.FixedZone("UTC+8", 8*60*60)

// perDay counts by natural day and keeps two.
type perDay map[string]int

func (d perDay) add(t time.Time, n int) {
	today, yesterday := day(t), day(t.AddDate(0, 0, -1))
	for name := range d {
		if name != today && name != yesterday {
			delete(d, name)
		}
	}
	d[today] += n
}
