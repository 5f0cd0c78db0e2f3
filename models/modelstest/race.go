package modelstest

import (
	"errors"
	"flag"
	"sync"
	"testing"

	"bailiwick/models"
)

// Rounds are how often a race is run: by default often enough to show, in a few
// attempts, where nothing holds it.
var Rounds int

func init() { flag.IntVar(&Rounds, "race.rounds", 100, "how many rounds a race has") }

// Together runs all at the same time.
func Together(all ...func() error) error {
	var wg sync.WaitGroup
	errs := make([]error, len(all))
	start := make(chan struct{})
	for i, f := range all {
		wg.Go(func() {
			<-start
			errs[i] = f()
		})
	}
	close(start)
	wg.Wait()
	return errors.Join(errs...)
}

// unlocked takes the lock out: epochs come from a sequence, for which nobody waits.
func unlocked(t *testing.T, s *models.Store) {
	t.Helper()
	AsOwner(t, s, "CREATE SEQUENCE unlocked START 1000; GRANT USAGE ON unlocked TO PUBLIC")
	Inside(s).SetLock("SELECT nextval('unlocked') WHERE ? <> '00000000-0000-0000-0000-000000000000'")
}
