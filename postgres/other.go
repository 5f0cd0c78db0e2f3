//go:build !linux

package postgres

import (
	"context"
	"fmt"
	"runtime"
)

// Server is a running Postgres. There is one on Linux only.
type Server struct{}

// Start fails with ErrNoBinaries.
func Start(context.Context, Config) (*Server, error) {
	return nil, fmt.Errorf("%w on %s: set DATABASE_URL", ErrNoBinaries, runtime.GOOS)
}

// RunningURLs fails with ErrNoBinaries.
func RunningURLs(string) (owner, login string, err error) {
	return "", "", fmt.Errorf("%w on %s: set DATABASE_URL", ErrNoBinaries, runtime.GOOS)
}

func (*Server) URL() string                { return "" }
func (*Server) LoginURL() string           { return "" }
func (*Server) AdminURL(string) string     { return "" }
func (*Server) Version() string            { return "" }
func (*Server) Bin() string                { return "" }
func (*Server) Stop(context.Context) error { return nil }
