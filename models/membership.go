package models

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// Membership is one member in one account, with one or more roles.
type Membership struct {
	TenantID  uuid.UUID
	AccountID uuid.UUID
	MemberID  uuid.UUID
	Roles     roleList // `member:<name>`, `account:admin`, `account:user` or `custom:<id>`, with an end or without
	CreatedAt time.Time
}

// adminKey is the stored key of the account role Admin, main or sub.
const adminKey = "account:admin"

// AccountMember is somebody who works in an account, as its list of members
// shows them: a membership, or the owner, who has none.
type AccountMember struct {
	ID         uuid.UUID
	Name       string
	Email      string
	State      string
	Owner      bool
	Roles      []HeldRole // none of the owner
	LastSignIn *time.Time
	TwoStep    bool      // can sign in by two steps
	Since      time.Time // of the account, for the owner
	sort       string
}

// Cursor is the place of the member in the list.
func (m AccountMember) Cursor() string { return m.ID.String() + " " + m.sort }

// MemberPage is how many members a page of the list holds.
const MemberPage = 50

// Members lists the people of the grant's account: its owner, then by name,
// after a cursor. Search is part of a name or an address.
func (s *Store) Members(ctx context.Context, g authz.Grant, search, after string) ([]AccountMember, error) {
	id, name, _ := strings.Cut(after, " ")
	last, err := uuid.Parse(id)
	if err != nil && after != "" {
		return nil, ErrNotFound
	}
	r := g.Resource()
	return s.members(ctx, r.Tenant, r.Account, `($4 = '' OR x.name ILIKE $4 OR x.email ILIKE $4)
		AND ($5 = '' OR NOT h.owner AND (lower(x.name), x.id) > ($6, $7))`, MemberPage+1, like(search), after, name, last)
}

// Member finds somebody who works in the account; the owner too.
func (s *Store) Member(ctx context.Context, tenant, account, id uuid.UUID) (AccountMember, error) {
	all, err := s.members(ctx, tenant, account, "x.id = $4", 1, id)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return AccountMember{}, err
	}
	return all[0], nil
}

func (s *Store) members(ctx context.Context, tenant, account uuid.UUID, where string, limit int, args ...any) ([]AccountMember, error) {
	var all []AccountMember
	err := s.read(ctx, scopeNames, func(rows pgx.Rows) error {
		var m AccountMember
		var kind string
		var keys []string
		err := rows.Scan(&m.ID, &m.Name, &m.Email, &m.State, &m.LastSignIn, &m.TwoStep, &m.Owner, &keys, &kind, &m.Since, &m.sort)
		m.Roles = s.StoredRoles(keys, account, kind)
		all = append(all, m)
		return err
	}, `SELECT x.id, x.name, x.email, x.state, x.last_sign_in, `+memberHasTwoStep("x")+`, h.owner, h.roles, h.kind, h.created_at, lower(x.name) FROM (
			SELECT a.owner_id AS member_id, true AS owner, '{}'::text[] AS roles, a.kind, a.created_at FROM accounts a WHERE a.tenant_id = $1 AND a.id = $2
			UNION ALL SELECT m.member_id, false, m.roles, a.kind, m.created_at FROM memberships m
				JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id WHERE m.tenant_id = $1 AND m.account_id = $2
		) h JOIN members x ON x.id = h.member_id WHERE `+where+` ORDER BY NOT h.owner, lower(x.name), x.id LIMIT $3`,
		append([]any{tenant, account, limit}, args...)...)
	return all, err
}

// MemberRole reads the name of a role that a member can have in an account of
// the kind: a column of member_access.csv or account_roles.csv, or `admin` and
// `user` for the account's kind. Its set may stand before it (`member:`,
// `account:`). It gives the key that is stored, or a sentence about what is wrong.
func (s *Store) MemberRole(name, kind string) (r *catalog.Role, key, problem string) {
	plain := strings.TrimPrefix(strings.TrimPrefix(name, "member:"), "account:")
	switch plain {
	case "admin", "main_admin", "sub_admin":
		key = adminKey
	case "user", "main_user", "sub_user":
		key = "account:user"
	default:
		if r := s.catalog.Role("member:" + plain); r != nil && r.Grantable {
			return r, r.Key, ""
		}
		return nil, "", fmt.Sprintf("%q is not a role that a member can have.", name)
	}
	r = s.builtInRole(key, kind)
	if strings.Contains(plain, "_") && r.Name != plain {
		if kind == "sub" {
			return nil, "", fmt.Sprintf("%q is a role in main accounts, and this is a sub-account.", plain)
		}
		return nil, "", fmt.Sprintf("%q is a role in sub-accounts, and this is a main account.", plain)
	}
	return r, key, ""
}

