package people

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Login is the subuser as whose password was right.
func (u Subuser) Login() login.Login {
	l := login.Login{Principal: u.Principal(), Tenant: u.TenantID, Account: u.AccountID}
	if u.PasswordHash != nil {
		l.Hash = *u.PasswordHash
	}
	return l
}

// Subuser is a login of exactly one account, which comes in only through that
// account's login page.
type Subuser struct {
	TenantID     uuid.UUID
	ID           uuid.UUID
	AccountID    uuid.UUID
	Name         string // unique in the account, in lower case
	Description  string
	PasswordHash *string
	Roles        store.RoleList
	State        string
	LastSignIn   *time.Time
	TwoStep      bool `gorm:"-"` // a code is asked for at the sign-in
	CreatedAt    time.Time
}

// Principal is the subuser as who acts.
func (u Subuser) Principal() authz.PrincipalID {
	return authz.PrincipalID{Kind: authz.Subuser, ID: u.ID}
}

// Actor is the subuser as the audit names them.
func (u Subuser) Actor() authz.Actor { return authz.Actor{ID: u.Principal(), Name: u.Name} }

// HasPassword tells whether the subuser can sign in yet.
func (u Subuser) HasPassword() bool { return u.PasswordHash != nil }

// SubuserInput is what a form says of a subuser.
type SubuserInput struct {
	Name        string
	Description string
	Roles       []string // names of the set "subuser", or `custom:<id>`; RoleUntil says when one ends
	Password    string   // empty to make a one-time link instead
	Link        bool     // a link by which the subuser sets the password
}

// CreatedSubuser is what the maker of a subuser is told once.
type CreatedSubuser struct {
	Subuser      Subuser
	First        bool   // the account's first, which brought the login link into being
	LoginLink    string // the last part of the login page's address
	PasswordLink string // the last part of the one-time address, where one was asked for
}

var subuserName = regexp.MustCompile(`^[\p{Ll}\p{Nd}\p{Lo}][\p{Ll}\p{Nd}\p{Lo}._@+-]*$`)

// CreateSubuser adds a login to the grant's account. The first one brings the
// account's login link into being.
func (s *Store) CreateSubuser(ctx context.Context, g authz.Grant, in SubuserInput) (CreatedSubuser, error) {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	u := Subuser{TenantID: on.Tenant, ID: store.NewID(), AccountID: on.Account, State: "active", CreatedAt: s.store.Now()}
	_, p := s.readSubuser(s.store.Access(), &u, in)
	if !in.Link {
		wrong, err := s.checkSubuserPassword(ctx, u, in.Password)
		if err != nil {
			return CreatedSubuser{}, err
		}
		p.Add("password", wrong)
	}
	if len(p) > 0 {
		return CreatedSubuser{}, p
	}
	if !in.Link {
		hash, err := s.login.Hash(ctx, in.Password)
		if err != nil {
			return CreatedSubuser{}, err
		}
		u.PasswordHash = &hash
	}
	var made CreatedSubuser
	on.Kind, on.ID = "subuser", u.ID
	err := s.store.Write(ctx, g.On("subuser", u.ID), store.Change{Action: "subuser.create", Permission: "subuser_create", On: on, Name: u.Name}, func(tx *store.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		roles, p := s.readSubuser(snap, &u, in)
		if len(p) > 0 {
			return p
		}
		if err := account.MayGrant(tx, snap, store.Granted(roles, nil, s.store.Now())); err != nil {
			return err
		}
		tx.Note("name", u.Name)
		tx.Note("description", u.Description)
		tx.Note("roles", store.AuditRoles(roles))
		tx.Touch("subuser", u.ID)
		if err := tx.Create(&u).Error; err != nil {
			return err
		}
		made.Subuser = u
		if made.LoginLink, made.First, err = linkFor(tx, u.AccountID); err != nil || !in.Link {
			return err
		}
		made.PasswordLink, err = passwordLink(tx, u)
		return err
	})
	return made, err
}

