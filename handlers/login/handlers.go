// Package login is what somebody does for themselves: coming in, their password,
// second step, passkeys, address and profile. No page here asks for a role.
package login

import (
	"sync/atomic"

	"bailiwick/handlers/page"
)

// Handlers are the pages of this wing.
type Handlers struct {
	*page.Base
	inhabited atomic.Bool // somebody has a login
}

// New is the wing, beside those below it.
func New(b *page.Base) *Handlers { return &Handlers{Base: b} }
