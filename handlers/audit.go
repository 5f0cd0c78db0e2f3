package handlers

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

// auditFilter reads what the address asks for. A day that can not be read is
// no bound.
func (h *Handlers) auditFilter(c echo.Context) models.AuditFilter {
	day := func(name string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, c.QueryParam(name), zone(c))
		if err != nil {
			return time.Time{}
		}
		return t
	}
	f := models.AuditFilter{Who: strings.TrimSpace(c.QueryParam("q")), Kind: c.QueryParam("kind"), From: day("from"), To: day("to"), Limit: models.AuditPage + 1}
	f.Before, _ = strconv.ParseInt(c.QueryParam("before"), 10, 64)
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1) // the day itself is in
	}
	return f
}

// listAudit shows the changes of an account, newest first.
func (h *Handlers) listAudit(c echo.Context, g authz.Grant) error {
	if c.QueryParam("format") == "csv" {
		return h.exportAudit(c, g)
	}
	v, here, f := guard.Of(c), accountPath(guard.Of(c).Place.Account, "/audit"), h.auditFilter(c)
	asked := []string{"q", f.Who, "kind", f.Kind, "from", c.QueryParam("from"), "to", c.QueryParam("to")}
	events, err := h.store.Audit(c.Request().Context(), g, f)
	if err != nil {
		return err
	}
	kinds, err := h.store.AuditKinds(c.Request().Context(), g)
	if err != nil {
		return err
	}
	choice := views.Field{Kind: views.Select, Name: "kind", Label: "About", Value: f.Kind, Required: true, Options: []views.Option{{Text: "About: anything"}}}
	for _, k := range kinds {
		choice.Options = append(choice.Options, views.Option{Value: k, Text: upper(h.kindWords(k))})
	}
	p := views.RecordListPage{
		Frame:  h.frame(c, "Audit"),
		Header: views.Header{Title: "Audit", Text: "Every change in this account: who, what, and because of which role."},
		List: views.List{
			Label: "Changes", CSVURL: withQuery(here, append(asked, "format", "csv")...),
			Search: &views.Search{Action: here, Value: f.Who, Placeholder: "Search people", Filters: []views.Field{choice,
				{Kind: views.Date, Name: "from", Label: "From", Value: c.QueryParam("from")}, {Kind: views.Date, Name: "to", Label: "To", Value: c.QueryParam("to")}}},
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "When"}, {Text: "Who"}, {Text: "What"}, {Text: "Before and after"}, {Text: "Because"}}},
			Empty: views.Empty{Icon: "history", Title: "No changes yet", Text: "Every change is kept here, with who made it."},
		},
	}
	if withQuery(here, asked...) != here {
		p.List.Clear = here
	}
	if f.Before != 0 {
		p.List.Pager.Previous = withQuery(here, asked...)
	}
	if len(events) > models.AuditPage {
		events = events[:models.AuditPage]
		p.List.Pager.Next = withQuery(here, append(asked, "before", fmt.Sprint(events[len(events)-1].Seq))...)
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

// exportAudit sends all that the filter shows as CSV.
func (h *Handlers) exportAudit(c echo.Context, g authz.Grant) error {
	f := h.auditFilter(c)
	f.Limit = 1000
	attachment(c, "audit.csv")
	w := csv.NewWriter(c.Response())
	if err := w.Write([]string{"number", "at", "who", "principal", "address", "action", "permission", "because", "resource", "name", "change"}); err != nil {
		return err
	}
	for {
		events, err := h.store.Audit(c.Request().Context(), g, f)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := w.Write([]string{fmt.Sprint(e.Seq), e.At.Format(time.RFC3339Nano), safeCell(e.PrincipalName), e.PrincipalKind + ":" + e.PrincipalID.String(),
				e.Address, e.Action, e.Permission, e.Because, e.Kind + ":" + e.ResourceID.String(), safeCell(e.ResourceName), string(e.Change)}); err != nil {
				return err
			}
			f.Before = e.Seq
		}
		if len(events) < f.Limit {
			break
		}
	}
	w.Flush()
	return w.Error()
}

