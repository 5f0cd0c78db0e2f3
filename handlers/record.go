package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

// recordRoutes are the pages of every section that holds records: its list and
// form, one record and its form, and the acts.
func (h *Handlers) recordRoutes() (all []guard.Route) {
	acted := map[*catalog.Act]bool{}
	for _, s := range h.catalog.Sections {
		r := s.Records
		if r == nil || s.Pending != "" {
			continue
		}
		key := func(p catalog.Permission) string { return h.catalog.Info(p).Key }
		view := key(s.View)
		if !s.Single() {
			all = append(all,
				guard.In(get, s.Path, view, h.atRecords(s, h.listRecords)),
				guard.In(get, s.Path+".csv", view, h.atRecords(s, h.exportRecords)))
			if r.Create != 0 {
				ask, make := h.newRecord, h.createRecord
				if r.Import {
					ask, make = h.newImport, h.importRecords
				}
				all = append(all,
					guard.In(get, s.Path+"/new", key(r.Create), h.atRecords(s, ask)),
					guard.In(post, s.Path, key(r.Create), h.atRecords(s, make)))
			}
		}
		if one := r.OnePath(); r.One == s {
			all = append(all, guard.In(get, one, view, h.atRecord(s, h.showRecord)))
			if r.Edit != 0 {
				all = append(all,
					guard.In(get, one+"/edit", key(r.Edit), h.atRecord(s, h.editRecord)),
					guard.In(post, one+"/edit", key(r.Edit), h.atRecord(s, h.updateRecord)))
			}
			if r.Edit != 0 && r.Kind.MakesSecrets() {
				all = append(all,
					guard.In(get, one+"/secret", key(r.Edit), h.atRecord(s, h.askReplaceSecret)),
					guard.In(post, one+"/secret", key(r.Edit), h.atRecord(s, h.replaceSecret)))
			}
			if r.Delete != 0 {
				all = append(all,
					guard.In(get, one+"/delete", key(r.Delete), h.atRecord(s, h.askDeleteRecord)),
					guard.In(post, one+"/delete", key(r.Delete), h.atRecord(s, h.deleteRecord)))
			}
		}
		for _, a := range r.Acts {
			if a.Path == "" && r.One != s || a.Path != "" && acted[a] {
				continue
			}
			acted[a] = true
			all = append(all,
				guard.In(get, r.ActPath(a), key(a.Permission), h.atAct(s, a, h.askAct)),
				guard.In(post, r.ActPath(a), key(a.Permission), h.atAct(s, a, h.doAct)))
		}
	}
	return all
}

// recordVisit is a visit to the records of one section.
type recordVisit struct {
	echo.Context
	grant   authz.Grant
	visit   *guard.Visit
	section *catalog.Section
	records *catalog.Records
	kind    *catalog.Kind
	at      models.RecordPlace
	above   []models.Record // the records around, from the outside in
	// timeless is the timeless account whose entries are looked at, or nil, and
	// trail the way to it.
	timeless *models.TimelessAccount
	trail    []views.Link
}

// showsSource tells whether a list says of which account each record is.
func (rv recordVisit) showsSource(asked listAsked) bool {
	return asked.below || rv.timeless != nil && rv.timeless.AccountID == rv.visit.Place.Account
}

// atRecords finds the records around a section, each inside the one before. One
// that is elsewhere answers as an absent one.
func (h *Handlers) atRecords(s *catalog.Section, do func(recordVisit) error) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		rv, _, err := h.enterRecords(c, g, s)
		if err != nil {
			return err
		}
		return do(rv)
	}
}

