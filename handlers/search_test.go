package handlers_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/models/account"
	"bailiwick/models/people"
)

// finds are the names that a search of an account finds, by where each leads; all
// of them open.
func (b *browser) finds(a account.Account, q string) map[string]string {
	b.t.Helper()
	found := map[string]string{}
	b.get(in(a, "/search?q="+url.QueryEscape(q))).want(b.t, http.StatusOK).Find(".found a").Each(func(_ int, s *goquery.Selection) {
		at := s.AttrOr("href", "")
		found[at] = words(s.Find("span").First())
		if got := b.get(at).status; got != http.StatusOK {
			b.t.Errorf("a search for %s leads to %s, which answers %d", q, at, got)
		}
	})
	return found
}

// Whatever one may open is found by its name, and nothing else: pages, things to do,
// accounts, people and records.
func TestSearchFindsWhatOneMayOpen(t *testing.T) {
	p := newPanel(t)
	ada, mallory := p.as(p.ada), p.as(p.mallory)
	ada.send(in(p.analytical, "/contacts"), "name", "Zebra of Analytical").want(t, http.StatusSeeOther)
	ada.send(in(p.west, "/contacts"), "name", "Zebra of West").want(t, http.StatusSeeOther)
	mallory.send(in(p.malloryville, "/contacts"), "name", "Zebra of Malloryville").want(t, http.StatusSeeOther)
	desk := ada.application(p.analytical, "Zebra line")
	ada.send(in(p.analytical, "/tickets"), "subject", "Zebra is asked for", "text", "?", "priority", "low").want(t, http.StatusSeeOther)
	_, err := p.store.CreateSubuser(t.Context(), p.grant(p.ada, "subuser_create", p.analytical), people.SubuserInput{Name: "zebra-keeper", Password: password, Roles: []string{"Payer"}})
	must(t, err)

	for q, want := range map[string][]string{
		"subusers": {"Subusers"},
		"ADD SUB":  {"Add subuser", "Add sub-accounts"},
		"api":      {"API keys", "Create API key"},
		"berlin":   {"East Berlin"},
		"grace":    {"Grace"},
		"zebra":    {"Zebra line", "Zebra of Analytical", "zebra-keeper", "Zebra is asked for"},
		"Zebra l":  {"Zebra line"},
	} {
		got := ada.finds(p.analytical, q)
		for _, name := range want {
			if !slices.Contains(slices.Sorted(maps.Values(got)), name) {
				t.Errorf("%q finds %v, not %s", q, got, name)
			}
		}
		for at, name := range got {
			if strings.Contains(name, "Malloryville") || strings.Contains(name, "of West") || strings.Contains(at, p.malloryville.ID.String()) {
				t.Errorf("%q finds %s at %s", q, name, at)
			}
		}
	}
	if got := ada.finds(p.analytical, "Zebra line")[in(p.analytical, "/applications/"+desk)]; got != "Zebra line" {
		t.Errorf("the application is not found at %s", desk)
	}

	// The best is first: what is named so, before what only contains it.
	if first := ada.get(in(p.analytical, "/search?q=calls")).Find(".found a").First(); words(first.Find("span").First()) != "Calls" {
		t.Errorf("first is %q", words(first))
	}

	// A payer finds the pages of a payer; of other people and things nothing.
	keeper := p.browser()
	link, err := p.store.LoginLink(t.Context(), p.grant(p.ada, "subusers", p.analytical))
	must(t, err)
	keeper.post("/login/"+link, values("name", "zebra-keeper", "password", password)).want(t, http.StatusSeeOther)
	if got := keeper.finds(p.analytical, "zebra"); len(got) != 0 {
		t.Errorf("a payer finds %v", got)
	}
	if got := keeper.finds(p.analytical, "payment"); len(got) == 0 {
		t.Error("a payer does not find payment methods")
	}
	for _, q := range []string{"grace", "west", "add", "subusers"} {
		for at, name := range keeper.finds(p.analytical, q) {
			if !strings.Contains(at, "/billing") && !strings.Contains(at, "/products") {
				t.Errorf("a payer finds %s at %s by %s", name, at, q)
			}
		}
	}

	// Nobody else's names, by whatever they look for; whose account it is not, finds
	// no search there; who is signed out, none.
	for _, q := range []string{"Analytical", "Ada", "West", "Zebra of Analytical", p.analytical.ID.String(), p.ada.ID.String(), "%", "_", "\\", "'"} {
		for at, name := range mallory.finds(p.malloryville, q) {
			if strings.Contains(name, "Analytical") || name == "Ada" || name == "West" || strings.Contains(at, p.analytical.ID.String()) {
				t.Errorf("Mallory finds %s at %s by %q", name, at, q)
			}
		}
	}
	mallory.get(in(p.analytical, "/search?q=zebra")).want(t, http.StatusNotFound)
	if got := p.browser().get(in(p.analytical, "/search?q=zebra")); got.status != http.StatusSeeOther {
		t.Errorf("signed out: %d", got.status)
	}
	// A search of any length and kind is answered.
	ada.get(in(p.analytical, "/search?q="+url.QueryEscape(strings.Repeat("ü", 5000)))).want(t, http.StatusOK).says(t, "Nothing found")
}

