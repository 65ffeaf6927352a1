package logs_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/bkwecom/wecom/examples/internal/logs"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := logs.New(&out, slog.LevelInfo)
	log.Debug("not shown")
	log.Warn("hello", "alarm", "1_1", slog.Group("g", "level", 3))
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	pathname, _ := got["pathname"].(string)
	funcName, _ := got["funcName"].(string)
	if got["levelname"] != "WARN" || got["message"] != "hello" || got["alarm"] != "1_1" ||
		!strings.HasPrefix(pathname, "logs/logs_test.go:") || !strings.HasSuffix(funcName, "TestKeys") || got["time"] == nil {
		t.Errorf("%s", out.String())
	}
	if g, ok := got["g"].(map[string]any); !ok || g["level"] != 3.0 {
		t.Errorf("a group was renamed: %s", out.String())
	}
}
