package people

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// RoleEffect is what a change of a role, or its end, does to those who have it.
type RoleEffect struct {
	Role    store.CustomRole
	Holders []RoleHolder
	Invites int // that wait and name the role
	// Key names this very effect: whoever saw it says so by it.
	Key string

	after *authz.Snapshot
}

// RoleHolder is somebody who has a role of the account's own, and what they gain
// and lose: in the account, and below it as far as the accounts there may use it.
type RoleHolder struct {
	ID                   authz.PrincipalID
	Name                 string
	Gain, Lose           catalog.Mask
	GainBelow, LoseBelow catalog.Mask
	// Alone is true of whoever would be left without a role that runs.
	Alone bool

	active    bool
	was, will []store.HeldRole
}

// Same tells whether nothing changes for them.
func (h RoleHolder) Same() bool {
	return h.Gain.Empty() && h.Lose.Empty() && h.GainBelow.Empty() && h.LoseBelow.Empty()
}

// Alone is how many would be left without a role that runs.
func (e RoleEffect) Alone() (n int) {
	for _, h := range e.Holders {
		if h.Alone {
			n++
		}
	}
	return n
}

// holdersOf reads who has a role, by name; db reaches across tenants.
func (s *Store) holdersOf(db *gorm.DB, r store.CustomRole, kind string) ([]RoleHolder, error) {
	type holding struct {
		Kind, Name, Roles, State string
		ID                       uuid.UUID
	}
	var rows []holding
	err := db.Raw(`SELECT * FROM (
			SELECT 'member' AS kind, m.member_id AS id, '' AS name, array_to_string(m.roles, ',') AS roles, '' AS state FROM memberships m
				WHERE m.tenant_id = @t AND m.account_id = @a
			UNION ALL SELECT 'subuser', u.id, u.name, array_to_string(u.roles, ','), u.state FROM subusers u WHERE u.tenant_id = @t AND u.account_id = @a
			UNION ALL SELECT 'service_account', u.id, u.name, array_to_string(u.roles, ','), u.state FROM service_accounts u WHERE u.tenant_id = @t AND u.account_id = @a
		) h WHERE h.roles LIKE '%' || @k || '%'`,
		map[string]any{"t": r.TenantID, "a": r.AccountID, "k": r.Key()}).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	at, ids := map[uuid.UUID]int{}, store.IDList{}
	for i, row := range rows {
		if row.Kind == "member" {
			at[row.ID], ids = i, append(ids, row.ID)
		}
	}
	var people []struct {
		ID          uuid.UUID
		Name, State string
	}
	err = db.Raw("SELECT id, name, state FROM members WHERE id = ANY(CAST(? AS uuid[]))", ids).Scan(&people).Error
	for _, p := range people {
		rows[at[p.ID]].Name, rows[at[p.ID]].State = p.Name, p.State
	}
	slices.SortFunc(rows, func(a, b holding) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), bytes.Compare(a.ID[:], b.ID[:]))
	})
	holders := make([]RoleHolder, len(rows))
	for i, row := range rows {
		h := &holders[i]
		h.ID, h.Name = authz.PrincipalID{Kind: authz.Member, ID: row.ID}, row.Name
		h.active = row.State == "active"
		for _, own := range []authz.PrincipalKind{authz.Subuser, authz.ServiceAccount} {
			if row.Kind == own.String() {
				h.ID.Kind = own
			}
		}
		h.was = s.store.StoredRoles(store.SplitList(row.Roles), r.AccountID, kind)
	}
	return holders, err
}

// roleEffect tells what becomes of those who have a role when it is as will is,
// or, where that is nil, gone: then instead, which may be nil too, takes its place
// and its end where nothing else is left. A lock on who-may-what keeps it true.
func (s *Store) roleEffect(db *gorm.DB, snap *authz.Snapshot, r store.CustomRole, kind string, will *catalog.Role, instead *store.HeldRole) (e RoleEffect, err error) {
	e.Role = r
	if e.Holders, err = s.holdersOf(db, r, kind); err != nil {
		return e, err
	}
	err = db.Raw(`SELECT count(*) FROM invites i WHERE i.tenant_id = ? AND i.account_id = ? AND i.accepted_at IS NULL AND i.cancelled_at IS NULL
		AND array_to_string(i.roles, ',') LIKE '%' || ? || '%'`, r.TenantID, r.AccountID, r.Key()).Scan(&e.Invites).Error
	if err != nil {
		return e, err
	}
	ch := authz.Changes{Roles: []authz.CustomRole{{Account: r.AccountID, ID: r.ID, Role: will}}}
	for i := range e.Holders {
		h := &e.Holders[i]
		h.will = slices.Clone(h.was)
		at := slices.IndexFunc(h.will, func(x store.HeldRole) bool { return x.StoredKey == r.Key() })
		var end time.Time
		switch {
		case at < 0: // its base is no role any more, so it gives nothing
		case will != nil:
			h.will[at].Role = will
			continue
		default:
			end = h.will[at].Until
			h.will = slices.Delete(h.will, at, at+1)
		}
		if h.Alone = len(store.Running(h.will, s.store.Now())) == 0; h.Alone && instead != nil {
			h.will = slices.DeleteFunc(h.will, func(x store.HeldRole) bool { return x.StoredKey == instead.StoredKey })
			h.will = append(h.will, store.HeldRole{Role: instead.Role, Until: end, StoredKey: instead.StoredKey})
			ch.Principals, ch.Added = replaced(ch.Principals, ch.Added, r, *h)
		}
	}
	after := snap.With(ch)
	e.after = after
	here, _ := snap.Find(r.AccountID)
	further := false
	snap.Children(here, func(authz.Account) bool { further = true; return false })
	sum := sha256.New()
	for i := range e.Holders {
		h := &e.Holders[i]
		was, is := snap.May(snap.Who(h.ID), here), after.May(after.Who(h.ID), here)
		h.Gain, h.Lose = is.Minus(was), was.Minus(is)
		if further && h.ID.Kind == authz.Member {
			was, is := reach(h.was, s), reach(h.will, s)
			h.GainBelow, h.LoseBelow = is.Minus(was), was.Minus(is)
		}
		fmt.Fprintln(sum, h.ID, h.Gain, h.Lose, h.GainBelow, h.LoseBelow, h.Alone)
	}
	fmt.Fprintln(sum, r.Version())
	if will != nil {
		fmt.Fprintln(sum, will.Own)
	}
	if instead != nil {
		fmt.Fprintln(sum, instead.StoredKey)
	}
	e.Key = base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16])
	return e, nil
}

// replaced tells a snapshot of the roles that a holder has in the end.
func replaced(principals []authz.Principal, added []authz.Added, r store.CustomRole, h RoleHolder) ([]authz.Principal, []authz.Added) {
	all := store.Assigned(h.will, r.AccountID)
	if h.ID.Kind == authz.Member { // who holds roles elsewhere too
		return principals, append(added, authz.Added{Member: h.ID.ID, Assignment: all[len(all)-1]})
	}
	return append(principals, authz.Principal{ID: h.ID, Active: h.active, Assignments: all}), added
}

// reach is what roles give below.
func reach(roles []store.HeldRole, s *Store) (all catalog.Mask) {
	for _, r := range store.Running(roles, s.store.Now()) {
		all.Add(&r.Below)
	}
	return all
}
