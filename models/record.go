package models

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// Record is what a section holds: properties that a schema of the catalog
// checks, owned by one account.
type Record struct {
	TenantID  uuid.UUID
	ID        uuid.UUID
	AccountID uuid.UUID
	Kind      string
	// ParentID is the record it is inside, or belongs to; zero for none.
	ParentID uuid.UUID
	// Values are its properties as JSON decodes them, secrets masked.
	Values        map[string]any
	Name          string
	Version       int64 // grows with every change
	CreatedAt     time.Time
	UpdatedAt     time.Time
	CreatedByName string
	UpdatedByName string
	secrets       map[string]storedSecret
	createdBy     string // kind:id, where one record was read
}

// State is the property state, empty where the kind has none.
func (r Record) State() string { state, _ := r.Values["state"].(string); return state }

// RecordPlace is where in an account records are looked at: a section and, for a
// section inside another's records, the one record that it is inside.
type RecordPlace struct {
	Section *catalog.Section
	Parent  uuid.UUID
	// Timeless is the timeless account whose entries are looked at instead; zero
	// for none. Whether it may be seen, the caller asks.
	Timeless uuid.UUID
}

func (p RecordPlace) records() *catalog.Records { return p.Section.Records }

func (p RecordPlace) kind() *catalog.Kind { return p.Section.Records.Kind }

// Holds tells whether a record of the account stands at the place.
func (p RecordPlace) Holds(r Record) bool {
	if r.Kind != p.kind().Key || p.Section.Inside != nil && r.ParentID != p.Parent {
		return false
	}
	for name, values := range p.records().Where {
		v, _ := r.Values[name].(string)
		if !slices.Contains(values, v) {
			return false
		}
	}
	return true
}

// Conflict is the error of an edit that began from an older version. Theirs is
// the record as it is now.
type Conflict struct{ Theirs Record }

func (c *Conflict) Error() string { return fmt.Sprintf("record %s was changed meanwhile", c.Theirs.ID) }

// Unwrap makes errors.Is(err, ErrConflict) true.
func (c *Conflict) Unwrap() error { return ErrConflict }

const recordColumns = "tenant_id, id, account_id, kind, parent_id, data, name, version, created_at, updated_at, created_by_name, updated_by_name"

// scanRecord reads a row of recordColumns.
func (s *Store) scanRecord(row interface{ Scan(...any) error }, more ...any) (Record, error) {
	var r Record
	var parent *uuid.UUID
	var data []byte
	err := row.Scan(append([]any{&r.TenantID, &r.ID, &r.AccountID, &r.Kind, &parent, &data, &r.Name, &r.Version,
		&r.CreatedAt, &r.UpdatedAt, &r.CreatedByName, &r.UpdatedByName}, more...)...)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r.Values); err != nil {
		return r, fmt.Errorf("read record %s: %w", r.ID, err)
	}
	if parent != nil {
		r.ParentID = *parent
		if k := s.catalog.Kind(r.Kind); k != nil && k.Parent != nil {
			r.Values[k.Parent.Name] = parent.String()
		}
	}
	return r, nil
}

// Record finds one record of the grant's account, of any section. The caller asks
// a RecordPlace whether it stands there. One that the account may not use is a
// *Closed, and given.
func (s *Store) Record(ctx context.Context, g authz.Grant, id uuid.UUID) (r Record, err error) {
	found, on := false, g.Resource()
	err = s.read(ctx, tenantScope(on.Tenant), func(rows pgx.Rows) (err error) {
		var by string
		found = true
		r, err = s.scanRecord(rows, &by)
		r.createdBy = by
		return err
	}, "SELECT "+recordColumns+", created_by FROM records WHERE tenant_id = $1 AND account_id = $2 AND id = $3", on.Tenant, on.Account, id)
	switch {
	case err != nil:
		return r, err
	case !found || !s.owns(g, r):
		return r, ErrNotFound
	}
	return r, s.closed(g, r)
}

