package sqlcheck

import (
	"fmt"
	"slices"
	"testing"
)

func TestWhatTablesAreComparedWith(t *testing.T) {
	c := Checker{Tables: map[string]string{"tenants": "id", "accounts": "tenant_id", "records": "tenant_id", "labels": "tenant_id"}}
	for _, tt := range []struct {
		sql  string
		want []string
	}{
		{"SELECT * FROM members WHERE id = $1", nil},
		{"SELECT * FROM accounts WHERE tenant_id = $2 AND id = $1", []string{"accounts $2"}},
		{`SELECT * FROM "accounts" WHERE "tenant_id" = $1 LIMIT 1`, []string{"accounts $1"}},
		{"SELECT * FROM accounts WHERE id = $1", []string{"accounts -"}},
		{"SELECT * FROM tenants t WHERE t.id = '7'", []string{"tenants 7"}},
		{"SELECT epoch FROM tenants WHERE epoch = $1", []string{"tenants -"}},
		{"SELECT FROM accounts WHERE tenant_id = CAST($1 AS uuid)", []string{"accounts $1"}},
		{"SELECT FROM accounts WHERE $1::uuid = tenant_id", []string{"accounts $1"}},
		{"SELECT FROM accounts WHERE tenant_id = coalesce($1, $2)", []string{"accounts -"}},
		{"SELECT FROM accounts WHERE tenant_id <> $1", []string{"accounts -"}},
		{"SELECT FROM accounts WHERE (tenant_id = $1 AND (id = $2 OR id = $3))", []string{"accounts $1"}},
		{"SELECT FROM accounts WHERE tenant_id = $1 OR id = $2", []string{"accounts -"}},
		{"SELECT FROM accounts WHERE NOT (tenant_id = $1)", []string{"accounts -"}},
		{"SELECT FROM accounts -- WHERE tenant_id = $1", []string{"accounts -"}},
		{"SELECT 'FROM records' FROM accounts WHERE tenant_id = $1 AND name = 'it''s ('", []string{"accounts $1"}},
		{"SELECT extract(epoch FROM a.at), a.x IS DISTINCT FROM a.y FROM accounts AS a WHERE a.tenant_id = $1", []string{"accounts $1"}},
		{"SELECT FROM accounts a JOIN records r ON r.tenant_id = a.tenant_id AND r.account_id = a.id WHERE a.tenant_id = $1", []string{"accounts $1", "records -"}},
		{"SELECT FROM accounts a JOIN records r ON r.tenant_id = $1 AND r.account_id = a.id WHERE a.tenant_id = $1", []string{"accounts $1", "records $1"}},
		{"SELECT FROM accounts a JOIN records r USING (tenant_id) WHERE a.tenant_id = $1", []string{"accounts $1", "records -"}},
		{"SELECT FROM accounts a, records r WHERE a.tenant_id = $1 AND r.tenant_id = $1", []string{"accounts $1", "records $1"}},
		{"SELECT FROM accounts a LEFT JOIN records r ON r.tenant_id = $1 AND a.tenant_id = $1", []string{"accounts -", "records $1"}},
		{"SELECT FROM accounts a WHERE a.tenant_id = $1 AND EXISTS (SELECT FROM records r WHERE r.tenant_id = a.tenant_id)", []string{"accounts $1", "records -"}},
		{"SELECT (SELECT count(*) FROM records WHERE tenant_id = $1) FROM accounts a WHERE a.tenant_id = $1 FOR UPDATE", []string{"accounts $1", "records $1"}},
		{"SELECT FROM accounts a CROSS JOIN LATERAL (SELECT FROM records r WHERE r.account_id = a.id) x WHERE a.tenant_id = $1", []string{"accounts $1", "records -"}},
		{"SELECT FROM accounts WHERE tenant_id = $1 UNION ALL SELECT FROM records", []string{"accounts $1", "records -"}},
		{"WITH RECURSIVE records AS (SELECT id FROM accounts WHERE tenant_id = $1 UNION ALL SELECT id FROM labels) SELECT FROM records", []string{"accounts $1", "labels -"}},
		{"UPDATE accounts SET name = $1 WHERE tenant_id = $2", []string{"accounts $2"}},
		{"UPDATE accounts a SET name = x.name FROM records x WHERE a.tenant_id = $2 AND x.account_id = a.id", []string{"accounts $2", "records -"}},
		{"DELETE FROM accounts WHERE id IN (SELECT account_id FROM labels WHERE tenant_id = $1)", []string{"accounts -", "labels $1"}},
		{"DELETE FROM accounts a USING labels l WHERE a.tenant_id = $1 AND l.tenant_id = $1", []string{"accounts $1", "labels $1"}},
		{"INSERT INTO accounts (id, tenant_id) VALUES ($1, $2), ($3, $2)", []string{"accounts $2"}},
		{"INSERT INTO accounts (id, tenant_id) VALUES ($1, $2), ($3, $4)", []string{"accounts $2", "accounts $4"}},
		{"INSERT INTO accounts (id) VALUES ($1)", []string{"accounts -"}},
		{"INSERT INTO labels (tenant_id, label) SELECT $1, unnest($2::text[])", []string{"labels -"}},
		{"INSERT INTO labels (tenant_id, label) SELECT a.tenant_id, $2 FROM accounts a WHERE a.tenant_id = $1 ON CONFLICT DO NOTHING", []string{"accounts $1", "labels $1"}},
		{"INSERT INTO labels (tenant_id, label) SELECT a.parent_id, $2 FROM accounts a WHERE a.tenant_id = $1", []string{"accounts $1", "labels -"}},
		{"INSERT INTO tenants (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET epoch = 1 WHERE tenants.epoch = 0 RETURNING id", []string{"tenants $1"}},
		{"EXPLAIN (FORMAT JSON) SELECT FROM accounts", []string{"accounts -"}},
	} {
		var got []string
		for _, n := range c.Needs(tt.sql) {
			value := n.Value
			if value == "" {
				value = "-"
			}
			got = append(got, fmt.Sprint(n.Table, " ", value))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s\n\tgives %v, want %v", tt.sql, got, tt.want)
		}
	}
}

