package phone

import (
	"strconv"
	"testing"
)

// TestDiaryForgets: a simulation that stays up does not grow for ever.
func TestDiaryForgets(t *testing.T) {
	t.Parallel()
	var d diary
	for i := range keptLines + 2 {
		d.note("zhangsan", strconv.Itoa(i))
	}
	if lines := d.of("zhangsan"); len(lines) != keptLines || lines[0].Note != "2" || lines[keptLines-1].Note != strconv.Itoa(keptLines+1) {
		t.Errorf("%d lines from %q", len(lines), lines[0].Note)
	}
	if lines := d.of("lisi"); lines != nil {
		t.Errorf("lisi has %v", lines)
	}
}
