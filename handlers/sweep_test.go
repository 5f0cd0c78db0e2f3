package handlers_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/cmd/bailiwick/demo"
	"bailiwick/handlers"
	"bailiwick/models/account"
	"bailiwick/models/log"
	"bailiwick/models/login"
	"bailiwick/models/people"
	"bailiwick/models/program"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// sweep is the demo panel with one thing of every kind in East, where Edsger may
// do all that can be done in it alone, and in the accounts around it.
type sweep struct {
	*panel
	cast   demo.Cast
	who    *browser
	token  string
	at     account.Account              // where they ask
	own    map[string]string            // ids of what is there, by kind
	kinds  map[string][]string          // kinds of thing that a parameter of a path names
	things map[string]map[string]string // ids by account and kind
	others map[string]string            // ids of what is somebody else's alone, by the parameter of a path
	wait   sync.WaitGroup
	slots  chan struct{}
	lock   sync.Mutex
	absent map[string]reply // by what was asked
	asked  int
}

// around are the accounts whose things are not East's.
var around = map[string]string{"parent": "Analytical", "sibling": "West", "child": "East Berlin", "other tenant": "Malloryville"}

func newSweep(t *testing.T) *sweep {
	p, cast := demoPanel(t)
	s := &sweep{panel: p, cast: cast, kinds: map[string][]string{}, things: map[string]map[string]string{}, slots: make(chan struct{}, 4), absent: map[string]reply{}}
	ctx := t.Context()
	for name, into := range map[string]*login.Member{"ada": &p.ada, "edsger": &p.edsger, "mallory": &p.mallory} {
		var err error
		*into, err = p.store.MemberByEmail(ctx, name+"@example.com")
		must(t, err)
	}
	p.analytical, p.east, p.west, p.berlin, p.malloryville = cast.Accounts["Analytical"], cast.Accounts["East"], cast.Accounts["West"], cast.Accounts["East Berlin"], cast.Accounts["Malloryville"]
	must(t, p.store.EditMember(ctx, p.grant(p.ada, "members.edit", p.east), p.edsger.ID, "full_editor", "sub_admin"))
	direct := pgtest.Direct(t, p.config.URL)
	var columns string
	must(t, direct.QueryRow(ctx, `SELECT string_agg(column_name, ',') FROM information_schema.columns
		WHERE table_name = 'records' AND is_generated = 'NEVER' AND column_name NOT IN ('tenant_id', 'account_id', 'id', 'parent_id', 'unique_key')`).Scan(&columns))
	// One record of each kind, and what it belongs to.
	rows, err := direct.Query(ctx, `WITH RECURSIVE one AS (SELECT DISTINCT ON (kind) id, parent_id FROM records WHERE tenant_id = $1 AND account_id = $1 ORDER BY kind, parent_id NULLS LAST, id),
		chain AS (SELECT * FROM one UNION SELECT r.id, r.parent_id FROM records r JOIN chain c ON r.tenant_id = $1 AND r.id = c.parent_id)
		SELECT id FROM chain`, p.analytical.ID)
	must(t, err)
	chain, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	must(t, err)
	for _, a := range cast.Accounts { // what each has is swept, so nothing is closed
		if a.ParentID != nil && a.TenantID == p.analytical.TenantID {
			parent := account.Account{ID: *a.ParentID, TenantID: a.TenantID}
			must(t, p.store.SetEntitlement(ctx, p.grant(p.ada, "entitlements.edit", parent), "logs", a.ID, true))
		}
	}
	for i, name := range append(slices.Sorted(mapValues(around)), "East") {
		a, owner := cast.Accounts[name], p.ada
		if name == "Malloryville" {
			owner = p.mallory
		}
		things := map[string]string{}
		s.things[name] = things
		_, err := direct.Exec(ctx, `INSERT INTO records (tenant_id, account_id, id, parent_id, `+columns+`)
			SELECT $2, $3, md5(id::text || $4)::uuid, md5(parent_id::text || $4)::uuid, `+columns+` FROM records WHERE tenant_id = $1 AND id = ANY($5) ON CONFLICT DO NOTHING`,
			p.analytical.ID, a.TenantID, a.ID, name, chain)
		must(t, err)
		u, err := p.store.CreateSubuser(ctx, p.grant(owner, "subuser_create", a), people.SubuserInput{Name: fmt.Sprintf("swept-%d", i), Roles: []string{"Support"}, Password: password})
		must(t, err)
		m, _, err := p.store.SignUp(ctx, "Swept", fmt.Sprintf("swept%d@example.com", i), password)
		must(t, err)
		must(t, p.store.AddMember(ctx, p.grant(owner, "members.add", a), m.ID, "full_viewer"))
		_, err = p.store.Invite(ctx, p.grant(owner, "members.add", a), []string{fmt.Sprintf("invited%d@example.com", i)}, []string{"full_viewer"})
		must(t, err)
		invites, err := p.store.Invites(ctx, p.grant(owner, "members", a), people.InviteFilter{Limit: 1})
		must(t, err)
		role, err := p.store.CreateRole(ctx, p.grant(owner, "roles.edit", a), fmt.Sprintf("Swept %d", i), "member:full_viewer", []string{"calls"})
		must(t, err)
		sub, err := p.store.CreateSubAccounts(ctx, p.grant(owner, "sub_accounts.create", a), []string{fmt.Sprintf("Swept %d", i)})
		must(t, err)
		batch, err := p.store.ChangeAccounts(ctx, p.grant(owner, "sub_accounts.edit", a), "label", "swept", account.Selection{Many: store.Some(sub[0].ID)})
		must(t, err)
		robot, key, err := p.store.CreateServiceAccount(ctx, p.grant(owner, "service_accounts.edit", a), program.ServiceAccountInput{Name: fmt.Sprintf("Swept %d", i), Roles: []string{"Support"}}, &program.KeyInput{Name: "Swept"})
		must(t, err)
		timeless, err := p.store.CreateTimelessAccount(ctx, p.grant(owner, "timeless_accounts.edit", a), log.TimelessInput{Name: fmt.Sprintf("Swept %d", i)})
		must(t, err)
		things["account"], things["subuser"], things["member"], things["invite"] = a.ID.String(), u.Subuser.ID.String(), m.ID.String(), invites[0].ID.String()
		things["role"], things["sub"], things["timeless"] = role.ID.String(), sub[0].ID.String(), timeless.ID.String()
		things["batch"], things["service_account"], things["api_key"] = batch.ID.String(), robot.ID.String(), key.ID.String()
		groups := record.Place{Section: p.store.Catalog().Section("groups")}
		deleted, _, err := p.store.CreateRecord(ctx, p.grant(owner, "groups.edit", a), groups, map[string]any{"name": "Deleted"})
		must(t, err)
		must(t, p.store.DeleteRecord(ctx, p.grant(owner, "groups.edit", a), groups, deleted.ID))
		things["record"] = deleted.ID.String()
		rows, err := direct.Query(ctx, "SELECT DISTINCT ON (kind) kind, id::text FROM records WHERE account_id = $1 ORDER BY kind, parent_id NULLS LAST, id DESC", a.ID)
		must(t, err)
		var kind, id string
		_, err = pgx.ForEachRow(rows, []any{&kind, &id}, func() error { things[kind] = id; return nil })
		must(t, err)
	}
	for _, section := range p.store.Catalog().Sections {
		if r := section.Records; r != nil && section.Pending == "" {
			paths := []string{r.OnePath()}
			for _, a := range r.Acts {
				paths = append(paths, r.ActPath(a))
			}
			for _, path := range paths {
				in := section
				names := parameters.FindAllString(path, -1)
				for i := len(names) - 1; i >= 0 && in != nil; i, in = i-1, in.Inside {
					if k := in.Records.Kind.Key; !slices.Contains(s.kinds[names[i]], k) {
						s.kinds[names[i]] = append(s.kinds[names[i]], k)
					}
				}
			}
		}
	}
	for _, own := range []string{"subuser", "member", "invite", "role", "sub", "timeless", "batch", "record", "service_account", "api_key"} {
		s.kinds[":"+own] = append(s.kinds[":"+own], own)
	}
	s.kinds[":entry"] = []string{"log"}
	p.login(cast, "ada@example.com")
	passkey, session, offer := uuid.New(), "", ""
	_, err = direct.Exec(ctx, "INSERT INTO passkeys (id, member_id, name, credential_id, credential, created_at) VALUES ($1, $2, 'Laptop', 'laptop', '{}', now())", passkey, p.ada.ID)
	must(t, err)
	must(t, direct.QueryRow(ctx, "SELECT id::text FROM sessions WHERE principal_id = $1", p.ada.ID).Scan(&session))
	must(t, p.store.OfferOwnership(ctx, p.grant(p.mallory, "account.manage", p.malloryville), p.malloryville.ID, uuid.MustParse(s.things["Malloryville"]["member"]), true))
	must(t, direct.QueryRow(ctx, "SELECT id::text FROM ownership_offers WHERE account_id = $1", p.malloryville.ID).Scan(&offer))
	s.others = map[string]string{":passkey": passkey.String(), ":session": session, ":offer": offer}
	s.as("edsger", p.east)
	return s
}

