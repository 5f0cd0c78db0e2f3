package models

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
)

// InviteLife is how long an invite can be accepted (domain, invites).
const InviteLife = 7 * 24 * time.Hour

// MaxInvites is how many addresses one request may invite.
const MaxInvites = 100

// Invite asks whoever has one address to become a member of one account.
type Invite struct {
	TenantID    uuid.UUID
	ID          uuid.UUID
	AccountID   uuid.UUID
	TokenHash   []byte
	Email       string // as typed
	EmailFolded string
	Roles       roleList
	Inviter     string // kind:id
	InviterName string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	AcceptedAt  *time.Time
	CancelledAt *time.Time // also of one that a newer one replaced
}

// For tells whether the invite names the address.
func (i Invite) For(email string) bool { return foldEmail(email) == i.EmailFolded }

// Refusal says why the invite can not be accepted at a time; empty where it can.
func (i Invite) Refusal(now time.Time) string {
	switch {
	case i.AcceptedAt != nil:
		return "This invite was accepted already. Whoever accepted it signs in like everybody else."
	case i.CancelledAt != nil:
		return "This invite was cancelled, or replaced by a newer one. Use the newest link, or ask " + i.InviterName + "."
	case !now.Before(i.ExpiresAt):
		return "This invite is older than seven days and can not be accepted any more. Ask " + i.InviterName + " for a new one."
	}
	return ""
}

// RefuseInvite says why an invite to an account can not be accepted now; empty
// where it can, as far as its inviter still may.
func (s *Store) RefuseInvite(i Invite, a Account) string {
	if refusal := i.Refusal(s.now()); refusal != "" {
		return refusal
	}
	roles := s.StoredRoles(i.Roles, a.ID, a.Kind)
	switch {
	case len(roles) < len(i.Roles):
		return "A role that this invite gives was deleted meanwhile. Ask " + i.InviterName + " for a new one."
	case len(Running(roles, s.now())) == 0:
		return "What this invite gives has ended. Ask " + i.InviterName + " for a new one."
	}
	return ""
}

// Invited is what became of one address: a link, shown only now, or a problem.
type Invited struct {
	Email   string
	Token   string // the last part of the link
	Until   time.Time
	Problem string
}

