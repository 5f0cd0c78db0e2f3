package log

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/record"
	stores "bailiwick/models/store"
)

// TimelessAccount keeps log entries of other accounts without a limit, and holds
// nothing and nobody else. It belongs to an account, whose people make it and may
// read it; so may those of the sub-accounts that it names.
type TimelessAccount struct {
	TenantID  uuid.UUID
	ID        uuid.UUID
	AccountID uuid.UUID // that it belongs to
	Name      string
	CreatedAt time.Time

	// AccountName names that account, where it is not the one looked from.
	AccountName string `gorm:"-"`
	Past        bool   `gorm:"-"` // entries of before are being taken in still
	Readers     int    `gorm:"-"` // how many sub-accounts it names
	Feeds       int    `gorm:"-"` // how many accounts feed it
	path        string // of that account
}

const (
	// MaxTimelessAccounts is how many an account may have.
	MaxTimelessAccounts = 50
	// MaxTimelessNamed is how many sub-accounts one may name on either list.
	MaxTimelessNamed = 200
	// TimelessBelow is how many a list shows of accounts below.
	TimelessBelow = 500
)

// TimelessInput is what the form asks for.
type TimelessInput struct {
	Name    string
	Readers []uuid.UUID // sub-accounts that may read
	Feeds   []uuid.UUID // accounts whose log entries are taken in
	Past    bool        // with what new feeds have already
}

// timelessColumns are read with a, the account that it belongs to, which is there;
// $1 is the tenant.
const timelessColumns = `t.tenant_id, t.id, t.account_id, t.name, t.created_at, a.name, a.path,
	EXISTS (SELECT FROM timeless_feeds f WHERE f.tenant_id = $1 AND f.timeless_id = t.id AND f.past_at IS NOT NULL),
	(SELECT count(*) FROM timeless_readers x JOIN accounts h ON h.tenant_id = $1 AND h.id = x.account_id
		WHERE x.tenant_id = $1 AND x.timeless_id = t.id AND starts_with(h.path, a.path || '/'))::int,
	(SELECT count(*) FROM timeless_feeds x JOIN accounts h ON h.tenant_id = $1 AND h.id = x.account_id
		WHERE x.tenant_id = $1 AND x.timeless_id = t.id AND (h.id = a.id OR starts_with(h.path, a.path || '/')))::int`

const timelessFrom = " FROM timeless_accounts t JOIN accounts a ON a.tenant_id = $1 AND a.id = t.account_id WHERE t.tenant_id = $1 AND t.deleted_at IS NULL "

// timelessSeen is the condition of those that the account $2 sees without looking
// below: its own, and those that name it while it stands below their account.
const timelessSeen = `(t.account_id = $2 OR EXISTS (SELECT FROM timeless_readers r JOIN accounts h ON h.tenant_id = $1 AND h.id = r.account_id
	WHERE r.tenant_id = $1 AND r.timeless_id = t.id AND r.account_id = $2 AND starts_with(h.path, a.path || '/')))`

func (t *TimelessAccount) fields() []any {
	return []any{&t.TenantID, &t.ID, &t.AccountID, &t.Name, &t.CreatedAt, &t.AccountName, &t.path, &t.Past, &t.Readers, &t.Feeds}
}

// TimelessFilter narrows a list of timeless accounts down.
type TimelessFilter struct {
	Search   string    // part of the name
	From, To time.Time // when they were created; zero for no bound, To is left out
}

// TimelessAccounts lists those that are seen from the grant's account, by name:
// its own, and those of accounts above that name it. Owners and whoever may read all
// see, besides, those of the accounts below where they see them.
func (s *Store) TimelessAccounts(ctx context.Context, g authz.Grant, f TimelessFilter) (all []TimelessAccount, err error) {
	r := g.Resource()
	collect := func(seen func(TimelessAccount) bool) func(pgx.Rows) error {
		return func(rows pgx.Rows) error {
			var t TimelessAccount
			if err := rows.Scan(t.fields()...); err != nil {
				return err
			}
			if seen(t) {
				all = append(all, t)
			}
			return nil
		}
	}
	here := func(TimelessAccount) bool { return true }
	shut, err := s.account.ShutBelow(ctx, g)
	if err != nil {
		return nil, err
	}
	below := func(t TimelessAccount) bool { return s.seesTimelessBelow(g, shut, t) }
	b := &stores.Clauses{Conditions: []string{""}, Args: []any{r.Tenant, r.Account}}
	if like := stores.Like(f.Search); like != "" {
		b.Where("t.name ILIKE %s", like)
	}
	b.Between("t.created_at", f.From, f.To)
	shown, args := "SELECT "+timelessColumns+timelessFrom+strings.Join(b.Conditions, " AND "), b.Args
	readsAll := b.Arg(s.readsAllTimeless(g))
	err = s.store.ReadAll(ctx, stores.TenantScope(r.Tenant),
		stores.Query{Scan: collect(here), SQL: shown + " AND " + timelessSeen + " ORDER BY lower(t.name), t.id LIMIT 500", Args: args},
		stores.Query{Scan: collect(below), SQL: shown + fmt.Sprintf(
			" AND %s AND starts_with(a.path, (SELECT path FROM accounts WHERE tenant_id = $1 AND id = $2) || '/') ORDER BY a.path, lower(t.name), t.id LIMIT %d", readsAll, TimelessBelow),
			Args: b.Args})
	return all, err
}

