package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// TestMutantsFit: the code has not moved away from under the list.
func TestMutantsFit(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, m := range mutants {
		if names[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		names[m.name] = true
		if _, err := os.Stat(filepath.Join(root, m.module())); err != nil && os.Getenv("CI") != "true" {
			t.Logf("%s: there is no module %s here", m.name, m.module())
			continue
		}
		texts, err := m.apply(root)
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		for file, text := range texts {
			if data, err := os.ReadFile(filepath.Join(root, file)); err != nil || string(data) == text {
				t.Errorf("%s changes nothing in %s, or %v", m.name, file, err)
			}
		}
	}
}

// TestVerdicts on a module of one function.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module m\n\ngo 1.26\n",
		"m.go":      "package m\n\nfunc Add(a, b int) int { return a + b }\n\nfunc Unwatched() int { return 1 }\n",
		"m_test.go": "package m\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {\n\tif Add(2, 3) != 5 {\n\t\tt.Error(\"Add\")\n\t}\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ old, new, want, output string }{
		{"a + b", "a - b", killed, "FAIL: TestAdd"},
		{"return 1", "return 2", survived, "ok"},
		{"a + b", "a +", broken, "build failed"},
		{"a * b", "", broken, "0 times"},
		{"int", "int64", broken, "3 times"},
	} {
		r := mutant{name: "x", edit: edit{"m.go", tt.old, tt.new}}.try(dir)
		if r.verdict != tt.want || !strings.Contains(r.output, tt.output) {
			t.Errorf("%q for %q: %s, want %s: %s", tt.new, tt.old, r.verdict, tt.want, r.output)
		}
	}
	if data, err := os.ReadFile(filepath.Join(dir, "m.go")); err != nil || !strings.Contains(string(data), "a + b") {
		t.Errorf("the tree was changed: %s, %v", data, err)
	}
}
