package models

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
	"bailiwick/postgres/pgtest"
)

// seeing counts what a query gives, deleted accounts too.
func seeing(t *testing.T, s *Store, sql string, args ...any) (n int) {
	t.Helper()
	if err := s.in(context.Background(), scopePurge, func(db *gorm.DB) error { return db.Raw(sql, args...).Scan(&n).Error }); err != nil {
		t.Fatal(err)
	}
	return n
}

// filled makes something of each kind in an account, and says which tables hold it.
func filled(t *testing.T, s *Store, ada Member, parent Account, name string) Account {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	made, err := s.CreateSubAccounts(ctx, grantOf(t, s, ada, "sub_accounts.create", parent.ID), []string{name})
	must(err)
	a := made[0]
	must(s.EditAccount(ctx, grantOf(t, s, ada, "sub_accounts.edit", parent.ID), a.ID, name, true, []string{"vip"}))
	must(s.SetEntitlement(ctx, grantOf(t, s, ada, "entitlements.edit", parent.ID), "logs", a.ID, true)) // the one made before it has not
	g := grantOf(t, s, ada, "timeless_accounts.edit", a.ID)
	timeless, err := s.CreateTimelessAccount(ctx, g, TimelessInput{Name: "Forever", Feeds: []uuid.UUID{a.ID}})
	must(err)
	must(s.logged(a, "kept"))
	children, err := s.CreateSubAccounts(ctx, grantOf(t, s, ada, "sub_accounts.create", a.ID), []string{name + " Child"})
	must(err)
	must(s.EditTimelessAccount(ctx, g, timeless.ID, TimelessInput{Name: "Forever", Feeds: []uuid.UUID{a.ID}, Readers: []uuid.UUID{children[0].ID}}))
	must(s.SetEntitlement(ctx, grantOf(t, s, ada, "entitlements.edit", parent.ID), "logs", a.ID, false))
	_, err = s.SelectAll(ctx, grantOf(t, s, ada, "entitlements.edit", a.ID), "actions", AccountFilter{}, false)
	must(err)
	u, err := s.CreateSubuser(ctx, grantOf(t, s, ada, "subuser_create", children[0].ID), SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true})
	must(err)
	_, err = s.StartSession(ctx, loginOf(t, s, u.Subuser.Principal(), a.TenantID, children[0].ID), "", "")
	must(err)
	s.KeepSignIn(s.CameOut(Attempt{Door: DoorSubuser, Who: u.Subuser.Principal(), Tenant: a.TenantID}, "", nil))
	_, err = s.StoreSignIns(ctx)
	must(err)
	_, err = s.Invite(ctx, grantOf(t, s, ada, "members.add", a.ID), []string{"grace@example.com"}, []string{"user"})
	must(err)
	bob, _, err := s.SignUp(ctx, "Bob", newID().String()+"@example.com", "four plain english words")
	must(err)
	must(s.AddMember(ctx, grantOf(t, s, ada, "members.add", a.ID), bob.ID, "member:full_viewer"))
	app, _, err := s.CreateRecord(ctx, grantOf(t, s, ada, "application.edit", a.ID), RecordPlace{Section: s.catalog.Section("application")}, map[string]any{"name": "Difference"})
	must(err)
	for i := range 3 {
		_, _, err = s.CreateRecord(ctx, grantOf(t, s, ada, "call_list_create", a.ID), RecordPlace{Section: s.catalog.Section("application_call_lists"), Parent: app.ID}, map[string]any{"name": fmt.Sprint(i)})
		must(err)
	}
	return a
}

