package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Two hundred clients ask at once for a password to be checked. Two are served,
// 32 wait, and the rest hear at once that there is no room.
func TestWhoComesToAFullQueueIsTurnedAwayAtOnce(t *testing.T) {
	q, ctx := newQueue(2, hashWaiters, longestWait), context.Background()
	hold := make(chan struct{})
	var all sync.WaitGroup
	got := make(chan error, 220)
	for range 220 {
		all.Go(func() {
			leave, err := q.Enter(ctx)
			got <- err
			if err == nil {
				<-hold
				leave()
			}
		})
	}
	for range 220 - hashWaiters {
		select {
		case err := <-got:
			if err != nil && !errors.Is(err, ErrCrowded) {
				t.Fatal(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("somebody beyond the queue waits")
		}
	}
	if len(q.work) != 2 || len(q.here) != 2+hashWaiters {
		t.Errorf("%d work and %d are here", len(q.work), len(q.here))
	}
	close(hold)
	all.Wait()
	for range hashWaiters {
		if err := <-got; err != nil {
			t.Errorf("somebody who waited: %v", err)
		}
	}
	if len(q.work)+len(q.here) != 0 {
		t.Error("somebody left and still takes a place")
	}
}

func TestWhoGivesUpWaitingLeavesTheQueue(t *testing.T) {
	q := newQueue(1, 1, longestWait)
	leave, err := q.Enter(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan error)
	go func() { _, err := q.Enter(ctx); gone <- err }()
	for len(q.here) < 2 {
		time.Sleep(time.Millisecond)
	}
	if _, err := q.Enter(context.Background()); !errors.Is(err, ErrCrowded) {
		t.Errorf("a third gets %v", err)
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("whoever gave up gets %v", err)
	}
	leave()
	if leave, err = q.Enter(context.Background()); err != nil {
		t.Fatal(err)
	}
	leave()
}

// Two come at once with work that takes a while: the second is not begun before
// the first has rested for as long. Whoever comes alone leaves an empty place.
func TestACrowdedPlaceRestsAsLongAsItWorked(t *testing.T) {
	const work = 50 * time.Millisecond
	q, ctx := newQueue(1, 1, longestWait), context.Background()
	leave, err := q.EnterToRest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	entered := make(chan time.Duration)
	go func() {
		leave, err := q.EnterToRest(ctx)
		entered <- time.Since(begun)
		if err != nil {
			t.Error(err)
			return
		}
		leave()
	}()
	for len(q.here) < 2 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(work)
	leave()
	if after := <-entered; after < 2*work {
		t.Errorf("the next begins after %s", after)
	}
	for deadline := time.Now().Add(10 * time.Second); len(q.work)+len(q.here) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("somebody left and still takes a place")
		}
	}
}

func TestWhoWaitsTooLongIsTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, ctx := newQueue(1, 1, longestWait), context.Background()
		leave, err := q.Enter(ctx)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := q.Enter(ctx); err != ErrCrowded || time.Since(began) != longestWait {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		leave()
		if leave, err = q.Enter(ctx); err != nil {
			t.Fatal("who was turned away still stands in the way:", err)
		}
		leave()
	})
}
