// Package postgres runs the built-in, supervised Postgres server of one machine.
//
// The server is compiled into the program (see pack and dist); a program built
// without it runs an installed Postgres 15 or newer. It listens on a Unix socket
// only, in a folder that nobody but its own user and root may enter.
//
// Everything lives in one folder, Config.Dir:
//
//	panel.lock     held by the program that uses the folder
//	server.lock    held by every process of the server, however orphaned
//	server-…/      the unpacked server
//	data/          the cluster; data.new/ is one that is not finished
//	run/           the socket
//	hba.conf, ident.conf   who may connect: the operating system user of the program
package postgres

import (
	"errors"
	"log/slog"
)

// Errors that a caller may have to tell apart; test with errors.Is. Their text
// is for the operator and says what to do.
var (
	// ErrLocked: another program uses the data folder.
	ErrLocked = errors.New("the data folder is in use")
	// ErrVersion: the data was made by another major version of Postgres. It was not touched.
	ErrVersion = errors.New("the data belongs to another version of Postgres")
	// ErrNoBinaries: this program carries no Postgres that runs here, and none is installed.
	ErrNoBinaries = errors.New("there is no Postgres to run")
	// ErrFolder: the user that the server runs as cannot use the data folder.
	ErrFolder = errors.New("the data folder can't be used")
)

// Owner owns the database and may create roles; it is no superuser and row-level
// security binds it. Login is for all that is not the owner's work; whoever owns
// the database makes it.
const (
	Owner    = "bailiwick"
	Login    = "bailiwick_panel"
	Database = "bailiwick"
)

// superuser is made by initdb.
const superuser = "postgres"

// Config says where and how the server runs.
type Config struct {
	// Dir is the data folder; it is created when absent.
	Dir string
	// Log gets the server's messages and what the supervisor does; nil for none.
	Log *slog.Logger
	// Settings are further server parameters, as for postgres -c; they win over ours.
	// With fsync=off the making of the cluster is not synced either.
	Settings map[string]string
}
