// Package record is every page of a section that the catalog declares: its list,
// forms, acts, imports and CSV. It knows no section by name.
package record

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
