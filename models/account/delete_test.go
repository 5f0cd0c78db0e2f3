package account_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models"
	"bailiwick/models/account"
	"bailiwick/models/log"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/program"
	"bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// seeing counts what a query gives, deleted accounts too.
func seeing(t *testing.T, s *models.Store, sql string, args ...any) (n int) {
	t.Helper()
	if err := modelstest.Ground(s).In(context.Background(), store.ScopePurge, func(db *gorm.DB) error { return db.Raw(sql, args...).Scan(&n).Error }); err != nil {
		t.Fatal(err)
	}
	return n
}

// filled makes something of each kind in an account, and says which tables hold it.
func filled(t *testing.T, s *models.Store, ada login.Member, parent account.Account, name string) account.Account {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	made, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", parent.ID), []string{name})
	must(err)
	a := made[0]
	must(s.EditAccount(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", parent.ID), a.ID, name, true, []string{"vip"}))
	must(s.SetEntitlement(ctx, modelstest.GrantOf(t, s, ada, "entitlements.edit", parent.ID), "logs", a.ID, true)) // the one made before it has not
	g := modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", a.ID)
	timeless, err := s.CreateTimelessAccount(ctx, g, log.TimelessInput{Name: "Forever", Feeds: []uuid.UUID{a.ID}})
	must(err)
	must(modelstest.Logged(s, a, "kept"))
	children, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{name + " Child"})
	must(err)
	must(s.EditTimelessAccount(ctx, g, timeless.ID, log.TimelessInput{Name: "Forever", Feeds: []uuid.UUID{a.ID}, Readers: []uuid.UUID{children[0].ID}}))
	must(s.SetEntitlement(ctx, modelstest.GrantOf(t, s, ada, "entitlements.edit", parent.ID), "logs", a.ID, false))
	_, err = s.SelectAll(ctx, modelstest.GrantOf(t, s, ada, "entitlements.edit", a.ID), "actions", account.Filter{}, false)
	must(err)
	u, err := s.CreateSubuser(ctx, modelstest.GrantOf(t, s, ada, "subuser_create", children[0].ID), people.SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true})
	must(err)
	_, err = s.StartSession(ctx, modelstest.LoginOf(t, s, u.Subuser.Principal(), a.TenantID, children[0].ID), "", "")
	must(err)
	s.KeepSignIn(s.CameOut(login.Attempt{Door: login.DoorSubuser, Who: u.Subuser.Principal(), Tenant: a.TenantID}, "", nil))
	_, err = s.StoreSignIns(ctx)
	must(err)
	_, err = s.Invite(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), []string{"grace@example.com"}, []string{"user"})
	must(err)
	_, _, err = s.CreateServiceAccount(ctx, modelstest.GrantOf(t, s, ada, "service_accounts.edit", a.ID), program.ServiceAccountInput{Name: "Robot", Roles: []string{"Developer"}}, &program.KeyInput{Name: "Nightly"})
	must(err)
	bob, _, err := s.SignUp(ctx, "Bob", store.NewID().String()+"@example.com", "four plain english words")
	must(err)
	must(s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), bob.ID, "member:full_viewer"))
	app, _, err := s.CreateRecord(ctx, modelstest.GrantOf(t, s, ada, "application.edit", a.ID), record.Place{Section: modelstest.Ground(s).Catalog().Section("application")}, map[string]any{"name": "Difference"})
	must(err)
	gone, _, err := s.CreateRecord(ctx, modelstest.GrantOf(t, s, ada, "application.edit", a.ID), record.Place{Section: modelstest.Ground(s).Catalog().Section("application")}, map[string]any{"name": "Gone"})
	must(err)
	must(s.DeleteRecord(ctx, modelstest.GrantOf(t, s, ada, "application.edit", a.ID), record.Place{Section: modelstest.Ground(s).Catalog().Section("application")}, gone.ID))
	_, err = s.ReportRecords(ctx, authz.SystemGrant("the test"), a, record.Place{Section: modelstest.Ground(s).Catalog().Section("billing")}, []record.Report{{Values: map[string]any{"description": "A payment", "amount": 5.25, "type": "payment"}}})
	must(err)
	for i := range 3 {
		_, _, err = s.CreateRecord(ctx, modelstest.GrantOf(t, s, ada, "call_list_create", a.ID), record.Place{Section: modelstest.Ground(s).Catalog().Section("application_call_lists"), Parent: app.ID}, map[string]any{"name": fmt.Sprint(i)})
		must(err)
	}
	return a
}