// checkSubuserPassword is CheckPassword with the words of a subuser and of the
// account they sign in to.
func (s *Store) checkSubuserPassword(ctx context.Context, u Subuser, password string) (string, error) {
	a, err := s.account.Account(ctx, u.TenantID, u.AccountID)
	return login.CheckPassword(password, u.Name, a.Name), err
}

// readSubuser puts what the form says into u, who may have roles already, and
// gives its roles.
func (s *Store) readSubuser(snap *authz.Snapshot, u *Subuser, in SubuserInput) ([]store.HeldRole, store.Problems) {
	roles, p := s.store.RolesNamed(snap, in.Roles, store.Holding{Account: u.AccountID, By: authz.Subuser}, s.store.StoredRoles(u.Roles, u.AccountID, "")...)
	u.Name, u.Description = store.FoldSubuser(in.Name), strings.TrimSpace(in.Description)
	if !subuserName.MatchString(u.Name) {
		p.Add("name", "Use letters, digits and . _ @ + -, beginning with a letter or digit.")
	}
	if len([]rune(u.Name)) > 64 {
		p.Add("name", store.Constraints["subusers_name_length"]["name"])
	}
	if len([]rune(u.Description)) > 500 {
		p.Add("description", store.Constraints["subusers_description_length"]["description"])
	}
	u.Roles = store.StoredList(roles)
	return roles, p
}

// linkFor gives the account's login link, made now where there is none.
func linkFor(tx *store.Tx, account uuid.UUID) (link string, first bool, err error) {
	if err := tx.Raw("SELECT link FROM login_links WHERE tenant_id = ? AND account_id = ?", tx.Change.On.Tenant, account).Scan(&link).Error; err != nil || link != "" {
		return link, false, err
	}
	link = store.NewToken()
	return link, true, tx.Exec("INSERT INTO login_links (tenant_id, account_id, link, created_at) VALUES (?, ?, ?, ?)",
		tx.Change.On.Tenant, account, link, tx.Store.Now()).Error
}

// PasswordLinkLife is how long a one-time set-password link works.
const PasswordLinkLife = 7 * 24 * time.Hour

// voidPasswordLinks kills the one-time links of a subuser.
func voidPasswordLinks(tx *store.Tx, u Subuser) error {
	return tx.Exec("DELETE FROM password_links WHERE tenant_id = ? AND subuser_id = ?", u.TenantID, u.ID).Error
}

// passwordLink makes a one-time link; earlier ones of the subuser die.
func passwordLink(tx *store.Tx, u Subuser) (string, error) {
	if err := voidPasswordLinks(tx, u); err != nil {
		return "", err
	}
	token := store.NewToken()
	return token, tx.Exec("INSERT INTO password_links (tenant_id, token_hash, subuser_id, expires_at) VALUES (?, ?, ?, ?)",
		u.TenantID, store.TokenHash(token), u.ID, tx.Store.Now().Add(PasswordLinkLife)).Error
}

// LoginLink is the account's login link, empty where it has none.
func (s *Store) LoginLink(ctx context.Context, g authz.Grant) (string, error) {
	link, err := s.LoginLinkOf(ctx, g.Resource().Tenant, g.Resource().Account)
	if err == store.ErrNotFound {
		err = nil
	}
	return link, err
}

// LoginLinkOf is the login link of an account, for sending back there a browser
// whose subuser session ended.
func (s *Store) LoginLinkOf(ctx context.Context, tenant, account uuid.UUID) (link string, err error) {
	err = s.store.One(ctx, store.TenantScope(tenant), []any{&link},
		"SELECT link FROM login_links WHERE tenant_id = $1 AND account_id = $2", tenant, account)
	return link, err
}

