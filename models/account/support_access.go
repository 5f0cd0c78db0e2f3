package account

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// An account opens its door to support staff for this long (domain, support access).
const (
	MinSupportAccess = time.Hour
	MaxSupportAccess = 30 * 24 * time.Hour
)

// SupportAccess is one time that an account opened its door to the support
// staff of the installation. Who they are is no matter of the account's.
type SupportAccess struct {
	TenantID     uuid.UUID
	ID           uuid.UUID
	AccountID    uuid.UUID
	Access       string // view or edit
	Reason       string
	OpenedBy     string // kind:id
	OpenedByName string
	OpenedAt     time.Time
	Until        time.Time
	ClosedAt     *time.Time // also of one that another replaced
	ClosedBy     *string
	ClosedByName *string
}

func (SupportAccess) TableName() string { return "support_access" }

// OpenAt tells whether staff may come in at a time.
func (x SupportAccess) OpenAt(now time.Time) bool { return x.ClosedAt == nil && now.Before(x.Until) }

// Ended is when the door was shut, by somebody or by itself; only of one that is
// not open any more.
func (x SupportAccess) Ended() time.Time {
	if x.ClosedAt != nil {
		return *x.ClosedAt
	}
	return x.Until
}

// SupportRole is the role that staff hold by an access, nil where it is none.
func (s *Store) SupportRole(access string) *catalog.Role {
	return s.store.Catalog().Set("support").Role(access)
}

// SupportAccessInput is what the form asks for.
type SupportAccessInput struct {
	Access, Reason string
	Until          time.Time
}

// OpenSupportAccess lets support staff into the grant's account until a time. It
// takes the place of what is open. Nobody lets them do more than they may
// themselves there. Problems name the fields access, reason and until.
func (s *Store) OpenSupportAccess(ctx context.Context, g authz.Grant, in SupportAccessInput) (SupportAccess, error) {
	now := s.store.Now().UTC().Truncate(time.Second)
	x := SupportAccess{
		TenantID: g.Resource().Tenant, ID: store.NewID(), AccountID: g.Resource().Account, Access: in.Access, Reason: strings.TrimSpace(in.Reason),
		OpenedBy: g.Actor().ID.String(), OpenedByName: g.Actor().Name, OpenedAt: now, Until: in.Until.UTC().Truncate(time.Second),
	}
	if p := s.checkSupportAccess(x); len(p) > 0 {
		return x, p
	}
	on := authz.Resource{Tenant: x.TenantID, Account: x.AccountID, Kind: "support_access", ID: x.ID}
	err := s.store.Write(ctx, g.On(on.Kind, on.ID), store.Change{Action: "support_access.open", Permission: "support_access.grant", On: on}, func(tx *store.Tx) error {
		snap, err := lockDoor(tx)
		if err != nil {
			return err
		}
		if err := mayLend(tx, snap, s.SupportRole(x.Access), x.Until); err != nil {
			return err
		}
		before, err := openDoor(tx)
		if err != nil {
			return err
		}
		if before.Access != "" {
			if err := shutDoor(tx, before); err != nil {
				return err
			}
		}
		for field, was := range map[string][2]any{
			"access": {before.Access, x.Access}, "reason": {before.Reason, x.Reason}, "until": {before.Until, x.Until},
		} {
			if before.OpenAt(now) {
				tx.Changed(field, was[0], was[1])
			} else {
				tx.Note(field, was[1])
			}
		}
		return tx.Create(&x).Error
	})
	return x, err
}

func (s *Store) checkSupportAccess(x SupportAccess) store.Problems {
	p := store.Problems{}
	if s.SupportRole(x.Access) == nil {
		p.Add("access", "Choose whether support staff can view or edit.")
	}
	if n := utf8.RuneCountInString(x.Reason); n < 1 || n > 500 || !utf8.ValidString(x.Reason) {
		p.Add("reason", "Enter a reason of 1 to 500 characters.")
	} else if !store.ShowsAll(x.Reason) {
		p.Add("reason", "Remove the invisible characters.")
	}
	switch lasts := x.Until.Sub(x.OpenedAt); {
	case lasts < MinSupportAccess:
		p.Add("until", "Choose an end at least an hour away. You can turn it off earlier.")
	case lasts > MaxSupportAccess:
		p.Add("until", "Choose an end within 30 days. You can turn it on again.")
	}
	return p
}

