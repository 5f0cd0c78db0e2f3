// Package record is every page of a section that the catalog declares: its list,
// forms, acts, imports and CSV. It knows no section by name.
package record

import (
	"bailiwick/handlers/page"
)

// Handlers are the pages of this wing.
type Handlers struct {
	*page.Base
}

// New is the wing, beside those below it.
func New(b *page.Base) *Handlers { return &Handlers{b} }
