package authz_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

func TestExplain(t *testing.T) {
	c := catalog.MustLoad()
	s := cast(c)
	logs := c.Entitlement("logs").Bit
	for _, parent := range []uuid.UUID{east, analytical} {
		s = s.With(authz.Changes{Rules: []authz.Rule{{Parent: parent, Entitlement: logs}}})
	}
	s = s.With(authz.Changes{
		Rules:      []authz.Rule{{Parent: analytical, Entitlement: c.Entitlement("invite_members").Bit}},
		Principals: []authz.Principal{{ID: barbara, Active: true, Assignments: []authz.Assignment{{Account: east, Role: c.Owner().ID}}}},
	})
	suspended := s.With(authz.Changes{Accounts: []authz.AccountState{{ID: analytical, Tenant: number(1, 1), Kind: authz.Main, Suspended: true}}})
	asleep := s.With(authz.Changes{Principals: []authz.Principal{{ID: edsger}}})
	for _, tt := range []struct {
		s       *authz.Snapshot
		who     authz.PrincipalID
		key     string
		account uuid.UUID
		want    string
	}{
		{s, grace, "calls", analytical, "Account role: Admin, held in this account, gives it."},
		{s, grace, "calls", eastBerlin, "Account role: Admin, held in an account above, gives it here."},
		{s, ada, "numbers_reserved", east, "Owning the account does not give it here."},
		{s, ada, "logs", eastBerlin, "Owning the account gives it, but this account can't use Logs."},
		{s, ada, "calls", east, "The owner of this account, or of one above it, may use it."},
		{s, edsger, "calls.delete", east, "Member access: Full viewer does not give it here."},
		{s, edsger, "logs", eastBerlin, "Member access: Full viewer gives it, but this account can't use Logs."},
		{s, barbara, "members.add", east, "Owning the account gives it, but this account can't use Invite members."},
		{s, barbara, "members.add", eastBerlin, "Owning the account gives it, but the account where it is held can't use Invite members."},
		{s, grace, "members.add", east, "Account role: Admin, held in an account above, gives it here."},
		{s, ada, "members.add", eastBerlin, "The owner of this account, or of one above it, may use it."},
		{s, mallory, "calls", east, "No role reaches this account."},
		{s, mallory, "calls", number(2, 99), "There is no such account."},
		{s, mallory, "no such", east, "There is no such permission."},
		{s, subject(authz.Subuser, 9), "calls", east, "Nobody of that name is known."},
		{suspended, edsger, "calls", east, "This account, or one above it, is suspended."},
		{asleep, edsger, "calls", east, "This login is suspended or was removed."},
	} {
		a, _ := tt.s.Find(tt.account)
		p := c.Permission(tt.key)
		d := tt.s.Decide(tt.s.Who(tt.who), p, a)
		x := tt.s.Explain(d, p, a)
		if x.Reason != tt.want || x.Allow != d.Allow || x.Title != c.Info(p).Title || x.Sentence != c.Info(p).Sentence {
			t.Errorf("%s, %s at %s: %+v, want %q", tt.who, tt.key, tt.account, x, tt.want)
		}
	}

	p := c.Permission("logs")
	x := s.Explain(s.Decide(s.Who(edsger), p, find(t, s, eastBerlin)), p, find(t, s, eastBerlin))
	if len(x.Missing) != 1 || x.Missing[0].Entitlement.Key != "logs" || x.Missing[0].CutBy != eastBerlin {
		t.Errorf("East Berlin lacks %+v, want its own logs", x.Missing)
	}
	s = s.With(authz.Changes{Rules: []authz.Rule{{Parent: east, Entitlement: logs, Allowed: true}}})
	x = s.Explain(s.Decide(s.Who(edsger), p, find(t, s, eastBerlin)), p, find(t, s, eastBerlin))
	if len(x.Missing) != 1 || x.Missing[0].CutBy != east {
		t.Errorf("East Berlin lacks %+v, want what East was not given", x.Missing)
	}
	if x.Role != c.Role("member:full_viewer") || x.HeldAt != east {
		t.Errorf("%v at %s gives it, want the full viewer at East", x.Role, x.HeldAt)
	}
	for _, in := range x.GivenBy {
		for _, r := range in.Set.Roles {
			if slices.Contains(in.Roles, r) != r.Own.Has(p) {
				t.Errorf("%s among those that give it is %v", r.Key, slices.Contains(in.Roles, r))
			}
		}
	}
	if len(x.GivenBy) == 0 {
		t.Error("no role gives it")
	}
}

