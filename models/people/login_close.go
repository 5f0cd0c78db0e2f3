package people

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/store"
	"bailiwick/words"
)

// MaxLeft is how many accounts one write leaves.
const MaxLeft = 500

// CloseEffect says what closing a login ends, or why it can not be closed.
type CloseEffect struct {
	Memberships int
	Owned       []string // names of shared accounts that stand under none of theirs, the first few
	OwnedTotal  int
	LastAdminOf []string // names of accounts
	// Refusal is a sentence; empty where it can be closed.
	Refusal string
}

const closeNames = 5

// CloseEffect tells whoever asks what closing their login ends.
func (s *Store) CloseEffect(ctx context.Context, g authz.Grant) (e CloseEffect, err error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return e, authz.ErrDenied
	}
	tenants, owned := account.Owned(s.store.Access(), who)
	named := min(len(owned), closeNames)
	duty := false
	var admin []adminOf
	err = s.store.ReadAll(ctx, store.ScopeMemberships,
		store.Query{Scan: func(r pgx.Rows) error { return r.Scan(&e.Memberships) }, SQL: `SELECT count(*) FROM memberships m
			JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id WHERE m.member_id = $1`, Args: []any{who.ID}},
		store.Query{Scan: func(r pgx.Rows) error { return r.Scan(&duty) }, SQL: "SELECT EXISTS (SELECT FROM staff WHERE member_id = $1)", Args: []any{who.ID}},
		store.Query{Scan: func(r pgx.Rows) error {
			var name string
			err := r.Scan(&name)
			e.Owned = append(e.Owned, name)
			return err
		}, SQL: "SELECT name FROM accounts WHERE tenant_id = ANY($1) AND id = ANY($2) AND owner_id = $3 ORDER BY path",
			Args: []any{tenants[:named], owned[:named], who.ID}},
		store.Query{Scan: func(r pgx.Rows) error {
			var x adminOf
			err := r.Scan(&x.name, &x.others)
			admin = append(admin, x)
			return err
		}, SQL: `SELECT a.name, ARRAY(SELECT o.member_id FROM memberships o
				WHERE o.tenant_id = m.tenant_id AND o.account_id = m.account_id AND o.member_id <> $1 AND $2 = ANY(o.roles))
			FROM memberships m JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
			WHERE m.member_id = $1 AND $2 = ANY(m.roles) ORDER BY a.path LIMIT $3`, Args: []any{who.ID, store.AdminKey, MaxLeft + 1}})
	if err == nil {
		e.LastAdminOf, err = s.lastAdminOf(ctx, admin)
	}
	e.OwnedTotal = len(owned) - named + len(e.Owned) // those that were named are theirs still
	switch {
	case e.OwnedTotal == 1:
		e.Refusal = "You own " + e.Owned[0] + ": hand it over or delete it first."
	case e.OwnedTotal > len(e.Owned):
		e.Refusal = fmt.Sprintf("You own %s and %s more: hand them over or delete them first.", account.Listed(e.Owned), words.Number(e.OwnedTotal-len(e.Owned)))
	case e.OwnedTotal > 0:
		e.Refusal = "You own " + account.Listed(e.Owned) + ": hand them over or delete them first."
	case len(e.LastAdminOf) > 0:
		e.Refusal = "You are the last Admin of " + account.Listed(e.LastAdminOf) + ". Make somebody else Admin first."
	case duty:
		e.Refusal = "You are an operator of this installation. That duty has to be removed from you first."
	case e.Memberships > MaxLeft:
		e.Refusal = "You work in " + words.Number(e.Memberships) + " accounts, more than can be left at once. Leave some of them first."
	}
	return e, err
}

// adminOf is an account that somebody is an Admin of, and who else is.
type adminOf struct {
	name   string
	others []uuid.UUID
}

// lastAdminOf names the first of some accounts that have no other active Admin.
func (s *Store) lastAdminOf(ctx context.Context, all []adminOf) (names []string, err error) {
	var others []uuid.UUID
	for _, a := range all {
		others = append(others, a.others...)
	}
	active := map[uuid.UUID]bool{}
	if len(others) > 0 {
		err = s.store.Read(ctx, store.ScopeNames, func(r pgx.Rows) error {
			var id uuid.UUID
			err := r.Scan(&id)
			active[id] = true
			return err
		}, "SELECT id FROM members WHERE id = ANY($1) AND state = 'active'", others)
	}
	for _, a := range all {
		if len(names) < closeNames && !slices.ContainsFunc(a.others, func(id uuid.UUID) bool { return active[id] }) {
			names = append(names, a.name)
		}
	}
	return names, err
}

