// Package models is the roof over the wings that hold what is stored: each verb
// takes a grant, goes through one write door, and commits with its audit event.
package models

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	"bailiwick/models/letter"
	"bailiwick/models/log"
	"bailiwick/models/login"
	"bailiwick/models/people"
	"bailiwick/models/program"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

// The wings under names of their own, so that one type can hold them all.
type (
	letters  = letter.Store
	accounts = account.Store
	logins   = login.Store
	persons  = people.Store
	programs = program.Store
	records  = record.Store
	logs     = log.Store
	audits   = audit.Store
)

// Store offers the verbs of every wing. The ground they stand on stays inside.
type Store struct {
	*letters
	*accounts
	*logins
	*persons
	*programs
	*records
	*logs
	*audits
	ground *store.Store
}

// Open connects, refuses a schema it does not know, and loads the snapshot.
func Open(ctx context.Context, c store.Config) (*Store, error) {
	s, err := store.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	return Over(s), nil
}

// Over is every wing on an open ground.
func Over(s *store.Store) *Store {
	w := &Store{ground: s, letters: letter.New(s), accounts: account.New(s)}
	w.logins = login.New(s, w.letters, w.accounts)
	w.persons = people.New(s, w.letters, w.accounts, w.logins)
	w.programs = program.New(s, w.accounts, w.logins)
	w.records = record.New(s, w.accounts)
	w.logs = log.New(s, w.accounts, w.records)
	w.audits = audit.New(s, w.records)
	return w
}

// Close ends all connections.
func (s *Store) Close() { s.ground.Close() }

// AtMost is how long something may take that elsewhere may take so long.
func (s *Store) AtMost(d time.Duration) time.Duration { return s.ground.AtMost(d) }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.ground.Ping(ctx) }

// AllReached is store.ErrUnreached while the database does not reach some tenants.
func (s *Store) AllReached() error { return s.ground.AllReached() }

// Catalog is what the store was opened with.
func (s *Store) Catalog() *catalog.Catalog { return s.ground.Catalog() }

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.ground.Now() }

// Access is the newest snapshot this node has, as it is now.
func (s *Store) Access() *authz.Snapshot { return s.ground.Access() }

// Fresh gives a snapshot that has the tenant at the epoch or later.
func (s *Store) Fresh(ctx context.Context, tenant uuid.UUID, epoch int64) (*authz.Snapshot, error) {
	return s.ground.Fresh(ctx, tenant, epoch)
}

// CatchUp brings the snapshot to what is committed of a tenant.
func (s *Store) CatchUp(ctx context.Context, tenant uuid.UUID) error {
	return s.ground.CatchUp(ctx, tenant)
}

// MemberRole reads the name of a role that a member can have in an account of the
// kind. It gives a sentence where there is none.
func (s *Store) MemberRole(name, kind string) (*catalog.Role, string, string) {
	return s.ground.MemberRole(name, kind)
}

// RoleNamed reads the name of a role that a member or a subuser can have in an
// account of the kind: one of the sets' tables, or `custom:<id>` of the account's
// own. It gives a sentence where there is none.
func (s *Store) RoleNamed(snap *authz.Snapshot, name string, account uuid.UUID, kind string, by authz.PrincipalKind) (*catalog.Role, string) {
	return s.ground.RoleNamed(snap, name, account, kind, by)
}

// StoredRoles are the roles of what is stored in an account of the kind; those
// that are no roles any more are left out.
func (s *Store) StoredRoles(stored []string, account uuid.UUID, kind string) []store.HeldRole {
	return s.ground.StoredRoles(stored, account, kind)
}

// Exposed says, as a sentence, what the database would not protect if somebody
// could run SQL of their own as the panel; empty where it has a login that owns
// nothing and may become nothing.
func (s *Store) Exposed() string { return s.ground.Exposed() }

// PruneLimits removes what says nothing any more: limits that are full, and
// browsers that were not seen for long.
func (s *Store) PruneLimits(ctx context.Context) error { return s.ground.PruneLimits(ctx) }

// PruneCalls forgets calls of more than a day ago.
func (s *Store) PruneCalls(ctx context.Context) error { return s.ground.PruneCalls(ctx) }

// BeginCall begins a call that is done once, and EndCall keeps its answer.
func (s *Store) BeginCall(ctx context.Context, tenant, key uuid.UUID, name string, request [sha256.Size]byte) (context.Context, *store.Call, string, error) {
	return s.ground.BeginCall(ctx, tenant, key, name, request)
}

// EndCall keeps the answer to a call, or forgets one that did nothing.
func (s *Store) EndCall(ctx context.Context, c *store.Call, answer string) error {
	return s.ground.EndCall(ctx, c, answer)
}

// BeyondText says what somebody can not give and where they lack it, after the
// name of a role. An account is named where their own nearer role decides.
func (s *Store) BeyondText(snap *authz.Snapshot, at authz.Account, beyond authz.Beyond, name func(uuid.UUID) string) string {
	return s.ground.BeyondText(snap, at, beyond, name)
}

// CompiledRole is a role of an account's own as the decision reads it.
func (s *Store) CompiledRole(r store.CustomRole) *catalog.Role { return s.ground.CompiledRole(r) }
