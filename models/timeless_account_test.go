package models

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
)

// logged reports entries of an account's log.
func (s *Store) logged(a Account, messages ...string) error {
	var reports []Report
	for _, m := range messages {
		reports = append(reports, Report{Values: map[string]any{"at": s.now().UTC().Format(time.RFC3339), "source": "api", "level": "info", "message": m}})
	}
	_, err := s.ReportRecords(context.Background(), authz.SystemGrant("test"), a, RecordPlace{Section: s.catalog.Section("logs")}, reports)
	return err
}

// kept are the messages that a timeless account shows somebody in an account.
func (s *Store) kept(t *testing.T, m Member, at Account, id uuid.UUID) (messages []string) {
	t.Helper()
	ctx := context.Background()
	for more := true; more; {
		var err error
		if more, err = s.TakeInPast(ctx); err != nil {
			t.Fatal(err)
		}
	}
	g := grantOf(t, s, m, "timeless_accounts", at.ID)
	if _, err := s.TimelessAccount(ctx, g, id); err != nil {
		t.Fatal(err)
	}
	l, err := s.Records(ctx, g, RecordPlace{Section: s.catalog.Section("logs"), Timeless: id}, RecordQuery{Limit: 10_000})
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
	s, ada, a := agency(t)
	made := subs(t, s, ada, a, "East", "West")
	east, west := made[0], made[1]
	for _, err := range []error{s.logged(a, "before, here"), s.logged(east, "before, in East"), s.logged(west, "before, in West")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	g := grantOf(t, s, ada, "timeless_accounts.edit", a.ID)
	future, err := s.CreateTimelessAccount(ctx, g, TimelessInput{Name: "Future", Feeds: []uuid.UUID{east.ID}})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.CreateTimelessAccount(ctx, g, TimelessInput{Name: "All", Feeds: []uuid.UUID{a.ID, east.ID}, Past: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{s.logged(a, "after, here"), s.logged(east, "after, in East"), s.logged(west, "after, in West")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(id uuid.UUID, messages ...string) {
		t.Helper()
		if got := s.kept(t, ada, a, id); !slices.Equal(got, messages) {
			t.Errorf("kept %q, want %q", got, messages)
		}
	}
	want(future.ID, "after, in East")
	want(all.ID, "after, here", "after, in East", "before, here", "before, in East")
	// What the source loses stays; what feeds no more stops feeding.
	if err := s.in(ctx, tenantScope(a.TenantID), func(db *gorm.DB) error { return db.Exec("DELETE FROM records WHERE kind = 'log'").Error }); err != nil {
		t.Fatal(err)
	}
	if err := s.EditTimelessAccount(ctx, g, all.ID, TimelessInput{Name: "All of it", Feeds: []uuid.UUID{a.ID}}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.logged(a, "later, here"), s.logged(east, "later, in East")); err != nil {
		t.Fatal(err)
	}
	want(future.ID, "after, in East", "later, in East")
	want(all.ID, "after, here", "after, in East", "before, here", "before, in East", "later, here")
	// An account that moved away from under it feeds it no more.
	if err := move(ctx, s, grantOf(t, s, ada, "sub_accounts.edit", a.ID), east.ID, west.ID); err != nil {
		t.Fatal(err)
	}
	wests, err := s.CreateTimelessAccount(ctx, grantOf(t, s, ada, "timeless_accounts.edit", west.ID), TimelessInput{Name: "Of West", Feeds: []uuid.UUID{east.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if err := move(ctx, s, grantOf(t, s, ada, "sub_accounts.edit", a.ID), east.ID, a.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.logged(east, "again at the top"); err != nil {
		t.Fatal(err)
	}
	if got := s.kept(t, ada, west, wests.ID); len(got) != 0 {
		t.Errorf("West takes in what is not below it: %q", got)
	}
	want(future.ID, "after, in East", "again at the top", "later, in East")
	// A reader that moved away from under it reads it no more.
	berlin := subs(t, s, ada, west, "West Berlin")[0]
	if err := s.EditTimelessAccount(ctx, grantOf(t, s, ada, "timeless_accounts.edit", west.ID), wests.ID, TimelessInput{Name: "Of West", Readers: []uuid.UUID{berlin.ID}}); err != nil {
		t.Fatal(err)
	}
	if got := s.kept(t, ada, berlin, wests.ID); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if err := move(ctx, s, grantOf(t, s, ada, "sub_accounts.edit", a.ID), berlin.ID, east.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TimelessAccount(ctx, grantOf(t, s, ada, "timeless_accounts", berlin.ID), wests.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("who moved away reads still: %v", err)
	}
	if seen, err := s.TimelessAccounts(ctx, grantOf(t, s, ada, "timeless_accounts", berlin.ID)); err != nil || len(seen) != 0 {
		t.Errorf("%+v %v", seen, err)
	}
	// Deleted, it is gone at once, and what it kept after.
	if err := s.DeleteTimelessAccount(ctx, g, future.ID, "something else"); !tells(err, "Write “Future”") {
		t.Errorf("deleted by a wrong name: %v", err)
	}
	if err := s.DeleteTimelessAccount(ctx, g, future.ID, "Future"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TimelessAccount(ctx, g, future.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("a deleted one is there: %v", err)
	}
	for more := true; more; {
		if more, err = s.PurgeTimelessAccounts(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var left int
	if err := s.one(ctx, scopeTimeless, []any{&left}, "SELECT count(*) FROM timeless_entries WHERE timeless_id = $1", future.ID); err != nil || left != 0 {
		t.Errorf("%d entries are left, %v", left, err)
	}
	want(all.ID, "after, here", "after, in East", "before, here", "before, in East", "later, here")
}

func TestWhatATimelessAccountMayName(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	made := subs(t, s, ada, a, "East", "West")
	east, west := made[0], made[1]
	mallory, grace := person(t, s, "Mallory"), person(t, s, "Grace")
	ville, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	g := grantOf(t, s, ada, "timeless_accounts.edit", a.ID)
	in := func(name string, readers, feeds []uuid.UUID) TimelessInput {
		return TimelessInput{Name: name, Readers: readers, Feeds: feeds}
	}
	ids := func(all ...uuid.UUID) []uuid.UUID { return all }
	for _, x := range []struct {
		in   TimelessInput
		says string
	}{
		{in("", nil, nil), "Use 1 to 100"},
		{in("X", ids(a.ID), nil), "Choose accounts that stand below"},
		{in("X", ids(ville.ID), nil), "Choose accounts that stand below"},
		{in("X", ids(uuid.New()), nil), "Choose accounts that stand below"},
		{in("X", nil, ids(ville.ID)), "Choose this account, or"},
		{in("X", nil, make([]uuid.UUID, MaxTimelessNamed+1)), "Choose at most"},
		{in("X", ids(east.ID, east.ID, west.ID), ids(a.ID, east.ID)), ""},
		{in("x", nil, nil), "with this name already"},
	} {
		_, err := s.CreateTimelessAccount(ctx, g, x.in)
		if x.says == "" && err != nil || x.says != "" && !tells(err, x.says) {
			t.Errorf("%+v: %v, want %q", x.in, err, x.says)
		}
	}
	// The sub-account names nothing beside or above it.
	ge := grantOf(t, s, ada, "timeless_accounts.edit", east.ID)
	for _, x := range []TimelessInput{in("Y", ids(west.ID), nil), in("Y", nil, ids(west.ID)), in("Y", nil, ids(a.ID)), in("Y", ids(east.ID), nil)} {
		if _, err := s.CreateTimelessAccount(ctx, ge, x); !tells(err, "Choose") {
			t.Errorf("East names what is not below it: %v", err)
		}
	}
	// Nobody lets others read logs that they may not read themselves.
	join(t, s, ada, a, grace, "account:admin")
	if err := s.EditAccount(ctx, grantOf(t, s, ada, "sub_accounts.edit", a.ID), west.ID, "West", false, nil); err != nil {
		t.Fatal(err)
	}
	gg := grantOf(t, s, grace, "timeless_accounts.edit", a.ID)
	if _, err := s.CreateTimelessAccount(ctx, gg, in("Z", ids(east.ID), ids(west.ID))); !tells(err, "You may not read the logs of West") {
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
	s, ada, a := agency(t)
	east := subs(t, s, ada, a, "East")[0]
	stored, kept := make(chan struct{}), 0
	var made TimelessAccount
	err := together(func() error {
		return s.in(ctx, tenantScope(a.TenantID), func(db *gorm.DB) error {
			err := db.Exec(`INSERT INTO records (tenant_id, id, account_id, kind, data, name, search, created_at, created_by, created_by_name, updated_at, updated_by, updated_by_name)
				VALUES (?, ?, ?, 'log', '{}', 'slow', '', now(), '', '', now(), '', '')`, a.TenantID, newID(), east.ID).Error
			if err == nil {
				err = (&Tx{DB: db, store: s, change: change{on: east.AuthzResource()}}).keepTimeless(nil)
			}
			close(stored)
			time.Sleep(300 * time.Millisecond)
			return err
		})
	}, func() (err error) {
		<-stored
		made, err = s.CreateTimelessAccount(ctx, grantOf(t, s, ada, "timeless_accounts.edit", a.ID), TimelessInput{Name: "All", Feeds: []uuid.UUID{east.ID}, Past: true})
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
	if err := s.one(ctx, tenantScope(a.TenantID), []any{&kept}, "SELECT count(*) FROM timeless_entries WHERE timeless_id = $1", made.ID); err != nil || kept != 1 {
		t.Errorf("%d of 1 entry is kept, %v", kept, err)
	}
}

func TestEntriesRaceWithTheBeginOfAFeed(t *testing.T) {
	ctx := context.Background()
	s, ada, a := agency(t)
	east := subs(t, s, ada, a, "East")[0]
	g := grantOf(t, s, ada, "timeless_accounts.edit", a.ID)
	for range MaxTimelessAccounts - 1 {
		var n atomic.Int64
		more := func() error {
			for range 4 {
				if err := s.logged(east, fmt.Sprint(n.Add(1))); err != nil {
					return err
				}
			}
			return nil
		}
		var made TimelessAccount
		err := together(more, more, func() (err error) {
			made, err = s.CreateTimelessAccount(ctx, g, TimelessInput{Name: uuid.NewString(), Feeds: []uuid.UUID{east.ID}, Past: true})
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
		err = s.one(ctx, tenantScope(a.TenantID), []any{&logs, &kept}, `SELECT (SELECT count(*) FROM records WHERE account_id = $1 AND kind = 'log'),
			(SELECT count(*) FROM timeless_entries WHERE timeless_id = $2)`, east.ID, made.ID)
		if err != nil || logs != kept {
			t.Fatalf("%d of %d entries are kept, %v", kept, logs, err)
		}
	}
}