// TimelessAccount finds one that is seen from the grant's account; ErrNotFound
// for any other.
func (s *Store) TimelessAccount(ctx context.Context, g authz.Grant, id uuid.UUID) (t TimelessAccount, err error) {
	r := g.Resource()
	var here bool
	err = s.store.One(ctx, stores.TenantScope(r.Tenant), append(t.fields(), &here), "SELECT "+timelessColumns+", "+timelessSeen+timelessFrom+"AND t.id = $3", r.Tenant, r.Account, id)
	if err != nil || here {
		return t, err
	}
	shut, err := s.account.ShutBelow(ctx, g)
	if err == nil && !(s.readsAllTimeless(g) && s.seesTimelessBelow(g, shut, t)) {
		err = stores.ErrNotFound
	}
	return t, err
}

// readsAllTimeless tells whether the actor reads those of accounts below from
// here too. An owner reaches everything below.
func (s *Store) readsAllTimeless(g authz.Grant) bool {
	snap := s.store.Access()
	at, ok := snap.Find(g.Resource().Account)
	return ok && snap.Owns(snap.Acting(g.Actor()), at) || s.record.MayNow(g, s.store.Catalog().Permission("timeless_accounts.read_all"))
}

// seesTimelessBelow decides about one of an account below the grant's, there.
func (s *Store) seesTimelessBelow(g authz.Grant, shut map[uuid.UUID]bool, t TimelessAccount) bool {
	snap := s.store.Access()
	here, ok := snap.Find(g.Resource().Account)
	at, there := snap.Find(t.AccountID)
	return ok && there && at != here && !shut[t.AccountID] && snap.Within(at, here) &&
		(g.IsSystem() || snap.Decide(snap.Acting(g.Actor()), s.store.Catalog().Permission("timeless_accounts"), at).Allow)
}

// TimelessNamed gives the sub-accounts that may read one, and the accounts that
// feed it, in the order of the tree; only what stands there still. They are shown
// to those of its account, whom the caller knows.
func (s *Store) TimelessNamed(ctx context.Context, t TimelessAccount) (readers, feeds []account.Account, err error) {
	for _, x := range []struct {
		table string
		into  *[]account.Account
	}{{"timeless_readers", &readers}, {"timeless_feeds", &feeds}} {
		*x.into, err = s.account.Accounts(ctx, stores.TenantScope(t.TenantID), "SELECT "+account.Columns+` FROM accounts WHERE tenant_id = $1 AND (id = $3 OR starts_with(path, $4 || '/'))
			AND id IN (SELECT account_id FROM `+x.table+" WHERE tenant_id = $1 AND timeless_id = $2) ORDER BY path", t.TenantID, t.ID, t.AccountID, t.path)
		if err != nil {
			return nil, nil, err
		}
	}
	return readers, feeds, nil
}

// CreateTimelessAccount makes a timeless account of the grant's account. Problems
// name the fields name, reader and feed.
func (s *Store) CreateTimelessAccount(ctx context.Context, g authz.Grant, in TimelessInput) (TimelessAccount, error) {
	in.Name = strings.TrimSpace(in.Name)
	t := TimelessAccount{TenantID: g.Resource().Tenant, ID: stores.NewID(), AccountID: g.Resource().Account, Name: in.Name, CreatedAt: s.store.Now()}
	err := s.writeTimeless(ctx, g, t.ID, "timeless_account.create", in, func(tx *stores.Tx) error {
		var have int
		err := tx.Raw("SELECT count(*) FROM timeless_accounts WHERE tenant_id = ? AND account_id = ? AND deleted_at IS NULL", t.TenantID, t.AccountID).Scan(&have).Error
		switch {
		case err != nil:
			return err
		case have >= MaxTimelessAccounts:
			return stores.Problems{"": fmt.Sprintf("An account has at most %d timeless accounts.", MaxTimelessAccounts)}
		}
		return tx.Create(&t).Error
	})
	return t, err
}