// Who may do everything in West, and nothing elsewhere, finds what is in West.
func TestSearchStaysInItsAccount(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	must(t, p.store.AddMember(t.Context(), p.grant(p.ada, "members.add", p.west), p.mallory.ID, "sub_admin"))
	for _, a := range []account.Account{p.analytical, p.east, p.west} {
		ada.send(in(a, "/contacts"), "name", "Zebra of "+a.Name).want(t, http.StatusSeeOther)
	}
	mallory := p.as(p.mallory)
	got := slices.Sorted(maps.Values(mallory.finds(p.west, "zebra")))
	if !slices.Equal(got, []string{"Zebra of West"}) {
		t.Errorf("finds %q", got)
	}
	for _, q := range []string{"East", "Analytical", "Grace", "Edsger", p.east.ID.String(), p.analytical.ID.String()} {
		if got := mallory.finds(p.west, q); len(got) != 0 {
			t.Errorf("finds %v by %s", got, q)
		}
	}
	// From where she is in no account, she finds those that are hers.
	found := mallory.get("/search?q=west").want(t, http.StatusOK).says(t, "West").Find(".found a").Length()
	if found != 1 {
		t.Errorf("%d accounts", found)
	}
	// What the agency closes is found no more, and again when it is opened.
	must(t, p.store.SetEntitlement(t.Context(), p.grant(p.ada, "entitlements.edit", p.analytical), "contacts", p.west.ID, false))
	if got := mallory.finds(p.west, "zebra"); len(got) != 0 {
		t.Errorf("finds %v, which is closed", got)
	}
}

