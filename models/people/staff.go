package people

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Staff is somebody with a duty in the installation.
type Staff struct {
	ID    uuid.UUID
	Name  string
	Email string
	Since time.Time
}

// IsOperator tells whether a principal looks after the installation.
func (s *Store) IsOperator(ctx context.Context, who authz.PrincipalID) (bool, error) {
	var is bool
	err := s.store.One(ctx, store.ScopeStaff, []any{&is}, "SELECT EXISTS (SELECT FROM staff WHERE member_id = $1 AND duty = $2)", who.ID, store.DutyOperator)
	return is && who.Kind == authz.Member, err
}

// Staff lists who has a duty, by name.
func (s *Store) Staff(ctx context.Context, duty string) ([]Staff, error) {
	var all []Staff
	err := s.store.Read(ctx, store.ScopeStaff, func(r pgx.Rows) error {
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
func (s *Store) AddStaff(ctx context.Context, email, duty string) (login.Member, error) {
	return s.changeStaff(ctx, email, duty, "member.staff_add", func(tx *store.Tx, m login.Member) error {
		return tx.Exec("INSERT INTO staff (member_id, duty, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", m.ID, duty, s.store.Now()).Error
	})
}

// RemoveStaff takes a duty from somebody; ErrNotFound where they do not have it.
func (s *Store) RemoveStaff(ctx context.Context, email, duty string) (login.Member, error) {
	return s.changeStaff(ctx, email, duty, "member.staff_remove", func(tx *store.Tx, m login.Member) error {
		return store.ChangedOne(tx.Exec("DELETE FROM staff WHERE member_id = ? AND duty = ?", m.ID, duty))
	})
}

// changeStaff is for the command line alone. The event is kept where the person
// sees it, in their personal account; of support, also in the accounts where the
// door is open, and who holds what there follows.
func (s *Store) changeStaff(ctx context.Context, email, duty, action string, do func(*store.Tx, login.Member) error) (login.Member, error) {
	m, err := s.login.MemberByEmail(ctx, email)
	if err != nil {
		return m, err
	}
	home, err := s.login.PersonalAccount(ctx, m.Principal())
	if err != nil {
		return m, err
	}
	sc := store.ScopeStaff
	sc.Tenant = home.Tenant
	return m, s.store.Commit(ctx, sc, authz.SystemGrant("the operator's command line"), store.Change{Action: action, On: home, Name: m.Name}, func(tx *store.Tx) error {
		tx.Note("duty", duty)
		if err := do(tx, m); err != nil || duty != store.DutySupport {
			return err
		}
		return throughOpenDoors(tx, action, m)
	})
}

// throughOpenDoors tells the accounts that are open to support staff that one of
// them came or went. The staff's table is locked by the change.
func throughOpenDoors(tx *store.Tx, action string, m login.Member) error {
	var open []account.SupportAccess
	err := tx.Raw("SELECT * FROM support_access WHERE closed_at IS NULL AND until > ? ORDER BY tenant_id, account_id", tx.Store.Now()).Scan(&open).Error
	if err != nil {
		return err
	}
	for _, x := range open {
		on := authz.Resource{Tenant: x.TenantID, Account: x.AccountID, Kind: "member", ID: m.ID}
		err := tx.In(store.Change{Action: action, On: on, Name: m.Name}, func(tx *store.Tx) error {
			if _, err := tx.LockAccess(); err != nil {
				return err
			}
			tx.Note("duty", store.DutySupport)
			tx.Touch("member", m.ID)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