// EditTimelessAccount changes one of the grant's account's own. What it kept of
// an account that feeds it no more, it keeps.
func (s *Store) EditTimelessAccount(ctx context.Context, g authz.Grant, id uuid.UUID, in TimelessInput) error {
	in.Name = strings.TrimSpace(in.Name)
	return s.writeTimeless(ctx, g, id, "timeless_account.edit", in, func(tx *stores.Tx) error {
		t, err := ownTimeless(tx, id)
		if err != nil {
			return err
		}
		tx.Changed("name", t.Name, in.Name)
		return tx.Table("timeless_accounts").Where("tenant_id = ? AND id = ?", t.TenantID, id).Updates(map[string]any{"name": in.Name}).Error
	})
}

// DeleteTimelessAccount deletes one of the grant's account's own with all that
// it kept. Its name must be typed. Problems name the field name.
func (s *Store) DeleteTimelessAccount(ctx context.Context, g authz.Grant, id uuid.UUID, typed string) error {
	return s.changeTimeless(ctx, g, id, "timeless_account.delete", func(tx *stores.Tx, _ *authz.Snapshot) error {
		t, err := ownTimeless(tx, id)
		if err != nil {
			return err
		}
		if strings.TrimSpace(typed) != t.Name {
			return stores.Problems{"name": "Type “" + t.Name + "” to confirm."}
		}
		tx.Change.Name = t.Name
		return tx.Exec("UPDATE timeless_accounts SET deleted_at = ? WHERE tenant_id = ? AND id = ?", s.store.Now(), t.TenantID, id).Error
	})
}

// ownTimeless locks one of the write's account's own.
func ownTimeless(tx *stores.Tx, id uuid.UUID) (t TimelessAccount, err error) {
	on := tx.Change.On
	err = tx.Raw("SELECT * FROM timeless_accounts WHERE tenant_id = ? AND account_id = ? AND id = ? AND deleted_at IS NULL FOR UPDATE", on.Tenant, on.Account, id).Take(&t).Error
	return t, err
}

func (s *Store) changeTimeless(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*stores.Tx, *authz.Snapshot) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: "timeless_account", ID: id}
	return s.store.Write(ctx, g.On(on.Kind, id), stores.Change{Action: action, Permission: "timeless_accounts.edit", On: on}, func(tx *stores.Tx) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		return do(tx, snap)
	})
}

// writeTimeless stores what a form says; store keeps the account's own row.
func (s *Store) writeTimeless(ctx context.Context, g authz.Grant, id uuid.UUID, action string, in TimelessInput, store func(*stores.Tx) error) error {
	p := stores.Problems{}
	p.Add("name", stores.CheckName(in.Name))
	if len(in.Readers) > MaxTimelessNamed {
		p.Add("reader", fmt.Sprintf("Choose at most %d.", MaxTimelessNamed))
	}
	if len(in.Feeds) > MaxTimelessNamed {
		p.Add("feed", fmt.Sprintf("Choose at most %d.", MaxTimelessNamed))
	}
	if len(p) > 0 {
		return p
	}
	return s.changeTimeless(ctx, g, id, action, func(tx *stores.Tx, snap *authz.Snapshot) error {
		tx.Change.Name = in.Name
		if err := store(tx); err != nil {
			return err
		}
		readers, err := belowHere(tx, in.Readers, false)
		if err != nil {
			return err
		}
		if len(readers) < len(unique(in.Readers)) {
			return stores.Problems{"reader": "Choose accounts below this one."}
		}
		feeds, err := belowHere(tx, in.Feeds, true)
		if err != nil {
			return err
		}
		if len(feeds) < len(unique(in.Feeds)) {
			return stores.Problems{"feed": "Choose this account, or accounts below it."}
		}
		if _, err := nameTimeless(tx, "timeless_readers", "readers", id, readers); err != nil {
			return err
		}
		added, err := nameTimeless(tx, "timeless_feeds", "feeds", id, feeds)
		if err != nil {
			return err
		}
		return feedTimeless(tx, snap, id, added, in.Past)
	})
}

