package letter_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// posting writes letters as part of a rename, and then fails with err.
func posting(s *models.Store, m login.Member, err error, letters ...letter.Letter) error {
	home, wrong := s.PersonalAccount(context.Background(), m.Principal())
	if wrong != nil {
		return wrong
	}
	return modelstest.Ground(s).WriteSelf(context.Background(), authz.Self(m.Actor()), m.Principal(), store.Change{Action: "member.rename", On: home, Name: m.Name}, func(tx *store.Tx) error {
		for _, l := range letters {
			if err := letter.Queue(tx, l); err != nil {
				return err
			}
		}
		return err
	})
}

func reset(to string) letter.Letter {
	return letter.Letter{Kind: letter.Reset, To: to, ToName: "Ada", Facts: map[string]string{"path": "/reset-password/a-live-secret"}}
}

func TestALetterCommitsWithItsWriteOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	undone := errors.New("undone")
	if err := posting(s, ada, undone, reset(ada.Email)); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if _, err := s.ClaimLetter(ctx); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("a letter of a write that did not happen: %v", err)
	}
	if err := posting(s, ada, nil, letter.Letter{Kind: "chain_letter"}); err == nil {
		t.Error("a letter that nobody has words for is queued")
	}
	// Inside a tenant's own scope too, which can not see letters.
	err := modelstest.Ground(s).Write(ctx, modelstest.GrantOf(t, s, ada, "account.manage", a.ID), store.Change{Action: "account.rename", Permission: "account.manage", On: a.AuthzResource(), Name: a.Name}, func(tx *store.Tx) error {
		if err := letter.Queue(tx, reset(ada.Email)); err != nil {
			return err
		}
		var n int
		if err := tx.Raw("SELECT count(*) FROM letters").Scan(&n).Error; err != nil || n != 0 {
			t.Errorf("the tenant sees %d letters: %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.ClaimLetter(ctx)
	if err != nil || p.Facts["path"] != "/reset-password/a-live-secret" || p.To != ada.Email {
		t.Fatalf("%+v %v", p, err)
	}
	var kept string
	if err := modelstest.Ground(s).One(ctx, store.ScopeOperator, []any{&kept}, "SELECT letters::text FROM letters WHERE id = $1", p.ID); err != nil || strings.Contains(kept, "live") || !strings.Contains(kept, ada.Email) {
		t.Error("the facts lie open in the table", kept, err)
	}
	if err := s.LetterSent(ctx, p); err != nil {
		t.Fatal(err)
	}
	var facts string
	if err := modelstest.Ground(s).One(ctx, store.ScopeLetters, []any{&facts}, "SELECT facts FROM letters WHERE id = $1", p.ID); err != nil || facts != "" {
		t.Errorf("after sending %q is kept: %v", facts, err)
	}
}

// Twenty workers, fifty letters: each is claimed once. One worker dies, and its
// letter comes back when the lease is over.
func TestEachLetterIsClaimedOnce(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	now := time.Now()
	modelstest.Inside(s).SetClock(func() time.Time { return now })
	for range 50 {
		if err := posting(s, ada, nil, reset(ada.Email)); err != nil {
			t.Fatal(err)
		}
	}
	claimed := make(chan letter.Post, 100)
	var all []func() error
	for range 20 {
		all = append(all, func() error {
			for {
				switch p, err := s.ClaimLetter(ctx); {
				case err == nil:
					claimed <- p
				case errors.Is(err, store.ErrBusy):
				case errors.Is(err, store.ErrNotFound):
					return nil
				default:
					return err
				}
			}
		})
	}
	if err := modelstest.Together(all...); err != nil {
		t.Fatal(err)
	}
	close(claimed)
	seen := map[string]bool{}
	var last letter.Post
	for p := range claimed {
		if seen[p.ID.String()] {
			t.Errorf("%s was claimed twice", p.ID)
		}
		seen[p.ID.String()], last = true, p
		if len(seen) < 50 {
			if err := s.LetterSent(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(seen) != 50 {
		t.Errorf("%d letters were claimed", len(seen))
	}
	now = now.Add(letter.Lease)
	again, err := s.ClaimLetter(ctx)
	if err != nil || again.ID != last.ID || again.Attempts != 2 {
		t.Fatalf("%+v %v", again, err)
	}
	if err := s.LetterSent(ctx, last); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("whoever lost the lease settles the letter: %v", err)
	}
}

func TestALetterIsTriedForTwoDaysThenFails(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	begin := time.Now()
	now := begin
	modelstest.Inside(s).SetClock(func() time.Time { return now })
	if err := posting(s, ada, nil, reset(ada.Email)); err != nil {
		t.Fatal(err)
	}
	tries := 0
	for ; now.Before(begin.Add(72 * time.Hour)); now = now.Add(time.Minute) {
		p, err := s.ClaimLetter(ctx)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		tries++
		if err := s.LetterFailed(ctx, p, "421 busy", false); err != nil {
			t.Fatal(err)
		}
	}
	var state, cause string
	if err := modelstest.Ground(s).One(ctx, store.ScopeLetters, []any{&state, &cause}, "SELECT state, last_error FROM letters"); err != nil || state != "failed" || !strings.Contains(cause, "in time") {
		t.Errorf("%s: %s %v", state, cause, err)
	}
	if tries < 12 || tries > 20 {
		t.Errorf("it was tried %d times", tries)
	}
}

// The secret key was changed while letters waited.
func TestALetterThatNobodyCanReadFailsAndHoldsUpNoOther(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	if err := posting(s, ada, nil, reset(ada.Email)); err != nil {
		t.Fatal(err)
	}
	modelstest.Ground(s).Secret = []byte("another secret key of 32 bytes!!")
	if err := posting(s, ada, nil, reset("readable@example.com")); err != nil {
		t.Fatal(err)
	}
	if p, err := s.ClaimLetter(ctx); err != nil || p.To != "readable@example.com" || p.Facts["path"] == "" {
		t.Errorf("%+v %v", p, err)
	}
	operator := operatorOf(t, s, ada)
	all, err := s.Posts(ctx, operator, letter.PostFilter{State: "failed", Limit: 10})
	if err != nil || len(all) != 1 || !strings.Contains(all[0].LastError, "another secret key") {
		t.Errorf("%+v %v", all, err)
	}
}

func TestALetterThatLeadsNowhereIsNotTriedAgain(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	if err := s.AskReset(ctx, ada.Email); err != nil {
		t.Fatal(err)
	}
	p, err := s.ClaimLetter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.LetterFailed(ctx, p, "550 full", true); err != nil {
		t.Fatal(err)
	}
	operator := operatorOf(t, s, ada)
	modelstest.At(s, login.ResetLife)
	modelstest.WantProblem(t, s.RetryLetter(ctx, operator, p.ID), "")
	modelstest.At(s, login.ResetLife-time.Minute)
	if err := s.RetryLetter(ctx, operator, p.ID); err != nil {
		t.Error(err)
	}
	// Where no mail was sent for a while, what is over is not sent at last.
	if err := s.AskReset(ctx, ada.Email); err != nil {
		t.Fatal(err)
	}
	modelstest.At(s, 3*login.ResetLife)
	if n := len(modelstest.Mailbox(t, s, letter.Reset, ada.Email)); n != 0 {
		t.Errorf("%d letters are sent that lead nowhere", n)
	}
}

func operatorOf(t *testing.T, s *models.Store, m login.Member) store.OnDuty {
	t.Helper()
	if _, err := s.AddStaff(context.Background(), m.Email, store.DutyOperator); err != nil {
		t.Fatal(err)
	}
	operator, ok := modelstest.Visit(t, s, m).OnDuty(store.DutyOperator)
	if !ok {
		t.Fatal(m.Name, "is no operator")
	}
	return operator
}

// What a mail server or a browser says of itself can be anything, and is kept as
// far as it is text: a refusal stays a refusal, and a sign-in is let in.
func TestWordsFromOutsideAreKeptAsFarAsTheyAreText(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	for _, cause := range []string{"550 \xff\x00no", strings.Repeat("x", 499) + "é"} {
		if err := posting(s, ada, nil, reset(ada.Email)); err != nil {
			t.Fatal(err)
		}
		p, err := s.ClaimLetter(ctx)
		if err == nil {
			err = s.LetterFailed(ctx, p, cause, true)
		}
		if err != nil {
			t.Errorf("%.9q: %v", cause, err)
		}
		if _, err := s.StartSession(ctx, ada.Login(), "", cause); err != nil {
			t.Errorf("a browser called %.9q: %v", cause, err)
		}
		if _, err := s.StartSession(ctx, ada.Login(), "", strings.Repeat("x", 255)+"é"); err != nil {
			t.Error(err)
		}
	}
}
