package store

import (
	"context"
	"time"
)

// queue lets a few work at once and a few more wait for their turn. Whoever
// comes beyond that is turned away at once: in a longer queue nobody would be
// served in time.
type queue struct {
	work chan struct{}
	here chan struct{} // who works and who waits
	long time.Duration // that somebody waits at most
}

func newQueue(work, wait int, long time.Duration) queue {
	return queue{make(chan struct{}, work), make(chan struct{}, work+wait), long}
}

// longestWait is for a turn: a request has ten seconds in all, and whoever waits
// for most of them hears more from being turned away.
const longestWait = 5 * time.Second

// Enter waits for a turn, until leave is called; ErrCrowded where too many wait
// already, or none comes soon.
func (q queue) Enter(ctx context.Context) (leave func(), err error) {
	select {
	case q.here <- struct{}{}:
	default:
		return nil, ErrCrowded
	}
	late := time.NewTimer(q.long)
	defer late.Stop()
	select {
	case q.work <- struct{}{}:
		return func() { <-q.work; <-q.here }, nil
	case <-late.C:
		<-q.here
		return nil, ErrCrowded
	case <-ctx.Done():
		<-q.here
		return nil, ctx.Err()
	}
}

// EnterToRest is enter for work that keeps a core busy: while others wait, the
// place stays empty for as long as the work took, so that a crowd takes half of
// the time that its places have, and pages come in between.
func (q queue) EnterToRest(ctx context.Context) (leave func(), err error) {
	free, err := q.Enter(ctx)
	begun := time.Now()
	return func() {
		if len(q.here) > len(q.work) {
			time.AfterFunc(time.Since(begun), free)
		} else {
			free()
		}
	}, err
}
