package handlers_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// suggested are the names that a field of a form's page offers for a search.
func (b *browser) suggested(page, field, search string) []string {
	b.t.Helper()
	return b.get(page+"?"+url.Values{"options": {field}, "q": {search}}.Encode()).want(b.t, http.StatusOK).offered()
}

func (x page) offered() []string {
	return x.Find("option").Map(func(_ int, o *goquery.Selection) string { return o.Text() })
}

const manyContacts = `
INSERT INTO records (tenant_id, id, account_id, kind, data, name, search, created_at, created_by, created_by_name, updated_at, updated_by, updated_by_name)
	SELECT $1, gen_random_uuid(), $1, 'contact', jsonb_build_object('name', 'Person ' || n || ' of Hamburg'), 'Person ' || n || ' of Hamburg', 'person ' || n, now(), 'member:x', 'Ada', now(), 'member:x', 'Ada' FROM generate_series(1, 100000) n`

// Ada chooses the contacts of an item among 100,000: the form stays small, and a
// search answers by an index, with at most two statements besides those of the session.
func TestAdaChoosesAmongAHundredThousand(t *testing.T) {
	sql := &statements{}
	p := newPanel(alone{t}, func(c *store.Config) { c.Tracer = sql })
	ctx := context.Background()
	conn := pgtest.Direct(t, p.config.URL)
	_, err := conn.Exec(ctx, manyContacts, p.analytical.ID)
	must(t, err)
	_, err = conn.Exec(ctx, "VACUUM (ANALYZE) records")
	must(t, err)
	w := &scaled{panel: p, browser: p.as(p.ada), sql: sql}
	w.browser.get(in(p.analytical, "/items")) // notes that the session was here
	form := in(p.analytical, "/items/new")
	if x := w.see("form", form); x.Find("input[type=checkbox][name=contacts]").Length() != 50 || x.Find("button[name=find][value=contacts]").Length() != 1 {
		t.Error("the form does not offer the first ones and a search for the others")
	}
	for search, first := range map[string]string{"person 4711 ": "Person 4711 of Hamburg", "person 77": "Person 77 of Hamburg", "hamburg 99999": "Person 99999 of Hamburg", "": "Person 1 of Hamburg", "hamburg": "Person 1 of Hamburg"} {
		x := w.costs("search "+search, 4, func() page {
			return w.get(form+"?"+url.Values{"options": {"contacts"}, "q": {search}}.Encode()).want(t, http.StatusOK)
		})
		if got := x.offered(); len(got) == 0 || got[0] != first {
			t.Errorf("%q finds %v", search, got)
		}
	}
	if got := w.suggested(form, "contacts", "nobody"); len(got) != 0 {
		t.Errorf("nobody is %v", got)
	}

	if pgtest.OnCitus() { // plans on its workers, whose indexes have other names
		return
	}
	// What begins with the words is found without looking at the rest.
	sql.take()
	w.suggested(form, "contacts", "person 77")
	sent, _ := sql.take()
	rows, err := conn.Query(ctx, "EXPLAIN ANALYZE "+sent[len(sent)-1], p.analytical.ID, "contact", p.analytical.ID, "person 77", "person 77\U0010FFFF")
	must(t, err)
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if text := strings.Join(plan, "\n"); !strings.Contains(text, "_name on records") || strings.Contains(text, "Rows Removed") || strings.Contains(text, "Sort") {
		t.Errorf("a search by how names begin reads otherwise:\n%s", text)
	}
	must(t, conn.Close(ctx))
}

