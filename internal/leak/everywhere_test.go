package leak

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestEverywhere: no package with tests is without the check, in whichever module.
func TestEverywhere(t *testing.T) {
	checked, unchecked := packages(t, os.DirFS("../.."))
	if len(unchecked) > 0 {
		t.Errorf("TestMain does not end with leak.Main(m) in %s", strings.Join(unchecked, ", "))
	}
	for _, want := range []string{".", "jssdk", "internal/leak", "examples/itsm", "examples/internal/outbox"} {
		if !slices.Contains(checked, want) {
			t.Errorf("%s is not among the packages: %q", want, checked)
		}
	}
}

func TestEverywhereTells(t *testing.T) {
	main := func(body string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("package x\nfunc TestMain(m *testing.M) {\n" + body + "\n}\n")}
	}
	tree := fstest.MapFS{
		"x/x.go":             main("leak.Main(m)"), // no test
		"plain/a_test.go":    main("leak.Main(m)"),
		"plain/b_test.go":    {Data: []byte("package x\n")},
		"child/a_test.go":    main("if child { os.Exit(run()) }\nleak.Main(m)"),
		"without/a_test.go":  {Data: []byte("package x\n// func TestMain(m *testing.M) { leak.Main(m) }\n")},
		"other/a_test.go":    main("os.Exit(m.Run())"),
		"some/a_test.go":     main("if nice { leak.Main(m) }"),
		"twice/a_test.go":    main("if nice { os.Exit(m.Run()) }\nleak.Main(m)"),
		"early/a_test.go":    main("leak.Main(m)\nos.Exit(0)"),
		"empty/a_test.go":    main(""),
		"testdata/a_test.go": {Data: []byte("no Go\n")},
		".x/a_test.go":       {Data: []byte("no Go\n")},
	}
	checked, unchecked := packages(t, tree)
	if diff := cmp.Diff([]string{"child", "plain"}, checked); diff != "" {
		t.Errorf("checked: %s", diff)
	}
	if diff := cmp.Diff([]string{"early", "empty", "other", "some", "twice", "without"}, unchecked); diff != "" {
		t.Errorf("unchecked: %s", diff)
	}
}

// packages are the folders with tests, by whether their TestMain ends with the check.
func packages(t *testing.T, tree fs.FS) (checked, unchecked []string) {
	t.Helper()
	found := map[string]bool{}
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if e.IsDir() && name != "." && (base == "testdata" || base[0] == '.' || base[0] == '_') { // as the go command does
			return fs.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		found[path.Dir(name)] = found[path.Dir(name)] || slices.ContainsFunc(file.Decls, endsWithCheck)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range slices.Sorted(maps.Keys(found)) {
		if found[dir] {
			checked = append(checked, dir)
		} else {
			unchecked = append(unchecked, dir)
		}
	}
	return checked, unchecked
}

// endsWithCheck: what stands before the check may play another process, and exit; it
// runs no tests.
func endsWithCheck(d ast.Decl) bool {
	f, ok := d.(*ast.FuncDecl)
	if !ok || f.Recv != nil || f.Name.Name != "TestMain" || len(f.Body.List) == 0 {
		return false
	}
	runs := false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Run" {
			if m, ok := s.X.(*ast.Ident); ok && m.Name == "m" {
				runs = true
			}
		}
		return true
	})
	if runs {
		return false
	}
	last, ok := f.Body.List[len(f.Body.List)-1].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := last.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		of, ok := fun.X.(*ast.Ident)
		return ok && of.Name == "leak" && fun.Sel.Name == "Main"
	case *ast.Ident: // in this package
		return fun.Name == "Main"
	}
	return false
}
