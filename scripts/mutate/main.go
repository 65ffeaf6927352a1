// Command mutate breaks the code on purpose, one check at a time, and fails if the
// tests do not notice:
//
//	go run ./scripts/mutate [-v] [-jobs 1] [name…]
//
// The tree is not touched: go test reads the changed file from an overlay. Names
// are parts of the mutants' names; none means all.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// limit is for one mutant: one that makes tests hang is noticed, too.
const limit = 5 * time.Minute

func main() {
	verbose := flag.Bool("v", false, "show how the tests noticed")
	jobs := flag.Int("jobs", 1, "mutants at a time")
	flag.Parse()
	root, err := os.Getwd()
	if err != nil {
		fatal(err)
	}
	chosen := choose(flag.Args())
	if len(chosen) == 0 {
		fatal(errors.New("mutate: no mutant has such a name"))
	}
	results := make([]chan result, len(chosen))
	for i := range results {
		results[i] = make(chan result, 1)
	}
	var next atomic.Int64
	for range max(*jobs, 1) {
		go func() {
			for i := int(next.Add(1)) - 1; i < len(chosen); i = int(next.Add(1)) - 1 {
				results[i] <- chosen[i].try(root)
			}
		}()
	}
	failed := 0
	for i, m := range chosen {
		r := <-results[i]
		fmt.Printf("%-9s %5.1fs  %-13s %s\n", r.verdict, r.took.Seconds(), m.in(), m.name)
		if r.verdict != killed {
			failed++
		}
		if *verbose || r.verdict == broken {
			fmt.Println(indent(r.output))
		}
	}
	fmt.Printf("%d of %d mutants were noticed\n", len(chosen)-failed, len(chosen))
	if failed > 0 {
		os.Exit(1)
	}
}

// verdicts of a mutant.
const (
	killed   = "noticed"
	survived = "SURVIVED"
	broken   = "INVALID" // it is not in the code any more, or does not compile
)

type result struct {
	verdict string
	took    time.Duration
	output  string
}

// mutant is one change, or several where one check stands behind another.
type mutant struct {
	name string
	edit
	also  []edit
	tests []string // packages whose tests shall notice; none: the file's own
	run   string   // only these tests
	env   []string
}

// edit is a change of one place: old stands in file exactly once.
type edit struct {
	file     string // from the root of the repository
	old, new string
}

func choose(names []string) (chosen []mutant) {
	for _, m := range mutants {
		ok := len(names) == 0
		for _, name := range names {
			ok = ok || strings.Contains(m.name, name)
		}
		if ok {
			chosen = append(chosen, m)
		}
	}
	return chosen
}

// module is the folder of the Go module that the file belongs to.
func (m mutant) module() string {
	if strings.HasPrefix(m.file, "examples/") {
		return "examples"
	}
	return "."
}

func (m mutant) in() string {
	if dir := filepath.ToSlash(filepath.Dir(m.file)); dir != "." {
		return dir
	}
	return "wecom"
}

// apply returns the texts of the changed files.
func (m mutant) apply(root string) (map[string]string, error) {
	texts := map[string]string{}
	for _, e := range append([]edit{m.edit}, m.also...) {
		text, ok := texts[e.file]
		if !ok {
			data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.file))) // #nosec G304 -- of the list below
			if err != nil {
				return nil, err
			}
			text = string(data)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return nil, fmt.Errorf("%s has %d times, instead of once: %s", e.file, n, e.old)
		}
		texts[e.file] = strings.Replace(text, e.old, e.new, 1)
	}
	return texts, nil
}

func (m mutant) try(root string) result {
	start := time.Now()
	verdict, output := m.verdict(root)
	return result{verdict, time.Since(start), output}
}

func (m mutant) verdict(root string) (verdict, output string) {
	texts, err := m.apply(root)
	if err != nil {
		return broken, err.Error()
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return broken, err.Error()
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(dir, root, texts)
	if err != nil {
		return broken, err.Error()
	}
	packages := m.tests
	if len(packages) == 0 {
		rel, err := filepath.Rel(m.module(), filepath.Dir(m.file))
		if err != nil {
			return broken, err.Error()
		}
		packages = []string{"./" + filepath.ToSlash(rel)}
	}
	// What does not compile would look like a test that fails.
	if out, err := m.goTest(root, overlay, append([]string{"-run", "^$"}, packages...)); err != nil {
		return broken, out
	}
	args := []string{"-count=1", "-failfast", "-timeout", limit.String()}
	if m.run != "" {
		args = append(args, "-run", m.run)
	}
	out, err := m.goTest(root, overlay, append(args, packages...))
	if err == nil {
		return survived, out
	}
	return killed, out
}

func (m mutant) goTest(root, overlay string, args []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit+time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-overlay", overlay}, args...)...) // #nosec G204 -- the list below
	cmd.Dir = filepath.Join(root, m.module())
	cmd.Env = append(os.Environ(), m.env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// writeOverlay makes the file that tells the go command what to read instead.
func writeOverlay(dir, root string, texts map[string]string) (overlay string, err error) {
	replace := map[string]string{}
	for file, text := range texts {
		changed := filepath.Join(dir, fmt.Sprintf("changed%d.go", len(replace)))
		if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, filepath.FromSlash(file))] = changed
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, data, 0o600)
}

func indent(s string) string {
	const most = 3000
	if len(s) > most {
		s = s[:most] + "…"
	}
	return "    " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ")
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}