func unique(ids []uuid.UUID) []uuid.UUID {
	seen := map[uuid.UUID]bool{}
	return slices.DeleteFunc(slices.Clone(ids), func(id uuid.UUID) bool {
		again := seen[id]
		seen[id] = true
		return again
	})
}

// belowHere gives those of some accounts that stand below the write's, in the
// order of the tree.
func belowHere(tx *stores.Tx, ids []uuid.UUID, orHere bool) (found []account.Account, err error) {
	on := tx.Change.On
	err = tx.Raw("SELECT "+account.Columns+` FROM accounts WHERE tenant_id = ? AND id = ANY(CAST(? AS uuid[])) AND (id = ? AND ?
		OR starts_with(path, (SELECT path FROM accounts WHERE tenant_id = ? AND id = ?) || '/')) ORDER BY path`,
		on.Tenant, stores.IDList(ids), on.Account, orHere, on.Tenant, on.Account).Scan(&found).Error
	return found, err
}

// nameTimeless makes a list of a timeless account name just some accounts, and
// gives those that it did not name before.
func nameTimeless(tx *stores.Tx, table, field string, id uuid.UUID, accounts []account.Account) (added []account.Account, err error) {
	tenant := tx.Change.On.Tenant
	var before []struct {
		ID   uuid.UUID
		Name string
	}
	err = tx.Raw("SELECT a.id, a.name FROM "+table+" x JOIN accounts a ON a.id = x.account_id WHERE a.tenant_id = ? AND x.tenant_id = ? AND x.timeless_id = ? ORDER BY a.path", tenant, tenant, id).
		Scan(&before).Error
	if err != nil {
		return nil, err
	}
	had := map[uuid.UUID]bool{}
	was, is := []string{}, []string{}
	for _, b := range before {
		had[b.ID] = true
		was = append(was, b.Name)
	}
	ids := stores.IDList{}
	for _, a := range accounts {
		ids, is = append(ids, a.ID), append(is, a.Name)
		if !had[a.ID] {
			added = append(added, a)
		}
	}
	tx.Changed(field, was, is)
	if err := tx.Exec("DELETE FROM "+table+" WHERE tenant_id = ? AND timeless_id = ? AND account_id <> ALL(CAST(? AS uuid[]))", tenant, id, ids).Error; err != nil {
		return nil, err
	}
	return added, tx.Exec("INSERT INTO "+table+" (tenant_id, timeless_id, account_id)\n"+
		"SELECT a.tenant_id, CAST(? AS uuid), a.id FROM accounts a WHERE a.tenant_id = ? AND a.id = ANY(CAST(? AS uuid[])) ON CONFLICT DO NOTHING", id, tenant, ids).Error
}

// feedTimeless begins to take in what some accounts log. Whoever lets others read
// those logs must see them there. Each account is locked against entries that
// are being stored: those come before, and are past, or after, and see the feed.
func feedTimeless(tx *stores.Tx, snap *authz.Snapshot, id uuid.UUID, added []account.Account, past bool) error {
	for _, a := range added {
		at, ok := snap.Find(a.ID)
		if !ok || !tx.Grant.IsSystem() && !snap.Decide(snap.Acting(tx.Grant.Actor()), tx.Store.Catalog().Permission("logs"), at).Allow {
			return stores.Problems{"feed": "You can't read the logs of " + a.Name + ", so you can't let others read them."}
		}
		if err := tx.Exec("SELECT FROM accounts WHERE tenant_id = ? AND id = ? FOR UPDATE", a.TenantID, a.ID).Error; err != nil {
			return err
		}
		if !past {
			continue
		}
		if err := tx.Exec("UPDATE timeless_feeds SET past_at = '-infinity', past_id = ? WHERE tenant_id = ? AND timeless_id = ? AND account_id = ?", uuid.Nil, a.TenantID, id, a.ID).Error; err != nil {
			return err
		}
	}
	if past && len(added) > 0 {
		tx.Note("past_entries", true)
	}
	return nil
}

const (
	takeInAtOnce = 2000
	workTenants  = 100 // in which one node looks for work that no other is at
)