// Invite asks people into the grant's account with some roles. Each address has
// an outcome of its own; problems with the roles are an error, and then nobody
// is invited.
func (s *Store) Invite(ctx context.Context, g authz.Grant, emails, roles []string) ([]Invited, error) {
	emails = trimmed(emails)
	switch {
	case len(emails) == 0:
		return nil, Problems{"email": "Write at least one e-mail address."}
	case len(emails) > MaxInvites:
		return nil, Problems{"email": fmt.Sprintf("Invite at most %d at once.", MaxInvites)}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	wanted := 0
	for _, email := range emails {
		if CheckEmail(email) == "" {
			wanted++
		}
	}
	may, err := s.letters(ctx, g.Actor().ID, on, wanted)
	if err != nil {
		return nil, err
	}
	var all []Invited
	made := 0
	err = s.write(ctx, g, change{action: "member.invite", permission: "members.add", on: on}, func(tx *Tx) error {
		all, made = nil, 0
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		a, err := tx.sharedAccount()
		if err != nil {
			return err
		}
		given, wrong := s.rolesNamed(snap, roles, holding{a.ID, a.Kind, authz.Member})
		if len(wrong) > 0 {
			return wrong
		}
		if err := tx.mayGrant(snap, granted(given, nil, s.now())); err != nil {
			return err
		}
		keys := storedList(given)
		known, err := tx.knownAddresses(a)
		if err != nil {
			return err
		}
		var invited []string
		for _, email := range emails {
			out := Invited{Email: email, Problem: CheckEmail(email)}
			if out.Problem == "" {
				out.Problem = known[foldEmail(email)]
			}
			if out.Problem == "" && len(invited) == may.taken {
				out.Problem = may.sentence()
			}
			if out.Problem == "" {
				if out.Token, out.Until, err = tx.invite(email, keys, a); err != nil {
					return err
				}
				known[foldEmail(email)] = "This address stands here twice."
				invited = append(invited, email)
			}
			all = append(all, out)
		}
		if invited == nil {
			return errNobodyInvited
		}
		made = len(invited)
		tx.note("addresses", invited)
		tx.note("roles", auditRoles(given))
		return nil
	})
	if errors.Is(err, errNobodyInvited) {
		err = nil
	}
	if err != nil {
		made = 0
	}
	return all, may.settle(ctx, made, err)
}

// errNobodyInvited ends a write that would change nothing.
var errNobodyInvited = errors.New("nobody was invited")

// knownAddresses are those that can not be invited to the account, folded, each
// with the reason.
func (tx *Tx) knownAddresses(a Account) (map[string]string, error) {
	known := map[string]string{}
	var people []struct {
		ID          uuid.UUID
		EmailFolded string
	}
	err := tx.across(func() error {
		return tx.Raw(`SELECT id, email_folded FROM members WHERE id = ? OR id = ?
			OR id IN (SELECT member_id FROM memberships WHERE tenant_id = ? AND account_id = ?)`,
			a.OwnerID, tx.grant.Actor().ID.ID, a.TenantID, a.ID).Scan(&people).Error
	})
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		switch {
		case p.ID == tx.grant.Actor().ID.ID:
			known[p.EmailFolded] = "This is your own address."
		case p.ID == a.OwnerID:
			known[p.EmailFolded] = "Whoever has this address owns the account."
		default:
			known[p.EmailFolded] = "Whoever has this address is a member already."
		}
	}
	var open []string
	err = tx.Raw(`SELECT email_folded FROM invites WHERE tenant_id = ? AND account_id = ? AND accepted_at IS NULL AND cancelled_at IS NULL AND expires_at > ?`,
		a.TenantID, a.ID, tx.store.now()).Scan(&open).Error
	for _, email := range open {
		known[email] = "This address has an invite that waits. Resend it for a new link."
	}
	return known, err
}

// invite stores an invite and posts it; one of the same address that waited is
// void.
func (tx *Tx) invite(email string, keys roleList, a Account) (token string, until time.Time, err error) {
	on, now, who := tx.change.on, tx.store.now(), tx.grant.Actor()
	var voided []uuid.UUID
	err = tx.Raw(`UPDATE invites SET cancelled_at = ? WHERE tenant_id = ? AND account_id = ? AND email_folded = ? AND accepted_at IS NULL AND cancelled_at IS NULL
		RETURNING id`, now, on.Tenant, on.Account, foldEmail(email)).Scan(&voided).Error
	if err == nil {
		err = tx.withdraw(voided...)
	}
	if err != nil {
		return "", until, err
	}
	token, until = newToken(), now.Add(InviteLife)
	i := Invite{
		TenantID: on.Tenant, ID: newID(), AccountID: on.Account, TokenHash: tokenHash(token), Email: email, EmailFolded: foldEmail(email), Roles: keys,
		Inviter: who.ID.String(), InviterName: who.Name, CreatedAt: now, ExpiresAt: until,
	}
	if err := tx.Create(&i).Error; err != nil {
		return "", until, err
	}
	var roles []string
	for _, r := range tx.store.StoredRoles(keys, a.ID, a.Kind) {
		title := r.Label()
		if !r.Until.IsZero() {
			title += r.Until.Format(" until 2 January 2006, 15:04 MST")
		}
		roles = append(roles, title)
	}
	return token, until, tx.post(Letter{Kind: LetterInvite, To: email, About: i.ID, Facts: map[string]string{
		"inviter": who.Name, "account": a.Name, "roles": strings.Join(roles, ", "), "path": "/invites/" + token, "until": until.Format(time.RFC3339),
	}})
}