// owns tells whether a grant that is about what one made oneself is about this.
func (s *Store) owns(g authz.Grant, r Record) bool {
	in := s.catalog.Info(g.Permission()).Section
	return g.IsSystem() || in == nil || !in.Own || r.createdBy == g.Actor().ID.String()
}

// CreateRecord makes a record at a place. Values that the section's form has
// not, and whatever the schema or the account's ceiling refuses, are Problems.
// The secrets that were made are given in the clear, once.
func (s *Store) CreateRecord(ctx context.Context, g authz.Grant, at RecordPlace, values map[string]any) (Record, map[string]string, error) {
	r, err := s.newRecord(g, at, values)
	if err != nil {
		return r, nil, err
	}
	var shown map[string]string
	err = s.writeRecord(ctx, g, at.records().Create, "create", &r, func(tx *Tx) error {
		if err := tx.holdParent(at); err != nil {
			return err
		}
		if err := tx.checkPlace(at, r, nil); err != nil {
			return err
		}
		if shown, err = s.keepSecrets(&r, at.kind()); err != nil {
			return err
		}
		tx.noteValues(at.kind(), r.Values)
		return tx.insertRecords(at.kind(), []*Record{&r})
	})
	return r, shown, err
}

// newRecord is a record that values make at a place, checked as far as that
// goes without the database.
func (s *Store) newRecord(g authz.Grant, at RecordPlace, values map[string]any) (Record, error) {
	rs, kind, now := at.records(), at.kind(), s.now().UTC().Truncate(time.Microsecond)
	r := Record{
		TenantID: g.Resource().Tenant, ID: newID(), AccountID: g.Resource().Account, Kind: kind.Key, ParentID: at.Parent,
		Values: map[string]any{}, CreatedAt: now, UpdatedAt: now,
		CreatedByName: g.Actor().Name, UpdatedByName: g.Actor().Name, secrets: map[string]storedSecret{},
	}
	if p := s.typed(g, rs.Fields, values); len(p) > 0 {
		return r, p
	}
	ceiling := s.ceiling(g)
	for _, f := range kind.Fields {
		if f.Default != nil && ceiling.Covers(f.Needs) {
			r.Values[f.Name] = f.Default
		}
	}
	setAll(r.Values, values)
	setAll(r.Values, rs.Set)
	r.Values = asJSON(r.Values)
	s.adoptParent(kind, at, &r)
	s.expire(kind, &r, nil, now)
	p := Problems(rs.Missing(r.Values))
	err := s.checkRecord(g, kind, &r, nil)
	var wrong Problems
	if err != nil && !errors.As(err, &wrong) {
		return r, err
	}
	for name, sentence := range wrong {
		p.add(name, sentence)
	}
	return r, p.orNil()
}

// typed refuses values that are in no field of a form, or in one that asks for
// a permission which the actor has not.
func (s *Store) typed(g authz.Grant, fields []*catalog.Field, values map[string]any) Problems {
	p := Problems{}
	for name := range values {
		i := slices.IndexFunc(fields, func(f *catalog.Field) bool { return f.Name == name })
		if i < 0 {
			p[name] = "This can not be set here."
			continue
		}
		if need := fields[i].Permission; need != 0 && !g.IsSystem() {
			if _, err := s.Access().Authorize(g.Actor(), need, g.Resource().Account); err != nil {
				p[name] = "You may not set this."
			}
		}
	}
	return p
}

// setAll gives values to a record; nil removes.
func setAll(into, values map[string]any) {
	for name, v := range values {
		if v == nil {
			delete(into, name)
		} else {
			into[name] = v
		}
	}
}

// asJSON gives values the types that JSON decodes them to.
func asJSON(values map[string]any) map[string]any {
	plain := map[string]any{}
	if b, err := json.Marshal(values); err == nil {
		_ = json.Unmarshal(b, &plain) // of what was just encoded
	}
	return plain
}

