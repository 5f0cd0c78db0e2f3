// Package record is the engine of the sections that the catalog declares: lists,
// changes, acts, links and imports of their records. No section is known to it by
// name, but where the declaration asks for code.
package record

import (
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// Store is the records of the installation.
type Store struct {
	store   *store.Store
	account *account.Store
}

// New is the wing on its ground, beside those below it.
func New(s *store.Store, a *account.Store) *Store { return &Store{s, a} }
