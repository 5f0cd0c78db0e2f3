package models

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
)

// The duties of the staff of an installation. An operator looks after the
// installation itself; support is what accounts may let in. Neither gives
// anything in an account by itself.
const (
	DutyOperator = "operator"
	DutySupport  = "support"
)

// Duties are all duties.
var Duties = []string{DutyOperator, DutySupport}

// Staff is somebody with a duty in the installation.
type Staff struct {
	ID    uuid.UUID
	Name  string
	Email string
	Since time.Time
}

// OnDuty is proof that somebody who is signed in has a duty.
type OnDuty struct {
	actor authz.Actor
	duty  string
}

// OnDuty tells whether whoever is signed in has a duty now.
func (x Session) OnDuty(duty string) (OnDuty, bool) {
	return OnDuty{x.Actor(), duty}, slices.Contains(x.duties, duty)
}

func (d OnDuty) is(duty string) error {
	if d.actor.ID.IsZero() || d.duty != duty {
		return authz.ErrDenied
	}
	return nil
}

// IsOperator tells whether a principal looks after the installation.
func (s *Store) IsOperator(ctx context.Context, who authz.PrincipalID) (bool, error) {
	var is bool
	err := s.one(ctx, scopeStaff, []any{&is}, "SELECT EXISTS (SELECT FROM staff WHERE member_id = $1 AND duty = $2)", who.ID, DutyOperator)
	return is && who.Kind == authz.Member, err
}

// Staff lists who has a duty, by name.
func (s *Store) Staff(ctx context.Context, duty string) ([]Staff, error) {
	var all []Staff
	err := s.read(ctx, scopeStaff, func(r pgx.Rows) error {
		var x Staff
		err := r.Scan(&x.ID, &x.Name, &x.Email, &x.Since)
		all = append(all, x)
		return err
	}, "SELECT m.id, m.name, m.email, s.since FROM staff s JOIN members m ON m.id = s.member_id WHERE s.duty = $1 ORDER BY lower(m.name), m.id", duty)
	return all, err
}

// AddStaff gives somebody with a login a duty, and tells who that is; whether
// they have it already makes no difference. ErrNotFound where nobody signs in
// with the address.
func (s *Store) AddStaff(ctx context.Context, email, duty string) (Member, error) {
	return s.changeStaff(ctx, email, duty, "member.staff_add", func(tx *Tx, m Member) error {
		return tx.Exec("INSERT INTO staff (member_id, duty, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", m.ID, duty, s.now()).Error
	})
}

// RemoveStaff takes a duty from somebody; ErrNotFound where they do not have it.
func (s *Store) RemoveStaff(ctx context.Context, email, duty string) (Member, error) {
	return s.changeStaff(ctx, email, duty, "member.staff_remove", func(tx *Tx, m Member) error {
		return changedOne(tx.Exec("DELETE FROM staff WHERE member_id = ? AND duty = ?", m.ID, duty))
	})
}

// changeStaff is for the command line alone. The event is kept where the person
// sees it, in their personal account; of support, also in the accounts where the
// door is open, and who holds what there follows.
func (s *Store) changeStaff(ctx context.Context, email, duty, action string, do func(*Tx, Member) error) (Member, error) {
	m, err := s.MemberByEmail(ctx, email)
	if err != nil {
		return m, err
	}
	home, err := s.personalAccount(ctx, m.Principal())
	if err != nil {
		return m, err
	}
	sc := scopeStaff
	sc.tenant = home.Tenant
	return m, s.commit(ctx, sc, authz.SystemGrant("the operator's command line"), change{action: action, on: home, name: m.Name}, func(tx *Tx) error {
		tx.note("duty", duty)
		if err := do(tx, m); err != nil || duty != DutySupport {
			return err
		}
		return tx.throughOpenDoors(action, m)
	})
}

// throughOpenDoors tells the accounts that are open to support staff that one of
// them came or went. The staff's table is locked by the change.
func (tx *Tx) throughOpenDoors(action string, m Member) error {
	var open []SupportAccess
	err := tx.Raw("SELECT * FROM support_access WHERE closed_at IS NULL AND until > ? ORDER BY tenant_id, account_id", tx.store.now()).Scan(&open).Error
	if err != nil {
		return err
	}
	for _, x := range open {
		on := authz.Resource{Tenant: x.TenantID, Account: x.AccountID, Kind: "member", ID: m.ID}
		err := tx.in(change{action: action, on: on, name: m.Name}, func(tx *Tx) error {
			if _, err := tx.lockAccess(); err != nil {
				return err
			}
			tx.note("duty", DutySupport)
			tx.touch("member", m.ID)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
