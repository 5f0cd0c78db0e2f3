package people

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	accounts "bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Membership is one member in one account, with one or more roles.
type Membership struct {
	TenantID  uuid.UUID
	AccountID uuid.UUID
	MemberID  uuid.UUID
	Roles     store.RoleList // `member:<name>`, `account:admin`, `account:user` or `custom:<id>`, with an end or without
	CreatedAt time.Time
}

// AccountMember is somebody who works in an account, as its list of members
// shows them: a membership, or the owner, who has none.
type AccountMember struct {
	ID         uuid.UUID
	Name       string
	Email      string
	State      string
	Owner      bool
	Roles      []store.HeldRole // none of the owner
	LastSignIn *time.Time
	TwoStep    bool      // can sign in by two steps
	Since      time.Time // of the account, for the owner
	sort       string
}

// Cursor is the place of the member in the list.
func (m AccountMember) Cursor() string { return m.ID.String() + " " + m.sort }

// MemberPage is how many members a page of the list holds.
const MemberPage = 40 // a row has two names and a menu

// Members lists the people of the grant's account that a filter shows: its owner,
// then by name.
func (s *Store) Members(ctx context.Context, g authz.Grant, f Filter) ([]AccountMember, error) {
	id, name, _ := strings.Cut(f.After, " ")
	last, err := uuid.Parse(id)
	if err != nil && f.After != "" {
		return nil, store.ErrNotFound
	}
	r := g.Resource()
	where, args := s.membersShown(r.Tenant, r.Account, f)
	if f.After != "" {
		where += " AND NOT h.owner AND (lower(x.name), x.id) > (@name, @last)"
		args["name"], args["last"] = name, last
	}
	return s.members(ctx, where, MemberPage+1, args)
}

// Member finds somebody who works in the account; the owner too.
func (s *Store) Member(ctx context.Context, tenant, account, id uuid.UUID) (AccountMember, error) {
	all, err := s.members(ctx, "x.id = @id", 1, map[string]any{"tenant": tenant, "account": account, "id": id})
	if err == nil && len(all) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return AccountMember{}, err
	}
	return all[0], nil
}

func (s *Store) members(ctx context.Context, where string, limit int, args map[string]any) ([]AccountMember, error) {
	var all []AccountMember
	args["limit"] = limit
	account, _ := args["account"].(uuid.UUID)
	err := s.store.Read(ctx, store.ScopeNames, func(rows pgx.Rows) error {
		var m AccountMember
		var kind string
		var keys []string
		err := rows.Scan(&m.ID, &m.Name, &m.Email, &m.State, &m.LastSignIn, &m.TwoStep, &m.Owner, &keys, &kind, &m.Since, &m.sort)
		m.Roles = s.store.StoredRoles(keys, account, kind)
		all = append(all, m)
		return err
	}, "SELECT x.id, x.name, x.email, x.state, x.last_sign_in, "+login.MemberHasTwoStep("x")+", h.owner, h.roles, h.kind, h.created_at, lower(x.name) FROM "+
		peopleOf+" WHERE "+where+" ORDER BY NOT h.owner, lower(x.name), x.id LIMIT @limit", pgx.NamedArgs(args))
	return all, err
}

// sharedAccount gives the account of the write, where it can have members.
func sharedAccount(tx *store.Tx) (a accounts.Account, err error) {
	if err := accounts.TakeAccount(tx, &a, tx.Change.On.Account); err != nil {
		return a, err
	}
	if a.Kind == "personal" {
		return a, store.Problems{"": "A personal account has one member: its owner. Create a company account to share."}
	}
	return a, nil
}

// AddMember gives a person with a login a membership in the grant's account. A
// role that ends is named by RoleUntil, here as everywhere.
func (s *Store) AddMember(ctx context.Context, g authz.Grant, member uuid.UUID, roles ...string) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "member", ID: member}
	return s.store.Write(ctx, g.On("member", member), store.Change{Action: "member.add", Permission: "members.add", On: on}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		a, err := sharedAccount(tx)
		if err != nil {
			return err
		}
		given, wrong := s.store.RolesNamed(snap, roles, store.Holding{Account: a.ID, Kind: a.Kind, By: authz.Member})
		switch {
		case len(wrong) > 0:
			return wrong
		case a.OwnerID == member:
			return store.Problems{"": "The owner of an account can already do everything in it."}
		case g.Actor().ID == (authz.PrincipalID{Kind: authz.Member, ID: member}):
			return store.Problems{"": "Nobody adds themselves."}
		}
		if err := accounts.MayGrant(tx, snap, store.Granted(given, nil, s.store.Now())); err != nil {
			return err
		}
		if err := tx.Across(func() error {
			return tx.Raw("SELECT name FROM members WHERE id = ?", member).Scan(&tx.Change.Name).Error
		}); err != nil {
			return err
		}
		return addMembership(tx, member, given)
	})
}

