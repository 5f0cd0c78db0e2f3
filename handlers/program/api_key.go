package program

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	programs "bailiwick/models/program"
	"bailiwick/models/store"
	"bailiwick/views/part"
	"bailiwick/views/people"
	"bailiwick/views/record"
)

// KeysPath is the page of all keys of the account of the visit.
func KeysPath(c echo.Context, parts ...string) string {
	return page.AccountPath(guard.Of(c).Place.Account, append([]string{"/settings/api_keys"}, parts...)...)
}

// byProgram tells whether the visit is to the keys of service accounts alone.
func (h *Handlers) byProgram(c echo.Context) bool {
	return h.Catalog.Info(guard.Of(c).Asks).Section.Key == "service_accounts"
}

// keyPath is the address of a key, among all or among those of service accounts.
func (h *Handlers) keyPath(c echo.Context, k programs.Key) string {
	if h.byProgram(c) {
		return ServiceAccountsPath(c, "/keys/"+k.ID.String())
	}
	return KeysPath(c, "/"+k.ID.String())
}

// listPath is where a change of a key ends: the keys of its service account, or all.
func (h *Handlers) listPath(c echo.Context, k programs.Key) part.Link {
	if h.byProgram(c) && k.ServiceAccountID != nil {
		return part.Link{Text: k.ServiceAccount, URL: ServiceAccountsPath(c, "/"+k.ServiceAccountID.String())}
	}
	return part.Link{Text: "API keys", URL: KeysPath(c)}
}

// above are the pages that a page of a key is below.
func (h *Handlers) above(c echo.Context, k programs.Key) []part.Link {
	list := h.listPath(c, k)
	if h.byProgram(c) {
		return []part.Link{{Text: "Service accounts", URL: ServiceAccountsPath(c)}, list}
	}
	return []part.Link{list}
}

var keyStates = []part.Option{{Text: "State: any"}, {Value: "active", Text: "Active"}, {Value: "expired", Text: "Expired"}, {Value: "revoked", Text: "Revoked"}}

func (h *Handlers) listKeys(c echo.Context, g authz.Grant) error {
	v, here := guard.Of(c), KeysPath(c)
	f := programs.Filter{Search: c.FormValue("q"), State: c.FormValue("state"), After: c.FormValue("after")}
	if c.QueryParam("format") == "csv" {
		return h.exportKeys(c, g, f)
	}
	found, err := h.Store.Keys(c.Request().Context(), g, f)
	if err != nil {
		return err
	}
	p := record.ListPage{
		Frame:  h.Frame(c, "API keys"),
		Header: part.Header{Title: "API keys", Text: "All the keys that programs use in this account."},
		List: part.List{
			Label: "API keys", Table: h.keyTable(c),
			Empty: part.Empty{Icon: "key-round", Title: "No API keys yet", Text: "Create a service account for each program, with a key of its own. Only the owner can create keys that act as the owner."},
		},
	}
	p.Header.Actions = referenceAction(c)
	if h.May(c, "api_keys.edit") && v.Snapshot.Owns(v.Who, v.At) {
		add := part.Action{Text: "Create API key", URL: here + "/new", Icon: "plus", Primary: true}
		p.Header.Actions, p.List.Empty.Action = append(p.Header.Actions, add), &add
	}
	for _, k := range found.Rows {
		p.List.Table.Rows = append(p.List.Table.Rows, h.keyRow(c, k))
	}
	narrow(&p.List, here, "API key", "API keys", f, found.Span, keyStates)
	return page.Render(c, http.StatusOK, record.List(p))
}

// keyTable is a table of keys without rows.
func (h *Handlers) keyTable(c echo.Context) part.Table {
	return part.Table{Token: guard.Of(c).Token, Columns: []part.Column{{Text: "Name"}, {Text: "Acts as"}, {Text: "Starts with"}, {Text: "Expires"}, {Text: "Last used"}, {Text: "Created by"}, {Text: "State"}}}
}

func (h *Handlers) keyRow(c echo.Context, k programs.Key) part.Row {
	one, now := h.keyPath(c, k), h.Store.Now()
	row := part.Row{ID: k.ID.String(), Page: true, Dim: !k.Works(now), Cells: []part.Cell{
		{Text: k.Name, URL: one}, h.actsAs(c, k), {Text: k.Hint}, h.expiresCell(c, k), h.usedCell(c, k), {Text: k.CreatedByName}, {Badges: []part.Badge{keyBadge(k, now)}},
	}}
	if k.Works(now) && h.mayChange(c, k) {
		row.Menu = []part.Action{{Text: "Edit", URL: one + "/edit"}, {Text: "Replace…", URL: one + "/rotate"}, {Text: "Revoke…", URL: one + "/revoke", Dialog: true, Danger: true}}
	}
	return row
}

