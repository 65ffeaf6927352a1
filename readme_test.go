package wecom_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeCode: the Go code in both READMEs stands in an Example, where it
// is compiled and run, so that it cannot drift.
func TestReadmeCode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/example_test.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples found", err)
	}
	var examples strings.Builder
	for _, name := range append(files, "example_test.go", "app_example_test.go") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		examples.WriteString(flush(string(text)))
	}
	var tables [2][]string
	for i, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1)
		if len(blocks) == 0 {
			t.Errorf("%s has no Go code", name)
		}
		for _, b := range blocks {
			if !strings.Contains(examples.String(), flush(b[1])) {
				t.Errorf("%s: this stands in no example_test.go:\n%s", name, b[1])
			}
		}
		// The first cell of each table row, and every command.
		tables[i] = regexp.MustCompile("(?m)^\\| ?\\[?`[^|]*`|^make [a-z]+|^go -C [^#]*").FindAllString(string(text), -1)
	}
	if a, b := strings.Join(tables[0], "\n"), strings.ReplaceAll(strings.Join(tables[1], "\n"), "、", ", "); a != b {
		t.Errorf("the READMEs differ in their tables or commands:\n%s\n\n%s", a, b)
	}
}

// flush takes the indentation off every line.
func flush(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimLeft(line, "\t"))
	}
	return b.String()
}
