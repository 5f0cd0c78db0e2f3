package program

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	programs "bailiwick/models/program"
	"bailiwick/models/store"
	"bailiwick/views/part"
	persons "bailiwick/views/people"
	"bailiwick/views/program"
	"bailiwick/views/record"
)

// keyAsked is what a form says of a new key.
type keyAsked struct {
	programs.KeyInput
	lasts string
	with  bool         // a new service account
	some  bool         // for some permissions alone
	own   catalog.Mask // which
}

var lastsOptions = []part.Option{{Value: "1", Text: "1 day"}, {Value: "7", Text: "7 days"}, {Value: "30", Text: "30 days"}, {Value: "90", Text: "90 days"}, {Value: "365", Text: "365 days"}, {Value: "never", Text: "Never expires"}}

// lastsField asks how long a key is to work.
func (k keyAsked) lastsField(problem string) part.Field {
	return part.Field{Kind: part.Select, Name: "lasts", Label: "Expires after", Value: cmp.Or(k.lasts, "90"), Options: lastsOptions, Problem: problem, Required: true, Help: "Everyone who can edit API keys here is alerted a week before."}
}

// readLasts reads how long a key is to work.
func (h *Handlers) readLasts(c echo.Context) (lasts string, expires time.Time, never bool, problem string) {
	lasts = c.FormValue("lasts")
	days, err := strconv.Atoi(cmp.Or(lasts, "90"))
	switch {
	case lasts == "never":
		return lasts, expires, true, ""
	case err != nil || !slices.ContainsFunc(lastsOptions, func(o part.Option) bool { return o.Value == strconv.Itoa(days) }):
		return lasts, expires, false, "Choose one of the offered times."
	}
	return lasts, h.Store.Now().Add(time.Duration(days) * 24 * time.Hour), false, ""
}

func (h *Handlers) readKey(c echo.Context) (k keyAsked, wrong store.Problems) {
	form, _ := c.FormParams() // read before, as the token is
	wrong = store.Problems{}
	k.Name, k.ReadOnly, k.SubAccounts, k.Networks = form.Get("name"), form.Get("read_only") == "1", form.Get("sub_accounts") == "1", readNetworks(form)
	if k.some = form.Get("scope") == "some"; k.some {
		var err error
		if k.own, k.Permissions, err = h.people.ReadLevels(form); err != nil {
			wrong.Add("permissions", "Choose a level for each section.")
		} else if len(k.Permissions) == 0 {
			wrong.Add("permissions", "Choose at least one permission, or All.")
		}
	}
	var problem string
	k.lasts, k.Expires, k.Never, problem = h.readLasts(c)
	wrong.Add("expires", problem)
	return k, wrong
}

func readNetworks(form url.Values) []string {
	return strings.FieldsFunc(form.Get("networks"), func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ' ' })
}

func (h *Handlers) newKey(c echo.Context, _ authz.Grant) error {
	return h.keyForm(c, http.StatusOK, nil, keyAsked{}, nil)
}

func (h *Handlers) newProgramKey(c echo.Context, _ authz.Grant, a programs.ServiceAccount) error {
	return h.keyForm(c, http.StatusOK, &a, keyAsked{}, nil)
}