func (h *Handlers) mayChange(c echo.Context, k programs.Key) bool {
	return h.May(c, "api_keys.edit") && !h.byProgram(c) || h.May(c, "service_accounts.edit") && h.byProgram(c) && k.ServiceAccountID != nil
}

// actsAs says who a program acts as with a key.
func (h *Handlers) actsAs(c echo.Context, k programs.Key) part.Cell {
	switch {
	case k.ServiceAccountID == nil:
		return part.Cell{Text: "The account owner"}
	case h.May(c, "service_accounts"):
		return part.Cell{Text: k.ServiceAccount, URL: ServiceAccountsPath(c, "/"+k.ServiceAccountID.String())}
	}
	return part.Cell{Text: k.ServiceAccount}
}

func (h *Handlers) expiresCell(c echo.Context, k programs.Key) part.Cell {
	if k.ExpiresAt == nil {
		return part.Cell{Text: "Never"}
	}
	cell := h.TimeCell(c, *k.ExpiresAt)
	if k.PreviousUntil != nil && h.Store.Now().Before(*k.PreviousUntil) && k.Works(h.Store.Now()) {
		cell.Details = "The previous key works until " + page.When(c, *k.PreviousUntil, h.Store.Now())
	}
	return cell
}

func (h *Handlers) usedCell(c echo.Context, k programs.Key) part.Cell {
	if k.UsedAt == nil {
		return part.Cell{Text: "Never"}
	}
	cell := h.TimeCell(c, *k.UsedAt)
	cell.Details = "from " + k.UsedFrom
	return cell
}

func keyBadge(k programs.Key, now time.Time) part.Badge {
	switch k.State(now) {
	case "revoked":
		return part.Badge{Text: "Revoked"}
	case "expired":
		return part.Badge{Text: "Expired", Tone: part.Warn}
	}
	return part.Badge{Text: "Active", Tone: part.Good}
}

func (h *Handlers) showKey(c echo.Context, _ authz.Grant, k programs.Key) error {
	row := h.keyRow(c, k)
	p := record.Page{
		Frame:  h.Frame(c, k.Name, h.above(c, k)...),
		Header: part.Header{Kind: "API key", Title: k.Name, Badge: keyBadge(k, h.Store.Now()), Menu: row.Menu},
		Details: []part.Detail{
			{Label: "Acts as", Value: row.Cells[1]}, {Label: "Starts with", Value: row.Cells[2]}, {Label: "For", Value: part.Cell{Text: h.scopeText(k)}},
			{Label: "Networks", Value: part.Cell{Text: cmp.Or(strings.Join(k.Networks, ", "), "Any")}}, {Label: "Expires", Value: row.Cells[3]}, {Label: "Last used", Value: row.Cells[4]},
			{Label: "Created", Value: h.TimeCell(c, k.CreatedAt)}, {Label: "Created by", Value: row.Cells[5]},
		},
	}
	if k.RevokedAt != nil {
		revoked := h.TimeCell(c, *k.RevokedAt)
		revoked.Details = "by " + k.RevokedByName
		p.Details = append(p.Details, part.Detail{Label: "Revoked", Value: revoked})
	}
	return page.Render(c, http.StatusOK, record.Record(p))
}

// scopeText says in a few words what a key is for.
func (h *Handlers) scopeText(k programs.Key) string {
	var parts []string
	if k.ReadOnly {
		parts = append(parts, "Reading only")
	}
	if len(k.Permissions) > 0 {
		var titles []string
		for _, key := range k.Permissions {
			titles = append(titles, cmp.Or(h.Catalog.Info(h.Catalog.Permission(key)).Title, key))
		}
		parts = append(parts, strings.Join(titles, ", "))
	}
	switch {
	case k.SubAccounts:
		parts = append(parts, "This account and its sub-accounts")
	case k.ServiceAccountID == nil:
		parts = append(parts, "This account alone")
	case len(parts) == 0:
		parts = append(parts, "All that its roles give")
	}
	return strings.Join(parts, ". ")
}

