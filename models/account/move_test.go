package account_test

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

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

func TestMovingAnAccount(t *testing.T) {
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	grace, edsger, barbara := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Edsger"), modelstest.Person(t, s, "Barbara")
	both := modelstest.Subs(t, s, ada, top, "East", "West")
	east, west := both[0], both[1]
	berlin := modelstest.Subs(t, s, ada, east, "East Berlin")[0]
	mitte := modelstest.Subs(t, s, ada, berlin, "Mitte")[0]
	modelstest.Join(t, s, ada, top, grace, "main_admin")
	modelstest.Join(t, s, ada, east, edsger, "full_viewer")
	modelstest.Join(t, s, ada, west, barbara, "full_editor")
	if _, err := s.CreateSubuser(ctx, modelstest.GrantOf(t, s, ada, "subuser_create", mitte.ID), people.SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true}); err != nil {
		t.Fatal(err)
	}
	give := modelstest.GrantOf(t, s, ada, "entitlements.edit", top.ID)
	logs := modelstest.Ground(s).Catalog().Entitlement("logs").Bit
	for _, set := range []struct {
		key     string
		of      account.Account
		allowed bool
	}{{"logs", west, false}, {"contacts", east, false}, {"workflows", berlin, false}} {
		if err := s.SetEntitlement(ctx, give, set.key, set.of.ID, set.allowed); err != nil {
			t.Fatal(err)
		}
	}
	// Children of West get nothing of simulations, and actions again, by rules.
	modelstest.Subs(t, s, ada, west, "West Berlin")
	allOf := func(key string, allowed bool) int64 {
		done, err := s.SelectAll(ctx, give, key, account.Filter{Under: west.ID}, allowed)
		if err != nil {
			t.Fatal(err)
		}
		return done.Epoch
	}
	allOf("simulations", false)
	allOf("actions", false)
	actions := allOf("actions", true)

	g := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID)
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
	named := func(all []account.MovedEntitlement) (keys []string) {
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
	admin := modelstest.GrantOf(t, s, grace, "sub_accounts.edit", top.ID)
	if refused, err := s.MoveEffect(ctx, admin, berlin.ID, west.ID); err != nil || !strings.Contains(refused.Refusal, "Barbara would get") {
		t.Errorf("%q %v", refused.Refusal, err)
	}
	if err := modelstest.Move(ctx, s, admin, berlin.ID, west.ID); !modelstest.Problem(err, "Barbara would get") {
		t.Error(err)
	}
	// She can where nobody gains.
	if err := modelstest.Move(ctx, s, admin, berlin.ID, top.ID); err != nil {
		t.Error(err)
	}
	if err := modelstest.Move(ctx, s, g, berlin.ID, east.ID); err != nil {
		t.Error(err)
	}

	// What was shown before Barbara left is not done after.
	if e, err = s.MoveEffect(ctx, g, berlin.ID, west.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveMember(ctx, modelstest.GrantOf(t, s, ada, "members.remove", west.ID), barbara.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.MoveAccount(ctx, g, berlin.ID, west.ID, e.Seen); !errors.Is(err, store.ErrConflict) {
		t.Errorf("an effect that nobody saw: %v", err)
	}
	if err := modelstest.Move(ctx, s, g, berlin.ID, west.ID); err != nil {
		t.Fatal(err)
	}
	snap := s.Access()
	a, _ := snap.Find(berlin.ID)
	b, _ := snap.Find(mitte.ID)
	w, _ := snap.Find(west.ID)
	if snap.Parent(a) != w || snap.Depth(b) != 3 {
		t.Error("not moved in the snapshot")
	}
	own := modelstest.Ground(s).Catalog().AllEntitlements() &^ modelstest.Ground(s).Catalog().Entitlement("workflows").Bit
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
	modelstest.Agrees(t, s)

	for _, wrong := range []struct {
		id, to uuid.UUID
		says   string
	}{
		{west.ID, mitte.ID, "be moved below itself"},
		{west.ID, west.ID, "be moved below itself"},
		{berlin.ID, west.ID, "is already under West"},
	} {
		if err := modelstest.Move(ctx, s, g, wrong.id, wrong.to); !modelstest.Problem(err, wrong.says) {
			t.Errorf("%v, want %q", err, wrong.says)
		}
	}
	mallory := modelstest.Person(t, s, "Mallory")
	other, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	ofEast := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", east.ID)
	for _, absent := range []struct {
		g      authz.Grant
		id, to uuid.UUID
	}{{g, berlin.ID, other.ID}, {g, top.ID, west.ID}, {g, other.ID, west.ID}, {ofEast, berlin.ID, east.ID}, {ofEast, west.ID, east.ID}, {g, berlin.ID, store.NewID()}} {
		if err := modelstest.Move(ctx, s, absent.g, absent.id, absent.to); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s under %s: %v", absent.id, absent.to, err)
		}
	}
}

func TestMovingDeepAndUnderSuspended(t *testing.T) {
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	g := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID)
	at := top
	for i := range 15 {
		at = modelstest.Subs(t, s, ada, at, fmt.Sprint("level ", i+1))[0]
	}
	east := modelstest.Subs(t, s, ada, top, "East")[0]
	modelstest.Subs(t, s, ada, east, "East Berlin")
	if err := modelstest.Move(ctx, s, g, east.ID, at.ID); !modelstest.Problem(err, "would reach 17") {
		t.Error(err)
	}
	if err := modelstest.Move(ctx, s, g, east.ID, *at.ParentID); err != nil {
		t.Error("16 deep:", err)
	}
	if err := modelstest.Move(ctx, s, g, east.ID, top.ID); err != nil {
		t.Fatal(err)
	}
	west := modelstest.Subs(t, s, ada, top, "West")[0]
	if err := s.SuspendAccount(ctx, g, west.ID); err != nil {
		t.Fatal(err)
	}
	if e, err := s.MoveEffect(ctx, g, east.ID, west.ID); err != nil || !e.Closes || e.Reopens {
		t.Errorf("%+v %v", e, err)
	}
	if err := modelstest.Move(ctx, s, g, east.ID, west.ID); err != nil {
		t.Fatal(err)
	}
	if e, err := s.MoveEffect(ctx, g, east.ID, top.ID); err != nil || e.Closes || !e.Reopens {
		t.Errorf("%+v %v", e, err)
	}
	modelstest.Agrees(t, s)
	// What is archived takes nothing in, and lets nothing out but itself.
	if err := s.ArchiveAccount(ctx, g, west.ID); err != nil {
		t.Fatal(err)
	}
	north := modelstest.Subs(t, s, ada, top, "North")[0]
	if err := modelstest.Move(ctx, s, g, north.ID, west.ID); !modelstest.Problem(err, "is archived") {
		t.Error(err)
	}
	if err := modelstest.Move(ctx, s, g, east.ID, top.ID); !modelstest.Problem(err, "archived with an account above") {
		t.Error(err)
	}
	if err := modelstest.Move(ctx, s, g, west.ID, north.ID); err != nil {
		t.Error(err)
	}
	if err := s.RestoreAccount(ctx, g, west.ID); err != nil {
		t.Error(err)
	}
	if err := modelstest.Move(ctx, s, g, east.ID, top.ID); err != nil {
		t.Error(err)
	}
	modelstest.Agrees(t, s)
}

