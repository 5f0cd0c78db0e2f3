//go:build linux

package postgres

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
)

// tailLines is how many of the last lines an error shows.
const tailLines = 8

// output passes the lines of a child on to the log and keeps the last ones.
type output struct {
	log *slog.Logger

	mu    sync.Mutex
	rest  []byte // a line that has not ended
	last  []string
	level slog.Level // of the message that a continued line belongs to
}

// levels of the severities in the server's log. An ERROR is some statement's and a
// FATAL some connection's, whose other end was told, or the end of the server, which
// the supervisor tells.
var levels = map[string]slog.Level{
	"LOG": slog.LevelDebug, "NOTICE": slog.LevelDebug, "INFO": slog.LevelDebug,
	"ERROR": slog.LevelDebug, "FATAL": slog.LevelDebug,
	"WARNING": slog.LevelWarn, "PANIC": slog.LevelError,
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rest = append(o.rest, b...)
	for {
		line, rest, found := bytes.Cut(o.rest, []byte("\n"))
		if !found {
			return len(b), nil
		}
		o.line(strings.TrimSpace(string(line)))
		o.rest = rest
	}
}

func (o *output) line(line string) {
	if line == "" {
		return
	}
	severity, _, _ := strings.Cut(line, ":")
	if level, ok := levels[severity]; ok {
		o.level = level
	}
	o.log.Log(context.Background(), o.level, "Postgres: "+line)
	if o.last = append(o.last, line); len(o.last) > tailLines {
		o.last = o.last[1:]
	}
}

func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(append(o.last[:len(o.last):len(o.last)], string(o.rest)), "\n")
}