// ReplaceLoginLink makes a new login link; the old one is dead from then on.
func (s *Store) ReplaceLoginLink(ctx context.Context, g authz.Grant) (string, error) {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	link := store.NewToken()
	err := s.store.Write(ctx, g, store.Change{Action: "login_link.replace", Permission: "subuser_edit", On: on}, func(tx *store.Tx) error {
		return store.ChangedOne(tx.Table("login_links").Where("tenant_id = ? AND account_id = ?", on.Tenant, on.Account).
			Updates(map[string]any{"link": link, "created_at": s.store.Now()}))
	})
	return link, err
}

// LoginPage finds the account whose subusers sign in at a link.
func (s *Store) LoginPage(ctx context.Context, link string) (account.Account, error) {
	var a account.Account
	err := s.store.Find(ctx, store.ScopeSignIn, a.Fields(),
		"SELECT a."+strings.ReplaceAll(account.Columns, ", ", ", a.")+` FROM login_links l
		JOIN accounts a ON a.tenant_id = l.tenant_id AND a.id = l.account_id WHERE {l.tenant_id} AND l.link = $1`, link)
	return a, err
}

// SignInSubuser checks a name and password at a login link. Every failure, an
// unknown link too, is ErrSignIn and costs the same time.
func (s *Store) SignInSubuser(ctx context.Context, link, name, password string) (Subuser, error) {
	var u Subuser
	hash := ""
	err := s.store.Find(ctx, store.ScopeSignIn, []any{&u.TenantID, &u.ID, &u.AccountID, &u.Name, &hash, &u.State},
		`SELECT u.tenant_id, u.id, u.account_id, u.name, coalesce(u.password_hash, ''), u.state FROM login_links l
		JOIN subusers u ON u.tenant_id = l.tenant_id AND u.account_id = l.account_id WHERE {l.tenant_id} AND l.link = $1 AND u.name = $2`,
		link, store.FoldSubuser(name))
	if err != nil && err != store.ErrNotFound {
		return u, err
	}
	err = login.Refused(s.login.Matches(ctx, password, hash), u.Principal(), u.TenantID, hash)
	if err == nil && u.State != "active" {
		err = login.Refusal{Who: u.Principal(), Tenant: u.TenantID, Why: login.WhySuspended}
	}
	if err != nil {
		return Subuser{}, err
	}
	u.PasswordHash = &hash
	err = s.store.In(ctx, store.TenantScope(u.TenantID), func(db *gorm.DB) error {
		set := map[string]any{"last_sign_in": s.store.Now()}
		if s.login.Rehash(hash) {
			fresh, err := s.login.Hash(ctx, password)
			if err != nil {
				return err
			}
			set["password_hash"] = fresh
			u.PasswordHash = &fresh
		}
		// A password chosen meanwhile stays.
		return login.OrSignIn(store.ChangedOne(db.Table("subusers").Where("tenant_id = ? AND id = ? AND password_hash = ?", u.TenantID, u.ID, hash).Updates(set)))
	})
	return u, err
}

// SubuserPage is how many subusers a page of the list holds.
const SubuserPage = 50

// SubuserList is a page of an account's subusers, and where they sign in.
type SubuserList struct {
	Subusers  []Subuser // one more than a page where there are more
	LoginLink string    // the last part of the login page's address, empty before the first subuser
	// All is how many the filter shows, Before how many of them stand before this page,
	// where they were to be counted.
	All, Before int
}

