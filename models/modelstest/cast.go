package modelstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/authz/oracle"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// Subs makes sub-accounts as the member.
func Subs(t *testing.T, s *models.Store, m login.Member, parent account.Account, names ...string) []account.Account {
	t.Helper()
	made, err := s.CreateSubAccounts(context.Background(), GrantOf(t, s, m, "sub_accounts.create", parent.ID), names)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Join makes somebody a member.
func Join(t *testing.T, s *models.Store, by login.Member, a account.Account, m login.Member, roles ...string) {
	t.Helper()
	if err := s.AddMember(context.Background(), GrantOf(t, s, by, "members.add", a.ID), m.ID, roles...); err != nil {
		t.Fatal(err)
	}
}

// Move moves as somebody who has just seen what it does.
func Move(ctx context.Context, s *models.Store, g authz.Grant, id, to uuid.UUID) error {
	e, err := s.MoveEffect(ctx, g, id, to)
	if err != nil {
		return err
	}
	_, err = s.MoveAccount(ctx, g, id, to, e.Seen)
	return err
}

// Problem tells whether an error is a problem with what was chosen, in these words.
func Problem(err error, says string) bool {
	var p store.Problems
	return errors.As(err, &p) && strings.Contains(p["to"]+p[""], says)
}

// Agrees holds the snapshot that followed the changes against one that is loaded
// anew, and both against the oracle.
func Agrees(t *testing.T, s *models.Store) {
	t.Helper()
	ctx := context.Background()
	followed := s.Access()
	all, err := Inside(s).Stored(ctx)
	if err != nil {
		t.Fatal(err)
	}
	loaded, truth := authz.NewSnapshot(Ground(s).Catalog()).With(all), oracle.New(Ground(s).Catalog()).With(all)
	truth.Now = Ground(s).Now()
	for _, st := range all.Accounts {
		for name, snap := range map[string]*authz.Snapshot{"followed": followed, "loaded": loaded} {
			a, ok := snap.Find(st.ID)
			if !ok || snap.ID(snap.Parent(a)) != st.Parent || snap.Ceiling(a) != truth.Ceiling(st.ID) || snap.Depth(a) != len(truth.Up(st.ID))-1 {
				t.Fatalf("%s snapshot: account %s: parent %s, want %s", name, st.ID, snap.ID(snap.Parent(a)), st.Parent)
			}
			for _, p := range all.Principals {
				may := snap.May(snap.Who(p.ID), a)
				for _, perm := range Ground(s).Catalog().Permissions() {
					if want := truth.Allows(p.ID, perm, st.ID); may.Has(perm) != want {
						t.Fatalf("%s snapshot: %s %s at %s: %t", name, p.ID, Ground(s).Catalog().Info(perm).Title, st.ID, !want)
					}
				}
			}
		}
	}
}

// Friday is when the cast ends its week.
var Friday = time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)

// Stand stops the store's clock; the clock is moved by what is given back.
func Stand(s *models.Store, at time.Time) func(time.Time) {
	var now time.Time
	Inside(s).SetClock(func() time.Time { return now })
	move := func(t time.Time) { now = t }
	move(at)
	return move
}

// RefusedAt wants a problem at a field, in these words.
func RefusedAt(t *testing.T, err error, field, says string) {
	t.Helper()
	var p store.Problems
	if !errors.As(err, &p) || !strings.Contains(p[field], says) {
		t.Errorf("%v: %q, want %q at %q", err, map[string]string(p), says, field)
	}
}

// Unowned counts accounts and memberships of logins that are gone.
func Unowned(t *testing.T, s *models.Store) (n int) {
	t.Helper()
	if err := Ground(s).One(context.Background(), store.ScopeOperator, []any{&n},
		`SELECT (SELECT count(*) FROM accounts a JOIN members m ON m.id = a.owner_id WHERE a.kind <> 'personal' AND m.state <> 'active')
			+ (SELECT count(*) FROM memberships h JOIN members m ON m.id = h.member_id WHERE m.state = 'closed')`); err != nil {
		t.Fatal(err)
	}
	return n
}