// adoptParent keeps the property that names the parent and the record's place in step.
func (s *Store) adoptParent(kind *catalog.Kind, at RecordPlace, r *Record) {
	if kind.Parent == nil {
		return
	}
	if at.Section.Inside != nil {
		r.Values[kind.Parent.Name] = at.Parent.String()
	}
	text, _ := r.Values[kind.Parent.Name].(string)
	r.ParentID, _ = uuid.Parse(text)
}

// expire computes the times that follow from a duration, where it is new.
func (s *Store) expire(kind *catalog.Kind, r *Record, before map[string]any, now time.Time) {
	for _, f := range kind.Fields {
		if f.DefaultAfter == "" || before != nil && before[f.DefaultAfter] == r.Values[f.DefaultAfter] {
			continue
		}
		text, _ := r.Values[f.DefaultAfter].(string)
		if d := lasting(text); d > 0 {
			r.Values[f.Name] = now.Add(d).UTC().Format(time.RFC3339)
		} else {
			delete(r.Values, f.Name)
		}
	}
}

// lasting reads `<n> hours` or `<n> days`; anything else is forever, and zero.
func lasting(text string) time.Duration {
	var n int
	var unit string
	if _, err := fmt.Sscanf(text, "%d %s", &n, &unit); err != nil {
		return 0
	}
	switch strings.TrimSuffix(unit, "s") {
	case "hour":
		return time.Duration(n) * time.Hour
	case "day":
		return time.Duration(n) * 24 * time.Hour
	}
	return 0
}

// checkRecord asks the schema and the account's ceiling, and fills what follows
// from the values. What the ceiling refuses but was there before may stay.
func (s *Store) checkRecord(g authz.Grant, kind *catalog.Kind, r *Record, before map[string]any) error {
	looked := maps.Clone(r.Values)
	keptSecrets := map[string]bool{}
	for _, f := range kind.Fields {
		if _, kept := r.secrets[f.Name]; f.Secret == catalog.Sealed && kept && (looked[f.Name] == nil || looked[f.Name] == SealedMask) {
			delete(looked, f.Name)
			keptSecrets[f.Name] = true
			r.Values[f.Name] = SealedMask
		}
	}
	p := Problems(kind.Check(looked))
	maps.DeleteFunc(p, func(name, _ string) bool { return keptSecrets[name] })
	for name, sentence := range kind.Uncovered(changedValues(r.Values, before), s.ceiling(g)) {
		p.add(name, sentence)
	}
	if len(p) == 0 {
		r.Name = displayName(kind, r.Values)
	}
	return p.orNil()
}

// ceiling is what the grant's account may use; the installation's own command
// line is bound by it like anybody else.
func (s *Store) ceiling(g authz.Grant) catalog.Entitlements {
	return s.ceilingAt(g.Resource().Account)
}

func changedValues(now, before map[string]any) map[string]any {
	changed := map[string]any{}
	for name, v := range now {
		if !same(v, before[name]) {
			changed[name] = v
		}
	}
	return changed
}

// same compares values as JSON sees them.
func same(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// displayName is what a record is called: the title of a value, where the
// property has some to choose from.
func displayName(kind *catalog.Kind, values map[string]any) string {
	text := fmt.Sprint(values[kind.Name])
	if o := kind.Field(kind.Name).Option(text); o != nil {
		return o.Title
	}
	return text
}

// writeRecord is the write door for one record. permission is what the verb
// asks for; action names it in the audit, after the kind.
func (s *Store) writeRecord(ctx context.Context, g authz.Grant, permission catalog.Permission, action string, r *Record, do func(*Tx) error) error {
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account, Kind: r.Kind, ID: r.ID}
	return s.write(ctx, g.On(r.Kind, r.ID), change{
		action: r.Kind + "." + action, permission: s.catalog.Info(permission).Key, on: on, name: r.Name,
	}, func(tx *Tx) error {
		if r.Kind != networkKind {
			return do(tx)
		}
		return tx.keepReachable(func() error { return do(tx) })
	})
}