func addMembership(tx *store.Tx, member uuid.UUID, roles []store.HeldRole) error {
	if err := accounts.ActiveMember(tx, member); err != nil {
		return err
	}
	tx.Note("roles", store.AuditRoles(roles))
	tx.Touch("member", member)
	return tx.Create(&Membership{tx.Change.On.Tenant, tx.Change.On.Account, member, store.StoredList(roles), tx.Store.Now()}).Error
}

// EditMember gives a member of the grant's account other roles. Nobody changes
// somebody who can do more than they may grant, nor themselves upward.
func (s *Store) EditMember(ctx context.Context, g authz.Grant, member uuid.UUID, roles ...string) error {
	return s.changeMember(ctx, g, member, "member.edit", "members.edit", func(tx *store.Tx, snap *authz.Snapshot, m memberHold) error {
		given, wrong := s.store.RolesNamed(snap, roles, store.Holding{Account: m.account.ID, Kind: m.account.Kind, By: authz.Member}, m.roles...)
		if len(wrong) > 0 {
			return wrong
		}
		lets := accounts.LetsByRoles(tx, snap, m.principal(), given)
		if !m.self || !lets.Empty() { // anybody may make less of themselves
			if err := accounts.MayGrant(tx, snap, store.Granted(given, m.roles, s.store.Now())); err != nil {
				return err
			}
		}
		switch {
		case lets.Empty():
		case m.self:
			return store.Problems{"role": "Nobody gives themselves more than they have, now or later."}
		default:
			return store.Problems{"": m.name + " can do more than you can, so you can't change that."}
		}
		keys := store.StoredList(given)
		if !slices.Contains(keys, store.AdminKey) {
			if err := keepAnAdmin(tx, m); err != nil {
				return err
			}
		}
		tx.Changed("roles", store.AuditRoles(m.roles), store.AuditRoles(given))
		tx.Touch("member", member)
		return store.ChangedOne(tx.Table("memberships").Where("tenant_id = ? AND account_id = ? AND member_id = ?", m.account.TenantID, m.account.ID, member).
			Updates(map[string]any{"roles": keys}))
	})
}

// RemoveMember ends somebody's membership of the grant's account. Oneself one
// does not remove, but leaves.
func (s *Store) RemoveMember(ctx context.Context, g authz.Grant, member uuid.UUID, with ...Parting) error {
	return s.changeMember(ctx, g, member, "member.remove", "members.remove", func(tx *store.Tx, snap *authz.Snapshot, m memberHold) error {
		if err := s.part(tx, snap, with, authz.Member, m.id); err != nil {
			return err
		}
		return removeMembership(tx, snap, m)
	})
}

// OwnMembership gives an account that the actor works in, as its owner or by a
// membership; ErrNotFound for any other.
func (s *Store) OwnMembership(ctx context.Context, g authz.Grant, account uuid.UUID) (a accounts.Account, err error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return a, store.ErrNotFound
	}
	err = s.store.One(ctx, store.ScopeMemberships, a.Fields(), "SELECT "+accounts.Columns+` FROM accounts a WHERE id = $1 AND (owner_id = $2 OR EXISTS (
		SELECT FROM memberships m WHERE m.tenant_id = a.tenant_id AND m.account_id = a.id AND m.member_id = $2))`, account, who.ID)
	return a, err
}

