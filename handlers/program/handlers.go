// Package program is about who comes in without a person: service accounts and keys,
// and what a program is told of its own.
package program

import (
	"sync"

	"bailiwick/handlers/audit"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
)

// Handlers are the pages and answers of this wing.
type Handlers struct {
	*page.Base
	audit  *audit.Handlers
	people *people.Handlers
	// Operations gives all of the API, for the pages that tell of them.
	Operations func() []guard.Operation
	reference  func() reference // made once
}

// New is the wing, beside those below it.
func New(b *page.Base, a *audit.Handlers, p *people.Handlers) *Handlers {
	h := &Handlers{Base: b, audit: a, people: p}
	h.reference = sync.OnceValue(h.readReference)
	return h
}