// What a field offers is decided as its form and what it names: nobody comes upon
// a name in it that they may not know.
func TestChoicesShowOnlyWhatMayBeKnown(t *testing.T) {
	p := newPanel(t)
	ada, barbara := p.as(p.ada), p.as(p.barbara)
	for name, a := range map[string]account.Account{"Sales West": p.west, "Sales East": p.east, "Sales of all": p.analytical} {
		ada.send(in(a, "/knowledge-bases"), "name", name).added(t)
	}
	form := in(p.west, "/agents/new")
	if got := barbara.suggested(form, "knowledge_bases", "sales"); !cmp.Equal(got, []string{"Sales West"}) {
		t.Errorf("Barbara is offered %v", got)
	}
	ask := form + "?options=knowledge_bases&q=sales"
	p.as(p.mallory).get(ask).want(t, http.StatusNotFound)
	p.as(p.edsger).get(in(p.east, "/agents/new?options=knowledge_bases&q=sales")).want(t, http.StatusForbidden)
	p.browser().get(ask).want(t, http.StatusSeeOther)
	for _, field := range []string{"prompt", "application", "nothing", "-"} {
		barbara.get(form+"?options="+field).want(t, http.StatusNotFound)
	}

	// What is closed is not offered, and asked for it the form knows no such field.
	barbara.send(in(p.west, "/agents"), "name", "Secret caller", "type", "outbound", "state", "draft", "model", "standard", "language", "en", "longest_call", "900").added(t)
	barbara.send(in(p.west, "/agents"), "name", "Open caller", "type", "inbound", "state", "draft", "model", "standard", "language", "en", "longest_call", "900").added(t)
	p.allow("outbound", p.west, false)
	p.allow("knowledge_base", p.west, false)
	if got := barbara.suggested(in(p.west, "/simulations/new"), "agent", "caller"); !cmp.Equal(got, []string{"Open caller"}) {
		t.Errorf("of the agents there are %v", got)
	}
	barbara.get(ask).want(t, http.StatusNotFound)

	// Reserved numbers are in no field: the section that it names has none.
	system := authz.SystemGrant("test")
	for section, values := range map[string]map[string]any{
		"numbers_all_actions": {"number": "+442079460000", "state": "purchased"}, "numbers_reserved": {"number": "+442079460001", "state": "reserved"},
	} {
		_, err := p.store.ReportRecords(t.Context(), system, p.west, record.Place{Section: p.store.Catalog().Section(section)}, []record.Report{{Values: values}})
		must(t, err)
	}
	for _, written := range []string{"+44 20 7946", "0044 20 7946", "020 7946 0000", "7946 00"} {
		if got := barbara.suggested(form, "numbers", written); len(got) != 1 || strings.ReplaceAll(got[0], " ", "") != "+442079460000" {
			t.Errorf("%s finds %v", written, got)
		}
	}

	// A queue is served by users of its own application, whose manager may not open its page.
	app, other := ada.application(p.west, "Reception"), ada.application(p.west, "Other")
	for name, in := range map[string]string{"Front": in(p.west, "/applications/"+app), "Back": in(p.west, "/applications/"+other)} {
		ada.send(in+"/queues", "name", name, "priority", "1", "maximum_wait", "60").added(t)
	}
	_, link := p.subuser(p.west, "uma", "UserManager")
	uma := p.asSubuser(link, "uma")
	if got := uma.suggested(in(p.west, "/applications/"+app+"/users/new"), "queues", ""); !cmp.Equal(got, []string{"Front"}) {
		t.Errorf("Uma is offered %v", got)
	}
}

// Without script the form itself searches among many, and keeps what was typed.
func TestAFormSearchesWithoutScript(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	contacts := record.Place{Section: p.store.Catalog().Section("contacts")}
	for _, first := range []string{"A", "B", "C"} {
		for n := range 20 {
			_, _, err := p.store.CreateRecord(t.Context(), p.grant(p.ada, "contacts.edit", p.analytical), contacts, map[string]any{"name": first + string(rune('a'+n)) + " Hopper"})
			must(t, err)
		}
	}
	items := in(p.analytical, "/items")
	first := ada.get(items+"/new").want(t, http.StatusOK)
	boxes := first.Find("input[type=checkbox][name=contacts]")
	if boxes.Length() != 50 {
		t.Fatalf("the form offers %d", boxes.Length())
	}
	chosen := boxes.First().AttrOr("value", "")
	found := ada.send(items, "name", "Berlin", "website", "no address", "contacts", chosen, "find", "contacts", "find-contacts", "ct hop").want(t, http.StatusOK)
	names := found.Find("input[type=checkbox][name=contacts]").Parent().Map(func(_ int, l *goquery.Selection) string { return strings.TrimSpace(l.Text()) })
	if !cmp.Equal(names, []string{"Ct Hopper", "Aa Hopper"}) || found.value("name") != "Berlin" || found.value("website") != "no address" || found.Find(".problem").Length() != 0 {
		t.Errorf("the search shows %v with %q", names, found.value("name"))
	}
	if got := found.Find("input[name=contacts][checked]").AttrOr("value", ""); got != chosen {
		t.Errorf("%q is ticked", got)
	}
	if n := ada.get(items).want(t, http.StatusOK).column(); len(n) != 0 {
		t.Errorf("the search saved %v", n)
	}
	last := found.Find("input[name=contacts]").First().AttrOr("value", "")
	one := ada.send(items, "name", "Berlin", "contacts", chosen, "contacts", last).added(t)
	edit := ada.send(items+"/"+one+"/edit", "version", "1", "name", "Bonn", "contacts", chosen, "contacts", last, "find", "contacts", "find-contacts", "nobody").want(t, http.StatusOK)
	if edit.value("version") != "1" || edit.value("name") != "Bonn" || edit.Find("input[name=contacts][checked]").Length() != 2 {
		t.Error("the form forgets what is chosen while it searches")
	}
	// Return sends the form, not the search.
	if b := edit.Find("main form.form button").First(); slices.Contains([]string{"find"}, b.AttrOr("name", "")) {
		t.Error("the first button of the form searches")
	}
}

