// Package program is about who comes in without a person: service accounts and keys,
// and what a program is told of its own.
package program

import (
	"bailiwick/handlers/audit"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
)

// Handlers are the pages and answers of this wing.
type Handlers struct {
	*page.Base
	audit  *audit.Handlers
	people *people.Handlers
}

// New is the wing, beside those below it.
func New(b *page.Base, a *audit.Handlers, p *people.Handlers) *Handlers { return &Handlers{b, a, p} }
