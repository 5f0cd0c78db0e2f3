// Package program is about who comes in without a person: service accounts and keys,
// and what a program is told of its own.
package program

import "bailiwick/handlers/page"

// Handlers are the pages and answers of this wing.
type Handlers struct{ *page.Base }

// New is the wing on its ground.
func New(b *page.Base) *Handlers { return &Handlers{b} }
