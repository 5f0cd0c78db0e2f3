// Bailiwick is a self-hosted control panel for accounts, sub-accounts and the
// people in them. This is its command line.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"github.com/posener/complete"

	"bailiwick/catalog"
)

type commands struct {
	Config `group:"On the machine:"`

	Serve      serveCommand     `cmd:"" help:"Run the panel."`
	Migrate    migrateCommand   `cmd:"" help:"Bring the database to this program's schema."`
	Doctor     doctorCommand    `cmd:"" help:"Report what's wrong with the database; exit 0 for nothing, 1 for something, 2 for an error."`
	Demo       demoCommand      `cmd:"" help:"Create the demo cast; with --accounts, add that many sub-accounts."`
	ShowConfig configCommand    `cmd:"" name:"config" help:"Print the configuration, secrets masked."`
	Access     accessCommand    `cmd:"" help:"Print who may do what: one set of roles as a matrix."`
	Can        canCommand       `cmd:"" help:"Print one decision and its reasons; exit 0 for yes, 1 for no, 2 for an error."`
	Audit      auditCommand     `cmd:"" help:"Verify the audit."`
	Staff      staffCommand     `cmd:"" help:"Decide who looks after the installation, and who is its support."`
	Networks   networksCommand  `cmd:"" help:"Help people who are locked out of their account by its networks."`
	TwoStep    twoStepCommand   `cmd:"" help:"Help people who lost their second step."`
	Storybook  storybookCommand `cmd:"" help:"Serve every page in every state, without a database, or print their texts."`

	AccountNoun    accountCommand        `cmd:"" name:"account" group:"A running panel:" help:"Show and rename an account."`
	SubAccount     subAccountCommand     `cmd:"" group:"A running panel:" help:"Create, change, move, close and delete sub-accounts."`
	Permission     permissionCommand     `cmd:"" group:"A running panel:" help:"Grant and revoke the permissions of sub-accounts."`
	Member         memberCommand         `cmd:"" group:"A running panel:" help:"Invite members, change their roles, remove them."`
	Subuser        subuserCommand        `cmd:"" group:"A running panel:" help:"Create, change, suspend and delete subusers."`
	Role           roleCommand           `cmd:"" group:"A running panel:" help:"List roles; create, change and delete an account's own."`
	ServiceAccount serviceAccountCommand `cmd:"" group:"A running panel:" help:"Create, change, suspend and delete service accounts."`
	Key            keyCommand            `cmd:"" group:"A running panel:" help:"List, create, replace and revoke API keys."`
	Record         recordCommand         `cmd:"" group:"A running panel:" help:"List, create, change and delete the records of any section."`

	Completion kongcompletion.Completion `cmd:"" help:"Print how to turn on completion with the tab key in bash, zsh or fish."`
}

// exit is an error that only sets the exit status.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var c commands
	k := kong.Must(&c, kong.Name("bailiwick"), kong.UsageOnError(),
		kong.Description("A self-hosted control panel for accounts, sub-accounts and the people in them. Every setting is also an environment variable."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&c.Config), kong.Exit(func(code int) {
			if code != 0 {
				code = 2
			}
			os.Exit(code)
		}))
	kongcompletion.Register(k, kongcompletion.WithPredictors(predictors()))
	x, err := k.Parse(os.Args[1:])
	k.FatalIfErrorf(err)
	status := failed(x.Run())
	stop()
	os.Exit(int(status))
}

// predictors are what completion offers where arguments name something of the catalog.
func predictors() map[string]complete.Predictor {
	some := func(of func(*catalog.Catalog) []string) complete.Predictor {
		return complete.PredictFunc(func(complete.Args) []string {
			c, err := catalog.Load()
			if err != nil {
				return nil
			}
			return of(c)
		})
	}
	return map[string]complete.Predictor{"section": some(sections), "permission": some(permissionNames)}
}
