package models

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// Membership is one member in one account, with one or more roles.
type Membership struct {
	TenantID  uuid.UUID
	AccountID uuid.UUID
	MemberID  uuid.UUID
	Roles     roleList // `member:<name>`, `account:admin` or `account:user`
	CreatedAt time.Time
}

// AddMember gives a person with a login a membership in the grant's account.
func (s *Store) AddMember(ctx context.Context, g authz.Grant, member uuid.UUID, roleKeys ...string) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "member", ID: member}
	return s.write(ctx, g.On("member", member), change{action: "member.add", permission: "members.add", on: on}, func(tx *Tx) error {
		snap, err := tx.lockAccess()
		if err != nil {
			return err
		}
		var a Account
		if err := tx.account(&a, on.Account); err != nil {
			return err
		}
		if a.Kind == "personal" || a.Kind == "timeless" {
			return Problems{"": "This kind of account has no members of its own."}
		}
		var roles []*catalog.Role
		for _, key := range roleKeys {
			r := s.storedRole(key, a.Kind)
			if r == nil || !r.Grantable || r.Set.Key == "subuser" || r.Set.Key == "account" && r.Key == key {
				return Problems{"role": fmt.Sprintf("%q is not a role that a member can have.", key)}
			}
			roles = append(roles, r)
		}
		if len(roles) == 0 {
			return Problems{"role": "Choose at least one role."}
		}
		if err := tx.mayGrant(snap, roles); err != nil {
			return err
		}
		tx.note("roles", roleKeys)
		tx.touch("member", member)
		return tx.Create(&Membership{on.Tenant, on.Account, member, roleKeys, s.now()}).Error
	})
}

// RemoveMember ends a membership of the grant's account.
func (s *Store) RemoveMember(ctx context.Context, g authz.Grant, member uuid.UUID) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "member", ID: member}
	return s.write(ctx, g.On("member", member), change{action: "member.remove", permission: "members.remove", on: on}, func(tx *Tx) error {
		if _, err := tx.lockAccess(); err != nil {
			return err
		}
		tx.touch("member", member)
		return changedOne(tx.Exec("DELETE FROM memberships WHERE tenant_id = ? AND account_id = ? AND member_id = ?", on.Tenant, on.Account, member))
	})
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
