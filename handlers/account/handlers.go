// Package account is the tree as people see it: sub-accounts and their life, the
// account itself, ownership, permissions, security, support access. Who works in an
// account is never shown here.
package account

import (
	"bailiwick/handlers/audit"
	"bailiwick/handlers/page"
)

// Handlers are the pages of this wing.
type Handlers struct {
	*page.Base
	audit *audit.Handlers
}

// New is the wing, beside those below it.
func New(b *page.Base, a *audit.Handlers) *Handlers { return &Handlers{b, a} }