// sharedAccount gives the account of the write, where it can have members.
func (tx *Tx) sharedAccount() (a Account, err error) {
	if err := tx.account(&a, tx.change.on.Account); err != nil {
		return a, err
	}
	if a.Kind == "personal" {
		return a, Problems{"": "A personal account has one member: its owner. Make a main account to share."}
	}
	return a, nil
}

// AddMember gives a person with a login a membership in the grant's account. A
// role that ends is named by RoleUntil, here as everywhere.
func (s *Store) AddMember(ctx context.Context, g authz.Grant, member uuid.UUID, roles ...string) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "member", ID: member}
	return s.write(ctx, g.On("member", member), change{action: "member.add", permission: "members.add", on: on}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		a, err := tx.sharedAccount()
		if err != nil {
			return err
		}
		given, wrong := s.rolesNamed(snap, roles, holding{a.ID, a.Kind, authz.Member})
		switch {
		case len(wrong) > 0:
			return wrong
		case a.OwnerID == member:
			return Problems{"": "The owner of an account can do everything in it already."}
		case g.Actor().ID == (authz.PrincipalID{Kind: authz.Member, ID: member}):
			return Problems{"": "Nobody adds themselves."}
		}
		if err := tx.mayGrant(snap, granted(given, nil, s.now())); err != nil {
			return err
		}
		if err := tx.across(func() error {
			return tx.Raw("SELECT name FROM members WHERE id = ?", member).Scan(&tx.change.name).Error
		}); err != nil {
			return err
		}
		return tx.addMembership(member, given)
	})
}

func (tx *Tx) addMembership(member uuid.UUID, roles []HeldRole) error {
	if err := tx.activeMember(member); err != nil {
		return err
	}
	tx.note("roles", auditRoles(roles))
	tx.touch("member", member)
	return tx.Create(&Membership{tx.change.on.Tenant, tx.change.on.Account, member, storedList(roles), tx.store.now()}).Error
}

// EditMember gives a member of the grant's account other roles. Nobody changes
// somebody who can do more than they may grant, nor themselves upward.
func (s *Store) EditMember(ctx context.Context, g authz.Grant, member uuid.UUID, roles ...string) error {
	return s.changeMember(ctx, g, member, "member.edit", "members.edit", func(tx *Tx, snap *authz.Snapshot, m memberHold) error {
		given, wrong := s.rolesNamed(snap, roles, holding{m.account.ID, m.account.Kind, authz.Member}, m.roles...)
		if len(wrong) > 0 {
			return wrong
		}
		lets := tx.letsByRoles(snap, m.principal(), given)
		if !m.self || !lets.Empty() { // anybody may make less of themselves
			if err := tx.mayGrant(snap, granted(given, m.roles, s.now())); err != nil {
				return err
			}
		}
		switch {
		case lets.Empty():
		case m.self:
			return Problems{"role": "Nobody gives themselves more than they have, now or later."}
		default:
			return Problems{"": m.name + " can do more than you can, so you can not change that."}
		}
		keys := storedList(given)
		if !slices.Contains(keys, adminKey) {
			if err := tx.keepAnAdmin(m); err != nil {
				return err
			}
		}
		tx.changed("roles", auditRoles(m.roles), auditRoles(given))
		tx.touch("member", member)
		return changedOne(tx.Table("memberships").Where("tenant_id = ? AND account_id = ? AND member_id = ?", m.account.TenantID, m.account.ID, member).
			Updates(map[string]any{"roles": keys}))
	})
}

// RemoveMember ends somebody's membership of the grant's account. Oneself one
// does not remove, but leaves.
func (s *Store) RemoveMember(ctx context.Context, g authz.Grant, member uuid.UUID) error {
	return s.changeMember(ctx, g, member, "member.remove", "members.remove", func(tx *Tx, snap *authz.Snapshot, m memberHold) error {
		return tx.removeMembership(snap, m)
	})
}

// OwnMembership gives an account that the actor works in, as its owner or by a
// membership; ErrNotFound for any other.
func (s *Store) OwnMembership(ctx context.Context, g authz.Grant, account uuid.UUID) (a Account, err error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return a, ErrNotFound
	}
	err = s.one(ctx, scopeMemberships, a.fields(), "SELECT "+accountColumns+` FROM accounts a WHERE id = $1 AND (owner_id = $2 OR EXISTS (
		SELECT FROM memberships m WHERE m.tenant_id = a.tenant_id AND m.account_id = a.id AND m.member_id = $2))`, account, who.ID)
	return a, err
}

// LeaveAccount ends the actor's own membership of an account.
func (s *Store) LeaveAccount(ctx context.Context, g authz.Grant, account uuid.UUID) (Account, error) {
	who := g.Actor().ID
	a, err := s.OwnMembership(ctx, g, account)
	if err != nil {
		return a, err
	}
	on := authz.Resource{Tenant: a.TenantID, Account: a.ID, Kind: "member", ID: who.ID}
	err = s.writeSelf(ctx, g, who, change{action: "member.leave", on: on}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		m, err := tx.member(who.ID)
		if err != nil {
			return err
		}
		return tx.removeMembership(snap, m)
	})
	return a, err
}