// A language is chosen by its name, wherever one is asked for, and kept by its code,
// which is also how programs and files say it.
func TestLanguagesAreChosenByName(t *testing.T) {
	p := newPanel(t)
	ada, program := p.as(p.ada), p.keyOf(p.ada, p.analytical)
	app := in(p.analytical, "/applications/"+ada.application(p.analytical, "Reception"))
	for _, form := range []string{in(p.analytical, "/whispers/new"), in(p.analytical, "/agents/new"), app + "/dialogflow-agents/new"} {
		x := ada.get(form).want(t, http.StatusOK)
		names := map[string]string{}
		x.Find("select[name=language] option").Each(func(_ int, o *goquery.Selection) { names[o.Text()] = o.AttrOr("value", "") })
		if names["Swiss High German"] != "de-CH" || names["English"] != "en" || len(names) < 200 {
			t.Errorf("%s offers %d languages", form, len(names))
		}
		if got := texts(x, "select[name=language] option[selected]"); !cmp.Equal(got, []string{"English"}) {
			t.Errorf("%s begins with %v", form, got)
		}
	}
	whispers := in(p.analytical, "/whispers")
	one := whispers + "/" + ada.send(whispers, "name", "Sales", "text", "About prices.", "language", "de-CH").added(t)
	if got := ada.get(one).want(t, http.StatusOK).fact("Language"); got != "Swiss High German" {
		t.Errorf("its page says %q", got)
	}
	if got := program.get("/api/v1" + one).want(http.StatusOK).json()["language"]; got != "de-CH" {
		t.Errorf("a program reads %v", got)
	}
	// A language that is not on the list, known by its code, stays chosen by its name.
	program.patch("/api/v1"+one, map[string]any{"language": "en-KE"}).want(http.StatusOK)
	if got := texts(ada.get(one+"/edit"), "select[name=language] option[selected]"); !cmp.Equal(got, []string{"English (Kenya)"}) {
		t.Errorf("chosen is %v", got)
	}
	// What is none is refused in a sentence at the field, and what was typed besides stays.
	for _, none := range []string{"xx", "Klingon", "en-QQ", "de-Latn-AT"} {
		x := ada.send(whispers, "name", "Support", "text", "Help.", "language", none).want(t, http.StatusUnprocessableEntity)
		if got := texts(x, ".field:has([name=language]) .problem"); len(got) != 1 || !strings.HasPrefix(got[0], "Choose a language") {
			t.Errorf("%s is answered by %v", none, got)
		}
		if x.Find("input[name=name]").AttrOr("value", "") != "Support" {
			t.Errorf("%s loses the name", none)
		}
		if got := program.post("/api/v1"+whispers, map[string]any{"name": "Support", "text": "Help.", "language": none}).want(http.StatusUnprocessableEntity); !strings.HasPrefix(got.fault("/language"), "Choose a language") {
			t.Errorf("a program is told of %s: %s", none, got.body)
		}
	}
	// A file may write a code in other letters.
	ada.send(whispers, "name", "Billing", "text", "Invoices.", "language", "DE-at").added(t)
	ada.get(whispers).says(t, "Austrian German", "English (Kenya)")
	// Changed by somebody else meanwhile, it is compared by name.
	ada.send(one+"/edit", "version", "1", "name", "Sales", "text", "About prices.", "language", "fr").want(t, http.StatusConflict).says(t, "English (Kenya)", "French")
}
