// Package people holds who works in an account and with which roles: members and
// their invites, subusers, roles of an account's own, staff. How a role is weighed
// is decided in authz, never here.
package people

import (
	"github.com/maypok86/otter/v2"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Store is the people of the installation.
type Store struct {
	store   *store.Store
	letter  *letter.Store
	account *account.Store
	login   *login.Store
	alerts  *otter.Cache[authz.PrincipalID, foundAlerts]
}

// New is the wing on its ground, beside those below it.
func New(s *store.Store, l *letter.Store, a *account.Store, o *login.Store) *Store {
	return &Store{store: s, letter: l, account: a, login: o, alerts: store.Recent[authz.PrincipalID, foundAlerts]()}
}
