package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	audits "bailiwick/models/audit"
	"bailiwick/models/store"
	"bailiwick/views/audit"
	"bailiwick/views/part"
	"bailiwick/words"
)

// auditReader tells events to whoever looks: it names what they may know of.
type auditReader struct {
	*Handlers
	visit    *guard.Visit
	zone     *time.Location
	names    map[uuid.UUID]audits.Name
	standing map[string]bool // Select alls that can be taken back
}

var ids = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// auditReader looks up what the events name, and what has these ids, in one query.
func (h *Handlers) auditReader(c echo.Context, g authz.Grant, events []store.AuditEvent, also ...uuid.UUID) (*auditReader, error) {
	r := &auditReader{Handlers: h, visit: guard.Of(c), zone: page.Zone(c)}
	named, epochs := map[uuid.UUID]bool{}, []int64{}
	for _, id := range also {
		named[id] = true
	}
	for _, e := range events {
		named[e.AccountID] = true
		for _, id := range append(ids.FindAllString(string(e.Change), 100), ids.FindAllString(e.Because, 2)...) {
			named[uuid.MustParse(id)] = true
		}
		if epoch, _ := selectAllOf(e); epoch != 0 {
			epochs = append(epochs, epoch)
		}
	}
	var err error
	if r.names, err = h.Store.AuditNames(c.Request().Context(), g.Resource().Tenant, slices.Collect(maps.Keys(named))); err != nil {
		return nil, err
	}
	r.standing, err = h.Store.StandingSelectAlls(c.Request().Context(), g, epochs)
	return r, err
}

// AuditGlance looks nothing up, for what tells events in short.
func (h *Handlers) AuditGlance(c echo.Context) *auditReader {
	return &auditReader{Handlers: h, visit: guard.Of(c), zone: page.Zone(c)}
}

// account names an account that the reader may know of; of another one there is
// nothing to say.
func (r *auditReader) account(id uuid.UUID) string {
	if r.knows(id) {
		return r.names[id].Name
	}
	return "another account"
}

// knows tells whether the reader may know of an account.
func (r *auditReader) knows(id uuid.UUID) bool {
	a, ok := r.visit.Snapshot.Find(id)
	return ok && r.visit.Snapshot.Decide(r.visit.Who, 1, a).Visible()
}

// named is what the reader may know an id in an event as, or the id as it is.
func (r *auditReader) named(e store.AuditEvent, id uuid.UUID) string {
	switch n, ok := r.names[id]; {
	case ok && n.Kind == "account":
		return r.account(id)
	case ok && n.Account == e.AccountID && n.Closed:
		return page.ClosedName
	case ok && n.Account == e.AccountID:
		return n.Name
	}
	if _, known := r.visit.Snapshot.Find(id); known && r.names != nil {
		return r.account(id)
	}
	return id.String()
}

// event tells one event whole.
func (r *auditReader) event(c echo.Context, e store.AuditEvent) audit.Event {
	at := e.At.In(r.zone)
	x := audit.Event{
		ID: fmt.Sprintf("e%d-%s", e.Seq, e.AccountID), Who: e.PrincipalName, What: r.actionWords(e), When: r.TimeCell(c, e.At),
		Fields: r.fields(e),
	}
	if n := len(x.Fields) - mostFields; n > 0 {
		x.Fields, x.More = x.Fields[:mostFields], fmt.Sprintf("%d more are in the CSV.", n)
	}
	fact := func(label, text string) {
		if text != "" {
			x.Facts = append(x.Facts, part.Detail{Label: label, Value: part.Cell{Text: text}})
		}
	}
	fact("Who", strings.TrimSpace(e.PrincipalName+", "+principalWords[e.PrincipalKind]))
	fact("When", page.Exact(at))
	fact("From", e.Address)
	fact("Because of", page.Upper(r.because(e.Because)))
	if p := r.Catalog.Permission(e.Permission); p != 0 {
		fact("Permission", r.Catalog.Info(p).Title)
	}
	fact("Number", fmt.Sprint(e.Seq))
	return x
}

