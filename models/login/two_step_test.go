package login_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// twoStep sets up the second step of a member.
func twoStep(t *testing.T, s *models.Store, m login.Member) (key string, recovery []string) {
	t.Helper()
	token, x := signedIn(t, s, m)
	key, sealed, err := s.NewTwoStepKey(x)
	if err != nil {
		t.Fatal(err)
	}
	_, recovery, err = s.TurnOnTwoStep(context.Background(), authz.Self(m.Actor()), x, token, sealed, codeAt(t, key, modelstest.Ground(s).Now()))
	if err != nil {
		t.Fatal(err)
	}
	return key, recovery
}

func codeAt(t *testing.T, key string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(key, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// TestACodeWorksOnceUnderAnyConcurrency has many sign-ins of one person come
// with one code at the same time.
func TestACodeWorksOnceUnderAnyConcurrency(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	ctx, advance := context.Background(), moved(s)
	key, recovery := twoStep(t, s, ada)
	half := func() string {
		t.Helper()
		token, err := s.StartHalfSignIn(ctx, ada.Login(), "/")
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	race := func(code string, token func() string) (succeeded int32) {
		t.Helper()
		var done atomic.Int32
		all := make([]func() error, 12)
		for i := range all {
			token := token()
			all[i] = func() error {
				session, _, _, err := s.FinishSignIn(ctx, token, code, "192.0.2.7", "test")
				switch {
				case err == nil:
					done.Add(1)
				case !errors.Is(err, store.ErrSignIn):
					return err
				case session != "":
					return errors.New("a refused sign-in has a session")
				}
				return nil
			}
		}
		if err := modelstest.Together(all...); err != nil {
			t.Error(err)
		}
		return done.Load()
	}
	for i := range 20 {
		advance(login.StepSeconds * time.Second)
		if n := race(codeAt(t, key, modelstest.Ground(s).Now()), half); n != 1 {
			t.Fatalf("round %d: a code signed in %d times", i, n)
		}
	}
	for i := range 20 {
		if i%login.RecoveryCodes == 0 && i > 0 {
			x := login.Session{Principal: ada.Principal(), Name: ada.Name}
			var err error
			if recovery, err = s.RenewRecoveryCodes(ctx, authz.Self(ada.Actor()), x); err != nil {
				t.Fatal(err)
			}
		}
		if n := race(recovery[i%login.RecoveryCodes], half); n != 1 {
			t.Fatalf("round %d: a recovery code signed in %d times", i, n)
		}
	}
	// One sign-in that is given two good codes at once becomes one session.
	for i := range 20 {
		advance(3 * login.StepSeconds * time.Second)
		token := half()
		var done atomic.Int32
		finish := func(code string) func() error {
			return func() error {
				if _, _, _, err := s.FinishSignIn(ctx, token, code, "", ""); err == nil {
					done.Add(1)
				}
				return nil
			}
		}
		_ = modelstest.Together(finish(codeAt(t, key, modelstest.Ground(s).Now())), finish(codeAt(t, key, modelstest.Ground(s).Now().Add(login.StepSeconds*time.Second))))
		if n := done.Load(); n != 1 {
			t.Fatalf("round %d: a sign-in was finished %d times", i, n)
		}
	}
}

func TestCodesGoForwardOnly(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	ctx, advance := context.Background(), moved(s)
	key, _ := twoStep(t, s, ada)
	use := func(at time.Time) error {
		t.Helper()
		token, err := s.StartHalfSignIn(ctx, ada.Login(), "/")
		if err != nil {
			t.Fatal(err)
		}
		_, _, _, err = s.FinishSignIn(ctx, token, codeAt(t, key, at), "", "")
		return err
	}
	step := login.StepSeconds * time.Second
	if err := use(modelstest.Ground(s).Now()); !errors.Is(err, store.ErrSignIn) {
		t.Errorf("the code of the setting up works again: %v", err)
	}
	advance(10 * step)
	for _, c := range []struct {
		off  time.Duration
		want error
	}{{-2 * step, store.ErrSignIn}, {2 * step, store.ErrSignIn}, {-step, nil}, {-step, store.ErrSignIn}, {step, nil}, {0, store.ErrSignIn}, {step, store.ErrSignIn}} {
		if err := use(modelstest.Ground(s).Now().Add(c.off)); !errors.Is(err, c.want) {
			t.Errorf("the code of %s from now answers %v", c.off, err)
		}
	}
}

func TestAPasswordAloneStartsNoSessionOfTwoSteps(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	ctx := context.Background()
	key, recovery := twoStep(t, s, ada)
	if _, err := s.StartSession(ctx, ada.Login(), "", ""); !errors.Is(err, login.ErrTwoStep) {
		t.Errorf("a password alone answers %v", err)
	}
	// What is stored gives neither the key nor a recovery code away.
	var row string
	if err := modelstest.Ground(s).One(ctx, store.ScopeOperator, []any{&row}, "SELECT members::text FROM members WHERE id = $1", ada.ID); err != nil {
		t.Fatal(err)
	}
	for _, secret := range append(recovery, key) {
		if strings.Contains(row, secret) || strings.Contains(row, fmt.Sprintf("%x", strings.ToLower(strings.ReplaceAll(secret, "-", "")))) {
			t.Error("a secret is stored as it is")
		}
	}
	// Nobody else's codes and keys work.
	mallory, _, err := s.SignUp(ctx, "Mallory", "mallory@example.com", password)
	if err != nil {
		t.Fatal(err)
	}
	twoStep(t, s, mallory)
	for _, code := range []string{recovery[0], codeAt(t, key, modelstest.Ground(s).Now().Add(login.StepSeconds*time.Second))} {
		token, err := s.StartHalfSignIn(ctx, mallory.Login(), "/")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := s.FinishSignIn(ctx, token, code, "", ""); !errors.Is(err, store.ErrSignIn) {
			t.Errorf("Ada's code signs Mallory in: %v", err)
		}
	}
	if _, err := s.TwoStep(ctx, authz.Self(mallory.Actor()), login.Session{Principal: ada.Principal()}); !errors.Is(err, authz.ErrDenied) {
		t.Errorf("Mallory asks about Ada's second step: %v", err)
	}
}

func TestWhatASignInLeavesIsRemoved(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	ctx, advance := context.Background(), moved(s)
	token, err := s.StartHalfSignIn(ctx, ada.Login(), "/")
	if err != nil {
		t.Fatal(err)
	}
	asked, err := s.KeepChallenge(ctx, uuid.Nil, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	left := func() (halves, challenges int) {
		t.Helper()
		if err := modelstest.Ground(s).One(ctx, store.ScopeOperator, []any{&halves, &challenges}, "SELECT (SELECT count(*) FROM half_sign_ins), (SELECT count(*) FROM passkey_challenges)"); err != nil {
			t.Fatal(err)
		}
		return halves, challenges
	}
	for _, c := range []struct {
		after              time.Duration
		halves, challenges int
	}{{0, 1, 1}, {login.ChallengeLife + time.Second, 1, 0}, {25 * time.Hour, 0, 0}} {
		advance(c.after)
		if err := s.PruneSessions(ctx); err != nil {
			t.Fatal(err)
		}
		if halves, challenges := left(); halves != c.halves || challenges != c.challenges {
			t.Errorf("after %s more there are %d sign-ins and %d challenges", c.after, halves, challenges)
		}
	}
	if _, err := s.HalfSignIn(ctx, token); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the sign-in answers %v", err)
	}
	if _, err := s.TakeChallenge(ctx, asked, uuid.Nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the challenge answers %v", err)
	}
}

func TestTheOperatorResetsAMembersTwoStep(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	ctx := context.Background()
	if _, err := s.ResetMemberTwoStep(ctx, "ada@example.com"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a reset of what is off answers %v", err)
	}
	twoStep(t, s, ada)
	if _, err := s.ResetMemberTwoStep(ctx, "ADA@example.com"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.StartSession(ctx, ada.Login(), "", ""); err != nil {
		t.Errorf("after the reset the password answers %v", err)
	}
	if _, err := s.ResetMemberTwoStep(ctx, "nobody@example.com"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a reset of nobody answers %v", err)
	}
}

// A sign-in by password alone that meets the second step being turned on waits for
// it, and then takes it too.
func TestASignInWaitsForTheSecondStepBeingTurnedOn(t *testing.T) {
	s, ada, _ := modelstest.Agency(t)
	err := meanwhile(t, s, ada, "two_step_key = 'x', two_step_at = now()", func() error {
		_, err := s.StartSession(context.Background(), ada.Login(), "", "")
		return err
	})
	if !errors.Is(err, login.ErrTwoStep) || liveSessions(t, s, ada) != 0 {
		t.Errorf("a session of one step began beside the second: %v", err)
	}
}