// atRecord finds one record of the section besides.
func (h *Handlers) atRecord(s *catalog.Section, do func(recordVisit, models.Record) error) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		rv, rest, err := h.enterRecords(c, g, s)
		if err != nil {
			return err
		}
		r, err := h.findRecord(rv, rest)
		if err == nil && !rv.at.Holds(r) {
			err = models.ErrNotFound
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
func (h *Handlers) atAct(s *catalog.Section, a *catalog.Act, do func(recordVisit, *catalog.Act, models.Record) error) func(echo.Context, authz.Grant) error {
	if a.Path == "" {
		return h.atRecord(s, func(rv recordVisit, r models.Record) error { return do(rv, a, r) })
	}
	return func(c echo.Context, g authz.Grant) error {
		rv := newRecordVisit(c, g, s.Records.Kind.Section)
		r, err := h.findRecord(rv, c.ParamValues()[1:])
		if err != nil {
			return err
		}
		in := h.seenAt(rv.visit, r, rv.FormValue("return"))
		if in == nil {
			return models.ErrNotFound
		}
		if rv, err = h.visitTo(c, g, in, r); err != nil {
			return err
		}
		return do(rv, a, r)
	}
}

func newRecordVisit(c echo.Context, g authz.Grant, s *catalog.Section) recordVisit {
	return recordVisit{
		Context: c, grant: g, visit: guard.Of(c), section: s, records: s.Records, kind: s.Records.Kind,
		at: models.RecordPlace{Section: s},
	}
}

// enterRecords gives the visit, and the parameters that are left for one record.
func (h *Handlers) enterRecords(c echo.Context, g authz.Grant, s *catalog.Section) (recordVisit, []string, error) {
	rv, rest := newRecordVisit(c, g, s), c.ParamValues()[1:]
	var around []*catalog.Section
	for in := s.Inside; in != nil; in = in.Inside {
		around = append([]*catalog.Section{in}, around...)
	}
	for _, in := range around {
		r, err := h.findRecord(rv, rest[:1])
		if err != nil {
			return rv, nil, err
		}
		if !(models.RecordPlace{Section: in, Parent: rv.at.Parent}).Holds(r) {
			return rv, nil, models.ErrNotFound
		}
		rv.above, rv.at.Parent, rest = append(rv.above, r), r.ID, rest[1:]
	}
	return rv, rest, nil
}

// visitTo is a visit to the section that shows a record, with the records around it.
func (h *Handlers) visitTo(c echo.Context, g authz.Grant, s *catalog.Section, r models.Record) (recordVisit, error) {
	rv := newRecordVisit(c, g, s)
	for in := s.Inside; in != nil; in = in.Inside {
		outer, err := h.store.Record(c.Request().Context(), g, r.ParentID)
		if err != nil {
			return rv, err
		}
		rv.above, r = append([]models.Record{outer}, rv.above...), outer
	}
	if n := len(rv.above); n > 0 {
		rv.at.Parent = rv.above[n-1].ID
	}
	return rv, nil
}

func (h *Handlers) findRecord(rv recordVisit, params []string) (models.Record, error) {
	id, err := uuid.Parse(params[0])
	if err != nil || id.String() != params[0] {
		return models.Record{}, models.ErrNotFound
	}
	r, err := h.store.Record(rv.Request().Context(), rv.grant, id)
	var closed *models.Closed
	if errors.As(err, &closed) && r.Kind != rv.kind.Key {
		err = models.ErrNotFound // it does not stand here anyway
	}
	return r, err
}

// seenAt is the section of the record's kind that holds it and may be seen here:
// the one that an address leads into, or else the first, or nil.
func (h *Handlers) seenAt(v *guard.Visit, r models.Record, from string) (first *catalog.Section) {
	for _, s := range h.catalog.Sections {
		if s.Records == nil || s.Pending != "" || s.Single() || s.Records.Kind.Key != r.Kind || !v.May.Has(s.View) {
			continue
		}
		if s.Inside != nil && r.ParentID == uuid.Nil {
			continue
		}
		if !(models.RecordPlace{Section: s, Parent: r.ParentID}).Holds(r) {
			continue
		}
		if rest, ok := strings.CutPrefix(from, accountPath(r.AccountID, filled(s.Path, r.ParentID))); ok && (rest == "" || strings.ContainsRune("/?", rune(rest[0]))) {
			return s
		}
		if first == nil {
			first = s
		}
	}
	return first
}

// uses tells whether the account may use a property at all.
func (rv recordVisit) uses(f *catalog.Field) bool {
	return f == nil || rv.visit.Snapshot.Ceiling(rv.visit.At).Covers(f.Needs)
}

// open tells whether the account of a record, which may stand below, may use one of
// its properties.
func (rv recordVisit) open(r models.Record, f *catalog.Field) bool {
	at, ok := rv.visit.Snapshot.Find(r.AccountID)
	return ok && rv.visit.Snapshot.Ceiling(at).Covers(f.Needs)
}

// closedName stands for what is there, and closed to its account.
const closedName = "Not available"

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

func (rv recordVisit) around() []uuid.UUID {
	ids := make([]uuid.UUID, len(rv.above))
	for i, r := range rv.above {
		ids[i] = r.ID
	}
	return ids
}

// url is an address of the section's, below the account.
func (rv recordVisit) url(path string, r ...models.Record) string {
	ids, account := rv.around(), rv.visit.Place.Account
	for _, x := range r {
		ids, account = append(ids, x.ID), x.AccountID
	}
	return accountPath(account, filled(path, ids...))
}

func (rv recordVisit) listURL() string { return rv.url(rv.section.Path) }

// oneURL is where a record is shown; without the right to that page, the first
// page inside it that may be opened, or nothing.
func (h *Handlers) oneURL(rv recordVisit, r models.Record) string {
	one := rv.records.One
	if rv.visit.May.Has(one.View) {
		return rv.url(rv.records.OnePath(), r)
	}
	for _, s := range h.inside(rv, one) {
		return rv.url(s.Path, r)
	}
	return ""
}

// inside are the sections in a section's records that may be seen here.
func (h *Handlers) inside(rv recordVisit, one *catalog.Section) (all []*catalog.Section) {
	for _, s := range h.catalog.Sections {
		if s.Inside == one && s.Pending == "" && rv.visit.May.Has(s.View) {
			all = append(all, s)
		}
	}
	return all
}

// recordFrame is the frame of a page about records, with the way to it.
func (h *Handlers) recordFrame(rv recordVisit, title string, above ...views.Link) views.Frame {
	var crumbs []views.Link
	s := rv.section
	for i := len(rv.above) - 1; i >= 0; i-- {
		in := s.Inside
		up := recordVisit{visit: rv.visit, section: in, records: in.Records, above: rv.above[:i]}
		link := views.Link{Text: rv.above[i].Name}
		if rv.visit.May.Has(in.View) {
			link.URL = up.url(in.Records.OnePath(), rv.above[i])
		}
		list := h.listOf(in)
		trail := []views.Link{link}
		if rv.visit.May.Has(list.View) {
			trail = []views.Link{{Text: upper(in.Records.Plural), URL: up.url(list.Path)}, link}
		}
		crumbs = append(trail, crumbs...)
		s = in
	}
	return h.frameIn(rv.Context, h.catalog.Info(rv.section.View).Section, title, slices.Concat(rv.trail, crumbs, above)...)
}

// listOf is the section that lists what a section shows one of.
func (h *Handlers) listOf(one *catalog.Section) *catalog.Section {
	for _, s := range h.catalog.Sections {
		if s != one && s.Records != nil && s.Records.One == one {
			return s
		}
	}
	return one
}

// listLink leads from a record to its list, where that may be seen.
func (h *Handlers) listLink(rv recordVisit) views.Link {
	list := h.listOf(rv.section)
	if !rv.visit.May.Has(list.View) {
		return views.Link{Text: upper(rv.records.Plural)}
	}
	return views.Link{Text: h.listTitle(rv, list), URL: rv.url(list.Path)}
}

func (h *Handlers) listTitle(rv recordVisit, list *catalog.Section) string {
	if list.Inside == nil {
		return list.Label
	}
	return upper(list.Records.Plural)
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (h *Handlers) showRecord(rv recordVisit, r models.Record) error {
	return h.recordPage(rv, r, nil)
}

// recordPage shows a record, and what was made with it once.
func (h *Handlers) recordPage(rv recordVisit, r models.Record, secrets map[string]string) error {
	ctx := rv.Request().Context()
	names, err := h.store.RecordNames(ctx, r.TenantID, rv.kind, r)
	if err != nil {
		return err
	}
	p := views.RecordPage{
		Frame:  h.recordFrame(rv, r.Name, h.listLink(rv)),
		Header: views.Header{Title: r.Name},
	}
	if f := rv.kind.Field("state"); f != nil {
		p.Header.Badge = stateBadge(f, r.State())
	}
	for _, a := range h.recordMenu(rv, r, rv.url(rv.records.OnePath(), r)) {
		if a.Danger {
			p.Header.Menu = append(p.Header.Menu, a)
		} else {
			p.Header.Actions = append(p.Header.Actions, a)
		}
	}
	former, err := h.store.FormerSecrets(ctx, r)
	if err != nil {
		return err
	}
	for _, f := range rv.kind.Fields {
		if secret := secrets[f.Name]; secret != "" {
			p.Secret = &views.CopyBox{ID: "secret", Label: f.Title + " of " + r.Name, Value: secret, Secret: true, Large: true}
		}
		if f.Name == "state" || f.Grows() || r.Values[f.Name] == nil || !rv.open(r, f) {
			continue
		}
		p.Details = append(p.Details, views.Detail{Label: f.Title, Value: h.wholeCell(rv, f, r, names)})
		if was, ok := former[f.Name]; ok {
			p.Details = append(p.Details, h.formerDetail(rv.Context, f, was))
		}
	}
	p.Details = append(p.Details,
		views.Detail{Label: "Identifier", Value: views.Cell{Text: r.ID.String(), Copy: true}},
		views.Detail{Label: "Made", Value: h.byCell(rv, r.CreatedAt, r.CreatedByName)})
	if r.Version > 1 {
		p.Details = append(p.Details, views.Detail{Label: "Changed", Value: h.byCell(rv, r.UpdatedAt, r.UpdatedByName)})
	}
	if err := h.showEntries(rv, r, &p); err != nil {
		return err
	}
	sections := h.inside(rv, rv.section)
	if len(sections) > 0 {
		goes, stays, err := h.store.Inside(ctx, r)
		if err != nil {
			return err
		}
		for _, s := range sections {
			place := views.Place{Icon: s.Icon, Text: upper(s.Records.Plural), URL: rv.url(s.Path, r)}
			if s.Records.Where == nil {
				place.Count = words.Number(goes[s.Records.Kind.Key] + stays[s.Records.Kind.Key])
			}
			p.Inside = append(p.Inside, place)
		}
	}
	return render(rv.Context, http.StatusOK, views.Record(p))
}

// recordMenu is what may be done with a record, by whoever looks, now.
func (h *Handlers) recordMenu(rv recordVisit, r models.Record, back string) (menu []views.Action) {
	v := rv.visit
	if r.AccountID != v.Place.Account {
		return nil
	}
	one := rv.records.One
	oneURL := rv.url(rv.records.OnePath(), r)
	may := func(p catalog.Permission) bool { return p != 0 && v.May.Has(p) }
	if one.Records.Edit != 0 && may(one.Records.Edit) {
		menu = append(menu, views.Action{Text: "Edit", URL: oneURL + "/edit", Icon: "pencil"})
		if rv.kind.MakesSecrets() {
			menu = append(menu, views.Action{Text: replaceTitle(rv.kind) + "…", URL: oneURL + "/secret"})
		}
	}
	for _, a := range rv.records.Acts {
		if !may(a.Permission) || !a.Applies(r.State()) || idle(a, r) || adds(a) && back == oneURL {
			continue
		}
		at := withQuery(h.actURL(rv, a, r), "return", back)
		act := views.Action{Text: a.Title, Danger: a.Danger}
		switch {
		case len(a.Fields) > 0 || a.Danger || a.Path != "":
			act.Text, act.URL, act.Dialog = a.Title+"…", at, true
		default:
			act.Post = &views.Post{Text: a.Title, Action: h.actURL(rv, a, r), Hidden: []views.Pair{{Name: "return", Value: back}}}
		}
		menu = append(menu, act)
	}
	if one.Records.Delete != 0 && may(one.Records.Delete) {
		menu = append(menu, views.Action{Text: "Delete…", URL: oneURL + "/delete", Dialog: true, Danger: true, Icon: "trash-2"})
	}
	return menu
}

func (h *Handlers) newRecord(rv recordVisit) error {
	return h.recordForm(rv, http.StatusOK, nil, formInput{})
}

func (h *Handlers) createRecord(rv recordVisit) error {
	fields := h.shownFields(rv, rv.records.Fields)
	in, err := readForm(rv, fields)
	if err != nil {
		return err
	}
	var r models.Record
	var secrets map[string]string
	if err = h.proveRecord(rv); err == nil {
		r, secrets, err = h.store.CreateRecord(rv.Request().Context(), rv.grant, rv.at, in.values)
	}
	if wrong, ok := problems(err); ok {
		in.wrong = wrong
		return h.recordForm(rv, http.StatusUnprocessableEntity, nil, in)
	}
	if err != nil {
		return err
	}
	if one := rv.records.One; len(secrets) > 0 && rv.visit.May.Has(one.View) { // shown now or never
		shown := rv
		shown.section, shown.records, shown.at.Section = one, one.Records, one
		return h.recordPage(shown, r, secrets)
	}
	h.say(rv.Context, fmt.Sprintf("%s is added.", r.Name))
	return done(rv.Context, h.afterURL(rv, r))
}

// afterURL is where one goes after a change of a record: to the record, where
// it still stands here and may be seen, or to the list.
func (h *Handlers) afterURL(rv recordVisit, r models.Record) string {
	if rv.at.Holds(r) && rv.visit.May.Has(rv.records.One.View) {
		return rv.url(rv.records.OnePath(), r)
	}
	if s := h.seenAt(rv.visit, r, ""); s != nil && !rv.visit.May.Has(h.listOf(rv.section).View) {
		return accountPath(r.AccountID, filled(s.Path, r.ParentID))
	}
	return rv.url(h.listOf(rv.section).Path)
}

func (h *Handlers) editRecord(rv recordVisit, r models.Record) error {
	return h.recordForm(rv, http.StatusOK, &r, formInput{version: r.Version})
}

func (h *Handlers) updateRecord(rv recordVisit, r models.Record) error {
	fields := h.shownFields(rv, rv.records.Fields)
	in, err := readForm(rv, fields)
	if err != nil {
		return err
	}
	in.version, err = strconv.ParseInt(rv.FormValue("version"), 10, 64)
	if err != nil {
		return echo.ErrBadRequest
	}
	var changed models.Record
	if err = h.proveRecord(rv); err == nil {
		changed, err = h.store.EditRecord(rv.Request().Context(), rv.grant, rv.at, r.ID, in.version, in.values)
	}
	if theirs, ok := conflict(err); ok {
		in.version = theirs.Version
		in.theirs = theirs
		return h.recordForm(rv, http.StatusConflict, &r, in)
	}
	if wrong, ok := problems(err); ok {
		in.wrong = wrong
		return h.recordForm(rv, http.StatusUnprocessableEntity, &r, in)
	}
	if err != nil {
		return err
	}
	h.say(rv.Context, fmt.Sprintf("%s is saved.", changed.Name))
	return done(rv.Context, h.afterURL(rv, changed))
}
