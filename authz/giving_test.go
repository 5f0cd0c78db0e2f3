package authz_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/authz/oracle"
	"bailiwick/catalog"
)

// conspiracy is a set of people, two strangers among them, who do what they may to
// let each other do more.
type conspiracy struct {
	moment
	t        *rapid.T
	all      []authz.PrincipalID
	accounts []uuid.UUID
	could    map[uuid.UUID]map[time.Time]catalog.Mask
}

// TestNoSetOfPeopleRises lets random sets of people give, take and move whatever
// the rules let them: none of them must ever be able to do what, at that time, none
// of them could have without.
func TestNoSetOfPeopleRises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		c := &conspiracy{moment: h.now(), t: t, all: []authz.PrincipalID{subject(authz.Member, 50), subject(authz.Member, 51)}}
		var strangers authz.Changes
		for _, id := range c.all {
			strangers.Principals = append(strangers.Principals, authz.Principal{ID: id, Active: true})
		}
		c.moment = c.with(strangers)
		for _, id := range h.principals {
			if _, known := c.world.Principals[id]; known && rapid.Bool().Draw(t, "of the set") {
				c.all = append(c.all, id)
			}
		}
		for _, id := range h.accounts {
			if present, _ := c.world.State(id); present {
				c.accounts = append(c.accounts, id)
			}
		}
		if len(c.accounts) == 0 {
			t.Skip("no account")
		}
		c.could = c.can()
		for range rapid.IntRange(1, 8).Draw(t, "acts") {
			what := rapid.SampledFrom([]func() string{c.give, c.give, c.give, c.take, c.open, c.move}).Draw(t, "act")()
			for id, then := range c.can() {
				for at, may := range then {
					if more := may.Minus(c.could[id][at]); !more.Empty() {
						t.Fatalf("by %s, the set may do in %s at %s what none of them could: %v", what, id, at.Format(time.TimeOnly), more)
					}
				}
			}
		}
	})
}

// can is what roles let the set do, in each account, now and later, by the oracle.
func (c *conspiracy) can() map[uuid.UUID]map[time.Time]catalog.Mask {
	all := map[uuid.UUID]map[time.Time]catalog.Mask{}
	for _, id := range c.accounts {
		all[id] = map[time.Time]catalog.Mask{}
		for later := time.Duration(0); later <= time.Minute; later += 7 * time.Second {
			w := c.world
			w.Now = w.Now.Add(later)
			var may catalog.Mask
			for _, who := range c.all {
				if w.Owns(who, id) {
					may.Add(everything(w))
				}
				for _, way := range w.Ways(who, id) {
					may.Add(&way.Gives)
				}
			}
			all[id][w.Now] = may
		}
	}
	return all
}

func everything(w oracle.World) *catalog.Mask {
	var all catalog.Mask
	for _, p := range w.Catalog.Permissions() {
		all.Set(p)
	}
	return &all
}

func (c *conspiracy) one() authz.PrincipalID { return rapid.SampledFrom(c.all).Draw(c.t, "who") }

func (c *conspiracy) somewhere() (uuid.UUID, authz.Account) {
	id := rapid.SampledFrom(c.accounts).Draw(c.t, "where")
	a, _ := c.snapshot.Find(id)
	return id, a
}

// tell makes somebody hold what is told, here and in the oracle.
func (c *conspiracy) tell(p authz.Principal) {
	c.moment = c.with(authz.Changes{Principals: []authz.Principal{p}})
}

