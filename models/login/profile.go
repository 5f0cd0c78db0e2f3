package login

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// RenameMember changes the name of whoever asks.
func (s *Store) RenameMember(ctx context.Context, g authz.Grant, name string) error {
	name = strings.TrimSpace(name)
	if p := store.CheckName(name); p != "" {
		return store.Problems{"name": p}
	}
	who := g.Actor()
	home, err := s.PersonalAccount(ctx, who.ID)
	if err != nil {
		return err
	}
	return s.store.WriteSelf(ctx, g, who.ID, store.Change{Action: "member.rename", On: home, Name: name}, func(tx *store.Tx) error {
		tx.Changed("name", who.Name, name)
		return store.ChangedOne(tx.Table("members").Where("id = ?", who.ID.ID).Updates(map[string]any{"name": name}))
	})
}

// PersonalAccount is where the changes of a person's own login are kept.
func (s *Store) PersonalAccount(ctx context.Context, who authz.PrincipalID) (authz.Resource, error) {
	r := authz.Resource{Kind: "member", ID: who.ID}
	if r.Tenant, r.Account = account.Home(s.store.Access(), who); r.Account != uuid.Nil {
		return r, nil
	}
	err := s.store.One(ctx, store.ScopeSelf, []any{&r.Tenant, &r.Account}, "SELECT tenant_id, id FROM accounts WHERE owner_id = $1 AND kind = 'personal'", who.ID)
	return r, err
}

// ownLogin is a session's own login, kept where the changes of it are.
func (s *Store) ownLogin(ctx context.Context, x Session) (authz.Resource, error) {
	if x.Principal.Kind == authz.Subuser {
		return authz.Resource{Tenant: x.Tenant, Account: x.Account, Kind: "subuser", ID: x.Principal.ID}, nil
	}
	return s.PersonalAccount(ctx, x.Principal)
}

// row is a login's own row.
func row(db *gorm.DB, who authz.PrincipalID, tenant uuid.UUID) *gorm.DB {
	if who.Kind == authz.Subuser {
		return db.Table("subusers").Where("tenant_id = ? AND id = ?", tenant, who.ID)
	}
	return db.Table("members").Where("id = ?", who.ID)
}

func (s *Store) passwordHash(ctx context.Context, x Session) (hash string, err error) {
	err = s.store.In(ctx, store.ScopeSelf, func(db *gorm.DB) error {
		return row(db, x.Principal, x.Tenant).Select("coalesce(password_hash, '')").Take(&hash).Error
	})
	return hash, err
}

// ChangePassword replaces the password of whoever asks, who shows the present
// one, and ends their other sessions. Problems name current and password.
func (s *Store) ChangePassword(ctx context.Context, g authz.Grant, x Session, current, password string) error {
	who := g.Actor()
	hash, err := s.passwordHash(ctx, x)
	if err != nil {
		return err
	}
	p := store.Problems{}
	p.Add("password", CheckPassword(password, who.Name, x.Email))
	switch err := s.Matches(ctx, current, hash); {
	case errors.Is(err, store.ErrSignIn):
		p.Add("current", "This isn't your current password.")
	case err != nil:
		return err
	}
	if len(p) > 0 {
		return p
	}
	fresh, err := s.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.writeOwn(ctx, g, x, "change_password", func(tx *store.Tx) error {
		// Whoever changed it meanwhile was faster, and knows it.
		if store.ChangedOne(row(tx.DB, who.ID, x.Tenant).Where("password_hash = ?", hash).Updates(map[string]any{"password_hash": fresh})) != nil {
			return store.ErrConflict
		}
		// Whoever knew the old one may have asked for other ways in.
		if who.ID.Kind == authz.Member {
			if err := voidLinks(tx, who.ID.ID, linkReset, linkConfirm); err != nil {
				return err
			}
		}
		return endSessionsBut(tx, x.ID, who.ID)
	})
}
