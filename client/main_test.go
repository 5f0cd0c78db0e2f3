package client_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"testing"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/program"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// The panel that the examples call, and a key of Ada's agency Analytical and all below it.
var address, key string

// cast is who is in that panel.
var cast struct {
	*models.Store
	ada        login.Member
	analytical account.Account
}

func TestMain(m *testing.M) { os.Exit(modelstest.Main(withPanel{m})) }

// withPanel starts the panel around the tests and examples.
type withPanel struct{ *testing.M }

func (x withPanel) Run() int {
	t := &long{}
	defer t.end()
	if err := startPanel(t); err != nil {
		fmt.Fprintln(os.Stderr, "the panel does not start:", err)
		return 1
	}
	return x.M.Run()
}

func startPanel(t *long) (err error) {
	ctx := t.Context()
	cast.Store, err = modelstest.Open(ctx, store.Config{URL: pgtest.Clone(t), Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 4})
	if err != nil {
		return err
	}
	t.Cleanup(cast.Close)
	server := httptest.NewUnstartedServer(nil)
	public := &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}
	server.Config.Handler, err = handlers.New(cast.Store, handlers.Config{PublicURL: public, Secret: make([]byte, 32), Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return err
	}
	server.Start()
	t.Cleanup(server.Close)
	if cast.ada, _, err = cast.SignUp(ctx, "Ada", "ada@example.com", "four plain english words"); err != nil {
		return err
	}
	if cast.analytical, err = cast.CreateMainAccount(ctx, authz.Self(cast.ada.Actor()), "Analytical"); err != nil {
		return err
	}
	address = server.URL
	key, err = keyOf(ctx, program.KeyInput{Name: "Examples", SubAccounts: true})
	return err
}

// keyOf makes a key of Analytical.
func keyOf(ctx context.Context, in program.KeyInput) (string, error) {
	g, err := cast.Access().Authorize(cast.ada.Actor(), cast.Catalog().Permission("api_keys.edit"), cast.analytical.ID)
	if err != nil {
		return "", err
	}
	made, err := cast.CreateKey(ctx, g, uuid.Nil, in)
	return made.Secret, err
}

// long is a test that lasts as long as all of them.
type long struct {
	testing.TB
	ends []func()
}

func (t *long) Helper()                        {}
func (t *long) Context() context.Context       { return context.Background() }
func (t *long) Cleanup(f func())               { t.ends = append(t.ends, f) }
func (t *long) Errorf(format string, a ...any) { fmt.Fprintf(os.Stderr, format+"\n", a...) }
func (t *long) Fatal(a ...any)                 { panic(fmt.Sprint(a...)) }
func (t *long) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

func (t *long) end() {
	for _, f := range slices.Backward(t.ends) {
		f()
	}
}
