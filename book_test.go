package wecom_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	fenced  = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	heading = regexp.MustCompile(`(?m)^(#+) (.+)$`)
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// TestBook: the pages of docs/ exist in both languages with the same frame, their
// Go code is an Example's, and what they name exists.
func TestBook(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil || len(pages) < 4 {
		t.Fatal("the pages are not there", pages, err)
	}
	examples := flush(allText(t, ".", "example_test.go"))
	names, settings := exportedNames(t), settingsOf(t)
	for _, page := range pages {
		text := readText(t, page)
		if english, ok := strings.CutSuffix(page, ".zh-CN.md"); ok {
			if diff := cmp.Diff(frame(readText(t, english+".md")), frame(text)); diff != "" {
				t.Errorf("%s differs from the English page (-English +Chinese):\n%s", page, diff)
			}
		} else if _, err := os.Stat(strings.TrimSuffix(page, ".md") + ".zh-CN.md"); err != nil {
			t.Errorf("%s has no Chinese page: %v", page, err)
		}
		for _, block := range fenced.FindAllStringSubmatch(text, -1) {
			if block[1] == "go" && !strings.Contains(examples, flush(block[2])) {
				t.Errorf("%s: this stands in no example:\n%s", page, block[2])
			}
		}
		prose := fenced.ReplaceAllString(text, "")
		for _, m := range regexp.MustCompile("`[^`\n]+`").FindAllString(prose, -1) {
			for _, n := range regexp.MustCompile(`\b(wecom|callback|crypto|message|menu|oauth|proxyhdr|jssdk|wecomtest)\.[A-Z]\w*`).FindAllString(m, -1) {
				if !names[n] {
					t.Errorf("%s: there is no %s", page, n)
				}
			}
		}
		for _, n := range regexp.MustCompile(`\bBK(APP|PAAS)?_[A-Z_]*[A-Z]\b`).FindAllString(text, -1) {
			if !settings[n] {
				t.Errorf("%s: no program reads %s", page, n)
			}
		}
	}
}

// TestLinks: what a page of the repository links to is there.
func TestLinks(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"*.md", "examples/*/*.md"} {
		more, err := filepath.Glob(pattern)
		if err != nil || len(more) < 4 {
			t.Fatal(pattern, more, err)
		}
		pages = append(pages, more...)
	}
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(readText(t, page), ""), -1) {
			if problem := deadLink(t, page, m[1]); problem != "" {
				t.Errorf("%s: %s %s", page, m[1], problem)
			}
		}
	}
}

// frame is what both languages share: the levels of headings, code that is no
// picture, and how many rows each table has.
func frame(text string) (f []string) {
	for _, block := range fenced.FindAllStringSubmatch(text, -1) {
		if block[1] != "text" {
			f = append(f, block[0])
		}
	}
	rows := 0
	for line := range strings.Lines(fenced.ReplaceAllString(text, "") + "\n") {
		if strings.HasPrefix(line, "|") {
			rows++
			continue
		}
		if rows > 0 {
			f = append(f, strings.Repeat("|", rows))
			rows = 0
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			f = append(f, m[1])
		}
	}
	return f
}

func deadLink(t *testing.T, page, target string) string {
	if strings.Contains(target, "://") {
		return ""
	}
	file, anchor, _ := strings.Cut(target, "#")
	if file == "" {
		file = page
	} else {
		file = filepath.Join(filepath.Dir(page), file)
	}
	info, err := os.Stat(file)
	if err != nil {
		return "leads nowhere"
	}
	if anchor == "" {
		return ""
	}
	if info.IsDir() {
		file = filepath.Join(file, "README.md")
	}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(readText(t, file), ""), -1) {
		if slug(m[2]) == anchor {
			return ""
		}
	}
	return "names no heading"
}

// slug is the anchor of a heading, as the places make it where Markdown is read.
func slug(title string) string {
	title = regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(strings.ToLower(title), "")
	return strings.ReplaceAll(title, " ", "-")
}

func exportedNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, dir := range []string{".", "callback", "crypto", "jssdk", "menu", "message", "oauth", "proxyhdr", "wecomtest"} {
		p := documented(t, dir)
		add := func(name string) { names[p.Name+"."+name] = true }
		values, funcs := slices.Concat(p.Consts, p.Vars), slices.Clone(p.Funcs)
		for _, typ := range p.Types {
			add(typ.Name)
			values, funcs = slices.Concat(values, typ.Consts, typ.Vars), slices.Concat(funcs, typ.Funcs)
		}
		for _, v := range values {
			for _, name := range v.Names {
				add(name)
			}
		}
		for _, f := range funcs {
			add(f.Name)
		}
	}
	return names
}

// settingsOf are the variables that the programs of examples/ name.
func settingsOf(t *testing.T) map[string]bool {
	t.Helper()
	settings := map[string]bool{}
	for _, n := range regexp.MustCompile(`"(BK(?:APP|PAAS)?_[A-Z_]*[A-Z])\b`).FindAllStringSubmatch(allText(t, "examples", ".go"), -1) {
		settings[n[1]] = true
	}
	return settings
}

// allText is the text of all files below dir with that ending.
func allText(t *testing.T, dir, ending string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasSuffix(path, ending) {
			all.WriteString(readText(t, path) + "\n")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
