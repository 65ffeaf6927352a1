// Package logs makes the logger of the reference deployments: JSON lines with
// the keys that BlueKing PaaS collects (levelname, message, pathname, funcName).
package logs

import (
	"io"
	"log/slog"
	"path"
	"path/filepath"
	"strconv"
)

// New logs to w, from level up.
func New(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{AddSource: true, Level: level, ReplaceAttr: rename}))
}

func rename(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.LevelKey:
		a.Key = "levelname"
	case slog.MessageKey:
		a.Key = "message"
	case slog.SourceKey:
		source, ok := a.Value.Any().(*slog.Source)
		if !ok {
			return a
		}
		return slog.Group("", "pathname", short(source), "funcName", path.Base(source.Function))
	}
	return a
}

// short keeps the package's folder and the file: the rest is of the machine that
// built the program.
func short(s *slog.Source) string {
	file := filepath.ToSlash(s.File)
	return path.Join(path.Base(path.Dir(file)), path.Base(file)) + ":" + strconv.Itoa(s.Line)
}