func TestADeletedAccountLeavesItsRowAndItsAudit(t *testing.T) {
	ctx := context.Background()
	s, ada, root := agency(t)
	east, west := filled(t, s, ada, root, "East"), filled(t, s, ada, root, "West")
	now := time.Now()
	s.now = func() time.Time { return now }
	g := grantOf(t, s, ada, "sub_accounts.delete", root.ID)
	rows := func(a Account, table string) int {
		t.Helper()
		column := "account_id"
		if table == "entitlement_rules" {
			column = "parent_id"
		}
		return seeing(t, s, "SELECT count(*) FROM "+table+" WHERE "+column+" IN (SELECT id FROM accounts WHERE path LIKE ?)", a.Path+"%")
	}
	before := map[string]int{}
	for _, p := range purged {
		before[p.table] = rows(west, p.table)
		if before[p.table] == 0 && !slices.Contains([]string{"half_sign_ins", "custom_roles", "account_batches", "ownership_offers", "support_access"}, p.table) {
			t.Errorf("%s holds nothing: the test proves nothing", p.table)
		}
	}
	if err := s.DeleteAccount(ctx, g, east.ID, "East", true); err != nil {
		t.Fatal(err)
	}

	// Nothing of it can be had any more, though all is there still.
	if _, err := s.Account(ctx, east.TenantID, east.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("the account answers %v", err)
	}
	if _, ok := s.Access().Find(east.ID); ok {
		t.Error("the snapshot has it")
	}
	if err := s.load(ctx); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Access().Find(east.ID); ok {
		t.Error("a new node's snapshot has it")
	}
	for what, sql := range map[string]string{
		"login links":   "SELECT count(*) FROM login_links x JOIN accounts a ON a.id = x.account_id WHERE a.path LIKE ?",
		"one-time link": "SELECT count(*) FROM password_links l JOIN subusers x ON x.id = l.subuser_id JOIN accounts a ON a.id = x.account_id WHERE a.path LIKE ?",
		"live sessions": "SELECT count(*) FROM sessions x JOIN accounts a ON a.id = x.account_id WHERE x.ended_at IS NULL AND a.path LIKE ?",
		"letters":       "SELECT count(*) FROM letters l JOIN invites x ON x.id = l.about JOIN accounts a ON a.id = x.account_id WHERE l.state <> 'sent' AND a.path LIKE ?",
		"open invites":  "SELECT count(*) FROM invites x JOIN accounts a ON a.id = x.account_id WHERE x.cancelled_at IS NULL AND a.path LIKE ?",
	} {
		if n := seeing(t, s, sql, east.Path+"%"); n != 0 {
			t.Errorf("%d %s", n, what)
		}
		if n := seeing(t, s, sql, west.Path+"%"); n != 1 {
			t.Errorf("West has %d %s", n, what)
		}
	}
	var late uuid.UUID // a subuser whose password was checked just before
	if err := s.in(ctx, scopePurge, func(db *gorm.DB) error {
		return db.Raw("SELECT x.id FROM subusers x JOIN accounts a ON a.id = x.account_id WHERE a.path LIKE ?", east.Path+"%").Row().Scan(&late)
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.StartSession(ctx, loginOf(t, s, authz.PrincipalID{Kind: authz.Subuser, ID: late}, east.TenantID, east.ID), "", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("signing in to a deleted account answers %v", err)
	}
	if more, err := s.PurgeAccounts(ctx); more || err != nil {
		t.Errorf("what requests may still use is removed: %t, %v", more, err)
	}

	// A node dies in the middle; another goes on.
	now = now.Add(2 * purgeAfter)
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
	for _, p := range purged {
		if n := rows(east, p.table); n != 0 {
			t.Errorf("%s keeps %d rows of a deleted account", p.table, n)
		}
		if n := rows(west, p.table); n != before[p.table] {
			t.Errorf("%s has %d rows of a sibling, and had %d", p.table, n, before[p.table])
		}
	}
	if n := seeing(t, s, "SELECT count(*) FROM accounts WHERE path LIKE ? AND state = 'deleted' AND purged_at IS NOT NULL", east.Path+"%"); n != 2 {
		t.Errorf("%d rows stay as tombstones", n)
	}
	for _, a := range []Account{east, root} {
		if n, err := s.VerifyAudit(ctx, a.TenantID, a.ID); err != nil || n == 0 {
			t.Errorf("the audit of %s: %d events, %v", a.Name, n, err)
		}
	}
}

func TestWhatStandsInAnAccountIsPurgedOrKept(t *testing.T) {
	s, _, _ := agency(t)
	var tables []string
	if err := s.in(t.Context(), scopeOperator, func(db *gorm.DB) error {
		return db.Raw("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'account_id'").Scan(&tables).Error
	}); err != nil || len(tables) < 8 {
		t.Fatal(tables, err)
	}
	for _, table := range tables {
		known := kept[table] != ""
		for _, p := range purged {
			known = known || p.table == table
		}
		if !known {
			t.Errorf("%s has rows of accounts: say in account_purge.go whether they go when an account is deleted", table)
		}
	}
}

func TestAnotherNodeLearnsOfADeletion(t *testing.T) {
	ctx := context.Background()
	url := pgtest.Clone(t)
	open := func() *Store {
		s, err := Open(ctx, Config{URL: url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 4})
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
	if err := one.DeleteOwnAccount(ctx, grantOf(t, one, ada, "account.manage", root.ID), "Analytical", false); err != nil {
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
	held(t, func(t *testing.T, s *Store, ada Member, root Account) (violations int) {
		ctx := context.Background()
		bob, _, err := s.SignUp(ctx, "Bob", "bob@example.com", "four plain english words")
		if err != nil {
			t.Fatal(err)
		}
		create, remove, edit := grantOf(t, s, ada, "sub_accounts.create", root.ID), grantOf(t, s, ada, "sub_accounts.delete", root.ID), grantOf(t, s, ada, "sub_accounts.edit", root.ID)
		for range 100 {
			made, err := s.CreateSubAccounts(ctx, create, []string{"East"})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.load(ctx); err != nil { // without the lock, epochs may have been passed over
				t.Fatal(err)
			}
			east := made[0].ID
			below, subusers := grantOf(t, s, ada, "sub_accounts.create", east), grantOf(t, s, ada, "subuser_create", east)
			invited, err := s.Invite(ctx, grantOf(t, s, ada, "members.add", east), []string{"bob@example.com"}, []string{"user"})
			if err != nil {
				t.Fatal(err)
			}
			var deleted error
			_ = together( // who comes too late is refused
				func() error { deleted = s.DeleteAccount(ctx, remove, east, "East", true); return nil },
				func() error { _, err := s.CreateSubAccounts(ctx, below, []string{"Child"}); return err },
				func() error {
					_, err := s.CreateSubuser(ctx, subusers, SubuserInput{Name: "dev", Roles: []string{"Support"}, Link: true})
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
		violations += seeing(t, s, "SELECT count(*) FROM login_links x JOIN accounts a ON a.id = x.account_id WHERE a.state = 'deleted'")
		violations += seeing(t, s, "SELECT count(*) FROM invites x JOIN accounts a ON a.id = x.account_id WHERE a.state = 'deleted' AND x.accepted_at IS NULL AND x.cancelled_at IS NULL")
		if n := seeing(t, s, "SELECT count(*) FROM accounts a JOIN members m ON m.id = a.owner_id WHERE a.kind <> 'personal' AND a.state <> 'deleted' AND m.state <> 'active'"); n != 0 {
			t.Errorf("%d accounts without an active owner", n)
		}
		return violations
	})
}
