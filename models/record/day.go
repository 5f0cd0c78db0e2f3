package record

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// decimals are those of a day's total: an amount has no more.
const decimals = 12

// keepDays counts new records by day where their kind says so. What is counted
// stays so when a record goes: it tells what happened.
func keepDays(tx *store.Tx, kind *catalog.Kind, all []*Record) error {
	r := kind.Section.Records
	if !r.Daily && r.Sum == nil {
		return nil
	}
	type key struct {
		account uuid.UUID
		day     string
	}
	counts, totals := map[key]int64{}, map[key]*big.Rat{}
	for _, x := range all {
		k := key{x.AccountID, x.CreatedAt.UTC().Format(time.DateOnly)}
		counts[k]++
		if totals[k] == nil {
			totals[k] = new(big.Rat)
		}
		if r.Sum == nil {
			continue
		}
		if n, ok := new(big.Rat).SetString(fmt.Sprint(x.Values[r.Sum.Name])); ok {
			totals[k].Add(totals[k], n)
		}
	}
	// In one order, so that two writes of several days do not wait for each other.
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.account.String(), b.account.String()), cmp.Compare(a.day, b.day))
	})
	for _, k := range keys {
		err := tx.Exec(`INSERT INTO record_days (tenant_id, account_id, kind, day, records, total) VALUES (?, ?, ?, ?, ?, CAST(? AS numeric))
			ON CONFLICT (tenant_id, account_id, kind, day) DO UPDATE SET records = record_days.records + excluded.records, total = record_days.total + excluded.total`,
			tx.Change.On.Tenant, k.account, kind.Key, k.day, counts[k], totals[k].FloatString(decimals)).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// Days counts, by day in UTC, what came to be in the grant's account in the days
// up to now: records of a kind that is counted by day, and sign-ins that succeeded
// of its subusers and of whoever asks. The newest day is the last.
func (s *Store) Days(ctx context.Context, g authz.Grant, kind string, days int) (records, signIns []int, first time.Time, err error) {
	r, today := g.Resource(), s.store.Now().UTC().Truncate(24*time.Hour)
	first = today.AddDate(0, 0, 1-days)
	records, signIns = make([]int, days), make([]int, days)
	err = s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var signedIn bool
		var day time.Time
		var n int
		if err := rows.Scan(&signedIn, &day, &n); err != nil {
			return err
		}
		into := records
		if signedIn {
			into = signIns
		}
		if i := int(day.Sub(first).Hours() / 24); i >= 0 && i < days { // a report may be of tomorrow
			into[i] = n
		}
		return nil
	}, `SELECT false, day, records::int FROM record_days WHERE tenant_id = $1 AND account_id = $2 AND kind = $3 AND day >= $4::date
		UNION ALL SELECT true, (at AT TIME ZONE 'UTC')::date AS day, count(*)::int FROM sign_ins
			WHERE tenant_id = $1 AND account_id = $2 AND at >= $4::timestamptz AND outcome = 'ok' AND why <> 'second step needed'
			AND (principal_kind = 'subuser' OR principal_id = $5) GROUP BY 2`,
		r.Tenant, r.Account, kind, first, g.Actor().ID.ID)
	return records, signIns, first, err
}

// Sum is what the summed property of a kind comes to in the grant's account, with
// two decimals.
func (s *Store) Sum(ctx context.Context, g authz.Grant, kind string) (sum string, err error) {
	r := g.Resource()
	err = s.store.One(ctx, store.TenantScope(r.Tenant), []any{&sum},
		"SELECT coalesce(sum(total), 0)::numeric(20,2)::text FROM record_days WHERE tenant_id = $1 AND account_id = $2 AND kind = $3", r.Tenant, r.Account, kind)
	return sum, err
}