// because says through what somebody was allowed to. An account that the reader
// may not know of is not named.
func (r *auditReader) because(text string) string {
	if text == "oneself" {
		return "their own login"
	}
	m := held.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	title, at := r.roleWords(m[1]), uuid.MustParse(m[2])
	if id, own := strings.CutPrefix(m[1], "custom:"); own {
		title = "a role of the account's own"
		if id, err := uuid.Parse(id); err == nil && r.knows(at) {
			if role := r.visit.Snapshot.CustomRole(at, id); role != nil {
				title = page.RoleTitle(role)
			}
		}
	}
	if role := r.Catalog.Role(m[1]); role != nil && role != r.Catalog.Owner() {
		title = page.RoleTitle(role)
	}
	return title + " in " + r.account(at)
}

// fields are what an event tells of before and after, in the order of the form
// where there is one.
func (r *auditReader) fields(e store.AuditEvent) (all []audit.Field) {
	var change map[string]any
	if json.Unmarshal(e.Change, &change) != nil {
		return nil
	}
	kind := r.Catalog.Kind(e.Kind)
	place := func(name string) int {
		if kind == nil {
			return 0
		}
		return slices.Index(kind.Fields, kind.Field(name))
	}
	names := slices.SortedFunc(maps.Keys(change), func(a, b string) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	_, verb, _ := strings.Cut(e.Action, ".")
	for _, name := range names {
		if base, isID := strings.CutSuffix(name, "_id"); name == "epoch" || strings.HasSuffix(name, "_sha256") || isID && has(change, base) || name == "accounts" && has(change, "names") {
			continue // names say it, or it is for machines
		}
		if (name == "lines" || name == "records") && howMany(e) > 0 {
			continue // the sentence says it
		}
		x := audit.Field{Name: fieldTitles[name]}
		var field *catalog.Field
		if kind != nil {
			field = kind.Field(name)
		}
		switch {
		case field != nil:
			x.Name = field.Title
		case x.Name == "":
			x.Name = page.Upper(strings.ReplaceAll(name, "_", " "))
		}
		m, both := change[name].(map[string]any)
		both = both && len(m) == 2 && has(m, "from") && has(m, "to")
		switch {
		case both:
			x.Before, x.After = r.words(e, field, name, m["from"]), r.words(e, field, name, m["to"])
			if x.Before == x.After {
				continue
			}
		case slices.Contains(making, verb):
			x.After = r.words(e, field, name, change[name])
		case slices.Contains(ending, verb):
			x.Before = r.words(e, field, name, change[name])
		default:
			x.After = r.words(e, field, name, change[name])
			x.Before = x.After
		}
		all = append(all, x)
	}
	return all
}

// words shows a value of a field.
func (r *auditReader) words(e store.AuditEvent, field *catalog.Field, name string, v any) string {
	text := r.plainWords(e, field, name, v)
	if runes := []rune(text); len(runes) > mostRunes {
		text = string(runes[:mostRunes]) + "…"
	}
	return text
}

func (r *auditReader) plainWords(e store.AuditEvent, field *catalog.Field, name string, v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case bool:
		return page.YesNo(v)
	case []any:
		var all []string
		for i, x := range v {
			if i == 6 {
				all = append(all, fmt.Sprintf("and %d more", len(v)-i))
				break
			}
			all = append(all, r.plainWords(e, field, name, x))
		}
		if len(all) == 0 {
			return "none"
		}
		return strings.Join(all, ", ")
	case string:
		if v == "" {
			return "none"
		}
		return r.textWords(e, field, name, v)
	}
	if amount, ok := v.(float64); ok && name == "charged" {
		return r.Money(amount)
	}
	if field != nil {
		return r.ValueText(field, v, r.zone)
	}
	return fmt.Sprint(v)
}

