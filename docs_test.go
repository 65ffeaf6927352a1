package wecom_test

import (
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bkwecom/wecom"
)

// TestPackageComments: each package says when to use it and when not, then its topics, then its errors, all
// of them; what is exported has a comment, and what is an example has a checked output.
func TestPackageComments(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{".", "callback", "crypto", "jssdk", "menu", "message", "oauth", "proxyhdr", "wecomtest"} {
		p := documented(t, dir)
		headings := regexp.MustCompile("(?m)^# (.+)$").FindAllString(p.Doc, -1)
		if len(headings) < 3 || headings[0] != "# When to use it" || headings[1] != "# When not" || !slices.Contains(headings, "# Errors") {
			t.Errorf("%s: the headings are %q", p.Name, headings)
			continue
		}
		_, table, _ := strings.Cut(p.Doc, "# Errors\n")
		for _, name := range errorNames(p) {
			if !regexp.MustCompile(`(?m)^\t.*\b` + name + `\b`).MatchString(table) {
				t.Errorf("%s: %s is not among the errors of the package comment", p.Name, name)
			}
		}
		for _, name := range undocumented(p) {
			t.Errorf("%s: %s has no comment", p.Name, name)
		}
		for _, e := range p.Examples {
			if e.Output == "" {
				t.Errorf("%s: Example%s has no output that is checked", p.Name, e.Name)
			}
		}
	}
}

// TestCodeTable: the table of codes in the package comment lists what the package acts on and explains,
// and nothing else.
func TestCodeTable(t *testing.T) {
	t.Parallel()
	_, table, _ := strings.Cut(documented(t, ".").Doc, "# Codes\n")
	table, _, _ = strings.Cut(table, "# Packages")
	later, explained := map[int]bool{}, map[int]bool{}
	for line := range strings.Lines(table) {
		codes, isRow := strings.CutPrefix(line, "\tothers later  ")
		if m := regexp.MustCompile(`^\t(-?\d+)( +later)? `).FindStringSubmatch(line); m != nil {
			code, _ := strconv.Atoi(m[1])
			explained[code], later[code] = true, m[2] != ""
		} else if isRow {
			for _, s := range regexp.MustCompile(`\d+`).FindAllString(codes, -1) {
				code, _ := strconv.Atoi(s)
				later[code] = true
			}
		}
	}
	type row struct{ Later, Explained bool }
	want, got := map[int]row{}, map[int]row{}
	for code := -1; code < 1_000_000; code++ {
		e := &wecom.Error{Code: code, HTTPStatus: 200}
		if r := (row{e.Retryable(), code != 0 && strings.Contains(e.Error(), "; ")}); r != (row{}) {
			want[code] = r
		}
		if r := (row{later[code], explained[code]}); r != (row{}) {
			got[code] = r
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes.go and the table of codes in doc.go differ (-code +table):\n%s", diff)
	}
}

// documented reads a package, its examples included.
func documented(t *testing.T, dir string) *doc.Package {
	t.Helper()
	b, err := build.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range slices.Concat(b.GoFiles, b.TestGoFiles, b.XTestGoFiles) {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/bkwecom/wecom/"+dir)
	if err != nil {
		t.Fatal(err)
	}
	p.Examples = doc.Examples(files...)
	return p
}

// errorNames are the sentinels, and the types that are errors.
func errorNames(p *doc.Package) (names []string) {
	sentinels := slices.Clone(p.Vars)
	for _, typ := range p.Types {
		sentinels = append(sentinels, typ.Vars...)
		for _, m := range typ.Methods {
			if m.Name == "Error" {
				names = append(names, typ.Name)
			}
		}
	}
	for _, v := range sentinels {
		for _, name := range v.Names {
			if strings.HasPrefix(name, "Err") {
				names = append(names, name)
			}
		}
	}
	return names
}

// undocumented are constants, variables, functions, types and methods without a comment. A comment on a
// group is one for all of it.
func undocumented(p *doc.Package) (names []string) {
	values, funcs := slices.Concat(p.Consts, p.Vars), slices.Clone(p.Funcs)
	for _, typ := range p.Types {
		if typ.Doc == "" {
			names = append(names, typ.Name)
		}
		values = slices.Concat(values, typ.Consts, typ.Vars)
		funcs = slices.Concat(funcs, typ.Funcs, typ.Methods)
	}
	for _, v := range values {
		if v.Doc == "" {
			names = append(names, v.Names...)
		}
	}
	for _, f := range funcs {
		if f.Doc == "" {
			names = append(names, strings.TrimPrefix(f.Recv+"."+f.Name, "."))
		}
	}
	return names
}
