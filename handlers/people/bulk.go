package people

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/words"
)

// kind is subusers or members, as lists of them differ.
type kind struct {
	by           authz.PrincipalKind
	list         func(c echo.Context, parts ...string) string
	title        string
	one, several string
	acts         []manyAct
}

// manyAct is what is said of an act on many.
type manyAct struct {
	act, title, done string // "Suspend", "suspended"
	text             string // what it does
	danger           bool
}

var (
	subusersKind = kind{authz.Subuser, SubusersPath, "Subusers", "subuser", "subusers", []manyAct{
		{persons.GiveRole, "Give role", "given", "Roles add up: they keep the roles they have.", false},
		{persons.TakeRole, "Remove role", "without", "They keep their other roles. Nobody is left without a role.", false},
		{persons.Suspend, "Suspend", "suspended", "They are signed out at once and can't sign in until you resume them.", true},
		{persons.Resume, "Resume", "resumed", "They can sign in again.", false},
		{persons.EndSessions, "Sign out", "signed out", "All their sessions end at once. They can sign in again.", true},
		{persons.Delete, "Delete", "deleted", "Their logins are deleted and their sessions end at once. What they created stays. This can't be undone.", true},
	}}
	membersKind = kind{authz.Member, MembersPath, "Members", "member", "members", []manyAct{
		{persons.GiveRole, "Give role", "given", "Roles add up: they keep the roles they have.", false},
		{persons.TakeRole, "Remove role", "without", "They keep their other roles. Nobody is left without a role.", false},
		{persons.EndSessions, "Sign out", "signed out", "Every session of theirs that has opened this account ends at once, in this account and elsewhere. They can sign in again.", true},
		{persons.Remove, "Remove", "removed", "They can no longer work in this account, unless a role in an account above says so. Their logins and what they created stay. This can't be undone.", true},
	}}
)

func (k kind) find(key string) (manyAct, bool) {
	at := slices.IndexFunc(k.acts, func(a manyAct) bool { return a.act == key })
	if at < 0 {
		return manyAct{}, false
	}
	return k.acts[at], true
}

// bulk is the bar of a list, with the acts that the reader may do; nil for none.
func (h *Handlers) bulk(c echo.Context, k kind, a asked, all, shown int) *part.Bulk {
	b := &part.Bulk{Action: k.list(c, "/batches/new"), Keep: page.KeptPairs(a.pairs()...), All: page.AllThatMatch(all, shown)}
	for _, x := range k.acts {
		if h.May(c, persons.ManyActs[k.by][x.act]) {
			b.Acts = append(b.Acts, part.BulkAct{Value: x.act, Text: x.title + "…", Danger: x.danger})
		}
	}
	if len(b.Acts) == 0 {
		return nil
	}
	return b
}

// manyAsked is what a form asks to be done to many.
type manyAsked struct {
	asked
	act  manyAct
	sel  persons.Selection
	give string // the role, as a form names it
	end  string // as typed
}

func (h *Handlers) readMany(c echo.Context, k kind) (m manyAsked, err error) {
	ok := false
	if m.act, ok = k.find(c.FormValue("act")); !ok {
		return m, store.Problems{"act": "Choose what to do with the selected " + k.several + "."}
	}
	m.asked = h.readAsked(c, k.by)
	m.filter.After = ""
	m.sel.Filter = m.filter
	m.sel.Many, err = page.ReadMany(c)
	m.give, m.end = c.FormValue("give"), strings.TrimSpace(c.FormValue("until"))
	return m, err
}

func (m manyAsked) roles() bool {
	return m.act.act == persons.GiveRole || m.act.act == persons.TakeRole
}

// grantFor is the grant for an act, which may take another permission than the page.
func (h *Handlers) grantFor(c echo.Context, g authz.Grant, k kind, act string) (authz.Grant, error) {
	v := guard.Of(c)
	return v.Snapshot.Authorize(g.Actor(), h.Catalog.Permission(persons.ManyActs[k.by][act]), v.Place.Account)
}

// askMany says what will be done to how many, before the POST does it.
func (h *Handlers) askMany(k kind) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		m, err := h.readMany(c, k)
		if err != nil {
			return err
		}
		if g, err = h.grantFor(c, g, k, m.act.act); err != nil {
			return err
		}
		return h.manyDialog(c, g, http.StatusOK, k, m, nil)
	}
}