const inviteColumns = "i.tenant_id, i.id, i.account_id, i.email, i.email_folded, i.roles, i.inviter, i.inviter_name, i.created_at, i.expires_at, i.accepted_at, i.cancelled_at"

func (i *Invite) fields() []any {
	return []any{&i.TenantID, &i.ID, &i.AccountID, &i.Email, &i.EmailFolded, (*[]string)(&i.Roles), &i.Inviter, &i.InviterName, &i.CreatedAt, &i.ExpiresAt,
		&i.AcceptedAt, &i.CancelledAt}
}

// InvitePage is how many invites a page of the list holds.
const InvitePage = 50

// Invites lists the invites of the grant's account that wait, expired ones
// too, newest first, after one of them.
func (s *Store) Invites(ctx context.Context, g authz.Grant, search string, after uuid.UUID, limit int) ([]Invite, error) {
	r := g.Resource()
	var all []Invite
	err := s.read(ctx, tenantScope(r.Tenant), func(rows pgx.Rows) error {
		var i Invite
		err := rows.Scan(i.fields()...)
		all = append(all, i)
		return err
	}, "SELECT "+inviteColumns+` FROM invites i WHERE i.tenant_id = $1 AND i.account_id = $2 AND i.accepted_at IS NULL AND i.cancelled_at IS NULL
		AND ($3 = '' OR i.email ILIKE $3) AND ($4::uuid = $5::uuid OR i.id < $4) ORDER BY i.id DESC LIMIT $6`,
		r.Tenant, r.Account, like(search), after, uuid.Nil, limit)
	return all, err
}

// CountInvites tells how many invites of the grant's account can be accepted, and
// of how many the mail could not be delivered.
func (s *Store) CountInvites(ctx context.Context, g authz.Grant) (wait, lost int, err error) {
	r := g.Resource()
	err = s.one(ctx, scopeLetters, []any{&wait, &lost}, `SELECT count(*)::int, count(l.id)::int FROM invites i
		LEFT JOIN letters l ON l.about = i.id AND l.state = 'failed'
		WHERE i.tenant_id = $1 AND i.account_id = $2 AND i.accepted_at IS NULL AND i.cancelled_at IS NULL AND i.expires_at > $3`, r.Tenant, r.Account, s.now())
	return wait, lost, err
}

// CountInvitesFor tells how many invites wait for the address of whoever asks.
// Nobody has proven that it is theirs, so more than that is not told.
func (s *Store) CountInvitesFor(ctx context.Context, g authz.Grant) (n int, err error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return 0, nil
	}
	err = s.one(ctx, scopeInvite, []any{&n}, `SELECT count(*)::int FROM invites i JOIN members m ON m.email_folded = i.email_folded
		WHERE m.id = $1 AND i.accepted_at IS NULL AND i.cancelled_at IS NULL AND i.expires_at > $2`, who.ID, s.now())
	return n, err
}

// InviteByID finds an invite of the account that waits.
func (s *Store) InviteByID(ctx context.Context, tenant, account, id uuid.UUID) (Invite, error) {
	var i Invite
	err := s.one(ctx, tenantScope(tenant), i.fields(), "SELECT "+inviteColumns+` FROM invites i
		WHERE i.tenant_id = $1 AND i.account_id = $2 AND i.id = $3 AND i.accepted_at IS NULL AND i.cancelled_at IS NULL`, tenant, account, id)
	return i, err
}

// ResendInvite makes a new link for an invite and voids the old one. The new
// one is the actor's, who must be able to give its roles.
func (s *Store) ResendInvite(ctx context.Context, g authz.Grant, id uuid.UUID) (out Invited, err error) {
	err = s.withLetter(ctx, g.Actor().ID, g.Resource(), "", func() error { return s.resendInvite(ctx, g, id, &out) })
	return out, err
}

