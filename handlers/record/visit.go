package record

import (
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/log"
	records "bailiwick/models/record"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/record"
)

// Visit is a visit to the records of one section.
type Visit struct {
	echo.Context
	grant   authz.Grant
	Visit   *guard.Visit
	section *catalog.Section
	records *catalog.Records
	kind    *catalog.Kind
	At      records.Place
	above   []records.Record // the records around, from the outside in
	// timeless is the timeless account whose entries are looked at, or nil, and
	// trail the way to it.
	Timeless *log.TimelessAccount
	Describe func(*record.ListPage) // says on the list what a timeless account is
	Trail    []part.Link
}

// showsSource tells whether a list says of which account each record is.
func (rv Visit) showsSource(asked listAsked) bool {
	return asked.below || rv.Timeless != nil && rv.Timeless.AccountID == rv.Visit.Place.Account
}

// atRecords finds the records around a section, each inside the one before. One
// that is elsewhere answers as an absent one.
func (h *Handlers) atRecords(s *catalog.Section, do func(Visit) error) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		rv, _, err := h.enterRecords(c, g, s)
		if err != nil {
			return err
		}
		return do(rv)
	}
}

// atRecord finds one record of the section besides.
func (h *Handlers) atRecord(s *catalog.Section, do func(Visit, records.Record) error) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		rv, rest, err := h.enterRecords(c, g, s)
		if err != nil {
			return err
		}
		r, err := h.findRecord(rv, rest)
		if err == nil && !rv.At.Holds(r) {
			err = store.ErrNotFound
		}
		if err != nil {
			return err
		}
		return do(rv, r)
	}
}

// atAct finds the record of an act. An act with an address of its own stands
// beside the sections of its kind: the record is there for whoever may see it
// in one of them, and the page belongs to the one it was asked for in.
func (h *Handlers) atAct(s *catalog.Section, a *catalog.Act, do func(Visit, *catalog.Act, records.Record) error) func(echo.Context, authz.Grant) error {
	if a.Path == "" {
		return h.atRecord(s, func(rv Visit, r records.Record) error { return do(rv, a, r) })
	}
	return func(c echo.Context, g authz.Grant) error {
		rv := NewRecordVisit(c, g, s.Records.Kind.Section)
		r, err := h.findRecord(rv, c.ParamValues()[1:])
		if err != nil {
			return err
		}
		in := h.seenAt(rv.Visit, r, rv.FormValue("return"))
		if in == nil {
			return store.ErrNotFound
		}
		if rv, err = h.visitTo(c, g, in, r); err != nil {
			return err
		}
		return do(rv, a, r)
	}
}

// NewRecordVisit is a visit to the list of a section.
func NewRecordVisit(c echo.Context, g authz.Grant, s *catalog.Section) Visit {
	return Visit{
		Context: c, grant: g, Visit: guard.Of(c), section: s, records: s.Records, kind: s.Records.Kind,
		At: records.Place{Section: s},
	}
}

// enterRecords gives the visit, and the parameters that are left for one record.
func (h *Handlers) enterRecords(c echo.Context, g authz.Grant, s *catalog.Section) (Visit, []string, error) {
	rv, rest := NewRecordVisit(c, g, s), c.ParamValues()[1:]
	var around []*catalog.Section
	for in := s.Inside; in != nil; in = in.Inside {
		around = append([]*catalog.Section{in}, around...)
	}
	for _, in := range around {
		r, err := h.findRecord(rv, rest[:1])
		if err != nil {
			return rv, nil, err
		}
		if !(records.Place{Section: in, Parent: rv.At.Parent}).Holds(r) {
			return rv, nil, store.ErrNotFound
		}
		rv.above, rv.At.Parent, rest = append(rv.above, r), r.ID, rest[1:]
	}
	return rv, rest, nil
}

// visitTo is a visit to the section that shows a record, with the records around it.
func (h *Handlers) visitTo(c echo.Context, g authz.Grant, s *catalog.Section, r records.Record) (Visit, error) {
	rv := NewRecordVisit(c, g, s)
	for in := s.Inside; in != nil; in = in.Inside {
		outer, err := h.Store.Record(c.Request().Context(), g, r.ParentID)
		if err != nil {
			return rv, err
		}
		rv.above, r = append([]records.Record{outer}, rv.above...), outer
	}
	if n := len(rv.above); n > 0 {
		rv.At.Parent = rv.above[n-1].ID
	}
	return rv, nil
}

func (h *Handlers) findRecord(rv Visit, params []string) (records.Record, error) {
	id, err := uuid.Parse(params[0])
	if err != nil || id.String() != params[0] {
		return records.Record{}, store.ErrNotFound
	}
	r, err := h.Store.Record(rv.Request().Context(), rv.grant, id)
	var closed *records.Closed
	if errors.As(err, &closed) && r.Kind != rv.kind.Key {
		err = store.ErrNotFound // it does not stand here anyway
	}
	return r, err
}

// seenAt is the section of the record's kind that holds it and may be seen here:
// the one that an address leads into, or else the first, or nil.
func (h *Handlers) seenAt(v *guard.Visit, r records.Record, from string) (first *catalog.Section) {
	for _, s := range h.Catalog.Sections {
		if s.Records == nil || s.Pending != "" || s.Single() || s.Records.Kind.Key != r.Kind || !v.May.Has(s.View) {
			continue
		}
		if s.Inside != nil && r.ParentID == uuid.Nil {
			continue
		}
		if !(records.Place{Section: s, Parent: r.ParentID}).Holds(r) {
			continue
		}
		if rest, ok := strings.CutPrefix(from, page.AccountPath(r.AccountID, filled(s.Path, r.ParentID))); ok && (rest == "" || strings.ContainsRune("/?", rune(rest[0]))) {
			return s
		}
		if first == nil {
			first = s
		}
	}
	return first
}

// uses tells whether the account may use a property at all.
func (rv Visit) uses(f *catalog.Field) bool {
	return f == nil || rv.Visit.Snapshot.Ceiling(rv.Visit.At).Covers(f.Needs)
}

// open tells whether the account of a record, which may stand below, may use one of
// its properties.
func (rv Visit) open(r records.Record, f *catalog.Field) bool {
	at, ok := rv.Visit.Snapshot.Find(r.AccountID)
	return ok && rv.Visit.Snapshot.Ceiling(at).Covers(f.Needs)
}

// filled puts ids in the place of a path's parameters.
func filled(path string, ids ...uuid.UUID) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, ":") && len(ids) > 0 {
			parts[i], ids = ids[0].String(), ids[1:]
		}
	}
	return strings.Join(parts, "/")
}

func (rv Visit) around() []uuid.UUID {
	ids := make([]uuid.UUID, len(rv.above))
	for i, r := range rv.above {
		ids[i] = r.ID
	}
	return ids
}

// url is an address of the section's, below the account.
func (rv Visit) url(path string, r ...records.Record) string {
	ids, account := rv.around(), rv.Visit.Place.Account
	for _, x := range r {
		ids, account = append(ids, x.ID), x.AccountID
	}
	return page.AccountPath(account, filled(path, ids...))
}

func (rv Visit) listURL() string { return rv.url(rv.section.Path) }
