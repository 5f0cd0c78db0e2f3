// Package log is timeless accounts: what is kept for good of the logs of others. It
// changes no entry.
package log

import (
	"bailiwick/handlers/page"
	"bailiwick/handlers/record"
)

// Handlers are the pages of this wing.
type Handlers struct {
	*page.Base
	record *record.Handlers
}

// New is the wing, beside those below it.
func New(b *page.Base, r *record.Handlers) *Handlers { return &Handlers{b, r} }