// TakeInPast copies some of the entries of before into timeless accounts that
// asked for them, oldest first, and tells whether there is more to do. It may be
// cut off anywhere, and several nodes share the work.
func (s *Store) TakeInPast(ctx context.Context) (more bool, err error) {
	err = s.store.In(ctx, stores.ScopeTimeless, func(db *gorm.DB) error {
		var feeds []struct{ TenantID, TimelessID, AccountID uuid.UUID }
		err := stores.AmongTenants(db, func(tenant uuid.UUID) (bool, error) {
			err := db.Raw("SELECT tenant_id, timeless_id, account_id FROM timeless_feeds WHERE tenant_id = ? AND past_at IS NOT NULL LIMIT 1 FOR UPDATE SKIP LOCKED", tenant).Scan(&feeds).Error
			return len(feeds) > 0, err
		}, s.store.Reached("SELECT DISTINCT tenant_id FROM timeless_feeds WHERE {tenant_id} AND past_at IS NOT NULL LIMIT ?"), workTenants)
		if err != nil || len(feeds) == 0 {
			return err
		}
		more = true
		f := feeds[0]
		const which = " WHERE tenant_id = @tenant AND timeless_id = @timeless AND account_id = @account"
		args := map[string]any{"tenant": f.TenantID, "timeless": f.TimelessID, "account": f.AccountID, "kind": record.LogKind, "limit": takeInAtOnce}
		var next []struct {
			ID        uuid.UUID
			CreatedAt time.Time
		}
		err = db.Raw(`SELECT r.id, r.created_at FROM records r JOIN timeless_feeds f USING (account_id) WHERE r.tenant_id = @tenant AND f.tenant_id = @tenant AND r.account_id = @account AND f.timeless_id = @timeless
			AND r.kind = @kind AND (r.created_at, r.id) > (f.past_at, f.past_id) ORDER BY r.created_at, r.id LIMIT @limit`, args).Scan(&next).Error
		switch {
		case err != nil:
			return err
		case len(next) == 0:
			return db.Exec("UPDATE timeless_feeds SET past_at = NULL, past_id = NULL"+which, args).Error
		}
		ids := make(stores.IDList, len(next))
		for i, x := range next {
			ids[i] = x.ID
		}
		if err := db.Exec(record.TakeIn+"AND f.timeless_id = @timeless ON CONFLICT DO NOTHING", map[string]any{"tenant": f.TenantID, "ids": ids, "timeless": f.TimelessID}).Error; err != nil {
			return err
		}
		args["id"], args["at"] = next[len(next)-1].ID, next[len(next)-1].CreatedAt
		return db.Exec("UPDATE timeless_feeds SET past_id = @id, past_at = @at"+which, args).Error
	})
	return more, err
}

// TimelessEntry finds one entry of a timeless account, as a record of the account
// that looks. The caller authorizes the timeless account.
func (s *Store) TimelessEntry(ctx context.Context, g authz.Grant, t TimelessAccount, id uuid.UUID) (r record.Record, err error) {
	err = stores.ErrNotFound
	failed := s.store.Read(ctx, stores.TenantScope(t.TenantID), func(rows pgx.Rows) (e error) {
		if r, e = record.ScanRecord(s.store, rows); !record.LogsClosed(s.store, r.AccountID) {
			r.AccountID, err = g.Resource().Account, nil
		}
		return e
	}, "SELECT "+record.Columns+" FROM timeless_entries WHERE tenant_id = $1 AND timeless_id = $2 AND id = $3", t.TenantID, t.ID, id)
	if failed != nil {
		err = failed
	}
	return r, err
}

// PurgeTimelessAccounts removes some of what deleted timeless accounts kept, and
// tells whether there is more to do.
func (s *Store) PurgeTimelessAccounts(ctx context.Context) (more bool, err error) {
	err = s.store.In(ctx, stores.ScopeTimeless, func(db *gorm.DB) error {
		const left = "deleted_at IS NOT NULL AND EXISTS (SELECT FROM timeless_entries e WHERE e.tenant_id = t.tenant_id AND e.timeless_id = t.id)"
		return stores.AmongTenants(db, func(tenant uuid.UUID) (bool, error) {
			var ids []uuid.UUID
			err := db.Raw("SELECT id FROM timeless_accounts t WHERE tenant_id = ? AND "+left+" LIMIT 1 FOR UPDATE SKIP LOCKED", tenant).Scan(&ids).Error
			if err != nil || len(ids) == 0 {
				return false, err
			}
			more = true
			return true, db.Exec(`DELETE FROM timeless_entries WHERE tenant_id = @tenant AND ctid = ANY(ARRAY(
				SELECT ctid FROM timeless_entries WHERE tenant_id = @tenant AND timeless_id = @id LIMIT 1000))`, map[string]any{"tenant": tenant, "id": ids[0]}).Error
		}, s.store.Reached("SELECT DISTINCT tenant_id FROM timeless_accounts t WHERE {tenant_id} AND "+left+" LIMIT ?"), workTenants)
	})
	return more, err
}
