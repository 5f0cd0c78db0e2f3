package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Like is the pattern of a search for a part; empty for no search.
func Like(search string) string {
	search = strings.TrimSpace(search)
	if search == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(search) + "%"
}

// Among is the condition of being in one of have, of which and lack there are no
// others: by the shorter list, which is the cheaper one.
func (b *Clauses) Among(lack, have []uuid.UUID) string {
	if len(lack) < len(have) {
		return "account_id <> ALL(" + b.Arg(lack) + ")"
	}
	return "account_id = ANY(" + b.Arg(have) + ")"
}

// Between narrows a time down; zero is no bound, and to is left out.
func (b *Clauses) Between(column string, from, to time.Time) {
	if !from.IsZero() {
		b.Where(column+" >= %s", from)
	}
	if !to.IsZero() {
		b.Where(column+" < %s", to)
	}
}

// Clauses are the conditions of a query and their arguments.
type Clauses struct {
	Conditions []string
	Args       []any
}

// Arg takes a value in, and gives its place in the statement.
func (b *Clauses) Arg(v any) string {
	b.Args = append(b.Args, v)
	return fmt.Sprintf("$%d", len(b.Args))
}

// Where adds a condition; each %s in it is the place of an argument.
func (b *Clauses) Where(format string, args ...any) {
	for i, a := range args {
		args[i] = b.Arg(a)
	}
	b.Conditions = append(b.Conditions, fmt.Sprintf(format, args...))
}