// give has one give another a role that they may give: a built-in one, or one made
// of what they have at the account.
func (c *conspiracy) give() string {
	giver, to := c.one(), c.one()
	id, a := c.somewhere()
	for range 3 { // mostly where there is something to give
		if c.world.Visible(giver, id) {
			break
		}
		giver = c.one()
		id, a = c.somewhere()
	}
	role := rapid.SampledFrom(roles(c.world.Catalog)).Draw(c.t, "role")
	as := authz.Assignment{Account: id, Role: role.ID}
	if rapid.Bool().Draw(c.t, "custom") {
		var own catalog.Mask
		for _, way := range c.world.Ways(giver, id) {
			own.Add(&way.Gives)
		}
		own.Each(func(p catalog.Permission) {
			if once(c.t, 4, "without") {
				own.Clear(p)
			}
		})
		made := authz.CustomRole{Account: id, ID: number(4, len(c.world.Roles)), Role: c.world.Catalog.Custom(role, "made", "Made", own)}
		c.moment = c.with(authz.Changes{Roles: []authz.CustomRole{made}})
		role, as.Role, as.Custom = made.Role, 0, made.ID
	}
	w := c.snapshot.Who(giver)
	if giver == to || to.Kind != authz.Member || !c.snapshot.MayGrant(w, a, role).Empty() {
		return "nothing"
	}
	as.Until = c.snapshot.GivesUntil(w, a, role)
	p := c.world.Principals[to]
	p.Assignments = append(slices.Clone(p.Assignments), as)
	c.tell(p)
	return "giving " + role.Key
}

// take has one take another's roles at an account, or let them end.
func (c *conspiracy) take() string {
	taker, from := c.one(), c.one()
	id, a := c.somewhere()
	p := c.world.Principals[from]
	was := slices.Clone(p.Assignments)
	p.Assignments = nil
	var left []authz.Assignment
	for _, as := range was {
		r := c.world.Role(as)
		if as.Account != id || r != nil && r.Adds {
			p.Assignments = append(p.Assignments, as)
			continue
		}
		if rapid.Bool().Draw(c.t, "ends") {
			if end := c.world.Now.Add(time.Duration(rapid.IntRange(1, 60).Draw(c.t, "seconds")) * time.Second); as.Until.IsZero() || end.Before(as.Until) {
				as.Until = end
			}
			left = append(left, as)
		}
	}
	p.Assignments = append(p.Assignments, left...)
	is := c.snapshot.Instead(from, a, left)
	if from.Kind != authz.Member || !c.snapshot.Lets(c.snapshot.Who(taker), a, c.snapshot.Who(from), c.snapshot, is).Empty() {
		return "nothing"
	}
	c.tell(p)
	return "taking roles"
}

// open has one open an account to main members, or close it.
func (c *conspiracy) open() string {
	id, a := c.somewhere()
	state := c.world.Accounts[id]
	if state.Closed && !c.snapshot.Owns(c.snapshot.Who(c.one()), a) {
		return "nothing"
	}
	state.Closed = !state.Closed
	c.moment = c.with(authz.Changes{Accounts: []authz.AccountState{state}})
	return "opening or closing an account"
}

// move has one move an account to where nobody gains what is not theirs to give.
func (c *conspiracy) move() string {
	id, a := c.somewhere()
	to, parent := c.somewhere()
	w := c.snapshot.Who(c.one())
	state := c.world.Accounts[id]
	if state.Parent == uuid.Nil || c.world.Accounts[to].Tenant != state.Tenant || c.snapshot.Within(parent, a) {
		return "nothing"
	}
	state.Parent = to
	next := c.with(authz.Changes{Accounts: []authz.AccountState{state}})
	for _, who := range c.all {
		if !c.snapshot.Lets(w, a, c.snapshot.Who(who), next.snapshot, next.snapshot.Who(who)).Empty() {
			return "nothing"
		}
	}
	c.moment = next
	return "moving an account"
}