// CloseLogin closes the login of whoever asks, for good: its sessions and
// memberships end, its personal account is deleted, and its e-mail address, which
// has to be typed, may sign up anew. Problems name the field email.
func (s *Store) CloseLogin(ctx context.Context, g authz.Grant, typed string, with ...Parting) error {
	e, err := s.CloseEffect(ctx, g)
	if err != nil {
		return err
	}
	if e.Refusal != "" {
		return store.Problems{"": e.Refusal}
	}
	who := g.Actor().ID
	home, err := s.login.PersonalAccount(ctx, who)
	if err != nil {
		return err
	}
	var m login.Member
	if err := s.store.One(ctx, store.ScopeSelf, []any{&m.Name, &m.Email}, "SELECT name, email FROM members WHERE id = $1", who.ID); err != nil {
		return err
	}
	if store.FoldEmail(typed) != store.FoldEmail(m.Email) {
		return store.Problems{"email": "Write " + m.Email + " to confirm."}
	}
	var places []authz.Resource // tenant by tenant
	if err := s.store.Read(ctx, store.ScopeMemberships, func(r pgx.Rows) error {
		p := authz.Resource{Kind: "member", ID: who.ID}
		err := r.Scan(&p.Tenant, &p.Account)
		places = append(places, p)
		return err
	}, `SELECT m.tenant_id, m.account_id FROM memberships m JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
		WHERE m.member_id = $1 ORDER BY 1, 2`, who.ID); err != nil {
		return err
	}
	return s.store.WriteSelf(ctx, g, who, store.Change{Action: "member.close", On: home, Name: m.Name}, func(tx *store.Tx) error {
		if _, err := tx.LockAccess(); err != nil {
			return err
		}
		var own account.Account
		if err := account.TakeAccount(tx, &own, home.Account); err != nil {
			return err
		}
		if err := s.leaveAll(tx, places, with, func() error { return lockLogin(tx, who.ID, places) }); err != nil {
			return err
		}
		for _, sql := range []string{
			`UPDATE members SET state = 'closed', email = '', email_folded = 'closed ' || id, password_hash = '', views = '[]',
				two_step_key = NULL, two_step_at = NULL, recovery_codes = '{}' WHERE id = @id`,
			"DELETE FROM passkeys WHERE member_id = @id",
			"DELETE FROM passkey_challenges WHERE member_id = @id",
			"DELETE FROM half_sign_ins WHERE principal_kind = 'member' AND principal_id = @id",
			"UPDATE mailed_links SET ended_at = @now WHERE member_id = @id AND ended_at IS NULL",
			"UPDATE ownership_offers SET ended_at = @now, outcome = 'cancelled' WHERE ended_at IS NULL AND @id IN (offered_to, offered_by)",
		} {
			if err := tx.Exec(sql, map[string]any{"id": who.ID, "now": s.store.Now()}).Error; err != nil {
				return err
			}
		}
		tx.Note("memberships", len(places))
		tx.Touch("member", who.ID)
		if err := login.EndSessions(tx, who); err != nil {
			return err
		}
		return account.DeleteAccount(tx, own, own.Name, true)
	})
}

// leaveAll ends the memberships of whoever acts, tenant by tenant. All tenants
// are locked, and then before is done, before anything changes: catching up
// reads a member's roles everywhere, and must not read what may be undone.
func (s *Store) leaveAll(tx *store.Tx, places []authz.Resource, with []Parting, before func() error) error {
	if len(places) == 0 {
		return before()
	}
	var snap *authz.Snapshot
	n := 1
	for n < len(places) && places[n].Tenant == places[0].Tenant {
		n++
	}
	if err := tx.In(store.Change{Action: "member.leave", On: places[0]}, func(in *store.Tx) error {
		var err error
		if snap, err = in.LockAccess(); err != nil {
			return err
		}
		if err := s.leaveAll(tx, places[n:], with, before); err != nil {
			return err
		}
		in.Touch("member", places[0].ID)
		return s.leave(in, snap, with)
	}); err != nil {
		return err
	}
	for _, p := range places[1:n] {
		if err := tx.In(store.Change{Action: "member.leave", On: p}, func(in *store.Tx) error { return s.leave(in, snap, with) }); err != nil {
			return err
		}
	}
	return nil
}

// leave ends the actor's membership of the write's account.
func (s *Store) leave(tx *store.Tx, snap *authz.Snapshot, with []Parting) error {
	on := tx.Change.On
	m, err := holdMember(tx, on.ID)
	if err != nil {
		return err
	}
	var last store.Problems
	if err := keepAnAdmin(tx, m); errors.As(err, &last) {
		return store.Problems{"": "You are the last Admin of " + m.account.Name + ". Make somebody else Admin first."}
	} else if err != nil {
		return err
	}
	if all, ofPrograms := s.mayRevoke(snap, tx.Grant.Actor(), on.Account); all || ofPrograms {
		if err := s.part(tx, snap, with, authz.Member, m.id); err != nil {
			return err
		}
	}
	tx.Note("roles", []string(m.keys))
	return store.ChangedOne(tx.Exec("DELETE FROM memberships WHERE tenant_id = ? AND account_id = ? AND member_id = ?", on.Tenant, on.Account, on.ID))
}

// lockLogin waits for whatever makes the login an owner or a member just now, and
// refuses where something came of it: ActiveMember holds its row meanwhile.
func lockLogin(tx *store.Tx, id uuid.UUID, places []authz.Resource) error {
	var active []uuid.UUID
	if err := tx.Raw("SELECT id FROM members WHERE id = ? AND state = 'active' FOR UPDATE", id).Scan(&active).Error; err != nil {
		return err
	}
	var owned, memberships, duties int
	for sql, n := range map[string]*int{
		"SELECT count(*) FROM accounts WHERE owner_id = ? AND kind <> 'personal'":                                                       &owned,
		"SELECT count(*) FROM memberships m JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id WHERE m.member_id = ?": &memberships,
		"SELECT count(*) FROM staff WHERE member_id = ?":                                                                                &duties,
	} {
		if err := tx.Raw(sql, id).Scan(n).Error; err != nil {
			return err
		}
	}
	if len(active) == 0 || owned > 0 || duties > 0 || memberships != len(places) {
		return store.ErrConflict
	}
	return nil
}