// East has a Listener of its own, which helps whoever is refused in East, and
// nobody elsewhere. Edsger has it until Friday.
func TestRolesOfTheAccountsOwnAreNamed(t *testing.T) {
	c := catalog.MustLoad()
	p, id := c.Permission("calls"), number(7, 1)
	var own catalog.Mask
	own.Set(p)
	listener := c.Custom(c.Role("member:reporting_viewer"), "custom:"+id.String(), "Listener", own)
	friday := time.Date(2026, 11, 27, 18, 0, 0, 0, time.UTC)
	s := cast(c).With(authz.Changes{
		Roles:      []authz.CustomRole{{Account: east, ID: id, Role: listener}},
		Principals: []authz.Principal{{ID: edsger, Active: true, Assignments: []authz.Assignment{{Account: east, Custom: id, Until: friday}}}},
	})
	for account, want := range map[uuid.UUID]bool{east: true, eastBerlin: false, analytical: false} {
		a := find(t, s, account)
		given := s.Explain(s.Decide(s.Who(mallory), p, a), p, a).GivenBy
		if last := given[len(given)-1]; slices.Contains(last.Roles, listener) != want || len(s.CustomRoles(a)) != 0 != want {
			t.Errorf("at %s the Listener is named %v", account, !want)
		}
	}
	a := find(t, s, east)
	for at, want := range map[time.Time]time.Time{friday.Add(-time.Nanosecond): {}, friday: friday, friday.Add(time.Hour): friday} {
		if end := s.At(at).Ended(s.Who(edsger), a); !end.Equal(want) {
			t.Errorf("at %s all has ended at %s, want %s", at, end, want)
		}
	}
	if ends := s.Ends(s.Who(edsger)); len(ends) != 1 || !ends[0].Equal(friday) || s.Ends(s.Who(grace)) != nil {
		t.Errorf("ends %v", ends)
	}
	// What was deleted has not ended: it is not there.
	s = s.With(authz.Changes{Roles: []authz.CustomRole{{ID: id}}}).At(friday)
	if end := s.Ended(s.Who(edsger), a); !end.IsZero() || len(s.CustomRoles(a)) != 0 {
		t.Errorf("a deleted role ended at %s", end)
	}
}

// The list of who can and the decisions are one; nobody below learns of those above.
func TestWhoCanIsWhomDecideAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		s := h.now().snapshot
		p := rapid.SampledFrom(h.catalog.Permissions()).Draw(t, "permission")
		for _, id := range h.accounts {
			a, ok := s.Find(id)
			for top := a; ok; top = s.Parent(top) {
				got := map[authz.PrincipalID]bool{}
				for who, d := range s.WhoCan(p, a, top) {
					if got[who] || d != s.Decide(s.Who(who), p, a) {
						t.Fatalf("%s is given twice, or with another decision: %+v", who, d)
					}
					got[who] = true
				}
				for _, who := range h.principals {
					d := s.Decide(s.Who(who), p, a)
					if want := d.Allow && (top == authz.NoAccount || s.Within(d.HeldAt, top)); got[who] != want {
						t.Fatalf("%s can at %s, looked at from %s, is %v, want %v", who, id, s.ID(top), got[who], want)
					}
				}
				if top == authz.NoAccount {
					break
				}
			}
		}
	})
}

func TestHelpers(t *testing.T) {
	c := catalog.MustLoad()
	s := cast(c)
	for _, tt := range []struct {
		name    string
		kind    authz.PrincipalKind
		key     string
		account uuid.UUID
		top     uuid.UUID
		want    []authz.PrincipalID
	}{
		{"Ada and Grace help at the agency", authz.Member, "calls.delete", analytical, analytical, []authz.PrincipalID{ada, grace}},
		{"Barbara helps in West, and nobody above is named", authz.Member, "calls.delete", west, west, []authz.PrincipalID{barbara}},
		{"from above, Ada is named too; Grace may not delete calls there", authz.Member, "calls.delete", west, analytical, []authz.PrincipalID{barbara, ada}},
		{"Ada grants what she does not hold", authz.Subuser, "numbers_reserved", analytical, analytical, []authz.PrincipalID{ada}},
		{"the viewer in East can not help", authz.Member, "calls.delete", east, east, nil},
	} {
		got := slices.Collect(s.Helpers(tt.kind, c.Permission(tt.key), find(t, s, tt.account), find(t, s, tt.top)))
		slices.SortFunc(got, func(a, b authz.PrincipalID) int { return slices.Index(tt.want, a) - slices.Index(tt.want, b) })
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	suspended := s.With(authz.Changes{Principals: []authz.Principal{{ID: ada}}})
	for id := range suspended.Helpers(authz.Member, c.Permission("calls.delete"), find(t, s, analytical), authz.NoAccount) {
		if id == ada {
			t.Error("Ada is suspended and named as help")
		}
	}
}