// insertRecords stores new records of one kind.
func (tx *Tx) insertRecords(kind *catalog.Kind, all []*Record) error {
	by := tx.grant.Actor()
	for chunk := range slices.Chunk(all, 500) {
		rows := make([]map[string]any, len(chunk))
		for i, r := range chunk {
			data, secrets, err := stored(kind, r)
			if err != nil {
				return err
			}
			rows[i] = map[string]any{
				"tenant_id": r.TenantID, "id": r.ID, "account_id": r.AccountID, "kind": r.Kind, "parent_id": orNull(r.ParentID),
				"data": data, "secrets": secrets, "name": r.Name, "search": searchText(kind, r.Values), "unique_key": uniqueKey(kind, r),
				"version": 1, "created_at": r.CreatedAt, "created_by": by.ID.String(), "created_by_name": by.Name,
				"updated_at": r.UpdatedAt, "updated_by": by.ID.String(), "updated_by_name": by.Name,
			}
			r.Version = 1
		}
		if err := tx.Table("records").Create(rows).Error; err != nil {
			return takenName(kind, err)
		}
		if kind.Key == logKind {
			if err := tx.keepTimeless(chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

// stored gives the columns data and secrets.
func stored(kind *catalog.Kind, r *Record) (data, secrets string, err error) {
	values := maps.Clone(r.Values)
	if kind.Parent != nil {
		delete(values, kind.Parent.Name)
	}
	b, err := json.Marshal(values)
	if err != nil {
		return "", "", fmt.Errorf("encode a record: %w", err)
	}
	x, err := json.Marshal(r.secrets)
	return string(b), string(x), err
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// searchText is what the list's search finds a record by, as it is read: of an
// option, its title.
func searchText(kind *catalog.Kind, values map[string]any) string {
	var parts []string
	for _, f := range kind.Fields {
		if !f.Search {
			continue
		}
		if f.Grows() {
			for _, e := range catalog.Entries(values[f.Name]) {
				parts = append(parts, e.Text)
			}
			continue
		}
		switch v := values[f.Name].(type) {
		case nil:
		case []any, []string, string:
			for _, text := range catalog.Texts(v) {
				if o := f.Option(text); o != nil {
					text = o.Title
				}
				parts = append(parts, text)
			}
		default:
			parts = append(parts, fmt.Sprint(v))
		}
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}

// uniqueKey covers the parent only where the record can not leave it.
func uniqueKey(kind *catalog.Kind, r *Record) []byte {
	if len(kind.Unique) == 0 {
		return nil
	}
	parts := []string{}
	if kind.Parent == nil {
		parts = append(parts, r.ParentID.String())
	}
	for _, name := range kind.Unique {
		parts = append(parts, strings.ToLower(fmt.Sprint(r.Values[name])))
	}
	h := sha256.Sum256([]byte(strings.Join(parts, "\x1f")))
	return h[:]
}

// takenName gives a refusal of the unique key its words.
func takenName(kind *catalog.Kind, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.ConstraintName != "records_unique" {
		return err
	}
	last := kind.Unique[len(kind.Unique)-1]
	return Problems{last: "There is one with this " + strings.ToLower(kind.Field(last).Title) + " already."}
}

// noteValues keeps a new record's values for the audit, without secrets.
func (tx *Tx) noteValues(kind *catalog.Kind, values map[string]any) {
	for _, f := range kind.Fields {
		if v, ok := values[f.Name]; ok && f.Secret == "" {
			tx.note(f.Name, v)
		}
	}
}

// EditRecord gives a record the values of the section's form; properties that
// the form has and values lacks are removed. An edit that began from another
// version is a *Conflict.
func (s *Store) EditRecord(ctx context.Context, g authz.Grant, at RecordPlace, id uuid.UUID, version int64, values map[string]any) (Record, error) {
	return s.changeRecord(ctx, g, at.records().Edit, "edit", at.kind(), id, func(tx *Tx, r *Record) error {
		was := maps.Clone(r.Values)
		if !at.Holds(*r) {
			return ErrNotFound
		}
		if r.Version != version {
			return &Conflict{*r}
		}
		if p := s.typed(g, at.records().Fields, values); len(p) > 0 {
			return p
		}
		ceiling := s.ceiling(g)
		for _, f := range at.records().Fields {
			// What one may not see, one leaves as it is.
			hidden := !ceiling.Covers(f.Needs) || f.Permission != 0 && !s.mayNow(g, f.Permission)
			within := f == at.kind().Parent && at.Section.Inside != nil
			if _, given := values[f.Name]; !given && !hidden && !within && f.Secret == "" {
				delete(r.Values, f.Name)
			}
		}
		before := maps.Clone(r.Values)
		setAll(r.Values, asJSON(values))
		s.adoptParent(at.kind(), at, r)
		if err := tx.keepClosed(at.kind(), r, was); err != nil {
			return err
		}
		if err := Problems(at.records().Missing(r.Values)).orNil(); err != nil {
			return err
		}
		return tx.checkPlace(at, *r, before)
	})
}

func (s *Store) mayNow(g authz.Grant, p catalog.Permission) bool {
	if g.IsSystem() {
		return true
	}
	_, err := s.Access().Authorize(g.Actor(), p, g.Resource().Account)
	return err == nil
}

// changeRecord locks a record, lets do give it new values, checks and stores
// them, and keeps what changed for the audit.
func (s *Store) changeRecord(ctx context.Context, g authz.Grant, permission catalog.Permission, action string, kind *catalog.Kind, id uuid.UUID, do func(*Tx, *Record) error) (Record, error) {
	r := Record{TenantID: g.Resource().Tenant, AccountID: g.Resource().Account, Kind: kind.Key, ID: id}
	err := s.writeRecord(ctx, g, permission, action, &r, func(tx *Tx) error {
		if err := tx.lockRecord(kind, &r); err != nil {
			return err
		}
		tx.change.name = r.Name
		was := r
		was.Values, was.secrets = maps.Clone(r.Values), maps.Clone(r.secrets)
		if err := tx.checkRank(kind, was.Values); err != nil {
			return err
		}
		if err := do(tx, &r); err != nil {
			return err
		}
		s.expire(kind, &r, was.Values, s.now())
		if err := s.checkRecord(g, kind, &r, was.Values); err != nil {
			return err
		}
		if err := tx.checkLinks(kind, r, was.Values); err != nil {
			return err
		}
		if was.State() == kind.Keep && r.State() != kind.Keep {
			if err := tx.keepOne(kind, r); err != nil {
				return err
			}
		}
		if _, err := s.keepSecrets(&r, kind); err != nil {
			return err
		}
		for _, f := range kind.Fields {
			switch before, now := was.Values[f.Name], r.Values[f.Name]; {
			case f.Secret != "" && was.secrets[f.Name] != r.secrets[f.Name]:
				tx.note(f.Name, "replaced")
			case f.Grows() && !same(before, now):
				all := catalog.Entries(now)
				tx.note(f.Name, all[len(all)-1].Text)
			case f.Secret == "" && !same(before, now):
				tx.changed(f.Name, before, now)
			}
		}
		return tx.updateRecord(kind, &r)
	})
	return r, err
}

// holdParent keeps what a place is inside until the commit; ErrNotFound where it is gone.
func (tx *Tx) holdParent(at RecordPlace) error {
	if at.Parent == uuid.Nil {
		return nil
	}
	on := tx.change.on
	return tx.holdRecord("id = ?", on.Tenant, on.Account, at.Parent)
}

// holdRecord takes the tenant, the account and what else which asks for.
func (tx *Tx) holdRecord(which string, args ...any) error {
	var held uuid.UUID
	return tx.Raw("SELECT id FROM records WHERE tenant_id = ? AND account_id = ? AND "+which+" FOR KEY SHARE", args...).Row().Scan(&held)
}

// lockRecord reads a record and holds it until the commit. What it is inside is
// held first: whoever deletes that begins there too, and neither waits for the
// other in a circle.
func (tx *Tx) lockRecord(kind *catalog.Kind, r *Record) error {
	if kind.Section.Inside != nil {
		if err := tx.holdRecord("id = (SELECT parent_id FROM records WHERE tenant_id = ? AND id = ?)", r.TenantID, r.AccountID, r.TenantID, r.ID); err != nil {
			return err
		}
	}
	rows, err := tx.Raw("SELECT "+recordColumns+", created_by, secrets FROM records WHERE tenant_id = ? AND account_id = ? AND id = ? AND kind = ? FOR UPDATE",
		r.TenantID, r.AccountID, r.ID, kind.Key).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return errors.Join(ErrNotFound, rows.Err())
	}
	var by string
	var secrets []byte
	if *r, err = tx.store.scanRecord(rows, &by, &secrets); err != nil {
		return err
	}
	if r.createdBy = by; !tx.store.owns(tx.grant, *r) {
		return ErrNotFound
	}
	if err := tx.store.closed(tx.grant, *r); err != nil {
		return err
	}
	return json.Unmarshal(secrets, &r.secrets)
}

func (tx *Tx) updateRecord(kind *catalog.Kind, r *Record) error {
	data, secrets, err := stored(kind, r)
	if err != nil {
		return err
	}
	by := tx.grant.Actor()
	r.UpdatedAt, r.UpdatedByName = tx.store.now().UTC().Truncate(time.Microsecond), by.Name
	r.Version++
	err = changedOne(tx.Table("records").Where("tenant_id = ? AND id = ?", r.TenantID, r.ID).Updates(map[string]any{
		"parent_id": orNull(r.ParentID), "data": data, "secrets": secrets, "name": r.Name, "search": searchText(kind, r.Values),
		"unique_key": uniqueKey(kind, r), "version": r.Version,
		"updated_at": r.UpdatedAt, "updated_by": by.ID.String(), "updated_by_name": by.Name,
	}))
	return takenName(kind, err)
}

// keepOne refuses to take the last record of a kind out of the state that an
// account keeps. The account's row is locked, so that two such changes wait for
// each other.
func (tx *Tx) keepOne(kind *catalog.Kind, r Record) error {
	if kind.Keep == "" {
		return nil
	}
	if err := tx.lockAccount(); err != nil {
		return err
	}
	var others int64
	err := tx.Raw("SELECT count(*) FROM records WHERE tenant_id = ? AND account_id = ? AND kind = ? AND state = ? AND id <> ?",
		r.TenantID, r.AccountID, kind.Key, kind.Keep, r.ID).Scan(&others).Error
	if err != nil || others > 0 {
		return err
	}
	noun := kind.Section.Records.Noun
	sentence := fmt.Sprintf("This is the last %s that is %s, and one has to stay so.", noun, stateTitle(kind, kind.Keep))
	return Problems{"": sentence}
}

// lockAccount holds the account of the write until the commit.
func (tx *Tx) lockAccount() error {
	var id uuid.UUID
	return tx.Raw("SELECT id FROM accounts WHERE tenant_id = ? AND id = ? FOR NO KEY UPDATE", tx.change.on.Tenant, tx.change.on.Account).Row().Scan(&id)
}

// numbered turns the placeholders of GORM into those of pgx.
func numbered(sql string) string {
	for n := 1; strings.Contains(sql, "?"); n++ {
		sql = strings.Replace(sql, "?", fmt.Sprintf("$%d", n), 1)
	}
	return sql
}
