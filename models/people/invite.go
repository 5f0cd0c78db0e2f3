package people

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
	"bailiwick/models/account"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/store"
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
	Roles       store.RoleList
	Inviter     string // kind:id
	InviterName string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	AcceptedAt  *time.Time
	CancelledAt *time.Time // also of one that a newer one replaced
}

// For tells whether the invite names the address.
func (i Invite) For(email string) bool { return store.FoldEmail(email) == i.EmailFolded }

// Refusal says why the invite can not be accepted at a time; empty where it can.
func (i Invite) Refusal(now time.Time) string {
	switch {
	case i.AcceptedAt != nil:
		return "This invite was already accepted. Whoever accepted it can sign in."
	case i.CancelledAt != nil:
		return "This invite was cancelled, or replaced by a newer one. Use the newest link, or ask " + i.InviterName + "."
	case !now.Before(i.ExpiresAt):
		return "This invite has expired. Ask " + i.InviterName + " for a new one."
	}
	return ""
}

// RefuseInvite says why an invite to an account can not be accepted now; empty
// where it can, as far as its inviter still may.
func (s *Store) RefuseInvite(i Invite, a account.Account) string {
	if refusal := i.Refusal(s.store.Now()); refusal != "" {
		return refusal
	}
	roles := s.store.StoredRoles(i.Roles, a.ID, a.Kind)
	switch {
	case len(roles) < len(i.Roles):
		return "A role that this invite gives was deleted meanwhile. Ask " + i.InviterName + " for a new one."
	case len(store.Running(roles, s.store.Now())) == 0:
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
	emails = account.Trimmed(emails)
	switch {
	case len(emails) == 0:
		return nil, store.Problems{"email": "Enter at least one e-mail address."}
	case len(emails) > MaxInvites:
		return nil, store.Problems{"email": fmt.Sprintf("Invite at most %d at once.", MaxInvites)}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	wanted := 0
	for _, email := range emails {
		if login.CheckEmail(email) == "" {
			wanted++
		}
	}
	may, err := s.letter.Letters(ctx, g.Actor().ID, on, wanted)
	if err != nil {
		return nil, err
	}
	var all []Invited
	made := 0
	err = s.store.Write(ctx, g, store.Change{Action: "member.invite", Permission: "members.add", On: on}, func(tx *store.Tx) error {
		all, made = nil, 0
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		a, err := sharedAccount(tx)
		if err != nil {
			return err
		}
		given, wrong := s.store.RolesNamed(snap, roles, store.Holding{Account: a.ID, Kind: a.Kind, By: authz.Member})
		if len(wrong) > 0 {
			return wrong
		}
		if err := account.MayGrant(tx, snap, store.Granted(given, nil, s.store.Now())); err != nil {
			return err
		}
		keys := store.StoredList(given)
		known, err := knownAddresses(tx, a)
		if err != nil {
			return err
		}
		var invited []string
		for _, email := range emails {
			out := Invited{Email: email, Problem: login.CheckEmail(email)}
			if out.Problem == "" {
				out.Problem = known[store.FoldEmail(email)]
			}
			if out.Problem == "" && len(invited) == may.Taken {
				out.Problem = may.Sentence()
			}
			if out.Problem == "" {
				if out.Token, out.Until, err = invite(tx, email, keys, a); err != nil {
					return err
				}
				known[store.FoldEmail(email)] = "This address is listed twice."
				invited = append(invited, email)
			}
			all = append(all, out)
		}
		if invited == nil {
			return errNobodyInvited
		}
		made = len(invited)
		tx.Note("addresses", invited)
		tx.Note("roles", store.AuditRoles(given))
		return nil
	})
	if errors.Is(err, errNobodyInvited) {
		err = nil
	}
	if err != nil {
		made = 0
	}
	return all, may.Settle(ctx, made, err)
}

// errNobodyInvited ends a write that would change nothing.
var errNobodyInvited = errors.New("nobody was invited")

// knownAddresses are those that can not be invited to the account, folded, each
// with the reason.
func knownAddresses(tx *store.Tx, a account.Account) (map[string]string, error) {
	known := map[string]string{}
	var people []struct {
		ID          uuid.UUID
		EmailFolded string
	}
	var ids []uuid.UUID
	err := tx.Raw("SELECT member_id FROM memberships WHERE tenant_id = ? AND account_id = ?", a.TenantID, a.ID).Scan(&ids).Error
	if err == nil {
		ids = append(ids, a.OwnerID, tx.Grant.Actor().ID.ID)
		err = tx.Across(func() error {
			return tx.Raw("SELECT id, email_folded FROM members WHERE id = ANY(CAST(? AS uuid[]))", store.IDList(ids)).Scan(&people).Error
		})
	}
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		switch {
		case p.ID == tx.Grant.Actor().ID.ID:
			known[p.EmailFolded] = "This is your own address."
		case p.ID == a.OwnerID:
			known[p.EmailFolded] = "The owner of the account has this address."
		default:
			known[p.EmailFolded] = "Someone with this address is already a member."
		}
	}
	var open []string
	err = tx.Raw(`SELECT email_folded FROM invites WHERE tenant_id = ? AND account_id = ? AND accepted_at IS NULL AND cancelled_at IS NULL AND expires_at > ?`,
		a.TenantID, a.ID, tx.Store.Now()).Scan(&open).Error
	for _, email := range open {
		known[email] = "This address has a pending invite. Resend it for a new link."
	}
	return known, err
}

// invite stores an invite and posts it; one of the same address that waited is
// void.
func invite(tx *store.Tx, email string, keys store.RoleList, a account.Account) (token string, until time.Time, err error) {
	on, now, who := tx.Change.On, tx.Store.Now(), tx.Grant.Actor()
	var voided []uuid.UUID
	err = tx.Raw(`UPDATE invites SET cancelled_at = ? WHERE tenant_id = ? AND account_id = ? AND email_folded = ? AND accepted_at IS NULL AND cancelled_at IS NULL
		RETURNING id`, now, on.Tenant, on.Account, store.FoldEmail(email)).Scan(&voided).Error
	if err == nil {
		err = letter.Withdraw(tx, voided...)
	}
	if err != nil {
		return "", until, err
	}
	token, until = store.NewToken(), now.Add(InviteLife)
	i := Invite{
		TenantID: on.Tenant, ID: store.NewID(), AccountID: on.Account, TokenHash: store.TokenHash(token), Email: email, EmailFolded: store.FoldEmail(email), Roles: keys,
		Inviter: who.ID.String(), InviterName: who.Name, CreatedAt: now, ExpiresAt: until,
	}
	if err := tx.Create(&i).Error; err != nil {
		return "", until, err
	}
	var roles []string
	for _, r := range tx.Store.StoredRoles(keys, a.ID, a.Kind) {
		title := r.Label()
		if !r.Until.IsZero() {
			title += r.Until.Format(" until 2 January 2006, 15:04 MST")
		}
		roles = append(roles, title)
	}
	return token, until, letter.Queue(tx, letter.Letter{Kind: letter.Invite, To: email, About: i.ID, Facts: map[string]string{
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

// InviteFilter narrows a list of invites down.
type InviteFilter struct {
	Search   string    // part of the address
	From, To time.Time // when they were made; zero for no bound, To is left out
	After    uuid.UUID // the last of the page before; zero for the newest
	Limit    int
}

// shown are the conditions of the invites i of an account that wait and that the filter
// shows, whatever the page.
func (f InviteFilter) shown(tenant, account uuid.UUID) *store.Clauses {
	b := &store.Clauses{}
	b.Where("i.tenant_id = %s", tenant)
	b.Where("i.account_id = %s", account)
	b.Conditions = append(b.Conditions, "i.accepted_at IS NULL AND i.cancelled_at IS NULL")
	if search := store.Like(f.Search); search != "" {
		b.Where("i.email ILIKE %s", search)
	}
	b.Between("i.created_at", f.From, f.To)
	return b
}

// Invites lists the invites of the grant's account that wait, expired ones
// too, newest first.
func (s *Store) Invites(ctx context.Context, g authz.Grant, f InviteFilter) ([]Invite, error) {
	r := g.Resource()
	b := f.shown(r.Tenant, r.Account)
	if f.After != uuid.Nil {
		b.Where("i.id < %s", f.After)
	}
	var all []Invite
	err := s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var i Invite
		err := rows.Scan(i.fields()...)
		all = append(all, i)
		return err
	}, "SELECT "+inviteColumns+" FROM invites i WHERE "+strings.Join(b.Conditions, " AND ")+" ORDER BY i.id DESC LIMIT "+b.Arg(f.Limit), b.Args...)
	return all, err
}

// CountInvites is how many invites a filter shows on all of its pages, as far as
// store.Count counts.
func (s *Store) CountInvites(ctx context.Context, g authz.Grant, f InviteFilter) (int, error) {
	r := g.Resource()
	b := f.shown(r.Tenant, r.Account)
	return s.store.Count(ctx, store.TenantScope(r.Tenant), "invites i WHERE "+strings.Join(b.Conditions, " AND "), b.Args...)
}

// CountInvitesFor tells how many invites wait for the address of a member's session.
// Nobody has proven that it is theirs, so more than that is not told.
func (s *Store) CountInvitesFor(ctx context.Context, x login.Session) (n int, err error) {
	if x.Principal.Kind != authz.Member {
		return 0, nil
	}
	if err := s.store.AllReached(); err != nil {
		return 0, err
	}
	err = s.store.One(ctx, store.ScopeInvite, []any{&n}, `SELECT count(*)::int FROM invites
		WHERE email_folded = $1 AND accepted_at IS NULL AND cancelled_at IS NULL AND expires_at > $2`, store.FoldEmail(x.Email), s.store.Now())
	return n, err
}

// InviteByID finds an invite of the account that waits.
func (s *Store) InviteByID(ctx context.Context, tenant, account, id uuid.UUID) (Invite, error) {
	var i Invite
	err := s.store.One(ctx, store.TenantScope(tenant), i.fields(), "SELECT "+inviteColumns+` FROM invites i
		WHERE i.tenant_id = $1 AND i.account_id = $2 AND i.id = $3 AND i.accepted_at IS NULL AND i.cancelled_at IS NULL`, tenant, account, id)
	return i, err
}

// ResendInvite makes a new link for an invite and voids the old one. The new
// one is the actor's, who must be able to give its roles.
func (s *Store) ResendInvite(ctx context.Context, g authz.Grant, id uuid.UUID) (out Invited, err error) {
	err = s.letter.WithLetter(ctx, g.Actor().ID, g.Resource(), "", func() error { return s.resendInvite(ctx, g, id, &out) })
	return out, err
}

func (s *Store) resendInvite(ctx context.Context, g authz.Grant, id uuid.UUID, out *Invited) error {
	return s.changeInvite(ctx, g, id, "invite.resend", func(tx *store.Tx, snap *authz.Snapshot, i Invite, a account.Account) error {
		roles := s.store.StoredRoles(i.Roles, a.ID, a.Kind)
		if len(roles) < len(i.Roles) || len(store.Running(roles, s.store.Now())) == 0 {
			return store.Problems{"": "What this invite gives has ended or was deleted. Cancel it, and invite again with other roles."}
		}
		if account.MayGrant(tx, snap, slices.DeleteFunc(roles, func(r store.HeldRole) bool { return r.Ended(s.store.Now()) })) != nil {
			return store.Problems{"": "This invite gives more than you can give here, or for longer. Invite again with other roles."}
		}
		out.Email = i.Email
		var err error
		out.Token, out.Until, err = invite(tx, i.Email, i.Roles, a)
		return err
	})
}

// CancelInvite voids the link of an invite.
func (s *Store) CancelInvite(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.changeInvite(ctx, g, id, "invite.cancel", func(tx *store.Tx, _ *authz.Snapshot, i Invite, _ account.Account) error {
		if err := letter.Withdraw(tx, i.ID); err != nil {
			return err
		}
		return store.ChangedOne(tx.Table("invites").Where("tenant_id = ? AND id = ?", i.TenantID, i.ID).Updates(map[string]any{"cancelled_at": s.store.Now()}))
	})
}

// changeInvite changes an invite of the grant's account that waits, and whose
// roles give no more there than the actor has.
func (s *Store) changeInvite(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*store.Tx, *authz.Snapshot, Invite, account.Account) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "invite", ID: id}
	return s.store.Write(ctx, g.On("invite", id), store.Change{Action: action, Permission: "members.add", On: on}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		a, err := sharedAccount(tx)
		if err != nil {
			return err
		}
		var i Invite
		if err := tx.Raw(`SELECT * FROM invites WHERE tenant_id = ? AND account_id = ? AND id = ? AND accepted_at IS NULL AND cancelled_at IS NULL FOR UPDATE`,
			on.Tenant, on.Account, id).Take(&i).Error; err != nil {
			return err
		}
		roles := s.store.StoredRoles(i.Roles, a.ID, a.Kind)
		if account.Outranked(tx, snap, roles) {
			return store.Problems{"": "This invite gives more than you can give here, so you can't change it."}
		}
		tx.Change.Name = i.Email
		tx.Note("roles", store.AuditRoles(roles))
		return do(tx, snap, i, a)
	})
}

