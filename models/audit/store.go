// Package audit reads and verifies the chains of changes. It writes none: the
// write door does, with every change.
package audit

import (
	"bailiwick/models/record"
	"bailiwick/models/store"
)

// Store is the audit of the installation.
type Store struct {
	store  *store.Store
	record *record.Store
}

// New is the wing on its ground, beside those below it.
func New(s *store.Store, r *record.Store) *Store { return &Store{s, r} }