// LeaveAccount ends the actor's own membership of an account.
func (s *Store) LeaveAccount(ctx context.Context, g authz.Grant, account uuid.UUID, with ...Parting) (accounts.Account, error) {
	who := g.Actor().ID
	a, err := s.OwnMembership(ctx, g, account)
	if err != nil {
		return a, err
	}
	on := authz.Resource{Tenant: a.TenantID, Account: a.ID, Kind: "member", ID: who.ID}
	err = s.store.WriteSelf(ctx, g, who, store.Change{Action: "member.leave", On: on}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		m, err := holdMember(tx, who.ID)
		if err == nil {
			err = s.part(tx, snap, with, authz.Member, m.id)
		}
		if err != nil {
			return err
		}
		return removeMembership(tx, snap, m)
	})
	return a, err
}

// memberHold is a membership within a write that changes it.
type memberHold struct {
	account accounts.Account
	id      uuid.UUID
	name    string
	keys    store.RoleList
	roles   []store.HeldRole
	self    bool // the actor's own
}

func (m memberHold) principal() authz.PrincipalID {
	return authz.PrincipalID{Kind: authz.Member, ID: m.id}
}

// changeMember changes a membership of the grant's account, whose holder the
// actor must not be outranked by.
func (s *Store) changeMember(ctx context.Context, g authz.Grant, member uuid.UUID, action, permission string, do func(*store.Tx, *authz.Snapshot, memberHold) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "member", ID: member}
	return s.store.Write(ctx, g.On("member", member), store.Change{Action: action, Permission: permission, On: on}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		m, err := holdMember(tx, member)
		if err != nil {
			return err
		}
		if accounts.Outranked(tx, snap, m.roles) {
			return store.Problems{"": m.name + " can do more here than you can, so you can't change that."}
		}
		return do(tx, snap, m)
	})
}

// holdMember reads a membership of the write's account; LockAccess came before.
func holdMember(tx *store.Tx, id uuid.UUID) (m memberHold, err error) {
	on := tx.Change.On
	if m.account, err = sharedAccount(tx); err != nil {
		return m, err
	}
	err = tx.Across(func() error { return tx.Raw("SELECT name FROM members WHERE id = ?", id).Scan(&m.name).Error })
	if err != nil {
		return m, err
	}
	if m.account.OwnerID == id {
		return m, store.Problems{"": m.name + " owns this account, which is no membership: it can be neither changed nor removed here."}
	}
	var row Membership
	if err := tx.Where("tenant_id = ? AND account_id = ? AND member_id = ?", on.Tenant, on.Account, id).Take(&row).Error; err != nil {
		return m, err
	}
	tx.Change.Name = m.name
	m.id, m.keys, m.roles = id, row.Roles, tx.Store.StoredRoles(row.Roles, m.account.ID, m.account.Kind)
	m.self = tx.Grant.Actor().ID == m.principal()
	return m, nil
}

func removeMembership(tx *store.Tx, snap *authz.Snapshot, m memberHold) error {
	switch lets := accounts.LetsByRoles(tx, snap, m.principal(), nil); {
	case lets.Empty():
	case m.self:
		return store.Problems{"": "Your role in an account above would give you more here than you have, so somebody else has to take you out."}
	default:
		return store.Problems{"": m.name + " can do more than you can, so you can't change that."}
	}
	if err := keepAnAdmin(tx, m); err != nil {
		return err
	}
	tx.Note("roles", store.AuditRoles(m.roles))
	tx.Touch("member", m.id)
	return store.ChangedOne(tx.Exec("DELETE FROM memberships WHERE tenant_id = ? AND account_id = ? AND member_id = ?", m.account.TenantID, m.account.ID, m.id))
}

// keepAnAdmin refuses to take the role Admin, or to set its end, from the last
// active one who has it without an end.
func keepAnAdmin(tx *store.Tx, m memberHold) error {
	if !slices.Contains(m.keys, store.AdminKey) {
		return nil
	}
	var ids []uuid.UUID
	if err := tx.Raw("SELECT member_id FROM memberships WHERE tenant_id = ? AND account_id = ? AND member_id <> ? AND ? = ANY(roles)",
		m.account.TenantID, m.account.ID, m.id, store.AdminKey).Scan(&ids).Error; err != nil {
		return err
	}
	others := 0
	err := tx.Across(func() error {
		return tx.Raw("SELECT count(*) FROM members WHERE id = ANY(CAST(? AS uuid[])) AND state = 'active'", store.IDList(ids)).Scan(&others).Error
	})
	if err != nil || others > 0 {
		return err
	}
	return store.Problems{"": m.name + " is the last Admin here, and one has to stay. Make somebody else Admin first."}
}
