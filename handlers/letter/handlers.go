// Package letter is where operators see what the panel mails, and what became of
// it. The words of letters are in package mail, never here.
package letter

import (
	"bailiwick/handlers/page"
)

// Handlers are the pages of this wing.
type Handlers struct {
	*page.Base
}

// New is the wing, beside those below it.
func New(b *page.Base) *Handlers { return &Handlers{b} }
