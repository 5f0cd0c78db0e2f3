// Bailiwick is a self-hosted control panel for accounts, sub-accounts and the
// people in them. This is its command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type commands struct {
	Config

	Serve      serveCommand     `cmd:"" help:"Run the panel."`
	Migrate    migrateCommand   `cmd:"" help:"Bring the database to this program's schema."`
	Doctor     doctorCommand    `cmd:"" help:"Report what's wrong with the database; exit 0 for nothing, 1 for something, 2 for an error."`
	Demo       demoCommand      `cmd:"" help:"Create the demo cast; with --accounts, add that many sub-accounts."`
	ShowConfig configCommand    `cmd:"" name:"config" help:"Print the configuration, secrets masked."`
	Access     accessCommand    `cmd:"" help:"Print who may do what: one set of roles as a matrix."`
	Can        canCommand       `cmd:"" help:"Print one decision and its reasons; exit 0 for yes, 1 for no, 2 for an error."`
	Audit      auditCommand     `cmd:"" help:"Verify the audit."`
	Staff      staffCommand     `cmd:"" help:"Decide who looks after the installation, and who is its support."`
	Key        keyCommand       `cmd:"" help:"Create keys for programs."`
	Networks   networksCommand  `cmd:"" help:"Help people who are locked out of their account by its networks."`
	TwoStep    twoStepCommand   `cmd:"" help:"Help people who lost their second step."`
	Storybook  storybookCommand `cmd:"" help:"Serve every page in every state, without a database, or print their texts."`
}

// exit is an error that only sets the exit status.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var c commands
	k := kong.Parse(&c, kong.Name("bailiwick"), kong.UsageOnError(),
		kong.Description("A self-hosted control panel for accounts, sub-accounts and the people in them. Every setting is also an environment variable."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&c.Config), kong.Exit(func(code int) {
			if code != 0 {
				code = 2
			}
			os.Exit(code)
		}))
	err := k.Run()
	stop()
	var status exit
	switch {
	case errors.As(err, &status):
		os.Exit(int(status))
	case err != nil:
		fmt.Fprintln(os.Stderr, "bailiwick:", err)
		os.Exit(2)
	}
}
