package people

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
	"bailiwick/handlers/account"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/words"
)

const shownDifferences = 12 // sections in which a role differs from its base

// roleInput is what a form says of a role.
type roleInput struct {
	name  string
	base  *catalog.Role
	own   catalog.Mask
	keys  []string // as sent
	Wrong store.Problems
}

// readRole reads the permissions that a form means.
func (h *Handlers) readRole(c echo.Context, base *catalog.Role) (in roleInput, err error) {
	form, err := c.FormParams()
	if err != nil {
		return in, echo.ErrBadRequest
	}
	in = roleInput{name: form.Get("name"), base: base}
	in.own, in.keys, err = h.ReadLevels(form)
	return in, err
}

// ReadLevels reads the permissions that a people.Levels means, and their keys as they
// were sent: those of each section's level, and by name where the level is Some, or
// none is said.
func (h *Handlers) ReadLevels(form url.Values) (own catalog.Mask, keys []string, err error) {
	levels := map[*catalog.Section]string{}
	for _, s := range h.Catalog.Sections {
		level := form.Get("level." + s.Key)
		if level == "" {
			continue
		}
		levels[s] = level
		view, all := h.levelsOf(s)
		switch level {
		case people.LevelNone, people.LevelSome:
		case people.LevelView:
			own.Add(&view)
		case people.LevelEdit:
			own.Add(&all)
		default:
			return own, nil, store.Problems{"permission": fmt.Sprintf("Choose None, View, Edit or Some of %s.", s.Label)}
		}
	}
	for _, key := range account.NonEmpty(form["permission"]) {
		p := h.Catalog.Permission(key)
		if p == 0 { // the model says so
			keys = append(keys, key)
			continue
		}
		info := h.Catalog.Info(p)
		if level := levels[info.Section]; level == "" || level == people.LevelSome || !decides(info) {
			own.Set(p)
		}
	}
	own.Each(func(p catalog.Permission) { keys = append(keys, h.Catalog.Info(p).Key) })
	return own, keys, nil
}

// levelsOf are the permissions of a section's levels View and Edit.
func (h *Handlers) levelsOf(s *catalog.Section) (view, all catalog.Mask) {
	for _, p := range s.Permissions {
		if info := h.Catalog.Info(p); decides(info) {
			all.Set(p)
			if !info.Edit {
				view.Set(p)
			}
		}
	}
	return view, all
}

// level is how much of a section some permissions give.
func (h *Handlers) level(s *catalog.Section, own catalog.Mask) string {
	view, all := h.levelsOf(s)
	switch own.And(all) {
	case catalog.Mask{}:
		return people.LevelNone
	case view:
		return people.LevelView
	case all:
		return people.LevelEdit
	}
	return people.LevelSome
}

// givable is what the reader may give in this account by a role made from another
// one, which decides how far it reaches.
func (h *Handlers) givable(v *guard.Visit, base *catalog.Role) (may catalog.Mask) {
	for _, p := range h.Catalog.Permissions() {
		may.Set(p)
	}
	return may.Minus(v.Snapshot.MayGrant(v.Who, v.At, h.Catalog.Custom(base, "", "", may)).What())
}

// roleForm shows the form of a new role, or of r.
func (h *Handlers) roleForm(c echo.Context, status int, r *store.CustomRole, in roleInput) error {
	v, list := guard.Of(c), ownRolesPath(c)
	givable := h.givable(v, in.base)
	in.own = in.own.And(givable)
	p := people.RoleFormPage{
		Action: rolesPath(c), Cancel: list, Submit: "Create role", Header: part.Header{Title: "Create a role from " + in.base.Title}, Name: in.name,
		Problem: cmp.Or(in.Wrong[""], in.Wrong["base"]), NameProblem: in.Wrong["name"], LevelsProblem: in.Wrong["permission"], Base: in.base.Key, BaseTitle: page.RoleTitle(in.base),
		Draft: h.roleDraft(in),
	}
	p.Header.Text = "For " + strings.ToLower(whoFor(in.base)) + " of this account alone. In accounts below, it reaches as far as roles of its kind do."
	if r != nil {
		p.Action, p.Cancel, p.Submit, p.Header.Title = rolesPath(c, "/", r.ID.String(), "/edit"), rolesPath(c, "/", r.ID.String()), "Review changes", "Edit "+r.Name
		p.Header.Text = "The next page shows what changes for whom, before anything is saved."
		p.Proof = h.RoleProof(c, in.Wrong)
	}
	p.Frame = h.Frame(c, p.Header.Title, part.Link{Text: "Roles", URL: rolesPath(c)}, part.Link{Text: "This account's own", URL: list})
	in.own.Each(func(x catalog.Permission) {
		if info := h.Catalog.Info(x); !decides(info) {
			p.Kept = append(p.Kept, info.Key)
		}
	})
	p.Groups = h.LevelGroups(in.own, in.base.Own, givable)
	return page.Render(c, status, people.RoleForm(p))
}

