// Package log holds what is kept of logs beyond the records: timeless accounts.
// Nothing but log entries is ever in them.
package log

import (
	"bailiwick/models/account"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

// Store is the logs of the installation.
type Store struct {
	store   *store.Store
	account *account.Store
	record  *record.Store
}

// New is the wing on its ground, beside those below it.
func New(s *store.Store, a *account.Store, r *record.Store) *Store { return &Store{s, a, r} }