// Subusers lists the subusers of the grant's account that a filter shows, by name.
func (s *Store) Subusers(ctx context.Context, g authz.Grant, f Filter) (SubuserList, error) {
	r := g.Resource()
	l := SubuserList{Subusers: make([]Subuser, 0, SubuserPage+1)}
	one := func(rows pgx.Rows) error {
		l.Subusers = append(l.Subusers, Subuser{TenantID: r.Tenant, AccountID: r.Account})
		u, roles := &l.Subusers[len(l.Subusers)-1], ""
		err := rows.Scan((*[16]byte)(&u.ID), &u.Name, &u.Description, &roles, &u.PasswordHash, &u.State, &u.LastSignIn, &u.TwoStep, &u.CreatedAt)
		u.Roles = store.SplitList(roles)
		return err
	}
	where, args := s.subusersShown(r.Tenant, r.Account, f)
	args["after"], args["limit"] = f.After, SubuserPage+1
	ask := []store.Query{{Scan: one, SQL: `SELECT x.id, x.name, x.description, array_to_string(x.roles, ','), CASE WHEN x.password_hash IS NULL THEN NULL ELSE '' END, x.state, x.last_sign_in, x.two_step_at IS NOT NULL, x.created_at FROM subusers x
			WHERE ` + where + ` AND x.name > @after ORDER BY x.name LIMIT @limit`, Args: []any{pgx.NamedArgs(args)}},
		{Scan: func(rows pgx.Rows) error { return rows.Scan(&l.LoginLink) },
			SQL: "SELECT link FROM login_links WHERE tenant_id = $1 AND account_id = $2", Args: []any{r.Tenant, r.Account}}}
	if f.Counted {
		ask = append(ask, store.Query{Scan: func(rows pgx.Rows) error { return rows.Scan(&l.All, &l.Before) }, SQL: countSubusers + where, Args: []any{pgx.NamedArgs(args)}})
	}
	return l, s.store.ReadAll(ctx, store.TenantScope(r.Tenant), ask...)
}

// Subuser finds one of the account's subusers.
func (s *Store) Subuser(ctx context.Context, tenant, account, id uuid.UUID) (Subuser, error) {
	u := Subuser{TenantID: tenant, ID: id, AccountID: account}
	err := s.store.One(ctx, store.TenantScope(tenant), []any{&u.Name, &u.Description, (*[]string)(&u.Roles), &u.PasswordHash, &u.State, &u.LastSignIn, &u.TwoStep, &u.CreatedAt},
		`SELECT name, description, roles, CASE WHEN password_hash IS NULL THEN NULL ELSE '' END, state, last_sign_in, two_step_at IS NOT NULL, created_at FROM subusers
		WHERE tenant_id = $1 AND account_id = $2 AND id = $3`, tenant, account, id)
	return u, err
}

// EditSubuser changes name, description and roles.
func (s *Store) EditSubuser(ctx context.Context, g authz.Grant, id uuid.UUID, in SubuserInput) error {
	return s.changeSubuser(ctx, g, id, "subuser.edit", func(tx *store.Tx, snap *authz.Snapshot, u Subuser) error {
		want := u
		roles, p := s.readSubuser(snap, &want, in)
		if len(p) > 0 {
			return p
		}
		was := s.store.StoredRoles(u.Roles, u.AccountID, "")
		if err := account.MayGrant(tx, snap, store.Granted(roles, was, s.store.Now())); err != nil {
			return err
		}
		tx.Changed("name", u.Name, want.Name)
		tx.Changed("description", u.Description, want.Description)
		tx.Changed("roles", store.AuditRoles(was), store.AuditRoles(roles))
		tx.Touch("subuser", id)
		return updateSubuser(tx, id, map[string]any{"name": want.Name, "description": want.Description, "roles": want.Roles})
	})
}

// changeSubuser changes one of the account's subusers, whom the actor must not
// be outranked by: who holds more than the actor may grant is left alone.
func (s *Store) changeSubuser(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*store.Tx, *authz.Snapshot, Subuser) error) error {
	on := g.Resource()
	on.Kind, on.ID = "subuser", id
	return s.store.Write(ctx, g.On("subuser", id), store.Change{Action: action, Permission: "subuser_edit", On: on}, func(tx *store.Tx) error {
		if g.Actor().ID == (authz.PrincipalID{Kind: authz.Subuser, ID: id}) {
			return store.Problems{"": "Nobody changes their own subuser login."}
		}
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		var u Subuser
		if err := tx.Raw("SELECT * FROM subusers WHERE tenant_id = ? AND account_id = ? AND id = ? FOR UPDATE", on.Tenant, on.Account, id).
			Take(&u).Error; err != nil {
			return err
		}
		tx.Change.Name = u.Name
		if account.Outranked(tx, snap, s.store.StoredRoles(u.Roles, u.AccountID, "")) {
			return store.Problems{"": "This subuser can do more here than you can, so you can't change it."}
		}
		return do(tx, snap, u)
	})
}

