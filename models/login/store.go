// Package login holds what is one's own: signing up and in, sessions, passwords,
// second steps, addresses. What somebody may do in an account is never asked here.
package login

import (
	"github.com/maypok86/otter/v2"

	"bailiwick/models/account"
	"bailiwick/models/letter"
	"bailiwick/models/store"
)

// Store is the logins of the installation.
type Store struct {
	store   *store.Store
	letter  *letter.Store
	account *account.Store
	signIns signInLog // not stored yet

	subusers *otter.Cache[string, subuserKey] // by the hash of a session's token; whose it is never changes
	entered  *otter.Cache[entry, struct{}]    // what is noted already
}

// New is the wing on its ground.
func New(s *store.Store, l *letter.Store, a *account.Store) *Store {
	return &Store{store: s, letter: l, account: a, subusers: store.Recent[string, subuserKey](), entered: store.Recent[entry, struct{}]()}
}