func (h *Handlers) manyDialog(c echo.Context, g authz.Grant, status int, k kind, m manyAsked, wrong store.Problems) error {
	n := len(m.sel.IDs)
	if m.sel.All {
		count := h.Store.CountSubusers
		if k.by == authz.Member {
			count = h.Store.CountMembers
		}
		var err error
		if n, _, err = count(c.Request().Context(), g, m.filter); err != nil {
			return err
		}
	}
	q := page.BulkQuestion{
		Title: m.act.title + ": " + words.Count(n, k.one, k.several), Text: m.act.text, Facts: []string{"Anyone for whom this isn't possible is skipped and listed."},
		Act: m.act.act, Many: m.sel.Many, Count: n, Keep: page.KeptPairs(m.pairs()...), Submit: m.act.title, Danger: m.act.danger, Wrong: wrong,
		Action: k.list(c, "/batches"), Cancel: page.WithQuery(k.list(c), m.pairs()...), Crumb: part.Link{Text: k.title, URL: k.list(c)},
	}
	switch m.act.act {
	case persons.GiveRole, persons.TakeRole:
		role := part.Field{Kind: part.Select, Name: "give", Label: "Role", Value: m.give, Required: true, Problem: wrong["role"], Autofocus: true, Options: []part.Option{{Text: "Choose a role"}}}
		for _, o := range h.RoleOptions(c, k.by, Picks{}, "", "") {
			o.With, o.Help = nil, ""
			if m.act.act == persons.TakeRole {
				o.Disabled = false
			}
			role.Options = append(role.Options, o)
		}
		q.Fields = []part.Field{role}
		if m.act.act == persons.GiveRole {
			until := wrong["until"]
			for field, problem := range wrong {
				if strings.HasPrefix(field, "until.") {
					until = problem
				}
			}
			q.Fields = append(q.Fields, part.Field{Kind: part.Datetime, Name: "until", Label: "Until", Value: m.end, Problem: until, Help: "Optional. Removes the role automatically (times in " + page.Zone(c).String() + ")."})
			if k.by == authz.Member {
				q.Fields = append(q.Fields, h.RoleProof(c, wrong)...)
			}
		}
	case persons.EndSessions:
		q.Fields = h.ProofFields(c, wrong)
	case persons.Delete, persons.Remove:
		keys, err := h.Store.KeysMade(c.Request().Context(), g, k.by, m.sel)
		if err != nil {
			return err
		}
		made := page.OfferRevoking(c, "They", "here", keys)
		q.Facts, q.Fields = slices.Concat(q.Facts, made.Text, made.Facts), made.Field
	}
	return h.AskBulk(c, status, q)
}

// changeMany does an act to many.
func (h *Handlers) changeMany(k kind) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		m, err := h.readMany(c, k)
		if err != nil {
			return err
		}
		if g, err = h.grantFor(c, g, k, m.act.act); err != nil {
			return err
		}
		b, err := h.doMany(c, g, k, m)
		if wrong, ok := page.Problems(err); ok {
			return h.manyDialog(c, g, http.StatusUnprocessableEntity, k, m, wrong)
		}
		if err != nil {
			return err
		}
		r := h.manyReport(c, g, k, b)
		r.Back = page.WithQuery(r.Things.URL, m.pairs()...)
		return h.BulkDone(c, r)
	}
}

func (h *Handlers) doMany(c echo.Context, g authz.Grant, k kind, m manyAsked) (b store.Batch, err error) {
	role := m.give
	switch m.act.act {
	case persons.GiveRole:
		until, ok := readEnd(c, m.end)
		if !ok && m.end != "" {
			return b, store.Problems{"until": "Enter a day and a time, such as 2026-11-27T18:00, or nothing."}
		}
		if role != "" {
			role = store.RoleUntil(role, until)
		}
		if k.by == authz.Member {
			err = h.ProveRoles(c, m.give)
		}
	case persons.EndSessions:
		err = h.Prove(c)
	}
	switch {
	case err != nil:
		return b, err
	case m.roles() && role == "":
		return b, store.Problems{"role": "Choose a role."}
	}
	return h.Store.ChangePeople(c.Request().Context(), g, k.by, m.act.act, role, m.sel, page.RevokesKeys(c)...)
}

// manyReport tells what was done to whom.
func (h *Handlers) manyReport(c echo.Context, g authz.Grant, k kind, b store.Batch) page.BulkReport {
	act, _ := k.find(b.Act)
	done := act.done
	if b.Detail != "" {
		done += " " + h.someRole(c, k.by, b.Detail)
	}
	return page.BulkReport{
		Batch: b, Title: words.Count(len(b.Changed), k.one+" ", k.several+" ") + done, Done: done,
		Things: part.Link{Text: k.title, URL: k.list(c)}, One: k.one, Several: k.several, Path: k.list(c, "/batches/", b.ID.String()), NoUndo: !persons.CanUndo(b.Act),
		Names: func(ids []uuid.UUID) (map[uuid.UUID]string, error) {
			return h.Store.PeopleNames(c.Request().Context(), g, k.by, ids)
		},
		URL: func(id uuid.UUID) string {
			if k.by == authz.Member {
				return ""
			}
			return k.list(c, "/", id.String())
		},
	}
}

// manyBatch finds the act on many that the address names, with a grant for it.
func (h *Handlers) manyBatch(c echo.Context, g authz.Grant, k kind) (store.Batch, authz.Grant, error) {
	id, err := page.BatchID(c)
	if err != nil {
		return store.Batch{}, g, err
	}
	b, err := h.Store.PeopleBatch(c.Request().Context(), g, k.by, id)
	if err != nil {
		return b, g, err
	}
	g, err = h.grantFor(c, g, k, b.Act)
	return b, g, err
}

func (h *Handlers) showMany(k kind) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		b, g, err := h.manyBatch(c, g, k)
		if err != nil {
			return err
		}
		return h.ReportBulk(c, h.manyReport(c, g, k, b))
	}
}

func (h *Handlers) undoMany(k kind) func(echo.Context, authz.Grant) error {
	return func(c echo.Context, g authz.Grant) error {
		b, g, err := h.manyBatch(c, g, k)
		if err != nil {
			return err
		}
		undone, err := h.Store.UndoPeopleBatch(c.Request().Context(), g, k.by, b.ID)
		if err != nil {
			return err
		}
		return h.BulkDone(c, h.manyReport(c, g, k, undone))
	}
}
