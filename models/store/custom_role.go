package store

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// CustomRole is a role of an account's own, made from a built-in one. It is held
// in that account alone.
type CustomRole struct {
	TenantID    uuid.UUID
	ID          uuid.UUID
	AccountID   uuid.UUID
	Name        string
	Base        string // key of the role it was made from
	Permissions TextList
	CreatedAt   time.Time
}

// Key is what stands for the role where it is held.
func (r CustomRole) Key() string { return customPrefix + r.ID.String() }

// For says who can have the role: those who can have its base.
func (r CustomRole) For() authz.PrincipalKind {
	if strings.HasPrefix(r.Base, "subuser:") {
		return authz.Subuser
	}
	return authz.Member
}

// CompiledRole is a custom role as it is held; nil where its base is no role any
// more. A permission that is none any more is left out.
func (s *Store) CompiledRole(r CustomRole) *catalog.Role {
	base := s.catalog.Role(r.Base)
	if base == nil {
		return nil
	}
	var own catalog.Mask
	for _, key := range r.Permissions {
		if p := s.catalog.Permission(key); p != 0 {
			own.Set(p)
		}
	}
	return s.catalog.Custom(base, r.Key(), r.Name, own)
}

// Version names what a role is now.
func (r CustomRole) Version() string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{r.Name, r.Base}, r.Permissions...), "\n")))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