func TestADeletedAccountLeavesItsRowAndItsAudit(t *testing.T) {
	ctx := context.Background()
	s, ada, root := modelstest.Agency(t)
	east, west := filled(t, s, ada, root, "East"), filled(t, s, ada, root, "West")
	now := time.Now()
	modelstest.Inside(s).SetClock(func() time.Time { return now })
	g := modelstest.GrantOf(t, s, ada, "sub_accounts.delete", root.ID)
	rows := func(a account.Account, table string) int {
		t.Helper()
		column := "account_id"
		if table == "entitlement_rules" {
			column = "parent_id"
		}
		return seeing(t, s, "SELECT count(*) FROM "+table+" WHERE "+column+" IN (SELECT id FROM accounts WHERE path LIKE ?)", a.Path+"%")
	}
	before := map[string]int{}
	for _, x := range account.Purged {
		p := x.Table
		before[p] = rows(west, p)
		if before[p] == 0 && !slices.Contains([]string{"half_sign_ins", "custom_roles", "batches", "ownership_offers", "support_access"}, p) {
			t.Errorf("%s holds nothing: the test proves nothing", p)
		}
	}
	if err := s.DeleteAccount(ctx, g, east.ID, "East", true); err != nil {
		t.Fatal(err)
	}

	// Nothing of it can be had any more, though all is there still.
	if _, err := s.Account(ctx, east.TenantID, east.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the account answers %v", err)
	}
	if _, ok := s.Access().Find(east.ID); ok {
		t.Error("the snapshot has it")
	}
	if err := modelstest.Inside(s).Load(ctx); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Access().Find(east.ID); ok {
		t.Error("a new node's snapshot has it")
	}
	for what, sql := range map[string]string{
		"login links":   "SELECT count(*) FROM login_links x JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE a.path LIKE ?",
		"one-time link": "SELECT count(*) FROM password_links l JOIN subusers x ON x.tenant_id = l.tenant_id AND x.id = l.subuser_id JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE a.path LIKE ?",
		"live sessions": "SELECT count(*) FROM sessions x JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE x.ended_at IS NULL AND a.path LIKE ?",
		"letters":       "SELECT count(*) FROM letters l JOIN invites x ON x.id = l.about JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE l.state <> 'sent' AND a.path LIKE ?",
		"open invites":  "SELECT count(*) FROM invites x JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE x.cancelled_at IS NULL AND a.path LIKE ?",
	} {
		if n := seeing(t, s, sql, east.Path+"%"); n != 0 {
			t.Errorf("%d %s", n, what)
		}
		if n := seeing(t, s, sql, west.Path+"%"); n != 1 {
			t.Errorf("West has %d %s", n, what)
		}
	}
	var late uuid.UUID // a subuser whose password was checked just before
	if err := modelstest.Ground(s).In(ctx, store.ScopePurge, func(db *gorm.DB) error {
		return db.Raw("SELECT x.id FROM subusers x JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE a.path LIKE ?", east.Path+"%").Row().Scan(&late)
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.StartSession(ctx, modelstest.LoginOf(t, s, authz.PrincipalID{Kind: authz.Subuser, ID: late}, east.TenantID, east.ID), "", ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("signing in to a deleted account answers %v", err)
	}
	if more, err := s.PurgeAccounts(ctx); more || err != nil {
		t.Errorf("what requests may still use is removed: %t, %v", more, err)
	}

	// A node dies in the middle; another goes on.
	now = now.Add(2 * account.PurgeAfter)
	dying, kill := context.WithCancel(ctx)
	kill()
	if _, err := s.PurgeAccounts(dying); err == nil {
		t.Error("a dead node worked")
	}
	if rows(east, "records") == 0 {
		t.Error("half of it is done already")
	}
	for range 20 {
		more, err := s.PurgeAccounts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
	}
	for _, x := range account.Purged {
		p := x.Table
		if n := rows(east, p); n != 0 {
			t.Errorf("%s keeps %d rows of a deleted account", p, n)
		}
		if n := rows(west, p); n != before[p] {
			t.Errorf("%s has %d rows of a sibling, and had %d", p, n, before[p])
		}
	}
	if n := seeing(t, s, "SELECT count(*) FROM accounts WHERE path LIKE ? AND state = 'deleted' AND purged_at IS NOT NULL", east.Path+"%"); n != 2 {
		t.Errorf("%d rows stay as tombstones", n)
	}
	for _, a := range []account.Account{east, root} {
		if n, err := s.VerifyAudit(ctx, a.TenantID, a.ID); err != nil || n == 0 {
			t.Errorf("the audit of %s: %d events, %v", a.Name, n, err)
		}
	}
}

func TestWhatStandsInAnAccountIsPurgedOrKept(t *testing.T) {
	s, _, _ := modelstest.Agency(t)
	var tables []string
	if err := modelstest.Ground(s).In(t.Context(), store.ScopeOperator, func(db *gorm.DB) error {
		return db.Raw("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'account_id'").Scan(&tables).Error
	}); err != nil || len(tables) < 8 {
		t.Fatal(tables, err)
	}
	for _, table := range tables {
		known := account.Kept[table] != ""
		for _, p := range account.Purged {
			known = known || p.Table == table
		}
		if !known {
			t.Errorf("%s has rows of accounts: say in purge.go whether they go when an account is deleted", table)
		}
	}
}

func TestAnotherNodeLearnsOfADeletion(t *testing.T) {
	ctx := context.Background()
	url := pgtest.Clone(t)
	open := func() *models.Store {
		s, err := modelstest.Open(ctx, store.Config{URL: url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	one := open()
	ada, _, err := one.SignUp(ctx, "Ada", "ada@example.com", "four plain english words")
	if err != nil {
		t.Fatal(err)
	}
	root, err := one.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical")
	if err != nil {
		t.Fatal(err)
	}
	token, err := one.StartSession(ctx, ada.Login(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	other := open()
	if _, ok := other.Access().Find(root.ID); !ok {
		t.Fatal("the other node does not know the account")
	}
	if err := one.DeleteOwnAccount(ctx, modelstest.GrantOf(t, one, ada, "account.manage", root.ID), "Analytical", false); err != nil {
		t.Fatal(err)
	}
	_, place, err := other.Session(ctx, token, root.ID)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := other.Fresh(ctx, place.Tenant, place.Epoch)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := snap.Find(root.ID); ok {
		t.Error("the other node decides by what was before")
	}
}

// TestNothingLivesUnderWhatIsDeleted deletes an account while something is
// being made in it.
func TestNothingLivesUnderWhatIsDeleted(t *testing.T) {
	modelstest.Held(t, func(t *testing.T, s *models.Store, ada login.Member, root account.Account) (violations int) {
		ctx := context.Background()
		bob, _, err := s.SignUp(ctx, "Bob", "bob@example.com", "four plain english words")
		if err != nil {
			t.Fatal(err)
		}
		create, remove, edit := modelstest.GrantOf(t, s, ada, "sub_accounts.create", root.ID), modelstest.GrantOf(t, s, ada, "sub_accounts.delete", root.ID), modelstest.GrantOf(t, s, ada, "sub_accounts.edit", root.ID)
		for range 100 {
			made, err := s.CreateSubAccounts(ctx, create, []string{"East"})
			if err != nil {
				t.Fatal(err)
			}
			if err := modelstest.Inside(s).Load(ctx); err != nil { // without the lock, epochs may have been passed over
				t.Fatal(err)
			}
			east := made[0].ID
			below, subusers := modelstest.GrantOf(t, s, ada, "sub_accounts.create", east), modelstest.GrantOf(t, s, ada, "subuser_create", east)
			invited, err := s.Invite(ctx, modelstest.GrantOf(t, s, ada, "members.add", east), []string{"bob@example.com"}, []string{"user"})
			if err != nil {
				t.Fatal(err)
			}
			var deleted error
			_ = modelstest.Together( // who comes too late is refused
				func() error { deleted = s.DeleteAccount(ctx, remove, east, "East", true); return nil },
				func() error { _, err := s.CreateSubAccounts(ctx, below, []string{"Child"}); return err },
				func() error {
					_, err := s.CreateSubuser(ctx, subusers, people.SubuserInput{Name: "dev", Roles: []string{"Support"}, Link: true})
					return err
				},
				func() error { _, err := s.AcceptInvite(ctx, authz.Self(bob.Actor()), invited[0].Token); return err },
				func() error { return s.ArchiveAccount(ctx, edit, east) })
			if deleted != nil {
				t.Log(deleted)
				violations++
			}
		}
		violations += seeing(t, s, `SELECT count(*) FROM accounts a JOIN accounts p ON p.tenant_id = a.tenant_id AND p.id = a.parent_id
			WHERE p.state = 'deleted' AND a.state <> 'deleted'`)
		violations += seeing(t, s, "SELECT count(*) FROM login_links x JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE a.state = 'deleted'")
		violations += seeing(t, s, "SELECT count(*) FROM invites x JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE a.state = 'deleted' AND x.accepted_at IS NULL AND x.cancelled_at IS NULL")
		if n := seeing(t, s, "SELECT count(*) FROM accounts a JOIN members m ON m.id = a.owner_id WHERE a.kind <> 'personal' AND a.state <> 'deleted' AND m.state <> 'active'"); n != 0 {
			t.Errorf("%d accounts without an active owner", n)
		}
		return violations
	})
}
