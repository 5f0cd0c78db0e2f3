package main

import (
	"bailiwick/models/account"
	"bailiwick/models/store"

	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/modelstest"
	"bailiwick/postgres/pgtest"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(modelstest.Main(m))
}

// TestVerifyFindsEveryTampering has somebody with the database's own password
// change the audit of each account of a tenant, in every way but rewriting it whole.
func TestVerifyFindsEveryTampering(t *testing.T) {
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	url := pgtest.Clone(t)
	s, err := modelstest.Open(ctx, store.Config{URL: url, Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 4})
	must(err)
	defer s.Close()
	ada, _, err := s.SignUp(ctx, "Ada", "ada@example.com", "four plain english words")
	must(err)
	analytical, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical")
	must(err)
	may := func(permission string, a account.Account) authz.Grant {
		t.Helper()
		g, err := s.Access().Authorize(ada.Actor(), s.Catalog().Permission(permission), a.ID)
		must(err)
		return g
	}
	subs, err := s.CreateSubAccounts(ctx, may("sub_accounts.create", analytical), []string{"East", "West", "Silent"})
	must(err)
	east, west := subs[0], subs[1]
	for i := range 5 {
		for _, a := range []account.Account{analytical, east, west} {
			must(s.RenameOwnAccount(ctx, may("account.manage", a), fmt.Sprintf("%s %d", a.Name, i)))
		}
	}
	for _, a := range []account.Account{analytical, east, west} {
		must(s.RenameOwnAccount(ctx, may("account.manage", a), a.Name))
	}
	verify := func() (string, bool) {
		t.Helper()
		var out strings.Builder
		tenants, err := verifyCommand{Account: east.ID.String()}.tenants(ctx, s)
		must(err)
		ok, err := verifyAudit(ctx, s, &out, tenants)
		must(err)
		return out.String(), ok
	}
	if out, ok := verify(); !ok || out != "20 events of 3 accounts, unbroken\n" {
		t.Fatalf("before anything: %s", out)
	}
	if all, err := (verifyCommand{}).tenants(ctx, s); err != nil || len(all) != 2 {
		t.Fatalf("%d tenants, %v", len(all), err)
	}
	conn := pgtest.Direct(t, url)

	const row = "tenant_id, account_id, seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change, previous, hash"
	for _, x := range []struct{ name, sql, says string }{
		{"who", "UPDATE audit_events SET principal_name = 'Mallory' WHERE account_id = $1 AND seq = 3", "after 2 events: event 3 was changed"},
		{"what", "UPDATE audit_events SET action = 'account.edit' WHERE account_id = $1 AND seq = 3", "after 2 events: event 3 was changed"},
		{"when", "UPDATE audit_events SET at = (at AT TIME ZONE 'UTC' + interval '1 microsecond') AT TIME ZONE 'UTC' WHERE account_id = $1 AND seq = 3", "after 2 events: event 3 was changed"},
		{"from where", "UPDATE audit_events SET address = '192.0.2.1' WHERE account_id = $1 AND seq = 3", "after 2 events: event 3 was changed"},
		{"because", "UPDATE audit_events SET because = '' WHERE account_id = $1 AND seq = 3", "after 2 events: event 3 was changed"},
		{"before and after", `UPDATE audit_events SET change = jsonb_set(change, '{name,from}', '"x"') WHERE account_id = $1 AND seq = 3`, "after 2 events: event 3 was changed"},
		{"the hash", "UPDATE audit_events SET hash = sha256(hash) WHERE account_id = $1 AND seq = 3", "after 2 events: event 3 was changed"},
		{"the first", "UPDATE audit_events SET principal_name = 'Mallory' WHERE account_id = $1 AND seq = 1", "after 0 events: event 1 was changed"},
		{"the first removed", "DELETE FROM audit_events WHERE account_id = $1 AND seq = 1", "after 0 events: event 2 follows event 0"},
		{"one removed", "DELETE FROM audit_events WHERE account_id = $1 AND seq = 3", "after 2 events: event 4 follows event 2"},
		{"the last removed", "DELETE FROM audit_events WHERE account_id = $1 AND seq = (SELECT max(seq) FROM audit_events WHERE account_id = $1)", "were removed"},
		{"all removed", "DELETE FROM audit_events WHERE account_id = $1", "after 0 events: events after 0 were removed"},
		{"removed and closed up", "DELETE FROM audit_events WHERE account_id = $1 AND seq = 2; UPDATE audit_events SET seq = seq + 1000 WHERE account_id = $1 AND seq > 2; UPDATE audit_events SET seq = seq - 1001 WHERE account_id = $1 AND seq > 1000", "after 1 events: event 2 was changed"},
		{"re-ordered", "UPDATE audit_events SET seq = CASE seq WHEN 3 THEN 1004 WHEN 4 THEN 1003 END WHERE account_id = $1 AND seq IN (3, 4); UPDATE audit_events SET seq = seq - 1000 WHERE account_id = $1 AND seq > 1000", "after 2 events: event 3 was changed"},
		{"inserted at the end", "INSERT INTO audit_events (" + row + ") SELECT " + strings.Replace(row, "seq", "seq + 1", 1) + " FROM audit_events WHERE account_id = $1 ORDER BY seq DESC LIMIT 1", "was changed"},
		{"inserted between", "UPDATE audit_events SET seq = seq + 1000 WHERE account_id = $1 AND seq > 3; UPDATE audit_events SET seq = seq - 999 WHERE account_id = $1 AND seq > 1000; INSERT INTO audit_events (" + row + ") SELECT " + strings.Replace(row, "seq", "4", 1) + " FROM audit_events WHERE account_id = $1 AND seq = 3", "after 3 events: event 4 was changed"},
		{"the end lowered with its event", "DELETE FROM audit_events WHERE account_id = $1 AND seq = (SELECT max(seq) FROM audit_events WHERE account_id = $1); UPDATE audit_heads SET seq = seq - 1 WHERE account_id = $1", "is not the one that was stored"},
		{"the end raised", "UPDATE audit_heads SET seq = seq + 1 WHERE account_id = $1", "were removed"},
		{"the end changed", "UPDATE audit_heads SET hash = sha256(hash) WHERE account_id = $1", "is not the one that was stored"},
		{"the end of another", "UPDATE audit_heads SET hash = (SELECT o.hash FROM audit_heads o WHERE o.account_id <> $1 AND o.tenant_id = audit_heads.tenant_id ORDER BY o.account_id LIMIT 1) WHERE account_id = $1", "is not the one that was stored"},
		{"the end gone", "DELETE FROM audit_heads WHERE account_id = $1", "what was stored of its end is gone"},
		{"put into another", "UPDATE audit_events SET account_id = (SELECT account_id FROM audit_heads WHERE account_id <> $1 AND tenant_id = audit_events.tenant_id LIMIT 1), seq = 99 WHERE account_id = $1 AND seq = 3", "after 2 events: event 4 follows event 2"},
	} {
		for _, a := range []account.Account{analytical, east, west} {
			t.Run(x.name+" in "+a.Name, func(t *testing.T) {
				restore := backup(t, conn)
				defer restore()
				for _, sql := range strings.Split(strings.ReplaceAll(x.sql, "$1", "'"+a.ID.String()+"'"), ";") {
					tag, err := conn.Exec(ctx, sql)
					must(err)
					if tag.RowsAffected() == 0 {
						t.Fatalf("nothing was done: %s", sql)
					}
				}
				out, ok := verify()
				line, _, _ := strings.Cut(out[max(0, strings.Index(out, a.Name+" (")):], "\n")
				if ok || !strings.Contains(line, a.Name+" ("+a.ID.String()+"): ") || !strings.Contains(line, x.says) {
					t.Errorf("found %t: %s", ok, out)
				}
			})
		}
	}
	if out, ok := verify(); !ok {
		t.Fatalf("put back: %s", out)
	}
}

// backup keeps the audit, and gives what puts it back.
func backup(t *testing.T, conn *pgx.Conn) (restore func()) {
	ctx, name := context.Background(), "keep_"+strings.ReplaceAll(uuid.NewString(), "-", "")
	run := func(sql string) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE TEMP TABLE " + name + "_heads AS TABLE audit_heads")
	run("CREATE TEMP TABLE " + name + " AS TABLE audit_events; ALTER TABLE " + name + " DROP COLUMN noun")
	return func() {
		const row = "tenant_id, account_id, seq, at, principal_kind, principal_id, principal_name, address, action, permission, because, kind, resource_id, resource_name, change, previous, hash"
		run("DELETE FROM audit_events; DELETE FROM audit_heads; INSERT INTO audit_heads TABLE " + name + "_heads; INSERT INTO audit_events (" + row + ") SELECT " + row + " FROM " + name +
			"; DROP TABLE " + name + ", " + name + "_heads")
	}
}