func (r *auditReader) textWords(e store.AuditEvent, field *catalog.Field, name, v string) string {
	id, err := uuid.Parse(v)
	switch {
	case field != nil && field.Option(v) != nil:
		return field.Option(v).Title
	case field != nil && field.Ref != nil && err == nil:
		return r.named(e, id)
	case field != nil:
		return r.ValueText(field, v, r.zone)
	case slices.Contains(typed, name):
		return v
	case err == nil:
		return r.named(e, id)
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return page.Exact(t.In(r.zone))
	}
	if d, err := time.ParseDuration(v); err == nil && name == "overlap" {
		return words.Duration(d)
	}
	if p := r.Catalog.Permission(v); p != 0 && strings.HasPrefix(name, "permission") {
		return r.Catalog.Info(p).Title
	}
	return r.roleWords(v)
}

// roleWords are what people call a role as the audit keeps it, with its end, or
// an entitlement; anything else stays as it is.
func (r *auditReader) roleWords(kept string) string {
	key, until := store.ReadRole(kept)
	title := ""
	if role, stored, wrong := r.Store.MemberRole(key, "main"); wrong == "" && stored == key {
		title = role.Title // Admin and User are kept without the kind of account
	} else if role := r.Catalog.Role(key); role != nil {
		title = role.Title
	} else if m := custom.FindStringSubmatch(key); m != nil {
		title = "Custom role: " + m[1]
	} else if x := r.Catalog.Entitlement(key); x != nil {
		return x.Title
	}
	switch {
	case title == "":
		return kept
	case until.IsZero():
		return title
	}
	return title + " until " + page.Exact(until.In(r.zone))
}

// undo puts back exactly what an event changed, where nothing newer stands there
// and the reader may.
func (r *auditReader) undo(e store.AuditEvent) *part.Post {
	v := r.visit
	var change struct {
		Entitlement string
		Allowed     json.RawMessage
	}
	if e.AccountID != v.Place.Account || !v.May.Has(r.Catalog.Permission("entitlements.edit")) || json.Unmarshal(e.Change, &change) != nil {
		return nil
	}
	x := r.Catalog.Entitlement(change.Entitlement)
	if x == nil || x.AlwaysOn {
		return nil
	}
	post := &part.Post{Text: "Undo", Action: page.AccountPath(e.AccountID, "/permissions/", x.Tab), Hidden: []part.Pair{{Name: "entitlement", Value: x.Key}}}
	switch e.Action {
	case "entitlement.select_all":
		epoch, _ := selectAllOf(e)
		if !r.standing[fmt.Sprintf("%s %d", x.Key, epoch)] {
			return nil
		}
		post.Hidden = append(post.Hidden, part.Pair{Name: "undo", Value: fmt.Sprint(epoch)})
	case "entitlement.set":
		var was struct{ From, To bool }
		a, ok := v.Snapshot.Find(e.ResourceID)
		if json.Unmarshal(change.Allowed, &was) != nil || !ok || was.From == was.To || v.Snapshot.Own(a).Covers(x.Bit) != was.To ||
			was.From && v.Snapshot.CutBy(v.Snapshot.Parent(a), x.Bit) != authz.NoAccount {
			return nil
		}
		post.Hidden = append(post.Hidden, part.Pair{Name: "sub_account", Value: e.ResourceID.String()}, part.Pair{Name: "allowed", Value: page.OneIf(was.From)})
	default:
		return nil
	}
	return post
}

// Change tells an event in short. A reader that looked nothing up leaves out what
// is named by its id.
func (r *auditReader) Change(c echo.Context, e store.AuditEvent) part.Change {
	x := part.Change{Who: e.PrincipalName, What: r.actionWords(e), When: r.TimeCell(c, e.At)}
	for _, f := range r.fields(e) {
		switch {
		case r.names == nil && ids.MatchString(f.Before+f.After):
		case f.Before == "" && f.After == words.Phone(e.ResourceName): // the sentence says it
		case f.Before == f.After, f.Before == "":
			x.Details = append(x.Details, f.Name+": "+f.After)
		case f.After == "":
			x.Details = append(x.Details, f.Name+": "+f.Before)
		default:
			x.Details = append(x.Details, f.Name+": "+f.Before+" → "+f.After)
		}
	}
	return x
}