// InviteByToken finds the invite of a link, its account, and whether its
// address has a login already. ErrNotFound where there is no such invite.
func (s *Store) InviteByToken(ctx context.Context, token string) (i Invite, a account.Account, login bool, err error) {
	err = s.store.Find(ctx, store.ScopeInvite, append(i.fields(), a.Fields()...), "SELECT "+inviteColumns+", a."+strings.ReplaceAll(account.Columns, ", ", ", a.")+`
		FROM invites i JOIN accounts a ON a.tenant_id = i.tenant_id AND a.id = i.account_id WHERE {i.tenant_id} AND i.token_hash = $1`, store.TokenHash(token))
	if err == nil {
		err = s.store.One(ctx, store.ScopeInvite, []any{&login}, "SELECT EXISTS (SELECT FROM members WHERE email_folded = $1)", store.FoldEmail(i.Email))
	}
	if err == nil {
		err = s.store.CatchUp(ctx, i.TenantID) // its roles may be newer than what this node knows
	}
	return i, a, login, err
}

// AcceptInvite makes the actor a member by an invite to their address, once.
func (s *Store) AcceptInvite(ctx context.Context, g authz.Grant, token string) (account.Account, error) {
	who := g.Actor().ID
	if who.Kind != authz.Member {
		return account.Account{}, authz.ErrDenied
	}
	i, a, _, err := s.InviteByToken(ctx, token)
	if err != nil {
		return a, err
	}
	return a, s.store.WriteSelf(ctx, g, who, joining(i, who.ID), func(tx *store.Tx) error {
		var m login.Member
		if err := tx.Raw("SELECT * FROM members WHERE id = ? AND state = 'active'", who.ID).Take(&m).Error; err != nil {
			return err
		}
		return s.acceptInvite(tx, i, m)
	})
}

