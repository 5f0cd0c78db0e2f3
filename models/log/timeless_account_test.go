package log_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/log"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

// Kept are the messages that a timeless account shows somebody in an account.
func kept(t *testing.T, s *models.Store, m login.Member, at account.Account, id uuid.UUID) (messages []string) {
	t.Helper()
	ctx := context.Background()
	for more := true; more; {
		var err error
		if more, err = s.TakeInPast(ctx); err != nil {
			t.Fatal(err)
		}
	}
	g := modelstest.GrantOf(t, s, m, "timeless_accounts", at.ID)
	if _, err := s.TimelessAccount(ctx, g, id); err != nil {
		t.Fatal(err)
	}
	l, err := s.Records(ctx, g, record.Place{Section: modelstest.Ground(s).Catalog().Section("logs"), Timeless: id}, record.Query{Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range l.Records {
		messages = append(messages, r.Name)
	}
	slices.Sort(messages)
	return messages
}

func TestATimelessAccountKeepsWhatFeedsIt(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	made := modelstest.Subs(t, s, ada, a, "East", "West")
	east, west := made[0], made[1]
	for _, err := range []error{modelstest.Logged(s, a, "before, here"), modelstest.Logged(s, east, "before, in East"), modelstest.Logged(s, west, "before, in West")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	g := modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", a.ID)
	future, err := s.CreateTimelessAccount(ctx, g, log.TimelessInput{Name: "Future", Feeds: []uuid.UUID{east.ID}})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.CreateTimelessAccount(ctx, g, log.TimelessInput{Name: "All", Feeds: []uuid.UUID{a.ID, east.ID}, Past: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{modelstest.Logged(s, a, "after, here"), modelstest.Logged(s, east, "after, in East"), modelstest.Logged(s, west, "after, in West")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(id uuid.UUID, messages ...string) {
		t.Helper()
		if got := kept(t, s, ada, a, id); !slices.Equal(got, messages) {
			t.Errorf("kept %q, want %q", got, messages)
		}
	}
	want(future.ID, "after, in East")
	want(all.ID, "after, here", "after, in East", "before, here", "before, in East")
	// What the source loses stays; what feeds no more stops feeding.
	if err := modelstest.Ground(s).In(ctx, store.TenantScope(a.TenantID), func(db *gorm.DB) error { return db.Exec("DELETE FROM records WHERE kind = 'log'").Error }); err != nil {
		t.Fatal(err)
	}
	if err := s.EditTimelessAccount(ctx, g, all.ID, log.TimelessInput{Name: "All of it", Feeds: []uuid.UUID{a.ID}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(modelstest.Logged(s, a, "later, here"), modelstest.Logged(s, east, "later, in East")); err != nil {
		t.Fatal(err)
	}
	want(future.ID, "after, in East", "later, in East")
	want(all.ID, "after, here", "after, in East", "before, here", "before, in East", "later, here")
	// An account that moved away from under it feeds it no more.
	if err := modelstest.Move(ctx, s, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), east.ID, west.ID); err != nil {
		t.Fatal(err)
	}
	wests, err := s.CreateTimelessAccount(ctx, modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", west.ID), log.TimelessInput{Name: "Of West", Feeds: []uuid.UUID{east.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if err := modelstest.Move(ctx, s, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), east.ID, a.ID); err != nil {
		t.Fatal(err)
	}
	if err := modelstest.Logged(s, east, "again at the top"); err != nil {
		t.Fatal(err)
	}
	if got := kept(t, s, ada, west, wests.ID); len(got) != 0 {
		t.Errorf("West takes in what is not below it: %q", got)
	}
	want(future.ID, "after, in East", "again at the top", "later, in East")
	// A reader that moved away from under it reads it no more.
	berlin := modelstest.Subs(t, s, ada, west, "West Berlin")[0]
	if err := s.EditTimelessAccount(ctx, modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", west.ID), wests.ID, log.TimelessInput{Name: "Of West", Readers: []uuid.UUID{berlin.ID}}); err != nil {
		t.Fatal(err)
	}
	if got := kept(t, s, ada, berlin, wests.ID); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if err := modelstest.Move(ctx, s, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), berlin.ID, east.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TimelessAccount(ctx, modelstest.GrantOf(t, s, ada, "timeless_accounts", berlin.ID), wests.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("who moved away reads still: %v", err)
	}
	if seen, err := s.TimelessAccounts(ctx, modelstest.GrantOf(t, s, ada, "timeless_accounts", berlin.ID), log.TimelessFilter{}); err != nil || len(seen) != 0 {
		t.Errorf("%+v %v", seen, err)
	}
	// Deleted, it is gone at once, and what it kept after.
	if err := s.DeleteTimelessAccount(ctx, g, future.ID, "something else"); !modelstest.Tells(err, "Type “Future”") {
		t.Errorf("deleted by a wrong name: %v", err)
	}
	if err := s.DeleteTimelessAccount(ctx, g, future.ID, "Future"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TimelessAccount(ctx, g, future.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deleted one is there: %v", err)
	}
	for more := true; more; {
		if more, err = s.PurgeTimelessAccounts(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var left int
	if err := modelstest.Ground(s).One(ctx, store.ScopeTimeless, []any{&left}, "SELECT count(*) FROM timeless_entries WHERE timeless_id = $1", future.ID); err != nil || left != 0 {
		t.Errorf("%d entries are left, %v", left, err)
	}
	want(all.ID, "after, here", "after, in East", "before, here", "before, in East", "later, here")
}

func TestWhatATimelessAccountMayName(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	made := modelstest.Subs(t, s, ada, a, "East", "West")
	east, west := made[0], made[1]
	mallory, grace := modelstest.Person(t, s, "Mallory"), modelstest.Person(t, s, "Grace")
	ville, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	g := modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", a.ID)
	in := func(name string, readers, feeds []uuid.UUID) log.TimelessInput {
		return log.TimelessInput{Name: name, Readers: readers, Feeds: feeds}
	}
	ids := func(all ...uuid.UUID) []uuid.UUID { return all }
	for _, x := range []struct {
		in   log.TimelessInput
		says string
	}{
		{in("", nil, nil), "Use 1 to 100"},
		{in("X", ids(a.ID), nil), "Choose accounts below this one"},
		{in("X", ids(ville.ID), nil), "Choose accounts below this one"},
		{in("X", ids(uuid.New()), nil), "Choose accounts below this one"},
		{in("X", nil, ids(ville.ID)), "Choose this account, or"},
		{in("X", nil, make([]uuid.UUID, log.MaxTimelessNamed+1)), "Choose at most"},
		{in("X", ids(east.ID, east.ID, west.ID), ids(a.ID, east.ID)), ""},
		{in("x", nil, nil), "with this name"},
	} {
		_, err := s.CreateTimelessAccount(ctx, g, x.in)
		if x.says == "" && err != nil || x.says != "" && !modelstest.Tells(err, x.says) {
			t.Errorf("%+v: %v, want %q", x.in, err, x.says)
		}
	}
	// The sub-account names nothing beside or above it.
	ge := modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", east.ID)
	for _, x := range []log.TimelessInput{in("Y", ids(west.ID), nil), in("Y", nil, ids(west.ID)), in("Y", nil, ids(a.ID)), in("Y", ids(east.ID), nil)} {
		if _, err := s.CreateTimelessAccount(ctx, ge, x); !modelstest.Tells(err, "Choose") {
			t.Errorf("East names what is not below it: %v", err)
		}
	}
	// Nobody lets others read logs that they may not read themselves.
	modelstest.Join(t, s, ada, a, grace, "account:admin")
	if err := s.EditAccount(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), west.ID, "West", false, nil); err != nil {
		t.Fatal(err)
	}
	gg := modelstest.GrantOf(t, s, grace, "timeless_accounts.edit", a.ID)
	if _, err := s.CreateTimelessAccount(ctx, gg, in("Z", ids(east.ID), ids(west.ID))); !modelstest.Tells(err, "You can't read the logs of West") {
		t.Errorf("Grace opens West, which is closed to her: %v", err)
	}
	if _, err := s.CreateTimelessAccount(ctx, gg, in("Z", ids(east.ID), ids(a.ID, east.ID))); err != nil {
		t.Error(err)
	}
}

// An entry that is being stored while a feed begins is kept: it comes before, and
// the feed waits for it.
func TestAFeedBeginsAfterWhatIsBeingStored(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	east := modelstest.Subs(t, s, ada, a, "East")[0]
	stored, kept := make(chan struct{}), 0
	var made log.TimelessAccount
	err := modelstest.Together(func() error {
		return modelstest.Ground(s).In(ctx, store.TenantScope(a.TenantID), func(db *gorm.DB) error {
			err := db.Exec(`INSERT INTO records (tenant_id, id, account_id, kind, data, name, search, created_at, created_by, created_by_name, updated_at, updated_by, updated_by_name)
				VALUES (?, ?, ?, 'log', '{}', 'slow', '', now(), '', '', now(), '', '')`, a.TenantID, store.NewID(), east.ID).Error
			if err == nil {
				err = record.KeepTimeless(&store.Tx{DB: db, Store: modelstest.Ground(s), Change: store.Change{On: east.AuthzResource()}}, nil)
			}
			close(stored)
			time.Sleep(300 * time.Millisecond)
			return err
		})
	}, func() (err error) {
		<-stored
		made, err = s.CreateTimelessAccount(ctx, modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", a.ID), log.TimelessInput{Name: "All", Feeds: []uuid.UUID{east.ID}, Past: true})
		for more := err == nil; more; {
			if more, err = s.TakeInPast(ctx); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := modelstest.Ground(s).One(ctx, store.TenantScope(a.TenantID), []any{&kept}, "SELECT count(*) FROM timeless_entries WHERE timeless_id = $1", made.ID); err != nil || kept != 1 {
		t.Errorf("%d of 1 entry is kept, %v", kept, err)
	}
}

func TestEntriesRaceWithTheBeginOfAFeed(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	east := modelstest.Subs(t, s, ada, a, "East")[0]
	g := modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", a.ID)
	for range log.MaxTimelessAccounts - 1 {
		var n atomic.Int64
		more := func() error {
			for range 4 {
				if err := modelstest.Logged(s, east, fmt.Sprint(n.Add(1))); err != nil {
					return err
				}
			}
			return nil
		}
		var made log.TimelessAccount
		err := modelstest.Together(more, more, func() (err error) {
			made, err = s.CreateTimelessAccount(ctx, g, log.TimelessInput{Name: uuid.NewString(), Feeds: []uuid.UUID{east.ID}, Past: true})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var logs, kept int
		for more := true; more; {
			if more, err = s.TakeInPast(ctx); err != nil {
				t.Fatal(err)
			}
		}
		err = modelstest.Ground(s).One(ctx, store.TenantScope(a.TenantID), []any{&logs, &kept}, `SELECT (SELECT count(*) FROM records WHERE account_id = $1 AND kind = 'log'),
			(SELECT count(*) FROM timeless_entries WHERE timeless_id = $2)`, east.ID, made.ID)
		if err != nil || logs != kept {
			t.Fatalf("%d of %d entries are kept, %v", kept, logs, err)
		}
	}
}
