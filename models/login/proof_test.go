package login_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

const password = "four plain english words"

// moved is a store's clock, moved by hand. It stands still between.
func moved(s *models.Store) (advance func(time.Duration)) {
	start, ahead := time.Now().UTC().Truncate(time.Microsecond), atomic.Int64{}
	modelstest.Inside(s).SetClock(func() time.Time { return start.Add(time.Duration(ahead.Load())) })
	return func(d time.Duration) { ahead.Add(int64(d)) }
}

// signedIn starts a session of a member.
func signedIn(t testing.TB, s *models.Store, m login.Member) (token string, x login.Session) {
	t.Helper()
	ctx := context.Background()
	token, err := s.StartSession(ctx, modelstest.LoginOf(t, s, m.Principal(), uuid.Nil, uuid.Nil), "192.0.2.7", "test")
	if err != nil {
		t.Fatal(err)
	}
	x, _, err = s.Session(ctx, token, uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	return token, x
}

func TestAProofIsGoodForFiveMinutesInItsSession(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	ctx, self, advance := context.Background(), authz.Self(ada.Actor()), moved(s)
	token, x := signedIn(t, s, ada)
	elsewhere, _ := signedIn(t, s, ada)
	fresh := func(token string) bool {
		x, _, err := s.Session(ctx, token, uuid.Nil)
		if err != nil {
			t.Fatal(err)
		}
		return x.Fresh(modelstest.Ground(s).Now())
	}
	advance(login.ProofLife - time.Microsecond)
	if !fresh(token) {
		t.Error("the sign-in is no proof within five minutes")
	}
	advance(time.Microsecond)
	if fresh(token) {
		t.Error("the sign-in is a proof after five minutes")
	}
	var wrong store.Problems
	if _, _, err := s.Prove(ctx, self, x, token, "not the right password"); !errors.As(err, &wrong) || wrong["proof"] == "" {
		t.Errorf("a wrong password answers %v", err)
	}
	renewed, _, err := s.Prove(ctx, self, x, token, password)
	if err != nil {
		t.Fatal(err)
	}
	if !fresh(renewed) || fresh(elsewhere) {
		t.Error("a proof counts in its own session, and in no other")
	}
	if _, _, err := s.Session(ctx, token, uuid.Nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the token before the proof answers %v", err)
	}
	if _, _, err := s.Prove(ctx, self, x, token, password); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a proof with a dead token answers %v", err)
	}
	mallory, _, err := s.SignUp(ctx, "Mallory", "mallory@example.com", password)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Prove(ctx, authz.Self(mallory.Actor()), x, renewed, password); !errors.Is(err, authz.ErrDenied) {
		t.Errorf("a proof by another answers %v", err)
	}
	advance(login.ProofLife)
	if fresh(renewed) {
		t.Error("a proof outlives its five minutes")
	}
}

// TestASessionLastsEightHoursWhateverIsProved is security.md's tenth invariant
// under step-ups at any times.
func TestASessionLastsEightHoursWhateverIsProved(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	ctx, self := context.Background(), authz.Self(ada.Actor())
	rapid.Check(t, func(r *rapid.T) {
		advance, passed := moved(s), time.Duration(0)
		token, x := signedIn(t, s, ada)
		for _, wait := range rapid.SliceOfN(rapid.Int64Range(0, int64(4*time.Hour)), 0, 4).Draw(r, "waits") {
			advance(time.Duration(wait))
			passed += time.Duration(wait)
			renewed, _, err := s.Prove(ctx, self, x, token, password)
			if live := passed < store.SessionLife; live != (err == nil) {
				r.Fatalf("a proof after %s answers %v", passed, err)
			}
			if err == nil {
				token = renewed
			}
		}
		if passed < store.SessionLife {
			advance(store.SessionLife - passed - time.Microsecond)
			passed = store.SessionLife
			if now, _, err := s.Session(ctx, token, uuid.Nil); err != nil || !now.Live(modelstest.Ground(s).Now()) {
				r.Fatalf("the session ends before its time: %v", err)
			}
			advance(time.Microsecond)
		}
		now, _, err := s.Session(ctx, token, uuid.Nil)
		if err != nil || now.Live(modelstest.Ground(s).Now()) || !now.StartedAt.Equal(x.StartedAt) || !now.ExpiresAt.Equal(x.ExpiresAt) {
			r.Fatalf("the session is %+v after eight hours, began as %+v: %v", now, x, err)
		}
	})
}

func TestOneOfManyProofsWithTheSameToken(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	for range 3 {
		token, x := signedIn(t, s, ada)
		var done atomic.Int32
		prove := func() error {
			if _, _, err := s.Prove(context.Background(), authz.Self(ada.Actor()), x, token, password); err == nil {
				done.Add(1)
			} else if !errors.Is(err, store.ErrConflict) {
				return err
			}
			return nil
		}
		if err := modelstest.Together(prove, prove, prove, prove, prove, prove); err != nil || done.Load() != 1 {
			t.Errorf("%d proofs succeeded: %v", done.Load(), err)
		}
	}
}