// SignUpByInvite makes a login for an invite's address and a member of it, or
// neither. Problems name the fields name and password.
func (s *Store) SignUpByInvite(ctx context.Context, token, name, password string) (login.Member, account.Account, error) {
	i, a, _, err := s.InviteByToken(ctx, token)
	if err != nil {
		return login.Member{}, a, err
	}
	if p := i.Refusal(s.store.Now()); p != "" {
		return login.Member{}, a, store.Problems{"": p}
	}
	m, _, err := s.login.SignUpAs(ctx, name, i.Email, password, func(tx *store.Tx, m login.Member) error {
		return tx.In(joining(i, m.ID), func(tx *store.Tx) error { return s.acceptInvite(tx, i, m) })
	})
	return m, a, err
}

func joining(i Invite, member uuid.UUID) store.Change {
	return store.Change{Action: "member.join", On: authz.Resource{Tenant: i.TenantID, Account: i.AccountID, Kind: "member", ID: member}}
}

// acceptInvite uses an invite, if it still can be used by this member and its
// inviter may still give what it gives.
func (s *Store) acceptInvite(tx *store.Tx, i Invite, m login.Member) error {
	snap, err := tx.LockAccess()
	if err != nil {
		return err
	}
	a, err := sharedAccount(tx)
	if err != nil {
		return err
	}
	now := tx.Store.Now()
	if err := tx.Raw("SELECT * FROM invites WHERE tenant_id = ? AND id = ? FOR UPDATE", i.TenantID, i.ID).Take(&i).Error; err != nil {
		return err
	}
	if p := s.RefuseInvite(i, a); p != "" {
		return store.Problems{"": p}
	}
	if i.EmailFolded != m.EmailFolded {
		return store.Problems{"": "This invite is for another address than yours."}
	}
	roles := slices.DeleteFunc(tx.Store.StoredRoles(i.Roles, a.ID, a.Kind), func(r store.HeldRole) bool { return r.Ended(now) })
	if err := inviterMay(tx, snap, i, a, roles); err != nil {
		return err
	}
	var already bool
	err = tx.Raw("SELECT EXISTS (SELECT FROM memberships WHERE tenant_id = ? AND account_id = ? AND member_id = ?)", a.TenantID, a.ID, m.ID).Scan(&already).Error
	switch {
	case err != nil:
		return err
	case already || a.OwnerID == m.ID:
		return store.Problems{"": "You work in " + a.Name + " already."}
	}
	if err := store.ChangedOne(tx.Table("invites").Where("tenant_id = ? AND id = ?", i.TenantID, i.ID).Updates(map[string]any{"accepted_at": now})); err != nil {
		return err
	}
	if err := letter.Withdraw(tx, i.ID); err != nil {
		return err
	}
	tx.Change.Name = m.Name
	tx.Note("invited_by", i.InviterName)
	return addMembership(tx, m.ID, roles)
}

// inviterMay refuses an invite that whoever made it could not make any more.
func inviterMay(tx *store.Tx, snap *authz.Snapshot, i Invite, a account.Account, roles []store.HeldRole) error {
	id, err := authz.ParsePrincipal(i.Inviter)
	if err != nil {
		return fmt.Errorf("read who made an invite: %w", err)
	}
	if id.Kind == authz.System {
		return nil
	}
	at, ok := snap.Find(a.ID)
	if !ok {
		return store.ErrNotFound
	}
	who := snap.Who(id)
	d := snap.Decide(who, tx.Store.Catalog().Permission("members.add"), at)
	beyond := tx.Store.MayGive(snap, who, at, roles, func(id uuid.UUID) string { return account.AccountName(tx, id) })
	switch {
	case d.Reason == authz.AccountSuspended:
		return store.Problems{"": a.Name + " is " + account.ClosedBy(a) + ". Open the link again when it is not."}
	case !d.Allow || beyond != nil:
		return store.Problems{"": i.InviterName + " can no longer give these roles. Ask somebody else in " + a.Name + " for a new invite."}
	}
	return nil
}
