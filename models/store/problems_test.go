package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"bailiwick/models/store"
)

func TestConstraintsAreKnownByTheirNameWhereverItStands(t *testing.T) {
	for _, tt := range []struct {
		field, message, want string
	}{
		{"subusers_name_unique", `duplicate key value violates unique constraint "subusers_name_unique"`, "subusers_name_unique"},
		{"subusers_name_unique_102008", `duplicate key value violates unique constraint "subusers_name_unique_102008"`, "subusers_name_unique"},
		{"", `duplicate key value violates unique constraint "subusers_name_unique_102008"`, "subusers_name_unique"},
		{"", `new row for relation "accounts_102011" violates check constraint "accounts_depth"`, "accounts_depth"},
		{"", `canceling statement due to statement timeout`, ""},
	} {
		if got := store.ConstraintOf(&pgconn.PgError{ConstraintName: tt.field, Message: tt.message}); got != tt.want {
			t.Errorf("%q, %q: %q, want %q", tt.field, tt.message, got, tt.want)
		}
	}
}
