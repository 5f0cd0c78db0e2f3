package models

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/authz/oracle"
)

// subs makes sub-accounts as the member.
func subs(t *testing.T, s *Store, m Member, parent Account, names ...string) []Account {
	t.Helper()
	made, err := s.CreateSubAccounts(context.Background(), grantOf(t, s, m, "sub_accounts.create", parent.ID), names)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func join(t *testing.T, s *Store, by Member, a Account, m Member, roles ...string) {
	t.Helper()
	if err := s.AddMember(context.Background(), grantOf(t, s, by, "members.add", a.ID), m.ID, roles...); err != nil {
		t.Fatal(err)
	}
}

// move moves as somebody who has just seen what it does.
func move(ctx context.Context, s *Store, g authz.Grant, id, to uuid.UUID) error {
	e, err := s.MoveEffect(ctx, g, id, to)
	if err != nil {
		return err
	}
	_, err = s.MoveAccount(ctx, g, id, to, e.Seen)
	return err
}

func problem(err error, says string) bool {
	var p Problems
	return errors.As(err, &p) && strings.Contains(p["to"]+p[""], says)
}

func TestMovingAnAccount(t *testing.T) {
	ctx := context.Background()
	s, ada, top := agency(t)
	grace, edsger, barbara := person(t, s, "Grace"), person(t, s, "Edsger"), person(t, s, "Barbara")
	both := subs(t, s, ada, top, "East", "West")
	east, west := both[0], both[1]
	berlin := subs(t, s, ada, east, "East Berlin")[0]
	mitte := subs(t, s, ada, berlin, "Mitte")[0]
	join(t, s, ada, top, grace, "main_admin")
	join(t, s, ada, east, edsger, "full_viewer")
	join(t, s, ada, west, barbara, "full_editor")
	if _, err := s.CreateSubuser(ctx, grantOf(t, s, ada, "subuser_create", mitte.ID), SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true}); err != nil {
		t.Fatal(err)
	}
	give := grantOf(t, s, ada, "entitlements.edit", top.ID)
	logs := s.catalog.Entitlement("logs").Bit
	for _, set := range []struct {
		key     string
		of      Account
		allowed bool
	}{{"logs", west, false}, {"contacts", east, false}, {"workflows", berlin, false}} {
		if err := s.SetEntitlement(ctx, give, set.key, set.of.ID, set.allowed); err != nil {
			t.Fatal(err)
		}
	}
	// Children of West get nothing of simulations, and actions again, by rules.
	subs(t, s, ada, west, "West Berlin")
	allOf := func(key string, allowed bool) int64 {
		done, err := s.SelectAll(ctx, give, key, AccountFilter{Under: west.ID}, allowed)
		if err != nil {
			t.Fatal(err)
		}
		return done.Epoch
	}
	allOf("simulations", false)
	allOf("actions", false)
	actions := allOf("actions", true)

	g := grantOf(t, s, ada, "sub_accounts.edit", top.ID)
	e, err := s.MoveEffect(ctx, g, berlin.ID, west.ID)
	if err != nil {
		t.Fatal(err)
	}
	if e.Accounts != 2 || e.From.ID != east.ID || e.To.ID != west.ID || e.Refusal != "" {
		t.Errorf("effect %+v", e)
	}
	if e.Lose.Total != 1 || e.Lose.Some[0].Name != "Edsger" || e.Lose.Some[0].Accounts != 2 || e.Lose.Some[0].Through != "Member access: Full viewer in East" {
		t.Errorf("who loses: %+v", e.Lose)
	}
	if e.Gain.Total != 1 || e.Gain.Some[0].Name != "Barbara" || e.Gain.Some[0].Accounts != 2 {
		t.Errorf("who gains: %+v", e.Gain)
	}
	named := func(all []MovedEntitlement) (keys []string) {
		for _, x := range all {
			keys = append(keys, fmt.Sprint(x.Entitlement.Key, x.Accounts))
		}
		return keys
	}
	if got := named(e.Cut); !slices.Equal(got, []string{"logs2"}) {
		t.Errorf("cut: %v", got)
	}
	if got := named(e.Opened); !slices.Equal(got, []string{"contacts2"}) || e.People != 1 {
		t.Errorf("opened: %v, %d people", got, e.People)
	}

	// An Admin can not let Barbara in, whom she could not give a full editor's roles.
	admin := grantOf(t, s, grace, "sub_accounts.edit", top.ID)
	if refused, err := s.MoveEffect(ctx, admin, berlin.ID, west.ID); err != nil || !strings.Contains(refused.Refusal, "Barbara would get") {
		t.Errorf("%q %v", refused.Refusal, err)
	}
	if err := move(ctx, s, admin, berlin.ID, west.ID); !problem(err, "Barbara would get") {
		t.Error(err)
	}
	// She can where nobody gains.
	if err := move(ctx, s, admin, berlin.ID, top.ID); err != nil {
		t.Error(err)
	}
	if err := move(ctx, s, g, berlin.ID, east.ID); err != nil {
		t.Error(err)
	}

	// What was shown before Barbara left is not done after.
	if e, err = s.MoveEffect(ctx, g, berlin.ID, west.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveMember(ctx, grantOf(t, s, ada, "members.remove", west.ID), barbara.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.MoveAccount(ctx, g, berlin.ID, west.ID, e.Seen); !errors.Is(err, ErrConflict) {
		t.Errorf("an effect that nobody saw: %v", err)
	}
	if err := move(ctx, s, g, berlin.ID, west.ID); err != nil {
		t.Fatal(err)
	}
	snap := s.Access()
	a, _ := snap.Find(berlin.ID)
	b, _ := snap.Find(mitte.ID)
	w, _ := snap.Find(west.ID)
	if snap.Parent(a) != w || snap.Depth(b) != 3 {
		t.Error("not moved in the snapshot")
	}
	own := s.catalog.AllEntitlements() &^ s.catalog.Entitlement("workflows").Bit
	if snap.Own(a) != own || snap.Ceiling(b)&logs != 0 {
		t.Errorf("own %b, ceiling below %b", snap.Own(a), snap.Ceiling(b))
	}
	row, err := s.Account(ctx, top.ID, mitte.ID)
	if err != nil || row.Path != strings.Join([]string{top.ID.String(), west.ID.String(), berlin.ID.String(), mitte.ID.String()}, "/") || row.Depth != 3 {
		t.Errorf("%+v %v", row, err)
	}
	// A rule of the new parent that is taken back is not about the moved account.
	for key, epoch := range map[string]int64{"actions": actions, "simulations": allOf("simulations", true)} {
		if err := s.UndoSelectAll(ctx, give, key, epoch); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Access().Own(a); got != own {
		t.Errorf("taking back a rule changed what the moved account was given: %b", got)
	}
	agrees(t, s)

	for _, wrong := range []struct {
		id, to uuid.UUID
		says   string
	}{
		{west.ID, mitte.ID, "under itself or what is below it"},
		{west.ID, west.ID, "under itself or what is below it"},
		{berlin.ID, west.ID, "stands under West already"},
	} {
		if err := move(ctx, s, g, wrong.id, wrong.to); !problem(err, wrong.says) {
			t.Errorf("%v, want %q", err, wrong.says)
		}
	}
	mallory := person(t, s, "Mallory")
	other, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	ofEast := grantOf(t, s, ada, "sub_accounts.edit", east.ID)
	for _, absent := range []struct {
		g      authz.Grant
		id, to uuid.UUID
	}{{g, berlin.ID, other.ID}, {g, top.ID, west.ID}, {g, other.ID, west.ID}, {ofEast, berlin.ID, east.ID}, {ofEast, west.ID, east.ID}, {g, berlin.ID, newID()}} {
		if err := move(ctx, s, absent.g, absent.id, absent.to); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s under %s: %v", absent.id, absent.to, err)
		}
	}
}

func TestMovingDeepAndUnderSuspended(t *testing.T) {
	ctx := context.Background()
	s, ada, top := agency(t)
	g := grantOf(t, s, ada, "sub_accounts.edit", top.ID)
	at := top
	for i := range 15 {
		at = subs(t, s, ada, at, fmt.Sprint("level ", i+1))[0]
	}
	east := subs(t, s, ada, top, "East")[0]
	subs(t, s, ada, east, "East Berlin")
	if err := move(ctx, s, g, east.ID, at.ID); !problem(err, "would reach 17") {
		t.Error(err)
	}
	if err := move(ctx, s, g, east.ID, *at.ParentID); err != nil {
		t.Error("16 deep:", err)
	}
	if err := move(ctx, s, g, east.ID, top.ID); err != nil {
		t.Fatal(err)
	}
	west := subs(t, s, ada, top, "West")[0]
	if err := s.SuspendAccount(ctx, g, west.ID); err != nil {
		t.Fatal(err)
	}
	if e, err := s.MoveEffect(ctx, g, east.ID, west.ID); err != nil || !e.Closes || e.Reopens {
		t.Errorf("%+v %v", e, err)
	}
	if err := move(ctx, s, g, east.ID, west.ID); err != nil {
		t.Fatal(err)
	}
	if e, err := s.MoveEffect(ctx, g, east.ID, top.ID); err != nil || e.Closes || !e.Reopens {
		t.Errorf("%+v %v", e, err)
	}
	agrees(t, s)
	// What is archived takes nothing in, and lets nothing out but itself.
	if err := s.ArchiveAccount(ctx, g, west.ID); err != nil {
		t.Fatal(err)
	}
	north := subs(t, s, ada, top, "North")[0]
	if err := move(ctx, s, g, north.ID, west.ID); !problem(err, "is archived") {
		t.Error(err)
	}
	if err := move(ctx, s, g, east.ID, top.ID); !problem(err, "archived with an account above") {
		t.Error(err)
	}
	if err := move(ctx, s, g, west.ID, north.ID); err != nil {
		t.Error(err)
	}
	if err := s.RestoreAccount(ctx, g, west.ID); err != nil {
		t.Error(err)
	}
	if err := move(ctx, s, g, east.ID, top.ID); err != nil {
		t.Error(err)
	}
	agrees(t, s)
}

// agrees holds the snapshot that followed the changes against one that is loaded
// anew, and both against the oracle.
func agrees(t *testing.T, s *Store) {
	t.Helper()
	ctx := context.Background()
	followed := s.Access()
	var all authz.Changes
	if err := s.consistently(ctx, func(db *gorm.DB) (err error) {
		all, err = s.readAccess(db, "true", "true", "true", "true")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	loaded, truth := authz.NewSnapshot(s.catalog).With(all), oracle.New(s.catalog).With(all)
	truth.Now = s.now()
	for _, st := range all.Accounts {
		for name, snap := range map[string]*authz.Snapshot{"followed": followed, "loaded": loaded} {
			a, ok := snap.Find(st.ID)
			if !ok || snap.ID(snap.Parent(a)) != st.Parent || snap.Ceiling(a) != truth.Ceiling(st.ID) || snap.Depth(a) != len(truth.Up(st.ID))-1 {
				t.Fatalf("%s snapshot: account %s: parent %s, want %s", name, st.ID, snap.ID(snap.Parent(a)), st.Parent)
			}
			for _, p := range all.Principals {
				may := snap.May(snap.Who(p.ID), a)
				for _, perm := range s.catalog.Permissions() {
					if want := truth.Allows(p.ID, perm, st.ID); may.Has(perm) != want {
						t.Fatalf("%s snapshot: %s %s at %s: %t", name, p.ID, s.catalog.Info(perm).Title, st.ID, !want)
					}
				}
			}
		}
	}
}

// TestRandomMovesKeepTheTree moves at random and holds the outcome against a
// fresh load and the oracle, and the paths against the parents.
func TestRandomMovesKeepTheTree(t *testing.T) {
	ctx := context.Background()
	s, ada, top := agency(t)
	grace, edsger := person(t, s, "Grace"), person(t, s, "Edsger")
	random := rand.New(rand.NewPCG(1, 2))
	all := []Account{top}
	for i := range 14 {
		all = append(all, subs(t, s, ada, all[random.IntN(len(all))], fmt.Sprint(i))...)
	}
	join(t, s, ada, all[3], grace, "full_editor")
	join(t, s, ada, all[7], grace, "reporting_viewer")
	join(t, s, ada, all[5], edsger, "sub_admin")
	give, g := grantOf(t, s, ada, "entitlements.edit", top.ID), grantOf(t, s, ada, "sub_accounts.edit", top.ID)
	moved := 0
	for i := range 60 {
		e := s.catalog.Entitlements[1+random.IntN(len(s.catalog.Entitlements)-1)]
		if random.IntN(3) == 0 && !e.AlwaysOn {
			var p Problems
			if err := s.SetEntitlement(ctx, give, e.Key, all[1+random.IntN(len(all)-1)].ID, random.IntN(2) == 0); err != nil && !errors.As(err, &p) {
				t.Fatal(err)
			}
		}
		id := all[1+random.IntN(len(all)-1)].ID
		a, _ := s.Access().Find(id)
		own := s.Access().Own(a)
		var p Problems
		switch err := move(ctx, s, g, id, all[random.IntN(len(all))].ID); {
		case err == nil:
			moved++
		case !errors.As(err, &p):
			t.Fatal(err)
		}
		if now := s.Access(); now.Own(a) != own {
			t.Fatalf("round %d: what the account was given changed", i)
		}
		if i%20 == 19 {
			agrees(t, s)
		}
	}
	if moved < 20 {
		t.Errorf("only %d moves", moved)
	}
	if n := strays(t, s); n != 0 {
		t.Errorf("%d paths do not say where the account stands", n)
	}
}

// strays counts the accounts whose path or depth does not follow from their parent.
func strays(t *testing.T, s *Store) (n int) {
	t.Helper()
	if err := s.one(context.Background(), scopeOperator, []any{&n}, `SELECT count(*) FROM accounts a LEFT JOIN accounts p ON p.tenant_id = a.tenant_id AND p.id = a.parent_id
		WHERE a.path <> coalesce(p.path || '/', '') || a.id OR a.depth <> coalesce(p.depth + 1, 0)`); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwoMovesRaceIntoACircle(t *testing.T) {
	held(t, func(t *testing.T, s *Store, ada Member, top Account) (violations int) {
		ctx := context.Background()
		both := subs(t, s, ada, top, "East", "West")
		if err := s.load(ctx); err != nil {
			t.Fatal(err)
		}
		g := grantOf(t, s, ada, "sub_accounts.edit", top.ID)
		for range rounds {
			won := 0
			under := func(id, to uuid.UUID) func() error {
				e, err := s.MoveEffect(ctx, g, id, to)
				return func() error {
					if err != nil {
						return err
					}
					_, err := s.MoveAccount(ctx, g, id, to, e.Seen)
					var p Problems
					if errors.As(err, &p) || errors.Is(err, ErrConflict) {
						return nil
					}
					return err
				}
			}
			if err := together(under(both[0].ID, both[1].ID), under(both[1].ID, both[0].ID)); err != nil {
				t.Log(err)
				return violations + 1
			}
			for _, a := range both {
				if row, err := s.Account(ctx, top.ID, a.ID); err != nil || *row.ParentID != top.ID {
					won++
				}
			}
			if won != 1 || strays(t, s) != 0 {
				return violations + 1 // a circle is not undone by another move
			}
			for _, a := range both {
				if err := move(ctx, s, g, a.ID, top.ID); err != nil && !problem(err, "already") {
					t.Log(err)
					return violations + 1
				}
			}
		}
		return violations
	})
}

func TestAMoveRacesACreationBelow(t *testing.T) {
	held(t, func(t *testing.T, s *Store, ada Member, top Account) (violations int) {
		ctx := context.Background()
		both := subs(t, s, ada, top, "East", "West")
		if err := s.load(ctx); err != nil {
			t.Fatal(err)
		}
		berlin := subs(t, s, ada, both[0], "East Berlin")[0]
		if err := s.load(ctx); err != nil {
			t.Fatal(err)
		}
		g := grantOf(t, s, ada, "sub_accounts.edit", top.ID)
		create := grantOf(t, s, ada, "sub_accounts.create", berlin.ID)
		for i := range rounds {
			e, err := s.MoveEffect(ctx, g, berlin.ID, both[(i+1)%2].ID)
			if err != nil {
				t.Log(err)
				return violations + 1
			}
			err = together(
				func() error {
					_, err := s.MoveAccount(ctx, g, berlin.ID, both[(i+1)%2].ID, e.Seen)
					if errors.Is(err, ErrConflict) {
						err = move(ctx, s, g, berlin.ID, both[(i+1)%2].ID)
					}
					return err
				},
				func() error {
					_, err := s.CreateSubAccounts(ctx, create, []string{fmt.Sprint(i)})
					return err
				})
			if err != nil {
				t.Log(err)
				violations++
			}
			if strays(t, s) != 0 {
				return violations + 1
			}
		}
		return violations
	})
}

// East Berlin moves from East to West at the moment West, or East Berlin itself,
// is deleted or archived: it never ends as a living account below a dead one, nor
// as an archived one that nothing above brings back.
func TestAMoveRacesADeletion(t *testing.T) {
	held(t, func(t *testing.T, s *Store, ada Member, top Account) (violations int) {
		ctx := context.Background()
		if err := s.load(ctx); err != nil {
			t.Fatal(err)
		}
		east := subs(t, s, ada, top, "East")[0]
		g, remove := grantOf(t, s, ada, "sub_accounts.edit", top.ID), grantOf(t, s, ada, "sub_accounts.delete", top.ID)
		for i := range rounds / 3 {
			if err := s.load(ctx); err != nil {
				t.Fatal(err)
			}
			west := subs(t, s, ada, top, "West")[0]
			if err := s.load(ctx); err != nil {
				t.Fatal(err)
			}
			berlin := subs(t, s, ada, east, "East Berlin")[0]
			if err := s.load(ctx); err != nil {
				t.Fatal(err)
			}
			e, err := s.MoveEffect(ctx, g, berlin.ID, west.ID)
			if err != nil {
				t.Log(err)
				return violations + 1
			}
			_ = together(
				func() error { _, err := s.MoveAccount(ctx, g, berlin.ID, west.ID, e.Seen); return err },
				[]func() error{
					func() error { return s.DeleteAccount(ctx, remove, west.ID, "West", true) },
					func() error { return s.DeleteAccount(ctx, remove, berlin.ID, "East Berlin", true) },
					func() error { return s.ArchiveAccount(ctx, g, west.ID) },
				}[i%3])
			var wrong int
			if err := s.in(ctx, scope{system: "test", deleted: true}, func(db *gorm.DB) error {
				return db.Raw(`SELECT count(*) FROM accounts a JOIN accounts p ON p.tenant_id = a.tenant_id AND p.id = a.parent_id
					WHERE p.state = 'deleted' AND a.state <> 'deleted' OR p.archived_by IS NOT NULL AND a.archived_by IS NULL
						OR a.archived_by IS NOT NULL AND a.archived_by <> a.id AND p.archived_by IS NULL OR a.path <> p.path || '/' || a.id`).Scan(&wrong).Error
			}); err != nil {
				t.Fatal(err)
			}
			if violations += wrong; wrong > 0 {
				return violations
			}
		}
		return violations
	})
}

func TestMovingTwentyThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	ctx := context.Background()
	s, ada, top := agency(t)
	both := subs(t, s, ada, top, "East", "West")
	east, west := both[0], both[1]
	twentyThousand(t, s, east)
	if err := s.SetEntitlement(ctx, grantOf(t, s, ada, "entitlements.edit", top.ID), "logs", west.ID, false); err != nil {
		t.Fatal(err)
	}
	for i := range movePeople {
		join(t, s, ada, west, person(t, s, fmt.Sprint("Barbara", i)), "full_editor")
	}
	g := grantOf(t, s, ada, "sub_accounts.edit", top.ID)
	started := time.Now()
	e, err := s.MoveEffect(ctx, g, east.ID, west.ID)
	if err != nil || e.Accounts != 20001 || e.Cut[0].Accounts != 20001 || e.Gain.Some[0].Accounts != 20001 {
		t.Fatal(e.Accounts, e.Cut, e.Gain, err)
	}
	seen := time.Since(started)
	started = time.Now()
	if _, err := s.MoveAccount(ctx, g, east.ID, west.ID, e.Seen); err != nil {
		t.Fatal(err)
	}
	t.Logf("20,000 accounts below: told in %s, moved in %s", seen, time.Since(started))
	if n := strays(t, s); n != 0 {
		t.Errorf("%d strays", n)
	}
}

// twentyThousand are made below an account.
func twentyThousand(t *testing.T, s *Store, below Account) {
	t.Helper()
	ctx := context.Background()
	if _, err := s.pool.Exec(ctx, `SET app.scope = 'system'; INSERT INTO accounts (tenant_id, id, parent_id, kind, name, owner_id, depth, path, created_at)
		SELECT e.tenant_id, x.id, e.id, 'sub', 'Town ' || x.n, e.owner_id, e.depth + 1, e.path || '/' || x.id, now()
		FROM accounts e, (SELECT n, gen_random_uuid() AS id FROM generate_series(1, 20000) n) x WHERE e.id = '`+below.ID.String()+`'; RESET app.scope`); err != nil {
		t.Fatal(err)
	}
	if err := s.load(ctx); err != nil {
		t.Fatal(err)
	}
}

// Members from above may not open what stands under a closed account: a way out
// from under it would let in who moves it.
func TestMovingFromUnderAClosedAccount(t *testing.T) {
	ctx := context.Background()
	s, ada, top := agency(t)
	grace := person(t, s, "Grace")
	both := subs(t, s, ada, top, "East", "West")
	east, west := both[0], both[1]
	berlin := subs(t, s, ada, east, "East Berlin")[0]
	join(t, s, ada, top, grace, "main_admin")
	if err := s.EditAccount(ctx, grantOf(t, s, ada, "sub_accounts.edit", top.ID), east.ID, "East", false, nil); err != nil {
		t.Fatal(err)
	}
	for _, to := range []uuid.UUID{west.ID, top.ID} {
		if err := move(ctx, s, grantOf(t, s, grace, "sub_accounts.edit", top.ID), berlin.ID, to); !problem(err, "closed to main members by where it stands") {
			t.Errorf("Grace moves East Berlin out into her own reach: %v", err)
		}
	}
	e, err := s.MoveEffect(ctx, grantOf(t, s, ada, "sub_accounts.edit", top.ID), berlin.ID, west.ID)
	if err != nil || e.Gain.Total != 1 || e.Gain.Some[0].Name != "Grace" || e.Gain.Some[0].Through != "Account role: Admin in Analytical" {
		t.Errorf("what Ada is told: %+v, %v", e.Gain, err)
	}
	if err := move(ctx, s, grantOf(t, s, ada, "sub_accounts.edit", top.ID), berlin.ID, west.ID); err != nil {
		t.Error(err)
	}
	e, err = s.MoveEffect(ctx, grantOf(t, s, ada, "sub_accounts.edit", top.ID), berlin.ID, east.ID)
	if err != nil || e.Lose.Total != 1 || e.Lose.Some[0].Name != "Grace" {
		t.Errorf("what Ada is told of the way back: %+v, %v", e.Lose, err)
	}
	if err := s.EditAccount(ctx, grantOf(t, s, grace, "sub_accounts.edit", top.ID), east.ID, "Orient", false, nil); err != nil {
		t.Errorf("Grace can not rename what is closed to her: %v", err)
	}
	events, err := s.Audit(ctx, grantOf(t, s, ada, "audit", top.ID), AuditFilter{Limit: 1, OfAccount: east.ID, Below: true})
	if err != nil || len(events) != 1 || events[0].Action != "account.edit" || !strings.Contains(string(events[0].Change), "Orient") {
		t.Errorf("the audit of the new name: %+v, %v", events, err)
	}
	var p Problems
	if err := s.EditAccount(ctx, grantOf(t, s, grace, "sub_accounts.edit", top.ID), east.ID, "East", true, nil); !errors.As(err, &p) || !strings.Contains(p["open_to_main"], "Only whoever owns Orient") {
		t.Errorf("Grace opens it to herself: %v", err)
	}
}