func (s *Store) resendInvite(ctx context.Context, g authz.Grant, id uuid.UUID, out *Invited) error {
	return s.changeInvite(ctx, g, id, "invite.resend", func(tx *Tx, snap *authz.Snapshot, i Invite, a Account) error {
		roles := s.StoredRoles(i.Roles, a.ID, a.Kind)
		if len(roles) < len(i.Roles) || len(Running(roles, s.now())) == 0 {
			return Problems{"": "What this invite gives has ended or was deleted. Cancel it, and invite again with other roles."}
		}
		if tx.mayGrant(snap, slices.DeleteFunc(roles, func(r HeldRole) bool { return r.Ended(s.now()) })) != nil {
			return Problems{"": "This invite gives more than you can give here, or for longer. Invite again with other roles."}
		}
		out.Email = i.Email
		var err error
		out.Token, out.Until, err = tx.invite(i.Email, i.Roles, a)
		return err
	})
}

// CancelInvite voids the link of an invite.
func (s *Store) CancelInvite(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.changeInvite(ctx, g, id, "invite.cancel", func(tx *Tx, _ *authz.Snapshot, i Invite, _ Account) error {
		if err := tx.withdraw(i.ID); err != nil {
			return err
		}
		return changedOne(tx.Table("invites").Where("tenant_id = ? AND id = ?", i.TenantID, i.ID).Updates(map[string]any{"cancelled_at": s.now()}))
	})
}

// changeInvite changes an invite of the grant's account that waits, and whose
// roles give no more there than the actor has.
func (s *Store) changeInvite(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*Tx, *authz.Snapshot, Invite, Account) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "invite", ID: id}
	return s.write(ctx, g.On("invite", id), change{action: action, permission: "members.add", on: on}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		a, err := tx.sharedAccount()
		if err != nil {
			return err
		}
		var i Invite
		if err := tx.Raw(`SELECT * FROM invites WHERE tenant_id = ? AND account_id = ? AND id = ? AND accepted_at IS NULL AND cancelled_at IS NULL FOR UPDATE`,
			on.Tenant, on.Account, id).Take(&i).Error; err != nil {
			return err
		}
		roles := s.StoredRoles(i.Roles, a.ID, a.Kind)
		if tx.outranked(snap, roles) {
			return Problems{"": "This invite gives more than you can give here, so you can not change it."}
		}
		tx.change.name = i.Email
		tx.note("roles", auditRoles(roles))
		return do(tx, snap, i, a)
	})
}

// InviteByToken finds the invite of a link, its account, and whether its
// address has a login already. ErrNotFound where there is no such invite.
func (s *Store) InviteByToken(ctx context.Context, token string) (i Invite, a Account, login bool, err error) {
	err = s.one(ctx, scopeInvite, append(append(i.fields(), a.fields()...), &login), "SELECT "+inviteColumns+", a."+strings.ReplaceAll(accountColumns, ", ", ", a.")+`,
		EXISTS (SELECT FROM members m WHERE m.email_folded = i.email_folded)
		FROM invites i JOIN accounts a ON a.tenant_id = i.tenant_id AND a.id = i.account_id WHERE i.token_hash = $1`, tokenHash(token))
	if err == nil {
		err = s.CatchUp(ctx, i.TenantID) // its roles may be newer than what this node knows
	}
	return i, a, login, err
}

// AcceptInvite makes the actor a member by an invite to their address, once.
func (s *Store) AcceptInvite(ctx context.Context, g authz.Grant, token string) (Account, error) {
	who := g.Actor().ID
	if who.Kind != authz.Member {
		return Account{}, authz.ErrDenied
	}
	i, a, _, err := s.InviteByToken(ctx, token)
	if err != nil {
		return a, err
	}
	return a, s.writeSelf(ctx, g, who, joining(i, who.ID), func(tx *Tx) error {
		var m Member
		if err := tx.Raw("SELECT * FROM members WHERE id = ? AND state = 'active'", who.ID).Take(&m).Error; err != nil {
			return err
		}
		return tx.acceptInvite(i, m)
	})
}