// letsIn refuses to open a login, or to hand it to whoever gets its password, that
// can do something for longer than the actor.
func letsIn(tx *store.Tx, snap *authz.Snapshot, roles []store.HeldRole) error {
	running := slices.DeleteFunc(slices.Clone(roles), func(r store.HeldRole) bool { return r.Ended(tx.Store.Now()) })
	if account.MayGrant(tx, snap, running) != nil {
		return store.Problems{"": "This subuser's roles last longer than your own, so you can't do this."}
	}
	return nil
}

func updateSubuser(tx *store.Tx, id uuid.UUID, set map[string]any) error {
	return store.ChangedOne(tx.Table("subusers").Where("tenant_id = ? AND id = ?", tx.Change.On.Tenant, id).Updates(set))
}

// SuspendSubuser closes a subuser's login and ends its sessions at once.
func (s *Store) SuspendSubuser(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.setSubuserState(ctx, g, id, "suspended", "subuser.suspend")
}

// ResumeSubuser opens it again.
func (s *Store) ResumeSubuser(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.setSubuserState(ctx, g, id, "active", "subuser.resume")
}

func (s *Store) setSubuserState(ctx context.Context, g authz.Grant, id uuid.UUID, state, action string) error {
	return s.changeSubuser(ctx, g, id, action, func(tx *store.Tx, snap *authz.Snapshot, u Subuser) error {
		if state == "active" {
			if err := letsIn(tx, snap, s.store.StoredRoles(u.Roles, u.AccountID, "")); err != nil {
				return err
			}
		}
		tx.Changed("state", u.State, state)
		tx.Touch("subuser", id)
		if err := updateSubuser(tx, id, map[string]any{"state": state}); err != nil || state == "active" {
			return err
		}
		return login.EndSessions(tx, u.Principal())
	})
}

// ResetSubuserPassword sets a new password, or makes a one-time link by which
// the subuser does; either way the old password and any earlier link are dead
// and the sessions end.
func (s *Store) ResetSubuserPassword(ctx context.Context, g authz.Grant, id uuid.UUID, password string, link bool) (token string, err error) {
	var hash *string
	if !link {
		u, err := s.Subuser(ctx, g.Resource().Tenant, g.Resource().Account, id)
		if err != nil {
			return "", err
		}
		wrong, err := s.checkSubuserPassword(ctx, u, password)
		if err != nil {
			return "", err
		}
		if wrong != "" {
			return "", store.Problems{"password": wrong}
		}
		h, err := s.login.Hash(ctx, password)
		if err != nil {
			return "", err
		}
		hash = &h
	}
	err = s.changeSubuser(ctx, g, id, "subuser.reset_password", func(tx *store.Tx, snap *authz.Snapshot, u Subuser) error {
		if err := letsIn(tx, snap, s.store.StoredRoles(u.Roles, u.AccountID, "")); err != nil {
			return err
		}
		tx.Note("by_link", link)
		if err := updateSubuser(tx, id, map[string]any{"password_hash": hash}); err != nil {
			return err
		}
		if link {
			token, err = passwordLink(tx, u)
		} else {
			err = voidPasswordLinks(tx, u)
		}
		if err != nil {
			return err
		}
		return login.EndSessions(tx, u.Principal())
	})
	return token, err
}

