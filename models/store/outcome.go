package store

import (
	"context"
	"sync/atomic"
)

// Outcome tells whether a request that failed may have stored something all the
// same: the answer to a commit can get lost on its way.
type Outcome struct{ commits atomic.Bool }

// MayBeStored is false where no commit was sent: nothing was stored then.
func (o *Outcome) MayBeStored() bool { return o.commits.Load() }

type outcomeKey struct{}

// Watch follows what is stored under a context.
func Watch(ctx context.Context) (context.Context, *Outcome) {
	o := new(Outcome)
	return context.WithValue(ctx, outcomeKey{}, o), o
}

// committing notes that a commit is sent.
func committing(ctx context.Context) {
	if o, ok := ctx.Value(outcomeKey{}).(*Outcome); ok {
		o.commits.Store(true)
	}
}
