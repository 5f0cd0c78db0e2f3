// Package program holds who comes in without a person: service accounts, and the keys
// that programs prove with who they act as. What a program may do is decided in authz,
// as for everybody, never here.
package program

import (
	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Store is the programs of the installation.
type Store struct {
	store   *store.Store
	account *account.Store
	login   *login.Store
	places  *otter.Cache[[32]byte, keyPlace] // by the hash of a key; where it is never changes
	viewing catalog.Mask                     // all that a key for reading only is for
}

// keyPlace is where a key is stored.
type keyPlace struct{ tenant, account, key uuid.UUID }

// New is the wing on its ground, beside those below it.
func New(s *store.Store, a *account.Store, l *login.Store) *Store {
	x := &Store{store: s, account: a, login: l, places: store.Recent[[32]byte, keyPlace]()}
	for _, p := range s.Catalog().Permissions() {
		if !s.Catalog().Info(p).Edit {
			x.viewing.Set(p)
		}
	}
	return x
}