// TestRandomMovesKeepTheTree moves at random and holds the outcome against a
// fresh load and the oracle, and the paths against the parents.
func TestRandomMovesKeepTheTree(t *testing.T) {
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	grace, edsger := modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Edsger")
	random := rand.New(rand.NewPCG(1, 2))
	all := []account.Account{top}
	for i := range 14 {
		all = append(all, modelstest.Subs(t, s, ada, all[random.IntN(len(all))], fmt.Sprint(i))...)
	}
	modelstest.Join(t, s, ada, all[3], grace, "full_editor")
	modelstest.Join(t, s, ada, all[7], grace, "reporting_viewer")
	modelstest.Join(t, s, ada, all[5], edsger, "sub_admin")
	give, g := modelstest.GrantOf(t, s, ada, "entitlements.edit", top.ID), modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID)
	moved := 0
	for i := range 60 {
		e := modelstest.Ground(s).Catalog().Entitlements[1+random.IntN(len(modelstest.Ground(s).Catalog().Entitlements)-1)]
		if random.IntN(3) == 0 && !e.AlwaysOn {
			var p store.Problems
			if err := s.SetEntitlement(ctx, give, e.Key, all[1+random.IntN(len(all)-1)].ID, random.IntN(2) == 0); err != nil && !errors.As(err, &p) {
				t.Fatal(err)
			}
		}
		id := all[1+random.IntN(len(all)-1)].ID
		a, _ := s.Access().Find(id)
		own := s.Access().Own(a)
		var p store.Problems
		switch err := modelstest.Move(ctx, s, g, id, all[random.IntN(len(all))].ID); {
		case err == nil:
			moved++
		case !errors.As(err, &p):
			t.Fatal(err)
		}
		if now := s.Access(); now.Own(a) != own {
			t.Fatalf("round %d: what the account was given changed", i)
		}
		if i%20 == 19 {
			modelstest.Agrees(t, s)
		}
	}
	if moved < 20 {
		t.Errorf("only %d moves", moved)
	}
	if n := strays(t, s); n != 0 {
		t.Errorf("%d paths do not say where the account stands", n)
	}
}

func TestMovingTwentyThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	both := modelstest.Subs(t, s, ada, top, "East", "West")
	east, west := both[0], both[1]
	twentyThousand(t, s, east)
	if err := s.SetEntitlement(ctx, modelstest.GrantOf(t, s, ada, "entitlements.edit", top.ID), "logs", west.ID, false); err != nil {
		t.Fatal(err)
	}
	for i := range account.MovedPeople {
		modelstest.Join(t, s, ada, west, modelstest.Person(t, s, fmt.Sprint("Barbara", i)), "full_editor")
	}
	g := modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID)
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
func twentyThousand(t *testing.T, s *models.Store, below account.Account) {
	t.Helper()
	ctx := context.Background()
	modelstest.Across(t, s, `INSERT INTO accounts (tenant_id, id, parent_id, kind, name, owner_id, depth, path, created_at)
		SELECT e.tenant_id, x.id, e.id, 'sub', 'Town ' || x.n, e.owner_id, e.depth + 1, e.path || '/' || x.id, now()
		FROM accounts e, (SELECT n, gen_random_uuid() AS id FROM generate_series(1, 20000) n) x WHERE e.id = '`+below.ID.String()+"'")
	if err := modelstest.Inside(s).Load(ctx); err != nil {
		t.Fatal(err)
	}
}

// Members from above may not open what stands under a closed account: a way out
// from under it would let in who moves it.
func TestMovingFromUnderAClosedAccount(t *testing.T) {
	ctx := context.Background()
	s, ada, top := modelstest.Agency(t)
	grace := modelstest.Person(t, s, "Grace")
	both := modelstest.Subs(t, s, ada, top, "East", "West")
	east, west := both[0], both[1]
	berlin := modelstest.Subs(t, s, ada, east, "East Berlin")[0]
	modelstest.Join(t, s, ada, top, grace, "main_admin")
	if err := s.EditAccount(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), east.ID, "East", false, nil); err != nil {
		t.Fatal(err)
	}
	for _, to := range []uuid.UUID{west.ID, top.ID} {
		if err := modelstest.Move(ctx, s, modelstest.GrantOf(t, s, grace, "sub_accounts.edit", top.ID), berlin.ID, to); !modelstest.Problem(err, "closed to members of accounts above because of where it is") {
			t.Errorf("Grace moves East Berlin out into her own reach: %v", err)
		}
	}
	e, err := s.MoveEffect(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), berlin.ID, west.ID)
	if err != nil || e.Gain.Total != 1 || e.Gain.Some[0].Name != "Grace" || e.Gain.Some[0].Through != "Account role: Admin in Analytical" {
		t.Errorf("what Ada is told: %+v, %v", e.Gain, err)
	}
	if err := modelstest.Move(ctx, s, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), berlin.ID, west.ID); err != nil {
		t.Error(err)
	}
	e, err = s.MoveEffect(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", top.ID), berlin.ID, east.ID)
	if err != nil || e.Lose.Total != 1 || e.Lose.Some[0].Name != "Grace" {
		t.Errorf("what Ada is told of the way back: %+v, %v", e.Lose, err)
	}
	if err := s.EditAccount(ctx, modelstest.GrantOf(t, s, grace, "sub_accounts.edit", top.ID), east.ID, "Orient", false, nil); err != nil {
		t.Errorf("Grace can not rename what is closed to her: %v", err)
	}
	events, err := s.Audit(ctx, modelstest.GrantOf(t, s, ada, "audit", top.ID), audit.Filter{Limit: 1, OfAccount: east.ID, Below: true})
	if err != nil || len(events) != 1 || events[0].Action != "account.edit" || !strings.Contains(string(events[0].Change), "Orient") {
		t.Errorf("the audit of the new name: %+v, %v", events, err)
	}
	var p store.Problems
	if err := s.EditAccount(ctx, modelstest.GrantOf(t, s, grace, "sub_accounts.edit", top.ID), east.ID, "East", true, nil); !errors.As(err, &p) || !strings.Contains(p["open_to_main"], "Only whoever owns Orient") {
		t.Errorf("Grace opens it to herself: %v", err)
	}
}
