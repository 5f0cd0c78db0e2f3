package people_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
)

// In whatever order roles are made, edited, deleted and given, with ends and
// without, by whoever may: nobody gains anything at an account that the one who
// did it does not have there, now or later, and nobody lifts
// themselves.
func TestNobodyGainsBeyondWhatTheEditorMayGrant(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	move := modelstest.Stand(s, modelstest.Friday)
	now := modelstest.Friday
	subs, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"})
	if err != nil {
		t.Fatal(err)
	}
	east := subs[0]
	people := []login.Member{modelstest.Person(t, s, "Grace"), modelstest.Person(t, s, "Barbara"), modelstest.Person(t, s, "Edsger"), modelstest.Person(t, s, "Newton")}
	start := [][]string{{"admin"}, {"full_editor"}, {"main_user"}, {"reporting_viewer"}}
	for i, m := range people {
		if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), m.ID, start[i]...); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range people[1:3] {
		if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", east.ID), m.ID, "sub_admin"); err != nil {
			t.Fatal(err)
		}
	}
	accounts := []account.Account{a, east}
	// Each history begins with the same roles; Ada sees to that.
	begin := func(rt *rapid.T) {
		check := func(err error) {
			if err != nil {
				rt.Fatal(err)
			}
		}
		for _, at := range accounts {
			g := modelstest.GrantOf(t, s, ada, "roles.edit", at.ID)
			own, err := s.CustomRoles(ctx, g)
			check(err)
			for _, r := range own {
				e, err := s.EffectOfDelete(ctx, r, "reporting_viewer")
				check(err)
				check(s.DeleteRole(ctx, g, r.ID, "reporting_viewer", e.Key))
			}
		}
		maker, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), "Maker", "member:full_editor",
			[]string{"roles", "roles.edit", "members", "members.edit", "members.remove", "calls", "logs", "call_rules", "call_rules.edit"})
		check(err)
		for i, m := range people {
			check(s.EditMember(ctx, modelstest.GrantOf(t, s, ada, "members.edit", a.ID), m.ID, append(start[i], maker.Key())...))
		}
		for _, m := range people[1:3] {
			check(s.EditMember(ctx, modelstest.GrantOf(t, s, ada, "members.edit", east.ID), m.ID, "sub_admin"))
		}
	}
	pool := []string{"calls", "calls.tag", "logs", "api_keys", "call_rules", "call_rules.edit", "numbers_my", "members", "members.edit", "roles", "roles.edit", "billing"}
	bases := []string{"member:full_editor", "member:reporting_viewer", "account:main_admin", "account:sub_user"}
	done, refusals, roles := map[string]int{}, 0, 0

	rapid.Check(t, func(rt *rapid.T) {
		begin(rt)
		for range 20 {
			actor := rapid.SampledFrom(people).Draw(rt, "actor")
			at := rapid.SampledFrom(accounts).Draw(rt, "account")
			other := rapid.SampledFrom(people).Draw(rt, "other")
			what := rapid.SampledFrom([]string{"make", "edit", "edit", "delete", "give", "give", "give", "wait"}).Draw(rt, "what")
			if what == "wait" {
				now = now.Add(time.Duration(rapid.IntRange(1, 3).Draw(rt, "hours")) * time.Hour)
				move(now)
				continue
			}
			permission := "roles.edit"
			if what == "give" {
				permission = "members.edit"
			}
			before := s.Access()
			g, err := before.Authorize(actor.Actor(), modelstest.Ground(s).Catalog().Permission(permission), at.ID)
			if err != nil {
				continue
			}
			own, err := s.CustomRoles(ctx, g)
			if err != nil {
				rt.Fatal(err)
			}
			permissions := rapid.SliceOfNDistinct(rapid.SampledFrom(pool), 1, 5, rapid.ID).Draw(rt, "permissions")
			switch {
			case what == "make" && len(own) < 8:
				roles++
				_, err = s.CreateRole(ctx, g, fmt.Sprint("Role ", roles), rapid.SampledFrom(bases).Draw(rt, "base"), permissions)
			case len(own) == 0:
				continue
			case what == "edit" || what == "make":
				r := rapid.SampledFrom(own).Draw(rt, "role")
				var e persons.RoleEffect
				if e, err = s.EffectOfEdit(ctx, r, permissions); err == nil {
					_, err = s.EditRole(ctx, g, r.ID, r.Name, permissions, e.Key)
				}
			case what == "delete":
				r := rapid.SampledFrom(own).Draw(rt, "role")
				instead := rapid.SampledFrom([]string{"", "full_editor", "reporting_viewer", "user", "admin"}).Draw(rt, "instead")
				var e persons.RoleEffect
				if e, err = s.EffectOfDelete(ctx, r, instead); err == nil {
					err = s.DeleteRole(ctx, g, r.ID, instead, e.Key)
				}
			default:
				names := []string{"admin", "user", "full_editor", "full_viewer", "reporting_viewer"}
				for _, r := range own {
					names = append(names, r.Key())
				}
				var given []string
				for _, n := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID).Draw(rt, "names") {
					var until time.Time
					if h := rapid.IntRange(0, 6).Draw(rt, "ends after"); h > 0 {
						until = now.Add(time.Duration(h) * time.Hour)
					}
					given = append(given, store.RoleUntil(n, until))
				}
				err = s.EditMember(ctx, g, other.ID, given...)
			}
			var p store.Problems
			switch {
			case errors.As(err, &p) || errors.Is(err, store.ErrNotFound):
				refusals++
				continue
			case err != nil:
				rt.Fatal(err)
			}
			done[what]++
			after := s.Access()
			gained := func(was, is *authz.Snapshot, m login.Member, account uuid.UUID) catalog.Mask {
				x, _ := was.Find(account)
				y, _ := is.Find(account)
				return is.May(is.Who(m.Principal()), y).Minus(was.May(was.Who(m.Principal()), x))
			}
			for h := range 8 {
				then := now.Add(time.Duration(h) * time.Hour)
				was, is := before.At(then), after.At(then)
				for _, x := range accounts {
					there, _ := was.Find(x.ID)
					grantable := was.May(was.Who(actor.Principal()), there)
					for _, m := range people {
						if beyond := gained(was, is, m, x.ID).Minus(grantable); !beyond.Empty() {
							rt.Fatalf("%s gained in %s, %d hours on, as %s did a %s in %s: %s", m.Name, x.Name, h, actor.Name, what, at.Name, modelstest.Ground(s).PermissionTitles(beyond))
						}
						if risen := gained(was, is, actor, x.ID); m.ID == actor.ID && !risen.Empty() {
							rt.Fatalf("%s, by %s in %s, lifted themselves in %s, %d hours on: %s", actor.Name, what, at.Name, x.Name, h, modelstest.Ground(s).PermissionTitles(risen))
						}
					}
				}
			}
		}
	})
	t.Logf("done %v, %d refused", done, refusals)
	for _, what := range []string{"make", "edit", "delete", "give"} {
		if done[what] == 0 {
			t.Errorf("%s never succeeded: this proves little", what)
		}
	}
}