// CloseSupportAccess shuts the door of the grant's account.
func (s *Store) CloseSupportAccess(ctx context.Context, g authz.Grant) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	return s.store.Write(ctx, g, store.Change{Action: "support_access.close", Permission: "support_access.grant", On: on}, func(tx *store.Tx) error {
		if _, err := lockDoor(tx); err != nil {
			return err
		}
		x, err := openDoor(tx)
		switch {
		case err != nil:
			return err
		case !x.OpenAt(s.store.Now()):
			return store.Problems{"": "Support access is already off."}
		}
		tx.Note("access", x.Access)
		tx.Note("opened_by", x.OpenedByName)
		tx.Changed("until", x.Until, s.store.Now())
		return shutDoor(tx, x)
	})
}

// lockDoor is LockAccess for what lets support staff in or out. Whom it lets is
// the same until the commit: the staff's table is locked first, always in this
// order. Each of them is touched.
func lockDoor(tx *store.Tx) (*authz.Snapshot, error) {
	if err := tx.Exec("LOCK TABLE staff IN SHARE MODE").Error; err != nil {
		return nil, fmt.Errorf("lock the staff: %w", err)
	}
	snap, err := tx.LockAccess()
	if err != nil {
		return nil, err
	}
	var staff []uuid.UUID
	err = tx.Across(func() error {
		return tx.Raw("SELECT member_id FROM staff WHERE duty = ? ORDER BY member_id", store.DutySupport).Scan(&staff).Error
	})
	for _, id := range staff {
		tx.Touch("member", id)
	}
	return snap, err
}

// openDoor gives what is not closed of the write's account, over or not; empty
// where there is none.
func openDoor(tx *store.Tx) (x SupportAccess, err error) {
	on := tx.Change.On
	err = tx.Where("tenant_id = ? AND account_id = ? AND closed_at IS NULL", on.Tenant, on.Account).Take(&x).Error
	if err == gorm.ErrRecordNotFound {
		err = nil
	}
	return x, err
}

// shutDoor closes what is open. What is over already ended then, automatically.
func shutDoor(tx *store.Tx, x SupportAccess) error {
	at, by, name := tx.Store.Now(), tx.Grant.Actor().ID.String(), tx.Grant.Actor().Name
	if !x.OpenAt(at) {
		at, by, name = x.Until, "", ""
	}
	return store.ChangedOne(tx.Table("support_access").Where("tenant_id = ? AND id = ? AND closed_at IS NULL", x.TenantID, x.ID).
		Updates(map[string]any{"closed_at": at, "closed_by": by, "closed_by_name": name}))
}

// mayLend refuses to let staff do what the actor may not do in the account, or for
// longer.
func mayLend(tx *store.Tx, snap *authz.Snapshot, r *catalog.Role, until time.Time) error {
	if tx.Grant.IsSystem() {
		return nil
	}
	a, ok := snap.Find(tx.Change.On.Account)
	if !ok {
		return store.ErrNotFound
	}
	who := snap.Acting(tx.Grant.Actor())
	if beyond := snap.MayLend(who, a, r); !beyond.Empty() {
		return store.Problems{"access": r.Title + " " + tx.Store.BeyondText(snap, a, beyond, func(id uuid.UUID) string { return AccountName(tx, id) }) + ", so you can't let others have it."}
	}
	if own := snap.GivesUntil(who, a, r); store.Outlasts(until, own) {
		return store.Problems{"until": store.EndsBefore(own)}
	}
	return nil
}

// SupportAccessPage is how many times a page of the history holds.
const SupportAccessPage = 50

// SupportAccesses lists when the grant's account opened its door, the newest
// first, after one of them.
func (s *Store) SupportAccesses(ctx context.Context, g authz.Grant, after uuid.UUID, limit int) ([]SupportAccess, error) {
	r := g.Resource()
	var all []SupportAccess
	err := s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var x SupportAccess
		err := rows.Scan(&x.TenantID, &x.ID, &x.AccountID, &x.Access, &x.Reason, &x.OpenedBy, &x.OpenedByName, &x.OpenedAt, &x.Until,
			&x.ClosedAt, &x.ClosedBy, &x.ClosedByName)
		all = append(all, x)
		return err
	}, `SELECT tenant_id, id, account_id, access, reason, opened_by, opened_by_name, opened_at, until, closed_at, closed_by, closed_by_name
		FROM support_access WHERE tenant_id = $1 AND account_id = $2 AND ($3::uuid = $4::uuid OR id < $3) ORDER BY id DESC LIMIT $5`,
		r.Tenant, r.Account, after, uuid.Nil, limit)
	return all, err
}
