package message

import (
	"fmt"
	"io"
	"log/slog"
)

// String names the robot's host, never its key.
func (r Robot) String() string {
	if r.core == nil {
		return "message.Robot{}"
	}
	return fmt.Sprintf("message.Robot{Host:%q}", r.core.base.Host)
}

// Format answers every verb of package fmt, %#v too, with String.
func (r Robot) Format(f fmt.State, _ rune) { io.WriteString(f, r.String()) }

// LogValue implements [slog.LogValuer].
func (r Robot) LogValue() slog.Value { return slog.StringValue(r.String()) }