// keyForm shows the form of a new key of a service account, or of the account.
func (h *Handlers) keyForm(c echo.Context, status int, a *programs.ServiceAccount, k keyAsked, wrong store.Problems) error {
	v, list, back := guard.Of(c), []part.Link{{Text: "API keys", URL: KeysPath(c)}}, KeysPath(c)
	action, gives := back, h.Catalog.Owner().Own
	if a != nil {
		back = ServiceAccountsPath(c, "/"+a.ID.String())
		list, action = []part.Link{{Text: "Service accounts", URL: ServiceAccountsPath(c)}, {Text: a.Name, URL: back}}, back+"/keys"
		gives = catalog.Mask{}
		for _, r := range store.Running(h.Store.RolesOf(*a), h.Store.Now()) {
			gives.Add(&r.Own)
		}
	}
	p := program.KeyFormPage{
		Header: part.Header{Title: "Create API key", Text: "It acts as the owner of this account, and is shown once."},
		Form: part.Form{Token: v.Token, Action: action, Cancel: back, Submit: "Create API key", Problem: wrong[""], Fields: []part.Field{
			nameField(k.Name, wrong), k.lastsField(wrong["expires"]), networksField(k.Networks, wrong),
			{Kind: part.Checkbox, Name: "read_only", Label: "Reading only", Section: "What it's for", Checked: k.ReadOnly},
		}},
		Levels: h.keyLevels(gives, k, wrong["permissions"]),
		Proof:  h.ProofFields(c, wrong),
	}
	if a != nil {
		p.Header.Title, p.Header.Text = "Create a key for "+a.Name, "It's shown once, on the next page."
	} else {
		p.Form.Fields = append(p.Form.Fields, part.Field{Kind: part.Checkbox, Name: "sub_accounts", Label: "For sub-accounts too", Checked: k.SubAccounts, Problem: wrong["sub_accounts"], Help: "Otherwise it opens only this account. From here it can still suspend, move or delete sub-accounts, where its permissions allow that."})
	}
	p.Form.Fields = append(p.Form.Fields, scopeField(gives, a, k))
	p.Form.Beside = append([]part.Field{p.Levels.Field()}, p.Proof...)
	p.Frame = h.Frame(c, p.Header.Title, list...)
	return page.Render(c, status, program.KeyForm(p))
}

func nameField(name string, wrong store.Problems) part.Field {
	return part.Field{Name: "name", Label: "Name", Value: name, Problem: wrong["name"], Required: true, Autocomplete: "off", Autofocus: len(wrong) == 0, MaxLength: 100, Help: "Such as where the program runs."}
}

func networksField(networks []string, wrong store.Problems) part.Field {
	return part.Field{Kind: part.Lines, Name: "networks", Label: "Networks", Value: strings.Join(networks, "\n"), Problem: wrong["networks"], Rows: 3, Placeholder: "192.0.2.0/24", Help: "Addresses or networks it can be used from, one on each line. Leave it empty for any that the account allows."}
}

// scopeField asks whether a key is for all that whom it acts as may do, or for some of it.
func scopeField(gives catalog.Mask, a *programs.ServiceAccount, k keyAsked) part.Field {
	all := "Everything the owner can do, now and later."
	if a != nil {
		all = "Everything its roles give, now and later."
	}
	f := part.Field{Kind: part.Radio, Name: "scope", Label: "Permissions", Options: []part.Option{
		{Value: "all", Text: "All", Help: all, Selected: !k.some}, {Value: "some", Text: "Only some", Help: "Choose them below.", Selected: k.some}}}
	if gives.Empty() {
		f.Help = "It has no role yet, so it can't use any."
	}
	return f
}

// keyLevels offers to make a key for less than all: whatever its roles give.
func (h *Handlers) keyLevels(gives catalog.Mask, k keyAsked, problem string) persons.Levels {
	own := gives
	if k.some {
		own = k.own.And(gives)
	}
	l := persons.Levels{Label: "What it can do", Problem: problem, Help: "View lets it read a section, Edit lets it do everything in it."}
	for _, g := range h.people.LevelGroups(own, gives, gives) {
		g.Sections = slices.DeleteFunc(g.Sections, func(s persons.LevelSection) bool { return s.Locked })
		if len(g.Sections) > 0 {
			l.Groups = append(l.Groups, g)
		}
	}
	return l
}

func (h *Handlers) createKey(c echo.Context, g authz.Grant) error {
	return h.makeKey(c, g, nil)
}

func (h *Handlers) createProgramKey(c echo.Context, g authz.Grant, a programs.ServiceAccount) error {
	return h.makeKey(c, g, &a)
}