// EndSubuserSessions signs the subuser out everywhere.
func (s *Store) EndSubuserSessions(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.changeSubuser(ctx, g, id, "subuser.end_sessions", func(tx *store.Tx, _ *authz.Snapshot, u Subuser) error {
		return login.EndSessions(tx, u.Principal())
	})
}

// DeleteSubuser removes the login for good.
func (s *Store) DeleteSubuser(ctx context.Context, g authz.Grant, id uuid.UUID, with ...Parting) error {
	return s.changeSubuser(ctx, g, id, "subuser.delete", func(tx *store.Tx, snap *authz.Snapshot, u Subuser) error {
		if err := s.part(tx, snap, with, authz.Subuser, id); err != nil {
			return err
		}
		tx.Note("name", u.Name)
		tx.Note("roles", store.AuditRoles(s.store.StoredRoles(u.Roles, u.AccountID, "")))
		tx.Touch("subuser", id)
		if err := login.EndSessions(tx, u.Principal()); err != nil {
			return err
		}
		return store.ChangedOne(tx.Exec("DELETE FROM subusers WHERE tenant_id = ? AND id = ?", u.TenantID, id))
	})
}

// PasswordLink finds whose password a one-time link sets; ErrNotFound where it
// is unknown, used or too old.
func (s *Store) PasswordLink(ctx context.Context, token string) (Subuser, account.Account, error) {
	var u Subuser
	err := s.store.Find(ctx, store.ScopeSignIn, []any{&u.TenantID, &u.ID, &u.AccountID, &u.Name},
		`SELECT u.tenant_id, u.id, u.account_id, u.name FROM password_links l JOIN subusers u ON u.tenant_id = l.tenant_id AND u.id = l.subuser_id
		WHERE {l.tenant_id} AND l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 AND u.state = 'active'`, store.TokenHash(token), s.store.Now())
	if err != nil {
		return u, account.Account{}, err
	}
	a, err := s.account.Account(ctx, u.TenantID, u.AccountID)
	return u, a, err
}

// SetPasswordByLink uses a one-time link, once. It gives the account's login link.
func (s *Store) SetPasswordByLink(ctx context.Context, token, password string) (loginLink string, err error) {
	u, a, err := s.PasswordLink(ctx, token)
	if err != nil {
		return "", err
	}
	if p := login.CheckPassword(password, u.Name, a.Name); p != "" {
		return "", store.Problems{"password": p}
	}
	hash, err := s.login.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	on := authz.Resource{Tenant: u.TenantID, Account: u.AccountID, Kind: "subuser", ID: u.ID}
	err = s.store.WriteSelf(ctx, authz.Self(u.Actor()), u.Principal(), store.Change{Action: "subuser.set_password", On: on, Name: u.Name}, func(tx *store.Tx) error {
		if err := store.ChangedOne(tx.Exec("UPDATE password_links SET used_at = ? WHERE tenant_id = ? AND token_hash = ? AND used_at IS NULL AND expires_at > ?",
			s.store.Now(), u.TenantID, store.TokenHash(token), s.store.Now())); err != nil {
			return err
		}
		if err := updateSubuser(tx, u.ID, map[string]any{"password_hash": hash}); err != nil {
			return err
		}
		loginLink, _, err = linkFor(tx, u.AccountID)
		return err
	})
	return loginLink, err
}

// ResetSubuserTwoStep takes the second step away from a subuser who lost it, and
// signs them out everywhere.
func (s *Store) ResetSubuserTwoStep(ctx context.Context, g authz.Grant, id uuid.UUID) error {
	return s.changeSubuser(ctx, g, id, "subuser.reset_two_step", func(tx *store.Tx, _ *authz.Snapshot, u Subuser) error {
		if err := login.DropTwoStep(tx, u.Principal(), u.TenantID); err != nil {
			return err
		}
		return login.EndSessions(tx, u.Principal())
	})
}