// LevelGroups are the sections with the level that own has of each, beside that of
// base; what is not givable is locked.
func (h *Handlers) LevelGroups(own, base, givable catalog.Mask) (groups []people.LevelGroup) {
	for _, g := range h.Catalog.Groups {
		group := people.LevelGroup{Title: g.Title}
		for _, s := range h.Catalog.In(g) {
			if _, all := h.levelsOf(s); !all.Empty() {
				group.Sections = append(group.Sections, h.levelSection(s, own, base, givable))
			}
		}
		if len(group.Sections) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// levelSection offers the levels of a section, and its acts where there is more to
// choose than those.
func (h *Handlers) levelSection(s *catalog.Section, own, base, givable catalog.Mask) people.LevelSection {
	view, all := h.levelsOf(s)
	x := people.LevelSection{Key: s.Key, Title: rowTitle(s), Level: h.level(s, own), Base: h.level(s, base), Locked: all.And(givable).Empty(), Levels: []people.Level{{Value: people.LevelNone}}}
	if s.Inside != nil {
		x.Inside = rowTitle(s.Inside)
	}
	if !view.Empty() {
		x.Levels = append(x.Levels, people.Level{Value: people.LevelView, Locked: !view.Minus(givable).Empty()})
	}
	if view != all {
		x.Levels = append(x.Levels, people.Level{Value: people.LevelEdit, Locked: !all.Minus(givable).Empty()})
	}
	for _, p := range s.Permissions {
		if info := h.Catalog.Info(p); decides(info) {
			x.Acts = append(x.Acts, people.Act{Value: info.Key, Title: info.Title, Sentence: info.Sentence, View: !info.Edit, Ticked: own.Has(p), Base: base.Has(p), Locked: !givable.Has(p)})
		}
	}
	if len(x.Acts) < 3 && x.Level != people.LevelSome && x.Base != people.LevelSome {
		x.Acts = nil
		return x
	}
	x.Levels = append(x.Levels, people.Level{Value: people.LevelSome})
	return x
}

// roleDraft says what the role gives that a form describes, beside its base.
func (h *Handlers) roleDraft(in roleInput) (d people.RoleDraft) {
	given, sections := 0, 0
	for _, g := range h.Catalog.Groups {
		for _, s := range h.Catalog.In(g) {
			_, all := h.levelsOf(s)
			own, base := in.own.And(all), in.base.Own.And(all)
			n := 0
			own.Each(func(catalog.Permission) { n++ })
			if given += n; n > 0 {
				sections++
			}
			if own != base {
				d.Differences = append(d.Differences, people.RoleDifference{Section: FullTitle(s), From: h.level(s, base), To: h.level(s, own)})
			}
		}
	}
	d.Gives = "Gives " + words.Count(given, "permission", "permissions") + " in " + words.Count(sections, "section", "sections") + "."
	if len(d.Differences) == 0 {
		d.Same = "The same as " + page.RoleTitle(in.base) + "."
	}
	if more := len(d.Differences) - shownDifferences; more > 0 {
		d.Differences, d.More = d.Differences[:shownDifferences], "And "+words.Count(more, "more section", "more sections")+"."
	}
	return d
}

// previewRole answers the form while levels are chosen: what the role gives, and
// what that changes for those who have it.
func (h *Handlers) previewRole(c echo.Context, r *store.CustomRole, in roleInput) error {
	d := h.roleDraft(in)
	if r != nil && !slices.Equal(slices.Sorted(slices.Values(r.Permissions)), slices.Sorted(slices.Values(in.keys))) {
		e, err := h.Store.EffectOfEdit(c.Request().Context(), *r, in.keys)
		if wrong, ok := page.Problems(err); ok {
			d.Effect = []string{cmp.Or(wrong["permission"], wrong[""])}
		} else if err != nil {
			return err
		} else {
			p := h.effectPage(c, e, "")
			d.Effect, d.Table, d.EffectMore = p.Sentences, p.Table, p.More
		}
	}
	return page.Render(c, http.StatusOK, people.RoleDraftBox(d))
}

// reachesBelow is a permission that no route asks for and that yet decides: how far a
// role made from an account role reaches.
const reachesBelow = "sub_accounts.read_all"

// decides tells whether anything that exists depends on a permission.
func decides(info catalog.PermissionInfo) bool {
	return info.Unused == "" || info.Key == reachesBelow
}
