package store_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

func TestOneMachineIsNotDistributed(t *testing.T) {
	owner := pgtest.OwnerURL(pgtest.Clone(t))
	if modelstest.Ask(t, owner, "SELECT count(*)::text FROM pg_extension WHERE extname = 'citus'") != "0" {
		t.Skip("this is Citus")
	}
	err := store.Distribute(t.Context(), owner, func(sentence string) { t.Error(sentence) })
	if !errors.Is(err, store.ErrNotDistributable) || !strings.Contains(err.Error(), "this database has no Citus; nothing was changed") {
		t.Errorf("want a refusal, got %v", err)
	}
}

// finds wants the one sentence of which part is a part, or none where it is empty.
func finds(t *testing.T, address, part string) {
	t.Helper()
	wrong, err := store.Examine(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if part == "" && len(wrong) > 0 || part != "" && (len(wrong) != 1 || !strings.Contains(wrong[0], part)) {
		t.Errorf("want %q, found %q", part, wrong)
	}
}

func TestADatabaseIsExamined(t *testing.T) {
	login := pgtest.Clone(t)
	owner := pgtest.OwnerURL(login)
	if login == owner {
		t.Skip("needs an owner who may make roles")
	}
	finds(t, login, "")
	finds(t, owner, "the panel connects to the database as")
	finds(t, modelstest.As(t, login, url.UserPassword("nobody", "knows"), ""), "does not let the panel in")
	modelstest.Ask(t, owner, "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")
	finds(t, login, "run `bailiwick migrate`")
}
