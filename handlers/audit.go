package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// listAudit shows the changes of an account, newest first.
func (h *Handlers) listAudit(c echo.Context, g authz.Grant) error {
	v, here := guard.Of(c), accountPath(guard.Of(c).Place.Account, "/audit")
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	events, err := h.store.Audit(c.Request().Context(), g, before, models.AuditPage+1)
	if err != nil {
		return err
	}
	p := views.RecordListPage{
		Frame:  h.frame(c, "Audit"),
		Header: views.Header{Title: "Audit", Text: "Every change in this account: who, what, and because of which role."},
		List: views.List{
			Label: "Changes",
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "When"}, {Text: "Who"}, {Text: "What"}, {Text: "Before and after"}, {Text: "Because"}}},
			Empty: views.Empty{Icon: "history", Title: "No changes yet", Text: "Every change is kept here, with who made it."},
		},
	}
	if before != 0 {
		p.List.Pager.Previous = here
	}
	if len(events) > models.AuditPage {
		events = events[:models.AuditPage]
		p.List.Pager.Next = withQuery(here, "before", fmt.Sprint(events[len(events)-1].Seq))
	}
	for _, e := range events {
		change := h.auditChange(c, e)
		p.List.Table.Rows = append(p.List.Table.Rows, views.Row{ID: fmt.Sprintf("e%d", e.Seq), Cells: []views.Cell{
			{Text: change.When, Title: change.WhenExact}, {Text: change.Who, Title: e.Address}, {Text: change.What},
			{Text: strings.Join(change.Details, "; ")}, {Text: e.Permission, Title: e.Because},
		}})
	}
	return render(c, http.StatusOK, views.RecordList(p))
}

func (h *Handlers) auditChange(c echo.Context, e models.AuditEvent) views.Change {
	at := e.At.In(zone(c))
	return views.Change{
		Who: e.PrincipalName, What: h.actionWords(e), When: when(c, e.At, h.store.Now()), WhenExact: exact(at), Details: h.changeWords(e.Change),
	}
}

var actions = map[string]string{
	"member.rename": "changed their name", "member.change_password": "changed their password", "subuser.change_password": "changed their password",
	"member.sign_up": "signed up", "member.add": "added a member",
	"account.create": "made the account", "account.create_sub": "made sub-accounts", "account.edit": "changed sub-account",
	"account.rename": "renamed the account", "account.suspend": "suspended", "account.resume": "resumed",
	"entitlement.set": "changed a permission of", "entitlement.select_all": "changed a permission of all under",
	"entitlement.undo_select_all": "took back a change of a permission of all under",
	"subuser.create":              "added subuser", "subuser.edit": "changed subuser", "subuser.suspend": "suspended subuser", "subuser.resume": "resumed subuser",
	"subuser.reset_password": "reset the password of", "subuser.set_password": "set their password", "subuser.end_sessions": "signed out everywhere",
	"subuser.delete": "deleted subuser", "login_link.replace": "replaced the login link",
}

// pasts are the verbs that every kind of record has.
var pasts = map[string]string{
	"create": "added", "edit": "changed", "delete": "deleted", "append": "appended to", "import": "imported", "report": "reported",
}

// actionWords says what was done, as the end of a sentence that begins with who.
func (h *Handlers) actionWords(e models.AuditEvent) string {
	words, known := actions[e.Action]
	if !known {
		noun, verb, _ := strings.Cut(e.Action, ".")
		if k := h.catalog.Kind(noun); k != nil {
			noun = k.Section.Records.Noun
		}
		past := pasts[verb]
		if past == "" {
			past = "used “" + strings.ReplaceAll(verb, "_", " ") + "” on"
		}
		words = past + " " + noun
	}
	if e.ResourceName != "" && e.ResourceName != e.PrincipalName {
		words += " " + e.ResourceName
	}
	return words
}

// changeWords tells before and after, field by field.
func (h *Handlers) changeWords(raw json.RawMessage) (lines []string) {
	var fields map[string]any
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	names := make([]string, 0, len(fields))
	for n := range fields {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		label := strings.ReplaceAll(n, "_", " ")
		if m, ok := fields[n].(map[string]any); ok && len(m) == 2 && has(m, "from") && has(m, "to") {
			if from, to := h.words(m["from"]), h.words(m["to"]); from != to {
				lines = append(lines, label+": "+from+" → "+to)
			}
			continue
		}
		lines = append(lines, label+": "+h.words(fields[n]))
	}
	return lines
}

func has(m map[string]any, key string) bool { _, ok := m[key]; return ok }

// words shows a value: roles and entitlements by their titles, which people know.
func (h *Handlers) words(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		var all []string
		for i, x := range v {
			if i == 6 {
				all = append(all, fmt.Sprintf("and %d more", len(v)-i))
				break
			}
			all = append(all, h.words(x))
		}
		return strings.Join(all, ", ")
	case string:
		if r := h.catalog.Role(v); r != nil {
			return r.Title
		}
		if e := h.catalog.Entitlement(v); e != nil {
			return e.Title
		}
		if v == "" {
			return "none"
		}
		return v
	}
	return fmt.Sprint(v)
}