// memberHold is a membership within a write that changes it.
type memberHold struct {
	account Account
	id      uuid.UUID
	name    string
	keys    roleList
	roles   []HeldRole
	self    bool // the actor's own
}

func (m memberHold) principal() authz.PrincipalID {
	return authz.PrincipalID{Kind: authz.Member, ID: m.id}
}

// changeMember changes a membership of the grant's account, whose holder the
// actor must not be outranked by.
func (s *Store) changeMember(ctx context.Context, g authz.Grant, member uuid.UUID, action, permission string, do func(*Tx, *authz.Snapshot, memberHold) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "member", ID: member}
	return s.write(ctx, g.On("member", member), change{action: action, permission: permission, on: on}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		m, err := tx.member(member)
		if err != nil {
			return err
		}
		if tx.outranked(snap, m.roles) {
			return Problems{"": m.name + " can do more here than you can, so you can not change that."}
		}
		return do(tx, snap, m)
	})
}

// member reads a membership of the write's account; lockAccess came before.
func (tx *Tx) member(id uuid.UUID) (m memberHold, err error) {
	on := tx.change.on
	if m.account, err = tx.sharedAccount(); err != nil {
		return m, err
	}
	err = tx.across(func() error { return tx.Raw("SELECT name FROM members WHERE id = ?", id).Scan(&m.name).Error })
	if err != nil {
		return m, err
	}
	if m.account.OwnerID == id {
		return m, Problems{"": m.name + " owns this account, which is no membership: it can be neither changed nor removed here."}
	}
	var row Membership
	if err := tx.Where("tenant_id = ? AND account_id = ? AND member_id = ?", on.Tenant, on.Account, id).Take(&row).Error; err != nil {
		return m, err
	}
	tx.change.name = m.name
	m.id, m.keys, m.roles = id, row.Roles, tx.store.StoredRoles(row.Roles, m.account.ID, m.account.Kind)
	m.self = tx.grant.Actor().ID == m.principal()
	return m, nil
}

func (tx *Tx) removeMembership(snap *authz.Snapshot, m memberHold) error {
	switch lets := tx.letsByRoles(snap, m.principal(), nil); {
	case lets.Empty():
	case m.self:
		return Problems{"": "Your role in an account above would give you more here than you have, so somebody else has to take you out."}
	default:
		return Problems{"": m.name + " can do more than you can, so you can not change that."}
	}
	if err := tx.keepAnAdmin(m); err != nil {
		return err
	}
	tx.note("roles", auditRoles(m.roles))
	tx.touch("member", m.id)
	return changedOne(tx.Exec("DELETE FROM memberships WHERE tenant_id = ? AND account_id = ? AND member_id = ?", m.account.TenantID, m.account.ID, m.id))
}

// keepAnAdmin refuses to take the role Admin, or to set its end, from the last
// active one who has it without an end.
func (tx *Tx) keepAnAdmin(m memberHold) error {
	if !slices.Contains(m.keys, adminKey) {
		return nil
	}
	others := 0
	err := tx.across(func() error {
		return tx.Raw(`SELECT count(*) FROM memberships h JOIN members x ON x.id = h.member_id
			WHERE h.tenant_id = ? AND h.account_id = ? AND h.member_id <> ? AND ? = ANY(h.roles) AND x.state = 'active'`,
			m.account.TenantID, m.account.ID, m.id, adminKey).Scan(&others).Error
	})
	if err != nil || others > 0 {
		return err
	}
	return Problems{"": m.name + " is the last Admin here, and one has to stay. Make somebody else Admin first."}
}

// textList is a text array.
type textList []string

// Value gives the array literal.
func (l textList) Value() (driver.Value, error) {
	quoted := make([]string, len(l))
	for i, x := range l {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(x) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}", nil
}

// Scan reads the array literal; role keys hold no quotes or commas.
func (l *textList) Scan(from any) error {
	*l = nil
	s, ok := from.(string)
	if !ok || len(s) < 2 {
		return nil
	}
	for _, x := range splitList(s[1 : len(s)-1]) {
		*l = append(*l, strings.Trim(x, `"`))
	}
	return nil
}

// numberList is a list of numbers as one query argument; write `CAST(? AS bigint[])`.
type numberList []int64

// Value gives the array literal.
func (l numberList) Value() (driver.Value, error) {
	words := make([]string, len(l))
	for i, n := range l {
		words[i] = strconv.FormatInt(n, 10)
	}
	return "{" + strings.Join(words, ",") + "}", nil
}
