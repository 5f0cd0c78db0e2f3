package people

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/account"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/part"
)

// pick is a role that a form names: `role`, repeatable, with its end at `until.`
// and the name, or at `until` for all.
type pick struct {
	name  string
	typed string // the end, as typed
	until time.Time
}

// Picks are the roles of a form. Problems name role and `until.` with the name.
type Picks struct {
	all   []pick
	Wrong store.Problems
	own   bool // the reader's own roles, of which they may make less
}

// typedEnd is how a browser's control writes a time, in the reader's zone.
const typedEnd = "2006-01-02T15:04"

func typeEnd(c echo.Context, t time.Time) string {
	switch t = t.In(page.Zone(c)); {
	case t.IsZero():
		return ""
	case t.Second() != 0:
		return t.Format(typedEnd + ":05")
	}
	return t.Format(typedEnd)
}

// readEnd reads an end as typed, or as RFC 3339 has it.
func readEnd(c echo.Context, typed string) (time.Time, bool) {
	for _, layout := range []string{typedEnd, typedEnd + ":05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, typed, page.Zone(c)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// ReadPicks reads the roles that a form gives. Where it says nothing of an end,
// not even that there is none, a role keeps the one it has.
func ReadPicks(c echo.Context, form url.Values, was ...store.HeldRole) (p Picks) {
	p.Wrong = store.Problems{}
	for _, name := range account.NonEmpty(form["role"]) {
		x, field := pick{name: name, typed: strings.TrimSpace(form.Get("until." + name))}, "until."+name
		held := slices.IndexFunc(was, func(w store.HeldRole) bool { return roleName(w.Role) == name })
		said := form.Has(field) || form.Has("until")
		if x.typed == "" {
			x.typed = strings.TrimSpace(form.Get("until"))
		}
		switch {
		case held >= 0 && (!said || x.typed == typeEnd(c, was[held].Until)):
			x.until, x.typed = was[held].Until, typeEnd(c, was[held].Until)
		case x.typed != "":
			ok := false
			if x.until, ok = readEnd(c, x.typed); !ok {
				p.Wrong[field] = "Enter a day and a time, such as 2026-11-27T18:00, or nothing."
			}
		}
		p.all = append(p.all, x)
	}
	return p
}

// PickedRoles are the roles that somebody has, as a form shows them.
func PickedRoles(c echo.Context, roles []store.HeldRole) (p Picks) {
	for _, r := range roles {
		p.all = append(p.all, pick{roleName(r.Role), typeEnd(c, r.Until), r.Until})
	}
	return p
}

// Named are the roles as the store's verbs take them.
func (p Picks) Named() (all []string) {
	for _, x := range p.all {
		all = append(all, store.RoleUntil(x.name, x.until))
	}
	return all
}

// besides are the names of those that others do not have.
func (p Picks) besides(others Picks) []string {
	had := others.Named()
	return slices.DeleteFunc(p.Named(), func(name string) bool { return slices.Contains(had, name) })
}

// With is p with more problems.
func (p Picks) With(wrong store.Problems) Picks {
	p.Wrong = wrong
	return p
}

// roleName is what a form calls a role.
func roleName(r *catalog.Role) string {
	if r.Base != nil {
		return r.Key
	}
	return r.Name
}

// RoleOptions offers the roles that somebody of a kind can have in this account,
// its own ones too. Those that give more than the reader may grant are shown and
// explained.
func (h *Handlers) RoleOptions(c echo.Context, by authz.PrincipalKind, p Picks, preview, into string) (all []part.Option) {
	v := guard.Of(c)
	for _, r := range h.rolesOf(c, by) {
		name := roleName(r)
		i := slices.IndexFunc(p.all, func(x pick) bool { return x.name == name })
		o := part.Option{Value: name, Text: r.Title, Help: r.Sentence, Group: r.Set.Title, Selected: i >= 0}
		own := v.Snapshot.GivesUntil(v.Who, v.At, r)
		beyond := v.Snapshot.MayGrant(v.Who, v.At, r)
		if p.own {
			is := v.Snapshot.Instead(v.Session.Principal, v.At, assigned([]store.HeldRole{{Role: r, Until: own}}, v))
			if v.Snapshot.Lets(v.Who, v.At, v.Who, v.Snapshot, is).Empty() {
				beyond = nil
			}
		}
		if !beyond.Empty() && !o.Selected {
			o.Disabled, o.Help = true, page.Upper(h.BeyondText(c, beyond))+", so you can't give it."
		} else {
			o.With = &part.Field{Kind: part.Datetime, Name: "until." + name, ID: "until-" + strings.ReplaceAll(name, ":", "-"), Label: r.Title + " until", Problem: p.Wrong["until."+name], PreviewURL: preview, PreviewInto: into, PreviewWhole: true}
			if !own.IsZero() {
				o.With.Value = typeEnd(c, own)
				o.With.Help = "Ends " + page.Moment(c, own, h.Store.Now()) + " at the latest, as your own role does."
			}
			if i >= 0 && !(p.all[i].typed == "" && p.Wrong[o.With.Name] != "") {
				o.With.Value = p.all[i].typed
			}
		}
		all = append(all, o)
	}
	return all
}

const endsHelp = "Roles add up. Set an end to remove one automatically."

// EndsIn says in whose time the ends of roles are typed.
func EndsIn(c echo.Context) string {
	return endsHelp + " Times are in " + page.Zone(c).String() + "."
}

// HeldCell lists roles, with the ends of those that have one below, which are
// exact on hover.
func (h *Handlers) HeldCell(c echo.Context, roles []store.HeldRole, title func(*catalog.Role) string) part.Cell {
	var titles, ends, exactly []string
	for _, r := range roles {
		titles = append(titles, title(r.Role))
		if !r.Until.IsZero() {
			ends = append(ends, r.Title+h.end(c, r))
			exactly = append(exactly, r.Title+" until "+page.Exact(r.Until.In(page.Zone(c))))
		}
	}
	return part.Cell{Text: strings.Join(titles, ", "), Title: strings.Join(exactly, ", "), Details: strings.Join(ends, ", ")}
}

// heldTexts are roles with their ends.
func (h *Handlers) heldTexts(c echo.Context, roles []store.HeldRole) (texts []string) {
	for _, r := range roles {
		texts = append(texts, page.RoleTitle(r.Role)+h.end(c, r))
	}
	return texts
}

// End is how a role's title goes on where it ends.
func (h *Handlers) end(c echo.Context, r store.HeldRole) string {
	switch now := h.Store.Now(); {
	case r.Until.IsZero():
		return ""
	case r.Ended(now):
		return " ended " + page.Moment(c, r.Until, now)
	default:
		return " until " + page.Moment(c, r.Until, now)
	}
}

// resolve gives the roles that are picked, without those that are none here.
func (h *Handlers) resolve(c echo.Context, p Picks, by authz.PrincipalKind) (roles []store.HeldRole) {
	v := guard.Of(c)
	for _, x := range p.all {
		if r, wrong := h.Store.RoleNamed(v.Snapshot, x.name, v.Place.Account, v.Place.Kind, by); wrong == "" {
			roles = append(roles, store.HeldRole{Role: r, Until: x.until})
		}
	}
	return roles
}

// endings are the times to come at which one of the roles ends, in order.
func endings(roles []store.HeldRole, now time.Time) (all []time.Time) {
	for _, r := range roles {
		if !r.Until.IsZero() && !r.Ended(now) {
			all = append(all, r.Until)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// assigned are the roles as a snapshot is told of them.
func assigned(roles []store.HeldRole, v *guard.Visit) (all []authz.Assignment) {
	for _, r := range roles {
		as := authz.Assignment{Account: v.Place.Account, Role: r.ID, Until: r.Until}
		if r.Base != nil {
			as.Custom = store.CustomID(r.Role)
		}
		all = append(all, as)
	}
	return all
}
