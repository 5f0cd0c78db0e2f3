package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// Record is what a section holds: properties that a schema of the catalog
// checks, owned by one account.
type Record struct {
	TenantID  uuid.UUID
	ID        uuid.UUID
	AccountID uuid.UUID
	Kind      string
	// ParentID is the record it is inside, or belongs to; zero for none.
	ParentID   uuid.UUID
	ParentName string // where FindRecords says
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

// Place is where in an account records are looked at: a section and, for a
// section inside another's records, the one record that it is inside.
type Place struct {
	Section *catalog.Section
	Parent  uuid.UUID
	// Timeless is the timeless account whose entries are looked at instead; zero
	// for none. Whether it may be seen, the caller asks.
	Timeless uuid.UUID
}

func (p Place) records() *catalog.Records { return p.Section.Records }

func (p Place) kind() *catalog.Kind { return p.Section.Records.Kind }

// Holds tells whether a record of the account stands at the place.
func (p Place) Holds(r Record) bool {
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
func (c *Conflict) Unwrap() error { return store.ErrConflict }

// Columns are those that ScanRecord reads, in their order.
const Columns = "tenant_id, id, account_id, kind, parent_id, data, name, version, created_at, updated_at, created_by_name, updated_by_name"

// ScanRecord reads a row of Columns.
func ScanRecord(s *store.Store, row interface{ Scan(...any) error }, more ...any) (Record, error) {
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
		if k := s.Catalog().Kind(r.Kind); k != nil && k.Parent != nil {
			r.Values[k.Parent.Name] = parent.String()
		}
	}
	return r, nil
}

// Record finds one record of the grant's account, of any section. The caller asks
// a Place whether it stands there. One that the account may not use is a
// *Closed, and given.
func (s *Store) Record(ctx context.Context, g authz.Grant, id uuid.UUID) (r Record, err error) {
	found, on := false, g.Resource()
	err = s.store.Read(ctx, store.TenantScope(on.Tenant), func(rows pgx.Rows) (err error) {
		var by string
		found = true
		r, err = ScanRecord(s.store, rows, &by)
		r.createdBy = by
		return err
	}, "SELECT "+Columns+", created_by FROM records WHERE tenant_id = $1 AND account_id = $2 AND id = $3", on.Tenant, on.Account, id)
	switch {
	case err != nil:
		return r, err
	case !found || !owns(s.store, g, r):
		return r, store.ErrNotFound
	}
	return r, closed(s.store, g, r)
}

// owns tells whether a grant that is about what one made oneself is about this.
func owns(s *store.Store, g authz.Grant, r Record) bool {
	in := s.Catalog().Info(g.Permission()).Section
	return g.IsSystem() || in == nil || !in.Own || r.createdBy == g.Actor().ID.String()
}

// CreateRecord makes a record at a place. Values that the section's form has
// not, and whatever the schema or the account's ceiling refuses, are Problems.
// The secrets that were made are given in the clear, once.
func (s *Store) CreateRecord(ctx context.Context, g authz.Grant, at Place, values map[string]any) (Record, map[string]string, error) {
	r, err := s.newRecord(g, at, values)
	if err != nil {
		return r, nil, err
	}
	var shown map[string]string
	err = s.writeRecord(ctx, g, at.records().Create, "create", &r, func(tx *store.Tx) error {
		if err := holdParent(tx, at); err != nil {
			return err
		}
		if err := checkPlace(tx, at, r, nil); err != nil {
			return err
		}
		if shown, err = s.keepSecrets(&r, at.kind()); err != nil {
			return err
		}
		noteValues(tx, at.kind(), r.Values)
		return insertRecords(tx, at.kind(), []*Record{&r})
	})
	return r, shown, err
}

// newRecord is a record that values make at a place, checked as far as that
// goes without the database.
func (s *Store) newRecord(g authz.Grant, at Place, values map[string]any) (Record, error) {
	rs, kind, now := at.records(), at.kind(), s.store.Now().UTC().Truncate(time.Microsecond)
	r := Record{
		TenantID: g.Resource().Tenant, ID: store.NewID(), AccountID: g.Resource().Account, Kind: kind.Key, ParentID: at.Parent,
		Values: map[string]any{}, CreatedAt: now, UpdatedAt: now,
		CreatedByName: g.Actor().Name, UpdatedByName: g.Actor().Name, secrets: map[string]storedSecret{},
	}
	if p := s.typed(g, rs.Fields, values); len(p) > 0 {
		return r, p
	}
	ceiling := s.store.Ceiling(g)
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
	p := store.Problems(rs.Missing(r.Values))
	err := s.checkRecord(g, kind, &r, nil)
	var wrong store.Problems
	if err != nil && !errors.As(err, &wrong) {
		return r, err
	}
	for name, sentence := range wrong {
		p.Add(name, sentence)
	}
	return r, p.OrNil()
}

// typed refuses values that are in no field of a form, or in one that asks for
// a permission which the actor has not.
func (s *Store) typed(g authz.Grant, fields []*catalog.Field, values map[string]any) store.Problems {
	p := store.Problems{}
	for name := range values {
		i := slices.IndexFunc(fields, func(f *catalog.Field) bool { return f.Name == name })
		if i < 0 {
			p[name] = "This can't be set here."
			continue
		}
		if need := fields[i].Permission; need != 0 && !g.IsSystem() {
			if _, err := s.store.Access().Authorize(g.Actor(), need, g.Resource().Account); err != nil {
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
func (s *Store) adoptParent(kind *catalog.Kind, at Place, r *Record) {
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
		if _, kept := r.secrets[f.Name]; f.Secret == catalog.Sealed && kept && (looked[f.Name] == nil || looked[f.Name] == store.SealedMask) {
			delete(looked, f.Name)
			keptSecrets[f.Name] = true
			r.Values[f.Name] = store.SealedMask
		}
	}
	p := store.Problems(kind.Check(looked))
	maps.DeleteFunc(p, func(name, _ string) bool { return keptSecrets[name] })
	for name, sentence := range kind.Uncovered(changedValues(r.Values, before), s.store.Ceiling(g)) {
		p.Add(name, sentence)
	}
	if len(p) == 0 {
		r.Name = displayName(kind, r.Values)
	}
	return p.OrNil()
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

// EditRecord gives a record the values of the section's form; what it had of the
// form's properties and values lacks is removed, or takes its default again. An
// edit that began from another version is a *Conflict.
func (s *Store) EditRecord(ctx context.Context, g authz.Grant, at Place, id uuid.UUID, version int64, values map[string]any) (Record, error) {
	return s.changeRecord(ctx, g, at.records().Edit, "edit", at.kind(), id, func(tx *store.Tx, r *Record) error {
		was := maps.Clone(r.Values)
		if !at.Holds(*r) {
			return store.ErrNotFound
		}
		if r.Version != version {
			return &Conflict{*r}
		}
		if p := s.typed(g, at.records().Fields, values); len(p) > 0 {
			return p
		}
		ceiling, given := s.store.Ceiling(g), map[string]any{}
		maps.Copy(given, values)
		for _, f := range at.records().Fields {
			// What one may not see, one leaves as it is.
			hidden := !ceiling.Covers(f.Needs) || f.Permission != 0 && !s.MayNow(g, f.Permission)
			within := f == at.kind().Parent && at.Section.Inside != nil
			if given[f.Name] != nil || hidden || within || f.Secret != "" {
				continue
			}
			if f.Default != nil && r.Values[f.Name] != nil {
				given[f.Name] = f.Default
			} else {
				delete(r.Values, f.Name)
			}
		}
		before := maps.Clone(r.Values)
		setAll(r.Values, asJSON(given))
		s.adoptParent(at.kind(), at, r)
		if err := keepClosed(tx, at.kind(), r, was); err != nil {
			return err
		}
		if err := store.Problems(at.records().Missing(r.Values)).OrNil(); err != nil {
			return err
		}
		return checkPlace(tx, at, *r, before)
	})
}

// MayNow tells whether the grant's actor may use another permission in the same
// account.
func (s *Store) MayNow(g authz.Grant, p catalog.Permission) bool {
	if g.IsSystem() {
		return true
	}
	_, err := s.store.Access().Authorize(g.Actor(), p, g.Resource().Account)
	return err == nil
}
