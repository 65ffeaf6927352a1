package main

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/env"
	"github.com/bkwecom/wecom/examples/itsm/settings"
	"github.com/google/go-cmp/cmp"
)

// TestReadmeVariables: both READMEs name every variable that is read, and none
// that is not.
func TestReadmeVariables(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	settings.Read(env.NewReader(func(name string) string { asked[name] = true; return "" }))
	// BlueKing PaaS sets these itself.
	for _, name := range []string{"BKPAAS_APP_CODE", "APP_ID", "BKPAAS_ENGINE_APP_NAME", "BKPAAS_MAJOR_VERSION"} {
		if !asked[name] {
			t.Errorf("%s is not read any more", name)
		}
		delete(asked, name)
	}
	want := slices.Sorted(maps.Keys(asked))
	for _, file := range []string{"README.md", "README.zh-CN.md"} {
		named := map[string]bool{}
		for _, name := range regexp.MustCompile("`(BK[A-Z_]+|PORT)`").FindAllStringSubmatch(read(t, file), -1) {
			named[name[1]] = true
		}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(named))); diff != "" {
			t.Errorf("%s: -read +named:\n%s", file, diff)
		}
	}
}
