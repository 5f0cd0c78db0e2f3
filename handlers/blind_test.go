package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bailiwick/models/account"
	"bailiwick/models/people"
	"bailiwick/models/record"
)

// TestNothingFlowsDownOrSideways has Edsger, who may do all that can be done in East
// alone, look at every page of East before and after changes in Analytical above and in West beside it: he is
// told the same bytes. Ids of theirs answer him as ids that nobody has.
func TestNothingFlowsDownOrSideways(t *testing.T) {
	p := newPanel(t)
	ctx := context.Background()
	must(t, p.store.EditMember(ctx, p.grant(p.ada, "members.edit", p.east), p.edsger.ID, "full_editor", "sub_admin"))
	edsger := p.as(p.edsger)
	p.subuser(p.east, "own", "Support")
	place := func(section string) record.Place {
		return record.Place{Section: p.store.Catalog().Section(section)}
	}
	foreign := map[string]uuid.UUID{}
	changes := []struct {
		name string
		do   func(a account.Account, n int) error
	}{
		{"a contact", func(a account.Account, n int) error {
			r, _, err := p.store.CreateRecord(ctx, p.grant(p.ada, "contacts.edit", a), place("contacts"), map[string]any{"name": fmt.Sprintf("Secret %d", n)})
			foreign[":contact"] = r.ID
			return err
		}},
		{"an application", func(a account.Account, n int) error {
			r, _, err := p.store.CreateRecord(ctx, p.grant(p.ada, "application.edit", a), place("applications"), map[string]any{"name": fmt.Sprintf("Secret %d", n)})
			foreign[":application"] = r.ID
			return err
		}},
		{"a subuser", func(a account.Account, n int) error {
			u, _ := p.subuser(a, fmt.Sprintf("secret-%d", n), "Admin")
			foreign[":subuser"] = u.ID
			return nil
		}},
		{"a member", func(a account.Account, n int) error {
			m, _, err := p.store.SignUp(ctx, "Secret", fmt.Sprintf("secret%d@example.com", n), password)
			must(t, err)
			foreign[":member"] = m.ID
			return p.store.AddMember(ctx, p.grant(p.ada, "members.add", a), m.ID, "full_editor")
		}},
		{"an invite", func(a account.Account, n int) error {
			_, err := p.store.Invite(ctx, p.grant(p.ada, "members.add", a), []string{fmt.Sprintf("invited%d@example.com", n)}, []string{"full_viewer"})
			must(t, err)
			all, err := p.store.Invites(ctx, p.grant(p.ada, "members", a), people.InviteFilter{Limit: 1})
			must(t, err)
			foreign[":invite"] = all[0].ID
			return nil
		}},
		{"a role", func(a account.Account, n int) error {
			r, err := p.store.CreateRole(ctx, p.grant(p.ada, "roles.edit", a), fmt.Sprintf("Secret %d", n), "member:full_viewer", []string{"calls"})
			foreign[":role"] = r.ID
			return err
		}},
		{"a sub-account", func(a account.Account, n int) error {
			subs, err := p.store.CreateSubAccounts(ctx, p.grant(p.ada, "sub_accounts.create", a), []string{fmt.Sprintf("Secret %d", n)})
			if err == nil {
				foreign[":sub"] = subs[0].ID
			}
			return err
		}},
		{"a name", func(a account.Account, n int) error {
			return p.store.RenameOwnAccount(ctx, p.grant(p.ada, "account.manage", a), fmt.Sprintf("Secret %d", n))
		}},
	}
	type answer struct {
		status int
		body   string
	}
	look := func() map[string]answer {
		pages := map[string]answer{}
		for _, r := range accountRoutes(p) {
			if r.Method != http.MethodGet {
				continue
			}
			path := absent(strings.TrimPrefix(r.Path, "/a/:account")) + questions[r.Path]
			for _, query := range []string{"", "?accounts=below", "?accounts=below&q=secret"} {
				if query != "" && (strings.Contains(path, "?") || strings.Contains(path, noID)) {
					continue // only lists are asked for more
				}
				x := p.answer(edsger, http.MethodGet, in(p.east, path+query), nil)
				for range 3 { // a machine with much else to do
					if x.Code == http.StatusServiceUnavailable {
						x = p.answer(edsger, http.MethodGet, in(p.east, path+query), nil)
					}
				}
				pages[path+query] = answer{x.Code, ages.ReplaceAllString(x.Body.String(), "now")}
			}
		}
		return pages
	}
	before := look()
	if len(before) < 300 {
		t.Fatalf("only %d pages", len(before))
	}
	for i, a := range []account.Account{p.analytical, p.west} {
		for _, change := range changes {
			must(t, change.do(a, i))
		}
		for path, now := range look() {
			if was := before[path]; was != now {
				t.Errorf("%s of %s shows in East at %s: %d, then %d\n%s", "a change", a.Name, path, was.status, now.status, firstDifference(was.body, now.body))
			}
		}
		// What is theirs is nobody's to him.
		asked := 0
		for _, r := range accountRoutes(p) {
			for name, id := range foreign {
				if r.Method != http.MethodGet || !strings.Contains(r.Path+"/", name+"/") {
					continue
				}
				fill := func(id string) *answer {
					path := absent(strings.ReplaceAll(strings.TrimPrefix(r.Path, "/a/:account")+"/", name+"/", id+"/"))
					x := p.answer(edsger, http.MethodGet, in(p.east, strings.TrimSuffix(path, "/")), nil)
					return &answer{x.Code, strings.ReplaceAll(ages.ReplaceAllString(x.Body.String(), "now"), id, noID)}
				}
				asked++
				if theirs, nobodys := fill(id.String()), fill(noID); *theirs != *nobodys {
					t.Errorf("%s: an id of %s answers %d, an absent one %d\n%s", r.Path, a.Name, theirs.status, nobodys.status, firstDifference(nobodys.body, theirs.body))
				}
			}
		}
		if asked < 30 {
			t.Errorf("only %d questions for what is %s's", asked, a.Name)
		}
		x := p.answer(edsger, http.MethodGet, in(a, ""), nil)
		if nobody := p.answer(edsger, http.MethodGet, inID(uuid.MustParse(noID), ""), nil); x.Body.String() != nobody.Body.String() {
			t.Errorf("%s itself answers otherwise than nothing", a.Name)
		}
	}
}

// ages are what a page says that goes with the time, or the request, alone.
var ages = regexp.MustCompile(`\d\d:\d\d(:\d\d)?|just now|\d+ (minute|hour)s? ago|Request <code>\w+</code>`)

// firstDifference is a little of two texts from where they part.
func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(i, len(s))-60):min(len(s), i+120)] }
	return "before: …" + cut(a) + "…\nafter:  …" + cut(b) + "…"
}
