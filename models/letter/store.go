// Package letter holds the letters that writes give rise to: queued in the same
// transaction, sealed, claimed one at a time to be sent. Their words are in
// package mail, never here.
package letter

import "bailiwick/models/store"

// Store is the letters of the installation.
type Store struct{ store *store.Store }

// New is the wing on its ground.
func New(s *store.Store) *Store { return &Store{s} }
