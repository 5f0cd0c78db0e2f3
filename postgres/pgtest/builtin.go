package pgtest

import (
	"context"
	"log/slog"
	"net/url"
	"os"

	"bailiwick/postgres"
	"bailiwick/postgres/internal/scratch"

	"github.com/jackc/pgx/v5"
)

// openBuiltIn starts a server in a folder of its own. Nothing of it is synced to
// disk: it need not survive anything.
func openBuiltIn(ctx context.Context) (*server, error) {
	dir, err := scratch.Folder("bailiwick-pgtest")
	if err != nil {
		return nil, err
	}
	running, err := postgres.Start(ctx, postgres.Config{
		Dir: dir,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Settings: map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"autovacuum": "off", "max_connections": "200", "shared_buffers": "64MB", "max_wal_size": "4GB", "checkpoint_timeout": "1h",
		},
	})
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	s := &server{adminURL: running.AdminURL("postgres"), owner: url.User(postgres.Owner), login: url.User(postgres.Login), strategy: "FILE_COPY"}
	s.close = func() {
		if s.admin != nil {
			s.admin.Close(context.Background())
		}
		now, cancel := context.WithCancel(context.Background())
		cancel() // its data goes with it
		_ = running.Stop(now)
		os.RemoveAll(dir)
	}
	if s.admin, err = pgx.Connect(ctx, s.adminURL); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}
