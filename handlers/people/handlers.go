// Package people is about who works in an account: members and invites, subusers,
// roles. What a role gives is computed in authz, never here.
package people

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