// as goes on as somebody else, in an account with things of every kind.
func (s *sweep) as(name string, at account.Account) {
	s.wait.Wait()
	s.who, s.at, s.own = s.login(s.cast, name+"@example.com"), at, s.things[at.Name]
	s.token = s.who.token()
}

var parameters = regexp.MustCompile(`:[a-z_]+`)

func mapValues(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// reply is what is the same for a foreign thing and for one that is not there.
type reply struct {
	status             int
	location, to, body string
}

// ask asks with an id in the path, the query or the form.
func (s *sweep) ask(method, path string, form url.Values, script bool) (x reply) {
	form = maps.Clone(form)
	if method == http.MethodPost {
		if form == nil {
			form = url.Values{}
		}
		form.Set("token", s.token)
	}
	for range 4 { // a machine with much else to do
		req := httptest.NewRequest(method, s.who.base+path, strings.NewReader(form.Encode()))
		if method == http.MethodPost {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if script {
			req.Header.Set("HX-Request", "true")
		}
		req.Header.Set("X-Request-Id", "sweep") // which pages repeat
		for _, c := range s.who.client.Jar.(*cookiejar.Jar).Cookies(req.URL) {
			req.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		s.server.Config.Handler.ServeHTTP(rec, req)
		x = reply{rec.Code, rec.Header().Get("Location"), rec.Header().Get("HX-Redirect"), rec.Body.String()}
		if x.status != http.StatusServiceUnavailable {
			break
		}
	}
	return x
}

// askAbsent is ask with an id that nobody has, once.
func (s *sweep) askAbsent(method, path string, form url.Values, script bool) reply {
	key := fmt.Sprint(s.at.ID, method, path, "?", form.Encode(), script)
	s.lock.Lock()
	x, known := s.absent[key]
	s.lock.Unlock()
	if !known {
		x = s.ask(method, path, form, script)
		s.lock.Lock()
		s.absent[key] = x
		s.lock.Unlock()
	}
	return x
}

// without is the reply with the id taken for the one that nobody has: a page may
// repeat what it was asked, and names some that are foreign to a control of it.
func (x reply) without(id string) reply {
	x.location, x.to, x.body = strings.ReplaceAll(x.location, id, noID), strings.ReplaceAll(x.to, id, noID), strings.ReplaceAll(x.body, id, noID)
	return x
}

// compare asks with a foreign id and with one that nobody has, with and without a
// script.
func (s *sweep) compare(what, method, id string, ask func(id string) (path string, form url.Values)) {
	s.asked++
	s.slots <- struct{}{}
	s.wait.Go(func() {
		defer func() { <-s.slots }()
		for _, script := range []bool{false, true} {
			path, form := ask(id)
			theirs := s.ask(method, path, form, script).without(id)
			path, form = ask(noID)
			nobodys := s.askAbsent(method, path, form, script).without(id)
			if theirs.body != nobodys.body {
				theirs.body, nobodys.body = ages.ReplaceAllString(theirs.body, "now"), ages.ReplaceAllString(nobodys.body, "now")
			}
			if theirs != nobodys && theirs.status != http.StatusServiceUnavailable && nobodys.status != http.StatusServiceUnavailable {
				s.t.Errorf("%s: %s answers %d, an absent one %d (script: %v)\n%s", what, id, theirs.status, nobodys.status, script, firstDifference(nobodys.body+nobodys.location+nobodys.to, theirs.body+theirs.location+theirs.to))
			}
		}
	})
}

// TestForeignIdsAnswerAsAbsentOnes puts ids of the parent, a sibling, a child and
// another tenant into every route's path, the accounts' own into the account of
// its address, and what is somebody else's into the paths about oneself.
func TestForeignIdsAnswerAsAbsentOnes(t *testing.T) {
	s := newSweep(t)
	for _, r := range handlers.Table(s.store) {
		inside, ok := strings.CutPrefix(r.Path, "/a/:account")
		if !ok {
			for name, id := range s.others {
				if strings.Contains(r.Path, name) {
					s.compare(r.Method+" "+r.Path, r.Method, id, func(id string) (string, url.Values) {
						return strings.Replace(r.Path, name, id, 1), values("name", "Mine")
					})
				}
			}
			continue
		}
		names := parameters.FindAllString(inside, -1)
		for where, of := range around {
			things := s.things[of]
			if where != "child" {
				s.compare(r.Method+" "+r.Path+", "+where, r.Method, things["account"], func(id string) (string, url.Values) {
					return "/a/" + id + absent(inside) + questions[r.Path], nil
				})
			}
			for i, name := range names {
				if name == ":tab" || name == ":section" { // no id
					continue
				}
				if where == "child" && name == ":sub" { // which is below East
					continue
				}
				kinds := s.kinds[name]
				if len(kinds) == 0 {
					t.Fatalf("%s: say in this test what %s is an id of", r.Path, name)
				}
				for _, kind := range kinds {
					theirs := things[kind]
					if kind == "sub" && where == "parent" { // West's is a child of the parent too
						theirs = s.west.ID.String()
					}
					if theirs == "" {
						t.Errorf("there is no %s in %s", kind, of)
						continue
					}
					s.compare(r.Method+" "+r.Path+", "+where, r.Method, theirs, func(id string) (string, url.Values) {
						path := inside
						for j, n := range names { // around it, what is East's own
							fill := id
							if j != i && len(s.kinds[n]) > 0 {
								fill = s.own[s.kinds[n][0]]
							}
							path = strings.Replace(path, n, fill, 1)
						}
						return in(s.at, path), nil
					})
				}
			}
		}
	}
	s.wait.Wait()
	if s.asked < 3000 {
		t.Errorf("only %d ids were asked about", s.asked)
	}
}