// What was open lately comes first, where it may be opened here.
func TestSearchBeginsWithWhatWasOpen(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for _, path := range []string{"/workflows", "/contacts", "/members"} {
		ada.get(in(p.analytical, path)).want(t, http.StatusOK)
	}
	ada.get(in(p.west, "")).want(t, http.StatusOK)
	recent := func(b *browser, a account.Account) (all []string) {
		b.get(in(a, "/search")).want(t, http.StatusOK).Find("main section").First().Find("a").Each(func(_ int, s *goquery.Selection) {
			all = append(all, words(s.Find("span").First()))
		})
		return all
	}
	if got := recent(ada, p.analytical); !slices.Equal(got, []string{"Members", "Contacts", "Workflows", "West"}) {
		t.Errorf("recent: %q", got)
	}
	if got := recent(p.as(p.edsger).keeps("bailiwick-recent", p.edsger.ID.String()+"~calls~<script>~contacts~"+strings.Repeat("calls~", 500)), p.east); len(got) < 2 || slices.Contains(got, "<script>") || len(got) > 8 {
		t.Errorf("recent: %q", got)
	}
	// Whoever sits down at the same browser next begins with nothing, and leaves
	// nothing for the one after.
	ada.post("/sign-in", values("email", p.grace.Email, "password", password)).want(t, http.StatusSeeOther)
	if got := recent(ada, p.analytical); slices.Contains(got, "Workflows") || slices.Contains(got, "West") {
		t.Errorf("Grace sees what Ada opened: %q", got)
	}
	ada.get(in(p.analytical, "/calls")).want(t, http.StatusOK)
	if got := recent(ada, p.analytical); len(got) == 0 || got[0] != "Calls" {
		t.Errorf("recent: %q", got)
	}
	// Records that were open are there too, as long as one may see them: in their own
	// account, not deleted, and to nobody else at this browser.
	ada = p.as(p.ada)
	zebra := ada.send(in(p.analytical, "/contacts"), "name", "Zebra").added(t)
	okapi := ada.send(in(p.analytical, "/contacts"), "name", "Okapi").added(t)
	wests := ada.send(in(p.west, "/contacts"), "name", "Of West").added(t)
	for _, at := range []string{in(p.analytical, "/contacts/"+okapi), in(p.west, "/contacts/"+wests), in(p.analytical, "/contacts/"+zebra)} {
		ada.get(at).want(t, http.StatusOK)
	}
	opened := func(b *browser, a account.Account) (all []string) {
		for _, s := range b.get(in(a, "/search")).want(t, http.StatusOK).Find("main section").EachIter() {
			if words(s.Find("h2")) == "Recent records" {
				all = texts(page{Document: goquery.NewDocumentFromNode(s.Nodes[0])}, "a span:first-of-type")
			}
		}
		return all
	}
	if got := opened(ada, p.analytical); !slices.Equal(got, []string{"Zebra", "Okapi"}) {
		t.Errorf("opened: %q", got)
	}
	if got := opened(ada, p.west); !slices.Equal(got, []string{"Of West"}) {
		t.Errorf("opened in West: %q", got)
	}
	ada.send(in(p.analytical, "/contacts/"+zebra+"/delete")).want(t, http.StatusSeeOther)
	if got := opened(ada, p.analytical); !slices.Equal(got, []string{"Okapi"}) {
		t.Errorf("opened, and one deleted: %q", got)
	}
	pays, link := p.subuser(p.analytical, "payer", "Payer")
	payer := p.asSubuser(link, "payer")
	kept := "~" + okapi + "~<script>~" + strings.Repeat("zebra~", 500)
	if got := opened(payer.keeps("bailiwick-opened", pays.ID.String()+kept), p.analytical); len(got) != 0 {
		t.Errorf("a payer sees a contact: %q", got)
	}
	grace := p.as(p.grace)
	if got := opened(grace.keeps("bailiwick-opened", p.ada.ID.String()+kept), p.analytical); len(got) != 0 {
		t.Errorf("Grace sees what Ada opened: %q", got)
	}
	if got := opened(grace.keeps("bailiwick-opened", p.grace.ID.String()+kept), p.analytical); !slices.Equal(got, []string{"Okapi"}) {
		t.Errorf("opened by Grace: %q", got)
	}
	must(t, p.store.SetEntitlement(t.Context(), p.grant(p.ada, "entitlements.edit", p.analytical), "contacts", p.west.ID, false))
	if got := opened(ada, p.west); len(got) != 0 {
		t.Errorf("opened, and closed by now: %q", got)
	}

	// The palette asks the same address, for what it found alone.
	part := ada.byScript(in(p.analytical, "/search?q=work")).want(t, http.StatusOK)
	if part.Find("main").Length() != 0 || words(part.Find("[role=option] span").First()) != "Workflows" {
		t.Errorf("the palette gets %s", part.Text())
	}
}

// Two call lists of one name are told apart by their applications, on the page and in
// the palette; what is in no application says nothing of one.
func TestSearchSaysInWhichApplication(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	for _, app := range []string{"Reception", "Support"} {
		at := in(p.analytical, "/applications/"+ada.application(p.analytical, app))
		ada.send(at+"/call-lists", "name", "Customers", "priority", "50", "simultaneous", "5", "attempts", "3", "interval", "300").added(t)
		ada.send(at+"/sip-registrations", "proxy", "sip.example.com", "username", "customers-"+app, "state", "enabled").added(t)
	}
	ada.send(in(p.analytical, "/contacts"), "name", "Customers of all").added(t)
	want := []string{"Customers of all: Contact", "Customers: Call list in Reception", "Customers: Call list in Support", "customers-Reception: SIP registration in Reception", "customers-Support: SIP registration in Support"}
	told := func(x page, items string) (all []string) {
		x.Find(items).Each(func(_ int, a *goquery.Selection) {
			if text := words(a.Find("span").First()); strings.HasPrefix(strings.ToLower(text), "customers") {
				all = append(all, text+": "+words(a.Find("span.dim")))
			}
		})
		slices.Sort(all)
		return all
	}
	search := in(p.analytical, "/search?q=customers")
	if got := told(ada.get(search).want(t, http.StatusOK), ".found a"); !slices.Equal(got, want) {
		t.Errorf("the page tells %q", got)
	}
	if got := told(ada.byScript(search).want(t, http.StatusOK), "[role=option]"); !slices.Equal(got, want) {
		t.Errorf("the palette tells %q", got)
	}
	// What was open lately says so too.
	for at, name := range ada.finds(p.analytical, "customers") {
		if name == "Customers" {
			ada.get(at).want(t, http.StatusOK)
		}
	}
	if got := told(ada.get(in(p.analytical, "/search")), ".found a"); !slices.Contains(got, "Customers: Call list in Support") {
		t.Errorf("lately opened are %q", got)
	}
}