// Person signs somebody up whose password nobody types: the hash costs no time.
func Person(t *testing.T, s *models.Store, name string) login.Member {
	t.Helper()
	ctx := context.Background()
	m := login.Member{ID: store.NewID(), Name: name, Email: strings.ToLower(name) + "@example.com", PasswordHash: "-", State: "active", CreatedAt: Ground(s).Now()}
	m.EmailFolded = store.FoldEmail(m.Email)
	a := account.NewRoot(store.NewID(), "personal", name, m.ID, Ground(s).Now())
	err := Ground(s).Commit(ctx, store.ScopeSignUp, authz.SystemGrant("test"), store.Change{Action: "member.sign_up", On: a.AuthzResource(), Name: name}, func(tx *store.Tx) error {
		if err := tx.Create(&m).Error; err != nil {
			return err
		}
		return account.PlantRoot(tx, a)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Admins counts who holds Admin in an account.
func Admins(t *testing.T, s *models.Store, a account.Account) (n int) {
	t.Helper()
	if err := Ground(s).One(context.Background(), store.TenantScope(a.TenantID), []any{&n},
		"SELECT count(*)::int FROM memberships WHERE tenant_id = $1 AND account_id = $2 AND $3 = ANY(roles)", a.TenantID, a.ID, store.AdminKey); err != nil {
		t.Fatal(err)
	}
	return n
}

// Offered is the id of what was just offered to somebody.
func Offered(t *testing.T, s *models.Store, to login.Member) uuid.UUID {
	t.Helper()
	all, err := s.OffersTo(context.Background(), authz.Self(to.Actor()))
	if err != nil || len(all) == 0 {
		t.Fatal("nothing is offered", err)
	}
	return all[0].ID
}

var agency struct {
	pgtest.Template
	ada        login.Member
	analytical account.Account
}

// Agency is a store with a main account that Ada owns.
func Agency(t *testing.T) (*models.Store, login.Member, account.Account) {
	t.Helper()
	ctx := context.Background()
	open := func(url string) *models.Store {
		s, err := Open(ctx, store.Config{URL: url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 8, Slack: 10})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open(agency.Clone(t, func(url string) {
		s := open(url)
		defer s.Close()
		ada, _, err := s.SignUp(ctx, "Ada", "ada@example.com", "four plain english words")
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical")
		if err == nil { // the letters of a test are its own
			err = Ground(s).In(ctx, store.ScopeLetters, func(db *gorm.DB) error { return db.Exec("DELETE FROM letters").Error })
		}
		if err != nil {
			t.Fatal(err)
		}
		agency.ada, agency.analytical = ada, a
	}))
	t.Cleanup(s.Close)
	return s, agency.ada, agency.analytical
}

// GrantOf is a member's grant; the test fails where there is none.
func GrantOf(t *testing.T, s *models.Store, m login.Member, permission string, account uuid.UUID) authz.Grant {
	t.Helper()
	g, err := s.Access().Authorize(m.Actor(), Ground(s).Catalog().Permission(permission), account)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Held runs a race with the lock, which must hold, and without it, which must show.
func Held(t *testing.T, race func(*testing.T, *models.Store, login.Member, account.Account) (violations int)) {
	t.Run("locked", func(t *testing.T) {
		s, ada, a := Agency(t)
		if n := race(t, s, ada, a); n != 0 {
			t.Errorf("%d violations in %d rounds", n, Rounds)
		}
	})
	t.Run("the lock is what holds", func(t *testing.T) {
		for range 10 {
			s, ada, a := Agency(t)
			unlocked(t, s)
			if race(t, s, ada, a) > 0 {
				return
			}
		}
		t.Errorf("no violation in 10 times %d rounds without the lock: the race proves nothing", Rounds)
	})
}

// OwnerGrant lets somebody read the audit of their personal account.
func OwnerGrant(t *testing.T, s *models.Store, m login.Member) authz.Grant {
	t.Helper()
	home, err := s.PersonalAccount(context.Background(), m.Principal())
	if err != nil {
		t.Fatal(err)
	}
	return GrantOf(t, s, m, "audit", home.Account)
}

// LetIn opens the door of an account.
func LetIn(t *testing.T, s *models.Store, by login.Member, a account.Account, access string, lasts time.Duration) account.SupportAccess {
	t.Helper()
	x, err := s.OpenSupportAccess(context.Background(), GrantOf(t, s, by, "support_access.grant", a.ID),
		account.SupportAccessInput{Access: access, Reason: "calls drop", Until: Ground(s).Now().Add(lasts + time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Tells says whether an error is a problem with a sentence.
func Tells(err error, sentence string) bool {
	var p store.Problems
	return errors.As(err, &p) && strings.Contains(fmt.Sprint(map[string]string(p)), sentence)
}

// Logged reports entries of an account's log.
func Logged(s *models.Store, a account.Account, messages ...string) error {
	var reports []record.Report
	for _, m := range messages {
		reports = append(reports, record.Report{Values: map[string]any{"at": Ground(s).Now().UTC().Format(time.RFC3339), "source": "api", "level": "info", "message": m}})
	}
	_, err := s.ReportRecords(context.Background(), authz.SystemGrant("test"), a, record.Place{Section: Ground(s).Catalog().Section("logs")}, reports)
	return err
}