// What is shown of what is beyond is where it is, and what one may give lasts as
// long as what one gives it by.
func TestWhatIsBeyondAndUntilWhen(t *testing.T) {
	c := catalog.MustLoad()
	soon, later := start.Add(time.Hour), start.Add(3*time.Hour)
	hold := func(id authz.PrincipalID, as ...authz.Assignment) authz.Changes {
		return authz.Changes{Principals: []authz.Principal{{ID: id, Active: true, Assignments: as}}}
	}
	in := func(account uuid.UUID, role string, until time.Time) authz.Assignment {
		return authz.Assignment{Account: account, Role: c.Role(role).ID, Until: until}
	}
	s := cast(c).At(start)
	s = s.With(hold(grace, in(analytical, "account:main_admin", time.Time{}), in(east, "account:sub_user", time.Time{})))
	s = s.With(hold(barbara, in(west, "account:sub_admin", soon), in(west, "member:full_editor", later)))
	for _, tt := range []struct {
		who     authz.PrincipalID
		at      uuid.UUID
		role    string
		beyond  string // the places: here, below, closed
		account uuid.UUID
		until   time.Time
	}{
		{ada, analytical, "member:full_editor", "", uuid.Nil, time.Time{}},
		{edsger, east, "member:full_viewer", "", uuid.Nil, time.Time{}},
		{edsger, east, "member:full_editor", "here", east, time.Time{}},
		{grace, analytical, "member:full_viewer", "below", analytical, time.Time{}},
		{grace, analytical, "account:main_admin", "here", east, time.Time{}},
		{grace, analytical, "account:main_user", "below", east, time.Time{}},
		{barbara, west, "account:sub_user", "", uuid.Nil, later},
		{barbara, west, "member:full_viewer", "", uuid.Nil, later},
		{mallory, west, "account:sub_user", "here", west, time.Time{}},
	} {
		a, r := find(t, s, tt.at), c.Role(tt.role)
		beyond := s.MayGrant(s.Who(tt.who), a, r)
		where, account := "", uuid.Nil
		if !beyond.Empty() {
			x := beyond[0]
			account = s.ID(x.At)
			switch {
			case x.Closed:
				where = "closed"
			case x.Below:
				where = "below"
			default:
				where = "here"
			}
		}
		if where != tt.beyond || account != tt.account {
			t.Errorf("%s, %s at %s: beyond %q of %s, want %q of %s", tt.who, tt.role, tt.at, where, account, tt.beyond, tt.account)
		}
		if beyond.Empty() {
			if got := s.GivesUntil(s.Who(tt.who), a, r); !got.Equal(tt.until) {
				t.Errorf("%s may give %s at %s until %s, want %s", tt.who, tt.role, tt.at, got, tt.until)
			}
		}
	}
	// Only where a sub-account is closed does a view from the account role end.
	viewer := c.Custom(c.Role("member:full_viewer"), "custom:x", "Viewer of calls", maskOf(c, "calls", "control_panel"))
	beyond := s.MayGrant(s.Who(grace), find(t, s, west), viewer)
	if beyond.Empty() {
		t.Fatal("Grace may give in West what she sees there as long as it is open to her")
	}
	for _, x := range beyond {
		if !x.Closed || s.ID(x.At) != west {
			t.Errorf("beyond %+v", x)
		}
	}
}

func maskOf(c *catalog.Catalog, keys ...string) (m catalog.Mask) {
	for _, k := range keys {
		m.Set(c.Permission(k))
	}
	return m
}

// TestWhoGivesWhat is the table of decision 0015: of members who may add members in
// their own account, which roles for members they can give there.
func TestWhoGivesWhat(t *testing.T) {
	c := catalog.MustLoad()
	for _, tt := range []struct {
		role string
		at   uuid.UUID
		want []string
	}{
		{"account:main_admin", analytical, []string{"account:main_admin", "account:main_user"}},
		{"account:sub_admin", east, []string{"account:sub_admin", "account:sub_user"}},
		{"member:full_editor", analytical, []string{"member:full_editor", "member:full_viewer", "member:configuration_editor", "member:configuration_viewer",
			"member:reporting_editor", "member:reporting_viewer"}},
		{c.Owner().Key, analytical, []string{"member:full_editor", "member:full_viewer", "member:configuration_editor", "member:configuration_viewer",
			"member:reporting_editor", "member:reporting_viewer", "account:main_admin", "account:main_user"}},
	} {
		s := cast(c).With(authz.Changes{Principals: []authz.Principal{{ID: grace, Active: true, Assignments: []authz.Assignment{
			{Account: tt.at, Role: c.Role(tt.role).ID}}}}})
		a := find(t, s, tt.at)
		var got []string
		for _, set := range []string{"member", "account"} {
			for _, r := range c.Set(set).Roles {
				if fits := set == "member" || (r.Name[:3] == "sub") == (tt.at == east); fits && s.MayGrant(s.Who(grace), a, r).Empty() {
					got = append(got, r.Key)
				}
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s gives %s, want %s", tt.role, got, tt.want)
		}
	}
}
