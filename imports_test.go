package wecom_test

import (
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestImports: what each package imports besides the standard library and the
// module's internal packages. No package imports the root, nor the root a sibling.
func TestImports(t *testing.T) {
	t.Parallel()
	const module = "github.com/bkwecom/wecom/"
	want := map[string][]string{
		".":         {"golang.org/x/sync/singleflight"},
		"callback":  {module + "crypto", "github.com/hashicorp/golang-lru/v2/simplelru"},
		"wecomtest": {module + "crypto"},
	}
	for _, dir := range []string{"crypto", "jssdk", "menu", "message", "oauth", "proxyhdr", "scripts/mutate",
		"internal/leak", "internal/lend", "internal/retry", "internal/toxic", "internal/unsent"} {
		want[dir] = nil
	}
	got := map[string][]string{}
	for _, dir := range packageDirs(t) {
		got[dir] = slices.DeleteFunc(importsOf(t, dir), func(path string) bool {
			return inStandardLibrary(path) || strings.HasPrefix(path, module+"internal/")
		})
		if len(got[dir]) == 0 {
			got[dir] = nil
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("imports (-allowed +found):\n%s", diff)
	}
	if p := importsOf(t, "proxyhdr"); slices.ContainsFunc(p, func(path string) bool { return !inStandardLibrary(path) }) {
		t.Errorf("proxyhdr imports %q: it knows nothing of this module", p)
	}
}

// TestImportsOfDeciders: what decides in the examples knows neither HTTP nor WeCom.
func TestImportsOfDeciders(t *testing.T) {
	t.Parallel()
	const internal = "github.com/bkwecom/wecom/examples/internal/"
	for _, dir := range []string{"examples/selfhealing/approval", "examples/itsm/ticket"} {
		imports := importsOf(t, dir)
		if slices.Contains(imports, "net/http") {
			t.Errorf("%s imports net/http", dir)
		}
		found := slices.DeleteFunc(imports, inStandardLibrary)
		if diff := cmp.Diff([]string{internal + "database", internal + "outbox", internal + "userid"}, found); diff != "" {
			t.Errorf("%s (-allowed +found):\n%s", dir, diff)
		}
	}
}

func importsOf(t *testing.T, dir string) []string {
	t.Helper()
	p, err := build.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	return p.Imports
}

func inStandardLibrary(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// packageDirs are the folders of this module with code that is no test.
func packageDirs(t *testing.T) (dirs []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			if dir := filepath.ToSlash(filepath.Dir(path)); strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
			return nil
		}
		if _, err := os.Stat(filepath.Join(path, "go.mod")); path != "." && (err == nil || d.Name() == "testdata" || d.Name()[0] == '.') {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}
