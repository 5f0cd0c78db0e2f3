// Package audit shows what was changed, by whom, in words, and which acts somebody
// did. It changes nothing.
package audit

import (
	"bailiwick/handlers/page"
)

// Handlers are the pages of this wing.
type Handlers struct {
	*page.Base
}

// New is the wing, beside those below it.
func New(b *page.Base) *Handlers { return &Handlers{b} }
