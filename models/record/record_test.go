package record_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/audit"
	"bailiwick/models/login"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

func TestAdaKeepsApplications(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	apps := w.at("applications")
	reception, secrets, err := w.s.CreateRecord(ctx, w.create(w.analytical, apps), apps, map[string]any{"name": "Reception"})
	if err != nil {
		t.Fatal(describe(err))
	}
	secret := secrets["secret"]
	if !strings.HasPrefix(secret, "bw_") || len(secret) != 49 {
		t.Fatalf("the secret is %q", secret)
	}
	found, err := w.s.Record(ctx, w.may(w.ada, "application", w.analytical), reception.ID)
	if err != nil {
		t.Fatal(err)
	}
	if shown := found.Values["secret"]; shown != "bw_…"+secret[45:] {
		t.Errorf("the secret is shown as %v", shown)
	}
	if everything := w.query("SELECT string_agg(r::text, '') FROM records r") + w.query("SELECT string_agg(a::text, '') FROM audit_events a"); strings.Contains(everything, secret) {
		t.Error("the secret is stored in the clear")
	}

	// A second one of the name is refused, in another account it is not.
	_, _, err = w.s.CreateRecord(ctx, w.create(w.analytical, apps), apps, map[string]any{"name": "reception"})
	w.wants(err, map[string]string{"name": "There is one with this name already."})
	w.add(w.east, apps, map[string]any{"name": "Reception"})

	// Nothing wrong is stored, and nothing that the form has not.
	_, _, err = w.s.CreateRecord(ctx, w.create(w.analytical, apps), apps, map[string]any{"name": strings.Repeat("x", 66)})
	w.wants(err, map[string]string{"name": "Use 1 to 65 characters."})
	_, _, err = w.s.CreateRecord(ctx, w.create(w.analytical, apps), apps, map[string]any{"name": "A", "secret": "mine"})
	w.wants(err, map[string]string{"secret": "This can't be set here."})

	edit := w.may(w.ada, "application.edit", w.analytical)
	changed, err := w.s.EditRecord(ctx, edit, w.at("application"), reception.ID, found.Version, map[string]any{"name": "Front desk", "description": "Hello"})
	if err != nil {
		t.Fatal(describe(err))
	}
	if changed.Name != "Front desk" || changed.Version != 2 || changed.Values["secret"] != found.Values["secret"] {
		t.Errorf("%+v", changed)
	}
	// Who began from the older version learns what it is now.
	_, err = w.s.EditRecord(ctx, edit, w.at("application"), reception.ID, found.Version, map[string]any{"name": "Lobby"})
	var conflict *record.Conflict
	if !errors.As(err, &conflict) || conflict.Theirs.Name != "Front desk" || conflict.Theirs.UpdatedByName != "Ada Lovelace" {
		t.Fatalf("want a conflict, got %v", err)
	}
	if err := w.s.DeleteRecord(ctx, edit, w.at("application"), reception.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Record(ctx, w.may(w.ada, "application", w.analytical), reception.ID); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("it is still there: %v", err)
	}

	var actions []string
	events, err := w.s.Audit(ctx, w.may(w.ada, "audit", w.analytical), audit.Filter{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == "application" {
			actions = append(actions, e.Action+" "+e.ResourceName)
		}
	}
	if diff := cmp.Diff([]string{"application.delete Front desk", "application.edit Reception", "application.create Reception"}, actions); diff != "" {
		t.Errorf("audit (-want +got)\n%s", diff)
	}
	if _, err := w.s.VerifyAudit(ctx, w.analytical.TenantID, w.analytical.ID); err != nil {
		t.Error(err)
	}
}

func TestAGrantOpensNothingElse(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	apps := w.at("applications")
	theirs := w.add(w.malloryVill, apps, map[string]any{"name": "Heist"})
	mine := w.add(w.analytical, apps, map[string]any{"name": "Reception"})
	edit := w.may(w.ada, "application.edit", w.analytical)

	// A foreign id answers as an absent one, on every verb.
	for name, id := range map[string]uuid.UUID{"foreign": theirs.ID, "absent": uuid.New()} {
		if _, err := w.s.Record(ctx, edit, id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: read: %v", name, err)
		}
		if _, err := w.s.EditRecord(ctx, edit, w.at("application"), id, 1, map[string]any{"name": "X"}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: edit: %v", name, err)
		}
		if err := w.s.DeleteRecord(ctx, edit, w.at("application"), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: delete: %v", name, err)
		}
	}
	// A grant for another permission or another account is no grant.
	if _, err := w.s.EditRecord(ctx, w.may(w.ada, "applications", w.analytical), w.at("application"), mine.ID, 1, map[string]any{"name": "X"}); !errors.Is(err, authz.ErrDenied) {
		t.Errorf("a view edits: %v", err)
	}
	if _, err := w.s.EditRecord(ctx, w.may(w.ada, "application.edit", w.east), w.at("application"), mine.ID, 1, map[string]any{"name": "X"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a grant for East edits Analytical's: %v", err)
	}
	// A record of another kind is not at the place.
	g := w.may(w.ada, "groups.edit", w.analytical)
	if err := w.s.DeleteRecord(ctx, g, w.at("groups"), mine.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an application is deleted as a group: %v", err)
	}
	// The second line: the wrong tenant's scope shows nothing even without conditions.
	c, err := pgx.Connect(ctx, w.url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	var n int
	if err := c.QueryRow(ctx, "SELECT count(*) FROM records").Scan(&n); err != nil || n != 0 {
		t.Errorf("without a scope %d records show, %v", n, err)
	}
}

func TestAnApplicationHoldsWhatIsInsideIt(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	reception := w.add(w.analytical, w.at("applications"), map[string]any{"name": "Reception"})
	other := w.add(w.analytical, w.at("applications"), map[string]any{"name": "Other"})
	inside := func(section string) record.Place { return w.at(section, reception.ID) }
	greet := w.add(w.analytical, inside("application_scenarios"), map[string]any{"name": "greet", "code": "say('hi')"})
	foreign := w.add(w.analytical, w.at("application_scenarios", other.ID), map[string]any{"name": "greet"})

	// Rules name scenarios of their own application only.
	_, _, err := w.s.CreateRecord(ctx, w.may(w.ada, "application_rules.edit", w.analytical), inside("application_rules"),
		map[string]any{"name": "All", "pattern": ".*", "scenarios": []any{foreign.ID.String()}})
	w.wants(err, map[string]string{"scenarios": "Choose one of the list."})
	rule := w.add(w.analytical, inside("application_rules"), map[string]any{"name": "All", "pattern": ".*", "scenarios": []any{greet.ID.String()}})
	l := w.list(w.may(w.ada, "application_rules", w.analytical), inside("application_rules"), record.Query{})
	if l.Names[greet.ID].Name != "greet" || rule.ParentID != reception.ID {
		t.Errorf("%+v", l)
	}
	if l := w.list(w.may(w.ada, "application_rules", w.analytical), w.at("application_rules", other.ID), record.Query{}); len(l.Records) != 0 {
		t.Errorf("the other application shows %v", names(l))
	}

	lists := inside("application_call_lists")
	list := w.add(w.analytical, lists, map[string]any{"name": "Friday"})
	w.add(w.analytical, w.at("call_list_lines", list.ID), map[string]any{"phone": "+4930901820", "custom": map[string]any{"name": "Grace"}})
	sip := w.add(w.analytical, w.at("sip_registrations"), map[string]any{"proxy": "sip.example.com", "username": "ada", "password": "engine", "application": reception.ID.String()})
	if sip.ParentID != reception.ID {
		t.Errorf("the registration belongs to %v", sip.ParentID)
	}
	goes, stays, err := w.s.Inside(ctx, reception)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"scenario": 1, "rule": 1, "call_list": 1, "call_list_line": 1}, goes); diff != "" {
		t.Errorf("goes (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"sip_registration": 1}, stays); diff != "" {
		t.Errorf("stays (-want +got)\n%s", diff)
	}
	if err := w.s.DeleteRecord(ctx, w.may(w.ada, "application.edit", w.analytical), w.at("application"), reception.ID); err != nil {
		t.Fatal(err)
	}
	if left := w.query("SELECT coalesce(string_agg(kind || ' ' || name, ', ' ORDER BY kind, name), '') FROM records"); left != "application Other, scenario greet, sip_registration ada" {
		t.Errorf("left: %s", left)
	}
	sip, err = w.s.Record(ctx, w.may(w.ada, "sip_registrations", w.analytical), sip.ID)
	if err != nil || sip.ParentID != uuid.Nil || sip.Values["application"] != nil {
		t.Errorf("%+v %v", sip, err)
	}
}

func TestListsSearchFilterSortAndPage(t *testing.T) {
	w := openAgency(t)
	at, view := w.at("contacts"), w.may(w.ada, "contacts", w.analytical)
	for i := range 120 {
		w.add(w.analytical, at, map[string]any{"name": fmt.Sprintf("Person %03d", i), "company": []string{"Acme", "Böhm & 100%"}[i%2]})
	}
	walk := func(q record.Query) []string {
		var all []string
		for {
			l := w.list(view, at, q)
			all = append(all, names(l)...)
			if l.Next == "" {
				// And back to the beginning.
				back := names(l)
				for l.Prev != "" {
					l = w.list(view, at, record.Query{Sort: q.Sort, Search: q.Search, Before: l.Prev})
					back = append(names(l), back...)
				}
				if diff := cmp.Diff(all, back); diff != "" {
					t.Errorf("sort %q: there and back differ\n%s", q.Sort, diff)
				}
				return all
			}
			q.After = l.Next
		}
	}
	for _, sort := range []string{"name", "-name", "created_at", "-created_at", "company", "-company", ""} {
		all := walk(record.Query{Sort: sort})
		seen := map[string]bool{}
		for _, n := range all {
			seen[n] = true
		}
		if len(all) != 120 || len(seen) != 120 {
			t.Errorf("sort %q shows %d records, %d different", sort, len(all), len(seen))
		}
		switch sort {
		case "name", "created_at", "":
			if all[0] != "Person 000" || all[119] != "Person 119" {
				t.Errorf("sort %q begins with %s", sort, all[0])
			}
		case "-name", "-created_at":
			if all[0] != "Person 119" {
				t.Errorf("sort %q begins with %s", sort, all[0])
			}
		}
	}
	if l := w.list(view, at, record.Query{}); l.Total != 120 || len(l.Records) != record.Page || l.Prev != "" || l.Next == "" {
		t.Errorf("total %d, page %d", l.Total, len(l.Records))
	}
	if l := w.list(view, at, record.Query{Search: "böhm 017"}); len(l.Records) != 1 || l.Total != 1 {
		t.Errorf("search finds %v", names(l))
	}
	if l := w.list(view, at, record.Query{Search: "%"}); l.Total != 60 {
		t.Errorf("a percent sign finds %d", l.Total)
	}
	if _, err := w.s.Records(t.Context(), view, at, record.Query{After: "nonsense"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a made-up cursor: %v", err)
	}

	calls := w.at("keyword_spotting")
	w.add(w.analytical, calls, map[string]any{"name": "Prices", "keywords": []any{"price", "cost"}, "said_by": "caller"})
	w.add(w.analytical, calls, map[string]any{"name": "Thanks", "keywords": []any{"thanks"}, "said_by": "agent", "state": "disabled"})
	rules := w.may(w.ada, "keyword_spotting", w.analytical)
	if l := w.list(rules, calls, record.Query{Filters: map[string]string{"said_by": "caller"}}); !cmp.Equal(names(l), []string{"Prices"}) {
		t.Errorf("filter finds %v", names(l))
	}
	if l := w.list(rules, calls, record.Query{Filters: map[string]string{"state": "disabled"}}); !cmp.Equal(names(l), []string{"Thanks"}) {
		t.Errorf("state finds %v", names(l))
	}
}

func TestListsLeaveLongTextsOut(t *testing.T) {
	w := openAgency(t)
	app := w.add(w.analytical, w.at("applications"), map[string]any{"name": "Reception"})
	at := w.at("application_scenarios", app.ID)
	w.add(w.analytical, at, map[string]any{"name": "greet", "code": "say('hi')"})
	view := w.may(w.ada, "application_scenarios", w.analytical)
	if r := w.list(view, at, record.Query{}).Records[0]; r.Values["code"] != nil || r.Values["name"] != "greet" {
		t.Errorf("%v", r.Values)
	}
	if r := w.list(view, at, record.Query{Long: []string{"code"}}).Records[0]; r.Values["code"] != "say('hi')" {
		t.Errorf("%v", r.Values)
	}
}

func TestBelowShowsChildrenAndNeverUpOrSideways(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	at := w.at("contacts")
	for _, a := range []account.Account{w.analytical, w.east, w.west, w.eastBerlin, w.malloryVill} {
		w.add(a, at, map[string]any{"name": "Contact of " + a.Name})
	}
	edsger, _, err := w.s.SignUp(ctx, "Edsger", "edsger@example.com", "correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.AddMember(ctx, w.may(w.ada, "members.add", w.east), edsger.ID, "member:full_viewer"); err != nil {
		t.Fatal(err)
	}
	q := record.Query{Below: true, Sort: "name"}
	for _, x := range []struct {
		who  login.Member
		at   account.Account
		want []string
	}{
		{w.ada, w.analytical, []string{"Contact of Analytical", "Contact of East", "Contact of East Berlin", "Contact of West"}},
		{w.ada, w.east, []string{"Contact of East", "Contact of East Berlin"}},
		{edsger, w.east, []string{"Contact of East", "Contact of East Berlin"}},
		{w.mallory, w.malloryVill, []string{"Contact of Malloryville"}},
	} {
		l := w.list(w.may(x.who, "contacts", x.at), at, q)
		if diff := cmp.Diff(x.want, names(l)); diff != "" {
			t.Errorf("%s at %s (-want +got)\n%s", x.who.Name, x.at.Name, diff)
		}
		if l.Total != len(x.want) {
			t.Errorf("%s at %s counts %d", x.who.Name, x.at.Name, l.Total)
		}
	}
	// What East Berlin may not use is not read from above either.
	if err := w.s.SetEntitlement(ctx, w.may(w.ada, "entitlements.edit", w.east), "contacts", w.eastBerlin.ID, false); err != nil {
		t.Fatal(err)
	}
	if l := w.list(w.may(edsger, "contacts", w.east), at, q); !cmp.Equal(names(l), []string{"Contact of East"}) {
		t.Errorf("a closed section is read: %v", names(l))
	}
	if l := w.list(w.may(w.ada, "contacts", w.analytical), at, q); !cmp.Equal(names(l), []string{"Contact of Analytical", "Contact of East", "Contact of West"}) {
		t.Errorf("a closed section is read by the agency: %v", names(l))
	} else if got := l.Accounts[l.Records[2].AccountID].Name; got != "West" {
		t.Errorf("the account of %s is called %q", l.Records[2].Name, got)
	}
	// A filter names only accounts that are seen.
	for _, a := range []account.Account{w.analytical, w.west, w.malloryVill, w.eastBerlin} {
		if _, err := w.s.Records(ctx, w.may(edsger, "contacts", w.east), at, record.Query{Below: true, Account: a.ID}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Edsger narrows to %s: %v", a.Name, err)
		}
	}
}

func TestTheCeilingBindsWhatIsMadeAndAttached(t *testing.T) {
	w, ctx := openAgency(t), t.Context()
	agents, actions := w.at("agents"), w.at("actions")
	text := w.add(w.east, actions, map[string]any{"name": "Text", "type": "SEND_SMS", "moment": "after"})
	mail := w.add(w.east, actions, map[string]any{"name": "Mail", "type": "SEND_EMAIL", "moment": "after"})
	old := w.add(w.east, agents, map[string]any{"name": "Old", "type": "outbound", "state": "live"})
	close := w.may(w.ada, "entitlements.edit", w.analytical)
	for _, key := range []string{"outbound", "send_sms", "configure"} {
		if err := w.s.SetEntitlement(ctx, close, key, w.east.ID, false); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := w.s.CreateRecord(ctx, w.create(w.east, agents), agents, map[string]any{"name": "New", "type": "outbound", "state": "draft"})
	w.wants(err, map[string]string{"type": "This account can't use Outbound."})
	_, _, err = w.s.CreateRecord(ctx, w.create(w.east, agents), agents, map[string]any{"name": "New", "type": "chat", "state": "draft", "voice": "alto"})
	w.wants(err, map[string]string{"voice": "This account can't use this."})
	_, _, err = w.s.CreateRecord(ctx, w.create(w.east, agents), agents, map[string]any{"name": "New", "type": "chat", "state": "draft", "actions": []any{text.ID.String()}})
	w.wants(err, map[string]string{"actions": "This account can't use Send SMS."})
	w.add(w.east, agents, map[string]any{"name": "New", "type": "chat", "state": "draft", "actions": []any{mail.ID.String()}})

	// What was there is kept and refused, and in no list, also not from above; what
	// East Berlin may use still is.
	berlin := w.add(w.eastBerlin, actions, map[string]any{"name": "Berlin mail", "type": "SEND_EMAIL", "moment": "after"})
	west := w.add(w.west, agents, map[string]any{"name": "West", "type": "outbound", "state": "live"})
	edit := w.may(w.ada, "agents.edit", w.east)
	var closed *record.Closed
	values := map[string]any{"name": "Older", "type": "outbound", "state": "paused"}
	if _, err = w.s.EditRecord(ctx, edit, agents, old.ID, 1, values); !errors.As(err, &closed) || closed.Missing != w.s.Catalog().Entitlement("outbound").Bit {
		t.Errorf("a closed agent is edited: %v", err)
	}
	if err := w.s.DeleteRecord(ctx, edit, agents, old.ID); !errors.As(err, &closed) {
		t.Errorf("a closed agent is deleted: %v", err)
	}
	for _, x := range []struct {
		at    account.Account
		place record.Place
		view  string
		want  []string
	}{
		{w.east, agents, "agents", []string{"New"}}, {w.analytical, agents, "agents", []string{"New", west.Name}},
		{w.east, actions, "actions", []string{berlin.Name, "Mail"}}, {w.analytical, actions, "actions", []string{berlin.Name, "Mail"}},
	} {
		if l := w.list(w.may(w.ada, x.view, x.at), x.place, record.Query{Below: true, Sort: "name"}); !cmp.Equal(names(l), x.want) || l.Total != len(x.want) {
			t.Errorf("%s of %s are %v, %d", x.view, x.at.Name, names(l), l.Total)
		}
	}
	// By what is closed nothing is found or put in order.
	model := w.add(w.west, agents, map[string]any{"name": "Model", "type": "chat", "state": "draft", "model": "thorough"})
	for _, q := range []record.Query{{Filters: map[string]string{"model": "standard"}}, {Filters: map[string]string{"model": "thorough"}}} {
		q.Below = true
		for _, r := range w.list(w.may(w.ada, "agents", w.analytical), agents, q).Records {
			if r.AccountID == w.east.ID {
				t.Errorf("%s is found by its model", r.Name)
			}
		}
	}
	if l := w.list(w.may(w.ada, "agents", w.analytical), agents, record.Query{Below: true, Sort: "-model"}); !cmp.Equal(names(l), []string{model.Name, "New", west.Name}) {
		t.Errorf("in the order of a closed model: %v", names(l))
	}

	// Opened again it can be edited, and what is still hidden is not lost by that.
	if err := w.s.SetEntitlement(ctx, close, "outbound", w.east.ID, true); err != nil {
		t.Fatal(err)
	}
	edited, err := w.s.EditRecord(ctx, edit, agents, old.ID, 1, values)
	if err != nil {
		t.Fatal(describe(err))
	}
	if edited.Values["model"] != "standard" {
		t.Errorf("the hidden model is %v", edited.Values["model"])
	}
}

func TestOldRepliesAreKept(t *testing.T) {
	w := openAgency(t)
	ticket := w.add(w.analytical, w.at("support_tickets"), map[string]any{"subject": "Echo", "text": "Callers hear themselves."})
	silent := w.add(w.analytical, w.at("support_tickets"), map[string]any{"subject": "Delay", "text": "It takes long."})
	w.exec(`UPDATE records SET data = data || '{"replies": "It began at nine."}' WHERE id = $1`, ticket.ID)
	w.exec(`UPDATE records SET data = data || '{"replies": ""}' WHERE id = $1`, silent.ID)
	w.migrate("0020_ticket_replies.sql")
	found, err := w.s.Record(t.Context(), w.may(w.ada, "support_tickets.edit", w.analytical), ticket.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []catalog.Entry{{At: ticket.UpdatedAt.Truncate(time.Second), Text: "It began at nine."}}
	if diff := cmp.Diff(want, catalog.Entries(found.Values["replies"])); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	tickets := w.s.Catalog().Section("support_tickets").Records
	for _, id := range []uuid.UUID{ticket.ID, silent.ID} {
		if _, err := w.s.Act(t.Context(), w.may(w.ada, "support_tickets.edit", w.analytical), tickets.Kind, tickets.Act("close"), id, nil); err != nil {
			t.Errorf("the ticket can not be closed: %v", describe(err))
		}
	}
}

func TestOldNotificationSettingsAreFound(t *testing.T) {
	w := openAgency(t)
	channel := w.add(w.analytical, w.at("notification_channels"), map[string]any{"name": "Office", "type": "email", "state": "enabled", "address": "office@analytical.example"})
	all := map[uuid.UUID]string{}
	for _, o := range w.s.Catalog().Kind("notification_setting").Field("event").Options {
		r := w.add(w.analytical, w.at("notification_settings"), map[string]any{"event": o.Value, "channel": channel.ID.String(), "state": "enabled"})
		all[r.ID] = w.query("SELECT search FROM records WHERE id = $1", r.ID)
		if all[r.ID] == "" {
			t.Fatalf("nothing finds %s", o.Value)
		}
	}
	w.exec("UPDATE records SET search = '' WHERE kind = 'notification_setting'")
	w.migrate("0028_search_of_notification_settings.sql")
	w.migrate("0046_created_subusers.sql")
	for id, want := range all {
		if got := w.query("SELECT search FROM records WHERE id = $1", id); got != want {
			t.Errorf("found by %q, not %q", got, want)
		}
	}
}
