// Package home is the control panel of an account: a glance at what the other
// wings hold. Nothing is changed here.
package home

import (
	"bailiwick/handlers/account"
	"bailiwick/handlers/audit"
	"bailiwick/handlers/login"
	"bailiwick/handlers/page"
)

// Handlers are the pages of this wing.
type Handlers struct {
	*page.Base
	audit   *audit.Handlers
	login   *login.Handlers
	account *account.Handlers
}

// New is the wing, beside those below it.
func New(b *page.Base, au *audit.Handlers, lo *login.Handlers, ac *account.Handlers) *Handlers {
	return &Handlers{b, au, lo, ac}
}
