package record

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/words"
)

// Report is what the data plane or the vendor tells of one record that the panel
// does not make: a call, a message that was sent, a charge, a log entry.
type Report struct {
	Values map[string]any // read-only properties too
	// At is when it came to be, where no property says so (catalog.Kind.Time); now
	// where zero.
	At time.Time
}

// ReportRecords stores what happened in an account, all or nothing, as records of
// a place where the panel makes none. Only the system may. Whatever the schema
// refuses, and what would not stand at the place, are Problems, which say in ""
// which report they are about. The account's ceiling says what people may do, not
// what has happened: it refuses no report.
func (s *Store) ReportRecords(ctx context.Context, g authz.Grant, account account.Account, at Place, reports []Report) ([]*Record, error) {
	kind := at.kind()
	switch {
	case !g.IsSystem() || at.records().Create != 0:
		return nil, fmt.Errorf("report %s in %s: %w", kind.Key, account.ID, authz.ErrDenied)
	case len(reports) == 0:
		return nil, nil
	case len(reports) > MaxImport:
		return nil, store.Problems{"": "Report at most " + words.Number(MaxImport) + " at once."}
	}
	all := make([]*Record, len(reports))
	for i, report := range reports {
		r, err := s.reported(g, account, at, report)
		if err != nil {
			return nil, ofReport(i, err)
		}
		all[i] = r
	}
	on := account.AuthzResource()
	on.Kind, on.ID = kind.Key, at.Parent
	err := s.store.Write(ctx, g, store.Change{Action: kind.Key + ".report", On: on}, func(tx *store.Tx) error {
		linked := map[string]bool{}
		for i, r := range all {
			links := linksOf(kind, r)
			if linked[links] {
				continue
			}
			linked[links] = true
			if err := checkLinks(tx, kind, *r, nil); err != nil {
				return ofReport(i, err)
			}
		}
		tx.Note("records", len(all))
		return insertRecords(tx, kind, all)
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// reported is the record that a report makes, checked as far as that goes
// without the database.
func (s *Store) reported(g authz.Grant, account account.Account, at Place, report Report) (*Record, error) {
	kind, came := at.kind(), report.At
	if came.IsZero() {
		came = s.store.Now()
	}
	came = came.UTC().Truncate(time.Microsecond)
	r := Record{
		TenantID: account.TenantID, ID: store.NewID(), AccountID: account.ID, Kind: kind.Key, ParentID: at.Parent,
		Values: map[string]any{}, CreatedAt: came, UpdatedAt: came,
		CreatedByName: g.Actor().Name, UpdatedByName: g.Actor().Name, secrets: map[string]storedSecret{},
	}
	p := store.Problems{}
	for _, f := range kind.Fields {
		if f.Default != nil {
			r.Values[f.Name] = f.Default
		}
		if _, given := report.Values[f.Name]; given && f.Secret != "" {
			p[f.Name] = "This can't be reported."
		}
	}
	setAll(r.Values, report.Values)
	r.Values = asJSON(r.Values)
	if f := kind.Time; f != nil {
		if t, err := time.Parse(time.RFC3339, fmt.Sprint(r.Values[f.Name])); err == nil { // else its check says so
			r.CreatedAt = t.UTC().Truncate(time.Microsecond)
			r.UpdatedAt = r.CreatedAt
		}
	}
	s.adoptParent(kind, at, &r)
	for name, sentence := range kind.Check(r.Values) {
		p.Add(name, sentence)
	}
	if len(p) == 0 && !at.Holds(r) {
		p[""] = fmt.Sprintf("This is not one of %s.", at.Section.Title)
	}
	r.Name = displayName(kind, r.Values)
	return &r, p.OrNil()
}

// linksOf is what a record names, so that many that name the same are looked up once.
func linksOf(kind *catalog.Kind, r *Record) string {
	var all []string
	for _, f := range kind.Fields {
		if f.Ref != nil {
			all = append(all, fmt.Sprint(r.Values[f.Name]))
		}
	}
	return strings.Join(all, "\x1f")
}

// ofReport says which of several reports the problems are about.
func ofReport(i int, err error) error {
	var p store.Problems
	if errors.As(err, &p) {
		p.Add("", fmt.Sprintf("Report %d is wrong.", i+1))
	}
	return err
}
