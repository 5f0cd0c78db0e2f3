// Package login holds what is one's own: signing up and in, sessions, passwords,
// second steps, addresses. What somebody may do in an account is never asked here.
package login

import (
	"sync"

	"github.com/alexedwards/argon2id"
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
	hashing argon2id.Params
	// nobody is the hash that an unknown name is compared with, so that it costs
	// the same time as a known one.
	nobody func() string

	subusers *otter.Cache[string, subuserKey] // by the hash of a session's token; whose it is never changes
	entered  *otter.Cache[entry, struct{}]    // what is noted already
}

// New is the wing on its ground.
func New(s *store.Store, l *letter.Store, a *account.Store) *Store {
	hashing := argon2id.Params{Memory: s.HashMemory(), Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	nobody := func() string {
		h, err := argon2id.CreateHash("nobody's password", &hashing)
		if err != nil {
			panic(err) // only without random numbers
		}
		return h
	}
	return &Store{store: s, letter: l, account: a, hashing: hashing, nobody: sync.OnceValue(nobody), subusers: store.Recent[string, subuserKey](), entered: store.Recent[entry, struct{}]()}
}
