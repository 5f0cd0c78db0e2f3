package demo_test

import (
	"bailiwick/models/record"
	"bailiwick/models/store"

	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/cmd/bailiwick/demo"
	"bailiwick/models"
	"bailiwick/models/modelstest"
	"bailiwick/postgres/pgtest"
)

// enough is how many records a section shows at least.
const enough = 12

// fewer are the sections that show less, and why.
var fewer = map[string]struct {
	least int
	why   string
}{
	"applications":    {7, "each is a whole line of business"},
	"payment_methods": {4, "one account pays in few ways"},
}

// eye looks at the demo as one of its people.
type eye struct {
	*testing.T
	store *models.Store
	cast  demo.Cast
	who   authz.Actor
}

func (e eye) list(account, section string, parent uuid.UUID) record.List {
	e.Helper()
	at := record.Place{Section: e.store.Catalog().Section(section), Parent: parent}
	g, err := e.store.Access().Authorize(e.who, at.Section.View, e.cast.Accounts[account].ID)
	if err != nil {
		e.Fatal(err)
	}
	l, err := e.store.Records(context.Background(), g, at, record.Query{Limit: 500})
	if err != nil {
		e.Fatal(err)
	}
	return l
}

func look(t *testing.T, s *models.Store, cast demo.Cast, email string) eye {
	t.Helper()
	m, err := s.MemberByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return eye{t, s, cast, m.Actor()}
}

func TestAdaFindsRecordsInEverySection(t *testing.T) {
	s, cast := seeded(t)
	ada := look(t, s, cast, "ada@example.com")
	a, _ := s.Access().Find(cast.Accounts["Analytical"].ID)
	var app, list uuid.UUID
	for _, r := range ada.list("Analytical", "applications", uuid.Nil).Records {
		if r.Name == "Front desk" {
			app = r.ID
		}
	}
	for _, r := range ada.list("Analytical", "application_call_lists", app).Records {
		list = r.ID
	}
	looked := 0
	for _, section := range s.Catalog().Sections {
		if section.Records == nil || section.Single() || !s.Access().Decide(s.Access().Who(ada.who.ID), section.View, a).Allow {
			continue
		}
		parent := uuid.Nil
		switch {
		case section.Inside == nil:
		case section.Inside.Records.Kind.Key == "call_list":
			parent = list
		default:
			parent = app
		}
		least := enough
		if f, ok := fewer[section.Key]; ok {
			least = f.least
		}
		looked++
		if n := len(ada.list("Analytical", section.Key, parent).Records); n < least {
			t.Errorf("%s has %d records, not %d", section.Key, n, least)
		}
	}
	if looked < 50 {
		t.Errorf("only %d sections", looked)
	}
	if balance := ada.list("Analytical", "billing", uuid.Nil).Sum; balance < "0" || balance[0] == '-' {
		t.Errorf("the balance is %s", balance)
	}
	if n := ada.list("Analytical", "calls", uuid.Nil).Total; n != 200 {
		t.Errorf("%d calls", n)
	}
	for _, n := range ada.list("Analytical", "security", uuid.Nil).Records {
		network, err := netip.ParsePrefix(n.Values["network"].(string))
		if err != nil || n.Values["rule"] != "block" || network.Contains(netip.MustParseAddr("127.0.0.1")) || network.Contains(netip.IPv6Loopback()) || network.Addr().IsPrivate() {
			t.Errorf("%v %v", n.Values, err)
		}
	}
	// What the owner does not see, the phone number manager does.
	for _, l := range cast.Logins {
		if l.Name != "phone-number-manager" {
			continue
		}
		u, err := s.SignInSubuser(t.Context(), strings.TrimPrefix(l.Door, "/login/"), l.User, l.Password)
		if err != nil {
			t.Fatal(err)
		}
		manager := eye{t, s, cast, u.Actor()}
		if n := len(manager.list("Analytical", "numbers_reserved", uuid.Nil).Records); n < 6 {
			t.Errorf("%d reserved numbers", n)
		}
	}
	for account, by := range map[string]string{"East": "edsger@example.com", "West": "barbara@example.com", "East Berlin": "edsger@example.com", "Malloryville": "mallory@example.com"} {
		if n := look(t, s, cast, by).list(account, "calls", uuid.Nil).Total; n < enough {
			t.Errorf("%d calls in %s", n, account)
		}
	}
}

func TestCastIsTheSameEveryTime(t *testing.T) {
	now := time.Date(2026, 11, 20, 15, 4, 5, 0, time.UTC)
	calls := make([][]string, 2)
	for i := range calls {
		s, err := modelstest.Open(t.Context(), store.Config{
			URL: pgtest.Clone(t), Catalog: catalog.MustLoad(), Secret: make([]byte, 32), Now: func() time.Time { return now },
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		cast, err := demo.Seed(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range look(t, s, cast, "ada@example.com").list("Analytical", "calls", uuid.Nil).Records {
			delete(r.Values, "application")
			calls[i] = append(calls[i], fmt.Sprint(r.CreatedAt, r.Values))
			if r.CreatedAt.After(now) || r.CreatedAt.Before(now.AddDate(0, 0, -31)) {
				t.Errorf("a call of %s", r.CreatedAt)
			}
		}
	}
	if diff := cmp.Diff(calls[0], calls[1]); diff != "" {
		t.Error(diff)
	}
}