// SignUpByInvite makes a login for an invite's address and a member of it, or
// neither. Problems name the fields name and password.
func (s *Store) SignUpByInvite(ctx context.Context, token, name, password string) (Member, Account, error) {
	i, a, _, err := s.InviteByToken(ctx, token)
	if err != nil {
		return Member{}, a, err
	}
	if p := i.Refusal(s.now()); p != "" {
		return Member{}, a, Problems{"": p}
	}
	m, _, err := s.signUp(ctx, name, i.Email, password, func(tx *Tx, m Member) error {
		return tx.in(joining(i, m.ID), func(tx *Tx) error { return tx.acceptInvite(i, m) })
	})
	return m, a, err
}

func joining(i Invite, member uuid.UUID) change {
	return change{action: "member.join", on: authz.Resource{Tenant: i.TenantID, Account: i.AccountID, Kind: "member", ID: member}}
}

// acceptInvite uses an invite, if it still can be used by this member and its
// inviter may still give what it gives.
func (tx *Tx) acceptInvite(i Invite, m Member) error {
	snap, err := tx.lockAccess()
	if err != nil {
		return err
	}
	a, err := tx.sharedAccount()
	if err != nil {
		return err
	}
	now := tx.store.now()
	if err := tx.Raw("SELECT * FROM invites WHERE tenant_id = ? AND id = ? FOR UPDATE", i.TenantID, i.ID).Take(&i).Error; err != nil {
		return err
	}
	if p := tx.store.RefuseInvite(i, a); p != "" {
		return Problems{"": p}
	}
	if i.EmailFolded != m.EmailFolded {
		return Problems{"": "This invite is for another address than yours."}
	}
	roles := slices.DeleteFunc(tx.store.StoredRoles(i.Roles, a.ID, a.Kind), func(r HeldRole) bool { return r.Ended(now) })
	if err := tx.inviterMay(snap, i, a, roles); err != nil {
		return err
	}
	var already bool
	err = tx.Raw("SELECT EXISTS (SELECT FROM memberships WHERE tenant_id = ? AND account_id = ? AND member_id = ?)", a.TenantID, a.ID, m.ID).Scan(&already).Error
	switch {
	case err != nil:
		return err
	case already || a.OwnerID == m.ID:
		return Problems{"": "You work in " + a.Name + " already."}
	}
	if err := changedOne(tx.Table("invites").Where("tenant_id = ? AND id = ?", i.TenantID, i.ID).Updates(map[string]any{"accepted_at": now})); err != nil {
		return err
	}
	if err := tx.withdraw(i.ID); err != nil {
		return err
	}
	tx.change.name = m.Name
	tx.note("invited_by", i.InviterName)
	return tx.addMembership(m.ID, roles)
}

// inviterMay refuses an invite that whoever made it could not make any more.
func (tx *Tx) inviterMay(snap *authz.Snapshot, i Invite, a Account, roles []HeldRole) error {
	id, err := authz.ParsePrincipal(i.Inviter)
	if err != nil {
		return fmt.Errorf("read who made an invite: %w", err)
	}
	if id.Kind == authz.System {
		return nil
	}
	at, ok := snap.Find(a.ID)
	if !ok {
		return ErrNotFound
	}
	who := snap.Who(id)
	d := snap.Decide(who, tx.store.catalog.Permission("members.add"), at)
	beyond := tx.store.mayGive(snap, who, at, roles, tx.accountName)
	switch {
	case d.Reason == authz.AccountSuspended:
		return Problems{"": a.Name + " is " + closedBy(a) + ". Open the link again when it is not."}
	case !d.Allow || beyond != nil:
		return Problems{"": i.InviterName + " can not give these roles any more. Ask somebody else in " + a.Name + " for a new invite."}
	}
	return nil
}