func TestWhatIsATenantsAndWhatIsNot(t *testing.T) {
	c := Checker{Tables: map[string]string{"tenants": "id", "accounts": "tenant_id"}, Outside: map[string]bool{"members": true, "letters": true}}
	for _, tt := range []struct{ sql, want string }{
		{"SELECT FROM accounts a JOIN tenants t ON t.id = a.tenant_id", ""},
		{"SELECT members FROM accounts", ""},
		{"SELECT 'FROM members' FROM accounts", ""},
		{"SELECT FROM people_of($1, $2) h JOIN members x ON x.id = h.member_id", ""},
		{"DELETE FROM letters; DELETE FROM accounts", ""},
		{"SELECT FROM accounts a JOIN members m ON m.id = a.owner_id", "accounts and members"},
		{"SELECT (SELECT count(*) FROM letters) FROM accounts", "accounts and letters"},
		{"WITH x AS (SELECT id FROM accounts) SELECT FROM x, members", "accounts and members"},
		{"SELECT id FROM accounts UNION SELECT id FROM members", "accounts and members"},
		{"SELECT FROM (SELECT id FROM ((accounts a JOIN members m USING (id)))) x", "accounts and members"},
		{"INSERT INTO letters (id) SELECT id FROM accounts", "accounts and letters"},
		{"INSERT INTO accounts (id) SELECT id FROM letters", "accounts and letters"},
		{"DELETE FROM letters WHERE about IN (SELECT id FROM accounts)", "accounts and letters"},
		{"DELETE FROM letters l USING accounts a WHERE a.id = l.about", "accounts and letters"},
		{"UPDATE members SET name = a.name FROM accounts a", "accounts and members"},
	} {
		if got := c.Mixed(tt.sql); got != tt.want {
			t.Errorf("%s\n\tgives %q, want %q", tt.sql, got, tt.want)
		}
	}
}