func (h *Handlers) auditChange(c echo.Context, e models.AuditEvent) views.Change {
	at := e.At.In(zone(c))
	return views.Change{
		Who: e.PrincipalName, What: h.actionWords(e), When: when(c, e.At, h.store.Now()), WhenExact: exact(at), Details: h.changeWords(e.Change),
	}
}

var actions = map[string]string{
	"member.sign_up": "signed up", "member.rename": "changed their name", "member.change_password": "changed their password",
	"member.ask_reset": "mailed a link for a new password to", "member.reset_password": "chose a new password",
	"member.ask_email": "asked for another e-mail address", "member.cancel_email": "cancelled the change of e-mail address",
	"member.change_email": "confirmed another e-mail address", "member.undo_email": "took back the change of e-mail address",
	"member.staff_add": "gave a duty in the installation to", "member.staff_remove": "took a duty in the installation from",
	"member.turn_on_two_step": "turned on two-step sign-in", "member.turn_off_two_step": "turned off two-step sign-in",
	"member.add_passkey": "added a passkey", "member.rename_passkey": "renamed a passkey", "member.remove_passkey": "removed a passkey",
	"member.refuse_passkey": "came with a passkey that looks copied", "member.renew_recovery_codes": "made new recovery codes", "member.use_recovery_code": "signed in with a recovery code",
	"account.require_two_step": "requires two-step sign-in in", "account.free_two_step": "requires two-step sign-in no longer in",
	"member.reset_two_step": "reset the two-step sign-in of", "subuser.reset_two_step": "reset the two-step sign-in of",
	"subuser.turn_on_two_step": "turned on two-step sign-in", "subuser.turn_off_two_step": "turned off two-step sign-in",
	"subuser.renew_recovery_codes": "made new recovery codes", "subuser.use_recovery_code": "signed in with a recovery code",
	"subuser.change_password": "changed their password", "member.add": "added a member", "member.edit": "changed the roles of", "member.remove": "removed member",
	"member.leave": "left", "member.invite": "invited", "member.join": "joined", "invite.resend": "made a new link for", "invite.cancel": "cancelled the invite of",
	"account.create": "made the account", "account.create_sub": "made sub-accounts", "account.edit": "changed sub-account",
	"account.rename": "renamed the account", "account.suspend": "suspended", "account.resume": "resumed", "account.move": "moved",
	"account.archive": "archived", "account.restore": "restored", "account.delete": "deleted account",
	"account.offer_ownership": "offered the ownership of", "account.cancel_offer": "took back the offer of", "account.take_ownership": "became the owner of",
	"account.decline_ownership": "declined the ownership of",
	"entitlement.set":           "changed a permission of", "entitlement.select_all": "changed a permission of all under",
	"entitlement.undo_select_all": "took back a change of a permission of all under",
	"subuser.create":              "added subuser", "subuser.edit": "changed subuser", "subuser.suspend": "suspended subuser", "subuser.resume": "resumed subuser",
	"support_access.open": "let support staff in", "support_access.close": "closed support access",
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
		noun = h.kindWords(noun)
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

// kindWords is what people call a kind of thing.
func (h *Handlers) kindWords(kind string) string {
	if k := h.catalog.Kind(kind); k != nil {
		return k.Section.Records.Noun
	}
	if kind == "entitlement" {
		return "permission"
	}
	return strings.ReplaceAll(kind, "_", " ")
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

var customInAudit = regexp.MustCompile(`^(.+) \(custom:[0-9a-f-]{36}\)$`)

// roleWords shows a role as the audit keeps it, with its end; empty where it is none.
func (h *Handlers) roleWords(kept string) (title string) {
	key, until := models.ReadRole(kept)
	if r := h.catalog.Role(key); r != nil {
		title = r.Title
	} else if r, stored, wrong := h.store.MemberRole(key, "main"); wrong == "" && stored == key {
		title = r.Title // Admin and User are kept without the kind of account
	} else if m := customInAudit.FindStringSubmatch(key); m != nil {
		title = "Custom role: " + m[1]
	}
	if title != "" && !until.IsZero() {
		title += " until " + until.Format("2 Jan 2006, 15:04 MST")
	}
	return title
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
		if title := h.roleWords(v); title != "" {
			return title
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