// showMadeKey shows a key, now or never.
func (h *Handlers) showMadeKey(c echo.Context, made programs.MadeKey, back string, above ...part.Link) error {
	text := "Copy it now: it won't be shown again. It never expires."
	if made.ExpiresAt != nil {
		text = "Copy it now: it won't be shown again. It works until " + page.Moment(c, *made.ExpiresAt, h.Store.Now()) + "."
	}
	if made.PreviousUntil != nil && made.PreviousUntil.After(h.Store.Now()) {
		text += " The previous key works until " + page.Moment(c, *made.PreviousUntil, h.Store.Now()) + "."
	}
	return page.Render(c, http.StatusOK, people.OneTimeLink(people.OneTimeLinkPage{
		Frame: h.Frame(c, made.Name, above...), Header: part.Header{Kind: "API key", Title: made.Name}, Text: text,
		Link: part.CopyBox{ID: "key", Label: "Key", Value: made.Secret, Secret: true, Large: true}, Done: part.Link{Text: "Done", URL: back},
	}))
}

func keyNames(keys []programs.Key) (names []string) {
	for _, k := range keys {
		names = append(names, k.Name+" ("+k.Hint+"…)")
	}
	return names
}

func (h *Handlers) askRevokeKey(c echo.Context, _ authz.Grant, k programs.Key) error {
	return h.ask(c, http.StatusOK, h.listPath(c, k), "Revoke "+k.Name+"?", "Revoke", []string{"Programs that use it are refused from their next call on. This can't be undone."}, nil, nil)
}

func (h *Handlers) revokeKey(c echo.Context, g authz.Grant, k programs.Key) error {
	if err := h.Store.RevokeKey(c.Request().Context(), g, k.ID); err != nil {
		return err
	}
	h.Say(c, "Revoked "+k.Name+".")
	return page.Done(c, h.listPath(c, k).URL)
}

var overlapOptions = []part.Option{{Value: "0", Text: "Stops working now"}, {Value: "1", Text: "Works 1 more hour"}, {Value: "24", Text: "Works 1 more day"}, {Value: "168", Text: "Works 7 more days"}}

func (h *Handlers) askRotateKey(c echo.Context, _ authz.Grant, k programs.Key) error {
	return h.rotateForm(c, http.StatusOK, k, nil)
}

func (h *Handlers) rotateForm(c echo.Context, status int, k programs.Key, wrong store.Problems) error {
	list, asked := h.listPath(c, k), keyAsked{lasts: c.FormValue("lasts")}
	if asked.lasts == "" && k.ExpiresAt == nil {
		asked.lasts = "never"
	}
	p := part.FormPage{
		Frame:  h.Frame(c, "Replace "+k.Name, append(h.above(c, k), part.Link{Text: k.Name, URL: h.keyPath(c, k)})...),
		Header: part.Header{Title: "Replace " + k.Name, Text: "The new key is for the same as the old one, and is shown once."},
		Form: part.Form{Token: guard.Of(c).Token, Action: h.keyPath(c, k) + "/rotate", Cancel: list.URL, Submit: "Replace key", Problem: wrong[""], Fields: append([]part.Field{
			{Kind: part.Select, Name: "overlap", Label: "The old key", Value: cmp.Or(c.FormValue("overlap"), "24"), Options: overlapOptions, Problem: wrong["overlap"], Required: true},
			asked.lastsField(wrong["expires"]),
		}, h.ProofFields(c, wrong)...)},
	}
	return page.Render(c, status, record.FormOn(p))
}

func (h *Handlers) rotateKey(c echo.Context, g authz.Grant, k programs.Key) error {
	wrong := store.Problems{}
	hours, err := strconv.Atoi(c.FormValue("overlap"))
	if err != nil {
		wrong.Add("overlap", "Choose one of the offered times.")
	}
	_, expires, never, problem := h.readLasts(c)
	wrong.Add("expires", problem)
	var made programs.MadeKey
	if err = wrong.OrNil(); err == nil {
		err = h.Prove(c)
	}
	if err == nil {
		made, err = h.Store.RotateKey(c.Request().Context(), g, k.ID, programs.Rotation{Overlap: time.Duration(hours) * time.Hour, Expires: expires, Never: never})
	}
	if wrong, ok := page.Problems(err); ok {
		return h.rotateForm(c, http.StatusUnprocessableEntity, k, wrong)
	}
	if err != nil {
		return err
	}
	back := h.listPath(c, k)
	return h.showMadeKey(c, made, back.URL, back)
}
