package models_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/log"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/program"
	"bailiwick/models/record"
	"bailiwick/models/store"
)

// outside are the tables that belong to no tenant, each with its reason.
var outside = map[string]string{
	"goose_db_version": "the version of the schema",
}

// TestEveryTableHasAPolicy wants one a table, in words that a distributed Postgres
// keeps: permissive, and without sub-queries.
func TestEveryTableHasAPolicy(t *testing.T) {
	s, _, _ := modelstest.Agency(t)
	rows, err := modelstest.Inside(s).Pool.Query(context.Background(), `SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
		(SELECT count(*) = 1 AND bool_and(p.polpermissive AND strpos(p.polqual::text, 'SUBLINK') = 0) FROM pg_policy p WHERE p.polrelid = c.oid)
		FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for rows.Next() {
		var name string
		var forced, policy bool
		if err := rows.Scan(&name, &forced, &policy); err != nil {
			t.Fatal(err)
		}
		seen++
		if outside[name] == "" && !(forced && policy) {
			t.Errorf("%s: row-level security forced %t, one permissive policy without sub-queries %t", name, forced, policy)
		}
	}
	if seen < 10 {
		t.Errorf("only %d tables were looked at", seen)
	}
}

// notOfTenants are the tables that name a tenant, or none, and are no tenant's: their
// rows are found before one is known.
var notOfTenants = []string{"half_sign_ins", "key_places", "letter_refusals", "sessions"}

// TestATenantsRowsHangTogether wants tables that can be spread over machines by
// tenant: what is unique in a tenant's table is so in a tenant, and its foreign
// keys stay in the tenant, or lead to members, who are never deleted.
func TestATenantsRowsHangTogether(t *testing.T) {
	s, _, _ := modelstest.Agency(t)
	for what, sql := range map[string]string{
		"a table with tenant_id, whose key does not begin with it": `SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
			JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
			WHERE c.relnamespace = 'public'::regnamespace AND i.indkey[0] <> a.attnum AND c.relname <> ALL($1)`,
		"an index that is unique beyond a tenant": `SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'tenant_id'
			JOIN pg_class c ON c.oid = i.indrelid
			WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND a.attnum <> ALL(i.indkey) AND c.relname <> ALL($1)`,
		"a foreign key that leads out of a tenant": `SELECT k.conname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = 'tenant_id'
			JOIN pg_class c ON c.oid = k.conrelid
			WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.conkey[1] <> a.attnum AND k.confrelid <> 'members'::regclass AND c.relname <> ALL($1)`,
		"a foreign key that leads into a tenant": `SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class o ON o.oid = k.confrelid
			WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND c.relname <> ALL($1))
			AND (o.relname = 'tenants' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = o.oid AND a.attname = 'tenant_id'))`,
	} {
		rows, err := modelstest.Inside(s).Pool.Query(context.Background(), sql, notOfTenants)
		if err != nil {
			t.Fatal(err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			t.Errorf("%s: %s", what, name)
		}
	}
}

// TestOtherTenantsShowNothing fills one tenant, then counts its rows in every
// table from the scope of another, and from none.
func TestOtherTenantsShowNothing(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	mallory, _, err := s.SignUp(ctx, "Mallory", "mallory@example.com", "four plain english words")
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.CreateMainAccount(ctx, authz.Self(mallory.Actor()), "Malloryville")
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetEntitlement(ctx, modelstest.GrantOf(t, s, ada, "entitlements.edit", a.ID), "logs", made[0].ID, false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SelectAll(ctx, modelstest.GrantOf(t, s, ada, "entitlements.edit", a.ID), "actions", account.Filter{}, false); err != nil {
		t.Fatal(err)
	}
	dev, err := s.CreateSubuser(ctx, modelstest.GrantOf(t, s, ada, "subuser_create", a.ID), people.SubuserInput{Name: "dev", Roles: []string{"Developer"}, Link: true})
	if err != nil {
		t.Fatal(err)
	}
	s.KeepSignIn(s.CameOut(login.Attempt{Door: login.DoorSubuser, Who: dev.Subuser.Principal(), Tenant: a.TenantID}, "", nil))
	if _, err := s.StoreSignIns(ctx); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.CreateServiceAccount(ctx, modelstest.GrantOf(t, s, ada, "service_accounts.edit", a.ID), program.ServiceAccountInput{Name: "Robot", Roles: []string{"Developer"}}, &program.KeyInput{Name: "Nightly"}); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := s.BeginCall(ctx, a.ID, store.NewID(), "a call", [32]byte{}); err != nil {
		t.Fatal(err)
	}
	if err := s.AddMember(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), mallory.ID, "member:full_viewer"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Invite(ctx, modelstest.GrantOf(t, s, ada, "members.add", a.ID), []string{"grace@example.com"}, []string{"main_admin"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateRole(ctx, modelstest.GrantOf(t, s, ada, "roles.edit", a.ID), "Listener", "member:reporting_viewer", []string{"calls"}); err != nil {
		t.Fatal(err)
	}
	if err := s.OfferOwnership(ctx, modelstest.GrantOf(t, s, ada, "account.manage", a.ID), a.ID, mallory.ID, false); err != nil {
		t.Fatal(err)
	}
	modelstest.LetIn(t, s, ada, a, "view", 2*time.Hour)
	if _, err := s.CreateTimelessAccount(ctx, modelstest.GrantOf(t, s, ada, "timeless_accounts.edit", a.ID), log.TimelessInput{Name: "Forever", Feeds: []uuid.UUID{a.ID}, Readers: []uuid.UUID{made[0].ID}}); err != nil {
		t.Fatal(err)
	}
	if err := modelstest.Logged(s, a, "kept"); err != nil {
		t.Fatal(err)
	}
	bill := record.Place{Section: modelstest.Ground(s).Catalog().Section("billing")}
	if _, err := s.ReportRecords(ctx, authz.SystemGrant("the test"), a, bill, []record.Report{{Values: map[string]any{"description": "A payment", "amount": 5.25, "type": "payment"}}}); err != nil {
		t.Fatal(err)
	}
	place := record.Place{Section: modelstest.Ground(s).Catalog().Section("contacts")}
	charles, _, err := s.CreateRecord(ctx, modelstest.GrantOf(t, s, ada, "contacts.edit", a.ID), place, map[string]any{"name": "Charles", "phone": "+442079460000"})
	if err != nil {
		t.Fatal(err)
	}
	// An item that names a contact, and a contact that is deleted, so that the item no longer does.
	items := record.Place{Section: modelstest.Ground(s).Catalog().Section("items")}
	if _, _, err := s.CreateRecord(ctx, modelstest.GrantOf(t, s, ada, "items.edit", a.ID), items, map[string]any{"name": "Engine", "contacts": []any{charles.ID.String()}}); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteRecord(ctx, modelstest.GrantOf(t, s, ada, "contacts.edit", a.ID), place, charles.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.EditAccount(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), made[0].ID, "East", true, []string{"vip"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangeAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.edit", a.ID), "suspend", "", account.Selection{Many: store.Some(made[0].ID)}); err != nil {
		t.Fatal(err)
	}
	var tables []string
	if err := modelstest.Ground(s).In(ctx, store.ScopeOperator, func(db *gorm.DB) error {
		return db.Raw("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_name NOT IN ?", notOfTenants).Scan(&tables).Error
	}); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		count := func(sc store.Scope) (n int64) {
			if err := modelstest.Ground(s).In(ctx, sc, func(db *gorm.DB) error {
				return db.Raw(fmt.Sprintf("SELECT count(*) FROM %s WHERE tenant_id = ?", table), a.ID).Scan(&n).Error
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if count(store.TenantScope(a.ID)) == 0 {
			t.Errorf("%s holds nothing of the tenant: the test proves nothing", table)
		}
		if n := count(store.TenantScope(other.ID)); n != 0 {
			t.Errorf("%s shows %d rows to another tenant", table, n)
		}
		if n := count(store.Scope{}); n != 0 {
			t.Errorf("%s shows %d rows to no tenant", table, n)
		}
	}
}

// TestAuditIsKept tries what the panel's role must not be able to do.
func TestAuditIsKept(t *testing.T) {
	ctx := context.Background()
	s, _, a := modelstest.Agency(t)
	for _, sql := range []string{"UPDATE audit_events SET action = ''", "DELETE FROM audit_events", "DELETE FROM accounts", "SET LOCAL row_security = off; DELETE FROM audit_events"} {
		if err := modelstest.Ground(s).In(ctx, store.TenantScope(a.ID), func(db *gorm.DB) error { return db.Exec(sql).Error }); err == nil {
			t.Errorf("the panel's role may: %s", sql)
		}
	}
	// What an owner of the database changes behind the panel's back shows.
	if n, err := s.VerifyAudit(ctx, a.ID, a.ID); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	modelstest.AsOwner(t, s, "BEGIN", "SET LOCAL app.scope = 'system'", "UPDATE audit_events SET principal_name = 'Mallory' WHERE account_id = '"+a.ID.String()+"'", "COMMIT")
	if _, err := s.VerifyAudit(ctx, a.ID, a.ID); err == nil {
		t.Error("a changed event is not noticed")
	}
}