func (h *Handlers) makeKey(c echo.Context, g authz.Grant, a *programs.ServiceAccount) error {
	k, wrong := h.readKey(c)
	program, err := uuid.Nil, wrong.OrNil()
	if a != nil {
		program = a.ID
	}
	if err == nil {
		err = h.Prove(c)
	}
	var made programs.MadeKey
	if err == nil {
		made, err = h.Store.CreateKey(c.Request().Context(), g, program, k.KeyInput)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.keyForm(c, http.StatusUnprocessableEntity, a, k, wrong)
	}
	if err != nil {
		return err
	}
	if a == nil {
		return h.showMadeKey(c, made, KeysPath(c), part.Link{Text: "API keys", URL: KeysPath(c)})
	}
	one := ServiceAccountsPath(c, "/"+a.ID.String())
	return h.showMadeKey(c, made, one, part.Link{Text: "Service accounts", URL: ServiceAccountsPath(c)}, part.Link{Text: a.Name, URL: one})
}

// keptEnd is the choice to leave the end of a key as it is.
const keptEnd = "kept"

func (h *Handlers) editKey(c echo.Context, _ authz.Grant, k programs.Key) error {
	return h.editKeyForm(c, http.StatusOK, k, programs.KeyEdit{Name: k.Name, Networks: k.Networks}, nil)
}

// editKeyForm shows the form by which a key that works is changed.
func (h *Handlers) editKeyForm(c echo.Context, status int, k programs.Key, in programs.KeyEdit, wrong store.Problems) error {
	one := h.keyPath(c, k)
	stays := "Never, as now"
	if k.ExpiresAt != nil {
		stays = page.Moment(c, *k.ExpiresAt, h.Store.Now()) + ", as now"
	}
	ends := part.Field{Kind: part.Select, Name: "lasts", Label: "Expires", Value: cmp.Or(c.FormValue("lasts"), keptEnd), Options: []part.Option{{Value: keptEnd, Text: stays}}, Problem: wrong["expires"], Required: true}
	for _, o := range lastsOptions {
		if o.Text = "In " + o.Text; o.Value == "never" {
			o.Text = "Never"
		}
		if o.Value != "never" || k.ExpiresAt != nil {
			ends.Options = append(ends.Options, o)
		}
	}
	p := part.FormPage{
		Frame:  h.Frame(c, "Edit "+k.Name, append(h.above(c, k), part.Link{Text: k.Name, URL: one})...),
		Header: part.Header{Title: "Edit " + k.Name, Text: "What it is for stays: for something else, create another key."},
		Form: part.Form{Token: guard.Of(c).Token, Action: one + "/edit", Cancel: one, Problem: wrong[""],
			Fields: append([]part.Field{nameField(in.Name, wrong), networksField(in.Networks, wrong), ends}, h.ProofFields(c, wrong)...)},
	}
	return page.Render(c, status, record.FormOn(p))
}

func (h *Handlers) updateKey(c echo.Context, g authz.Grant, k programs.Key) error {
	form, _ := c.FormParams() // read before, as the token is
	in, wrong := programs.KeyEdit{Name: form.Get("name"), Networks: readNetworks(form), Version: k.Version}, store.Problems{}
	if form.Get("lasts") != keptEnd {
		var problem string
		_, in.Expires, _, problem = h.readLasts(c)
		wrong.Add("expires", problem)
	} else if k.ExpiresAt != nil {
		in.Expires = *k.ExpiresAt
	}
	err := wrong.OrNil()
	if err == nil && k.Widens(in) {
		err = h.Prove(c)
	}
	if err == nil {
		err = h.Store.EditKey(c.Request().Context(), g, k.ID, in)
	}
	if wrong, ok := page.Problems(err); ok {
		return h.editKeyForm(c, http.StatusUnprocessableEntity, k, in, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, "Saved "+strings.TrimSpace(in.Name)+".")
	return page.Done(c, h.keyPath(c, k))
}
