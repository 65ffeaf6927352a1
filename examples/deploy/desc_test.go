package deploy_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flatten reads as much YAML as the descriptions use: maps and lists by
// indentation, scalars on one line. Keys are paths such as modules.0.name.
func flatten(text string) (map[string]string, error) {
	type level struct {
		indent int
		path   string
		items  int
	}
	got := map[string]string{}
	stack := []level{{indent: -1}}
	for i, line := range strings.Split(text, "\n") {
		content := strings.TrimLeft(line, " ")
		if content == "" || content[0] == '#' {
			continue
		}
		indent := len(line) - len(content)
		if strings.ContainsAny(line, "\t{}[]&*!|>%@`'") || indent%2 != 0 {
			return nil, fmt.Errorf("line %d: more YAML than this test reads: %s", i+1, line)
		}
		for {
			item := strings.HasPrefix(content, "- ")
			for top := stack[len(stack)-1]; top.indent > indent || top.indent == indent && (!item || top.items == 0); top = stack[len(stack)-1] {
				stack = stack[:len(stack)-1]
			}
			if !item {
				break
			}
			top := &stack[len(stack)-1]
			if top.indent != indent {
				stack = append(stack, level{indent: indent, path: top.path})
				top = &stack[len(stack)-1]
			}
			stack = append(stack, level{indent: indent + 1, path: fmt.Sprintf("%s%d.", top.path, top.items)})
			stack[len(stack)-2].items++
			content, indent = content[2:], indent+2
		}
		key, value, ok := strings.Cut(content, ":")
		if !ok || value != "" && value[0] != ' ' {
			return nil, fmt.Errorf("line %d: no key: %s", i+1, line)
		}
		name := stack[len(stack)-1].path + key
		if _, twice := got[name]; twice {
			return nil, fmt.Errorf("line %d: %s a second time", i+1, name)
		}
		value = strings.TrimSpace(value)
		got[name] = strings.Trim(value, `"`)
		if value == "" {
			stack = append(stack, level{indent: indent, path: name + "."})
		}
	}
	return got, nil
}

// allowed is what specVersion 3 knows of a process and of variables; PaaS drops
// other keys in silence (BlueKing's document: app_desc_cnative).
var allowed = regexp.MustCompile(`^specVersion$|^modules(\.0(\.(name|isDefault|language|spec(\.(` +
	`processes(\.0(\.(name|procCommand|replicas|` +
	`services(\.0(\.(name|protocol|exposedType(\.name)?|targetPort|port))?)?|` +
	`probes(\.(liveness|readiness)(\.(httpGet(\.(port|path))?|timeoutSeconds|periodSeconds|failureThreshold))?)?))?)?|` +
	`configuration(\.env(\.\d+\.(name|value))?)?))?))?)?$`)

func TestDescriptions(t *testing.T) {
	t.Parallel()
	for a, variables := range map[app]map[string]string{
		itsm: {
			"BKAPP_USE_WEIXIN": "1", "BKAPP_IS_QY_WEIXIN": "1", "BKAPP_WEIXIN_APP_EXTERNAL_HOST": itsm.host,
			"BKAPP_WEIXIN_APP_EXTERNAL_SCHEME": "https", "BKAPP_TRUSTED_PROXIES": "10.0.0.0/8",
		},
		selfhealing: {
			"BKAPP_WECHAT_APP_URL":             "https://" + selfhealing.host + selfhealing.pages,
			"BKAPP_WEIXIN_APP_EXTERNAL_SCHEME": "https", "BKAPP_TRUSTED_PROXIES": "10.0.0.0/8",
		},
	} {
		desc, err := flatten(conf(t, "paas", a.name, "app_desc.yaml"))
		if err != nil {
			t.Errorf("%s: %v", a.name, err)
			continue
		}
		for key := range desc {
			if !allowed.MatchString(key) {
				t.Errorf("%s: PaaS knows no %s", a.name, key)
			}
		}
		const process = "modules.0.spec.processes.0."
		for key, want := range map[string]string{
			"specVersion": "3", "modules.0.isDefault": "true", "modules.0.language": "Go", process + "name": "web", process + "replicas": "1",
			process + "services.0.targetPort": "5000", process + "services.0.exposedType.name": "bk/http",
			process + "probes.liveness.httpGet.port": "5000", process + "probes.liveness.httpGet.path": "/ping",
			process + "probes.readiness.httpGet.port": "5000", process + "probes.readiness.httpGet.path": "/ping",
		} {
			if desc[key] != want {
				t.Errorf("%s: %s is %q, want %q", a.name, key, desc[key], want)
			}
		}
		got := map[string]string{}
		for i := 0; ; i++ {
			env := fmt.Sprintf("modules.0.spec.configuration.env.%d.", i)
			if desc[env+"name"] == "" {
				break
			}
			got[desc[env+"name"]] = desc[env+"value"]
		}
		if diff := cmp.Diff(variables, got); diff != "" {
			t.Errorf("%s: variables, -want +got:\n%s", a.name, diff)
		}
		command := strings.Fields(desc[process+"procCommand"])
		at := slices.Index(command, "-db")
		if at < 0 || at+1 == len(command) || path.Dir(command[at+1]) != "/data" {
			t.Errorf("%s: %v names no database on the volume", a.name, command)
		}
		if image := conf(t, "Dockerfile"); !strings.Contains(image, `ENTRYPOINT ["`+command[0]+`"]`) || !strings.Contains(image, "-o /out"+command[0]+" ") {
			t.Errorf("%s: the image has no %s", a.name, command[0])
		}
	}
}

func TestFlatten(t *testing.T) {
	t.Parallel()
	got, err := flatten("a: 1\nb:\n  # no\n  - c: x\n    d:\n      e: \"y: z\"\n  - c: w\n\nf:\n  g: h\n")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "1", "b": "", "b.0.c": "x", "b.0.d": "", "b.0.d.e": "y: z", "b.1.c": "w", "f": "", "f.g": "h"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, bad := range []string{"\ta: b", "a", "a: 1\na: 2", " a: b", "a: [b]", "a:b"} {
		if got, err := flatten(bad); err == nil {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
}
