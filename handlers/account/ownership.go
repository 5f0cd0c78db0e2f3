package account

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/views/home"
	"bailiwick/views/part"
	"bailiwick/views/record"
	"bailiwick/words"
)

// owned is the account whose ownership a page is about: the acting one, or one
// below it.
type owned struct {
	account account.Account
	path    string
	above   []part.Link
	owner   string // its owner's name
	mine    bool   // whoever asks may hand it over
}

func (h *Handlers) owned(c echo.Context, g authz.Grant) (o owned, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	if c.Param("sub") == "" {
		o.account, err = h.Store.Account(ctx, v.Place.Tenant, v.Place.Account)
		o.path, o.above = page.AccountPath(v.Place.Account, "/settings/ownership"), []part.Link{{Text: "Account", URL: page.AccountPath(v.Place.Account, "/settings/account")}}
	} else {
		o.account, err = h.subAccount(c, g)
		list := page.AccountPath(v.Place.Account, "/accounts")
		o.path, o.above = list+"/"+o.account.ID.String()+"/ownership", []part.Link{{Text: "Accounts", URL: list}}
	}
	if err != nil {
		return o, err
	}
	names, err := h.Store.Names(ctx, []uuid.UUID{o.account.OwnerID})
	o.owner = names[o.account.OwnerID]
	at, ok := v.Snapshot.Find(o.account.ID)
	o.mine = ok && v.Session.Principal.Kind == authz.Member && v.Snapshot.Owns(v.Who, at)
	return o, err
}

// showOwnership tells who owns an account, what is offered of it, and to whom it
// can be offered; with one of them chosen, what that means.
func (h *Handlers) showOwnership(c echo.Context, g authz.Grant) error {
	o, err := h.owned(c, g)
	if err != nil {
		return err
	}
	if to := c.QueryParam("to"); to != "" && o.mine {
		id, err := uuid.Parse(to)
		if err != nil {
			return store.ErrNotFound
		}
		return h.offerForm(c, g, http.StatusOK, o, id, true, nil)
	}
	return h.ownershipPage(c, g, http.StatusOK, o, "")
}

func (h *Handlers) ownershipPage(c echo.Context, g authz.Grant, status int, o owned, problem string) error {
	v, ctx := guard.Of(c), c.Request().Context()
	p := record.ListPage{
		Frame:  h.Frame(c, "Ownership of "+o.account.Name, o.above...),
		Header: part.Header{Title: "Ownership of " + o.account.Name, Text: o.owner + " owns it, and can do everything in it and below."},
		List: part.List{
			Label: "People it can be offered to", Search: &part.Search{Action: o.path, Value: c.QueryParam("q"), Placeholder: "Search people"},
			Table: part.Table{Token: v.Token, Columns: []part.Column{{Text: "Name"}, {Text: "E-mail address"}, {Text: "Hand over"}}},
			Empty: part.Empty{Scene: part.ScenePeople, Title: "Nobody to offer it to", Text: "An account can be offered to somebody who works in it, or above it. Invite them first."},
		},
	}
	switch {
	case problem != "":
		p.Notice = &part.Alert{Tone: part.Bad, Text: problem}
	case !page.Shared(o.account.Kind):
		p.Notice = &part.Alert{Tone: part.Info, Text: account.NotHandedOver(o.account.Kind)}
	case !o.mine:
		p.Notice = &part.Alert{Tone: part.Info, Text: "Only its owner, or the owner of an account above it, can hand it over."}
	}
	if !page.Shared(o.account.Kind) || !o.mine {
		return page.Render(c, status, record.Record(record.Page{Frame: p.Frame, Header: p.Header, Notice: p.Notice}))
	}
	offer, err := h.Store.OfferOf(ctx, o.account.TenantID, o.account.ID)
	if err != nil {
		return err
	}
	if offer != nil {
		p.Header.Actions = []part.Action{{Text: "Withdraw offer", Post: &part.Post{Text: "Withdraw offer", Action: o.path + "/cancel"}}}
		if p.Notice == nil {
			p.Notice = &part.Alert{Tone: part.Info, Title: "Offered to " + offer.To.Name,
				Text: fmt.Sprintf("%s can accept until %s. Nothing changes until then. Another offer takes the place of this one.", offer.To.Name, page.When(c, offer.ExpiresAt, h.Store.Now()))}
		}
	}
	q, after, next := strings.TrimSpace(c.QueryParam("q")), c.QueryParam("after"), ""
	heirs, err := h.Store.Heirs(ctx, g, o.account, q, after)
	if err != nil {
		return err
	}
	p.List.Chips = page.Chips(o.path, page.KeptPairs("q", q), nil)
	if q != "" {
		p.List.Clear = o.path
	}
	if len(heirs) > account.HeirPage {
		heirs = heirs[:account.HeirPage]
		next = heirs[len(heirs)-1].Cursor()
	}
	for _, m := range heirs {
		p.List.Table.Rows = append(p.List.Table.Rows, part.Row{ID: m.ID.String(), Cells: []part.Cell{
			{Text: m.Name}, page.EmailCell(m.Name, m.Email), {Text: "Offer to " + m.Name + "…", URL: page.WithQuery(o.path, "to", m.ID.String())}}})
	}
	if _, err := page.Paged(c, &p.List, page.Pages{Here: o.path, One: "person", Many: "people", Asked: []string{"q", q}, Cursor: "after", Next: next, Count: func() (int, error) {
		return h.Store.CountHeirs(ctx, g, o.account, q)
	}}); err != nil {
		return err
	}
	return page.Render(c, status, record.List(p))
}

func (h *Handlers) offerForm(c echo.Context, g authz.Grant, status int, o owned, to uuid.UUID, below bool, wrong store.Problems) error {
	v, ctx := guard.Of(c), c.Request().Context()
	heir, err := h.Store.Heir(ctx, g, o.account, to)
	if err != nil {
		return err
	}
	n, err := h.Store.OwnedBelow(ctx, o.account)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("Offer %s to %s", o.account.Name, heir.Name)
	p := record.Page{
		Frame:   h.Frame(c, title, append(o.above, part.Link{Text: "Ownership", URL: o.path})...),
		Header:  part.Header{Title: title, Text: heir.Email},
		Details: h.ownershipFacts(c, o.account, o.owner, heir.Name, n),
		Acts: []record.ActForm{{Title: "Offer it", Form: part.Form{
			Token: v.Token, Action: o.path, Submit: "Offer " + o.account.Name, Cancel: o.path, Problem: wrong[""],
			Hidden: []part.Pair{{Name: "to", Value: to.String()}},
		}}},
	}
	if warning := page.EmailCell(heir.Name, heir.Email).Details; warning != "" {
		p.Notice = &part.Alert{Tone: part.Warn, Text: warning}
	}
	f := &p.Acts[0].Form
	if wrong["to"] != "" {
		f.Problem = wrong["to"]
	}
	if n > 0 {
		label := fmt.Sprintf("With the %s below that you own too", words.Count(n, "account", "accounts"))
		if o.account.OwnerID != v.Session.Principal.ID {
			label = fmt.Sprintf("With the %s below that %s owns too", words.Count(n, "account", "accounts"), o.owner)
		}
		f.Fields = append(f.Fields, part.Field{Kind: part.Checkbox, Name: "below", Label: label, Checked: below})
	}
	f.Fields = append(f.Fields, h.ProofFields(c, wrong)...)
	return page.Render(c, status, record.Record(p))
}

// ownershipFacts say what changes once an offer is accepted.
func (h *Handlers) ownershipFacts(c echo.Context, a account.Account, old, heir string, below int) []part.Detail {
	facts := []part.Detail{
		{Label: "New owner", Value: part.Cell{Text: heir + " can do everything in " + a.Name + " and below, and is no longer a member there: owners don't need to be."}},
		{Label: "Current owner", Value: part.Cell{Text: old + " becomes Admin of " + a.Name + ", a role that the new owner can change or remove."}},
	}
	if below > 0 {
		facts = append(facts, part.Detail{Label: "Below it", Value: part.Cell{Text: fmt.Sprintf("%s owns %s below it, which can go along. Where %s is Admin of one of them, %s becomes Admin of it.",
			old, words.Count(below, "account", "accounts"), heir, old)}})
	}
	return append(facts,
		part.Detail{Label: "Stays", Value: part.Cell{Text: "Its people, what is in it, its place in the tree, and what it may use."}},
		part.Detail{Label: "When", Value: part.Cell{Text: "Once " + heir + " accepts, within seven days. Until then nothing changes, and the offer can be withdrawn."}})
}

func (h *Handlers) offerOwnership(c echo.Context, g authz.Grant) error {
	o, err := h.owned(c, g)
	if err != nil {
		return err
	}
	if !o.mine {
		return h.ownershipPage(c, g, http.StatusUnprocessableEntity, o, "")
	}
	to, err := uuid.Parse(page.Posted(c, "to"))
	if err != nil {
		return h.ownershipPage(c, g, http.StatusUnprocessableEntity, o, "Choose who to offer it to.")
	}
	below := page.Posted(c, "below") != ""
	if err = h.Prove(c); err == nil {
		err = h.Store.OfferOwnership(c.Request().Context(), g, o.account.ID, to, below)
	}
	if wrong, ok := page.Problems(err); ok {
		if _, err := h.Store.Heir(c.Request().Context(), g, o.account, to); err != nil {
			return h.ownershipPage(c, g, http.StatusUnprocessableEntity, o, wrong["to"]+wrong[""])
		}
		return h.offerForm(c, g, http.StatusUnprocessableEntity, o, to, below, wrong)
	}
	if err != nil {
		return err
	}
	h.Say(c, o.account.Name+" is offered. Nothing changes until it is accepted.")
	return page.Done(c, o.path)
}

func (h *Handlers) cancelOffer(c echo.Context, g authz.Grant) error {
	o, err := h.owned(c, g)
	if err != nil {
		return err
	}
	if !o.mine {
		return h.ownershipPage(c, g, http.StatusUnprocessableEntity, o, "")
	}
	if err := h.Store.CancelOffer(c.Request().Context(), g, o.account.ID); err != nil {
		return err
	}
	h.Say(c, "The offer is withdrawn.")
	return page.Done(c, o.path)
}

// offerTo finds the offer that the address names, to whoever is signed in.
func (h *Handlers) offerTo(c echo.Context, g authz.Grant) (account.Offer, error) {
	id, err := uuid.Parse(c.Param("offer"))
	if err != nil {
		return account.Offer{}, store.ErrNotFound
	}
	return h.Store.OfferTo(c.Request().Context(), g, id)
}

// showOffer is what somebody sees who is offered an account.
func (h *Handlers) showOffer(c echo.Context, g authz.Grant) error {
	o, err := h.offerTo(c, g)
	if err != nil {
		return err
	}
	return h.offerPage(c, http.StatusOK, o, "")
}

func (h *Handlers) offerPage(c echo.Context, status int, o account.Offer, problem string) error {
	n, err := h.Store.OwnedBelow(c.Request().Context(), o.Account)
	if err != nil {
		return err
	}
	f := h.OwnFrame(c, o.Account.Name+" is offered to you")
	below := "Not offered with it."
	switch {
	case n == 0:
		below = "No account below it is " + o.Owner.Name + "'s."
	case o.WithBelow:
		below = fmt.Sprintf("You get the %s below it that %s owns too.", words.Count(n, "account", "accounts"), o.Owner.Name)
	}
	p := record.Page{
		Frame: f, Header: part.Header{Title: o.Account.Name + " is offered to you", Text: fmt.Sprintf("By %s, %s, until %s.", o.By.Name, o.By.Email, page.When(c, o.ExpiresAt, h.Store.Now()))},
		Details: []part.Detail{
			{Label: "You", Value: part.Cell{Text: "You can do everything in " + o.Account.Name + " and below. Your membership there ends: owners don't need one."}},
			{Label: o.Owner.Name, Value: part.Cell{Text: "Owns it now, and becomes Admin, a role that you can change or remove."}},
			{Label: "Below it", Value: part.Cell{Text: below}},
		},
		Acts: []record.ActForm{
			{Title: "Accept", Form: part.Form{Token: f.Token, Action: o.Path() + "/accept", Submit: "Accept " + o.Account.Name, Problem: problem, Plain: true}},
			{Title: "Decline", Text: "Nothing changes. It can be offered to you again.", Form: part.Form{Token: f.Token, Action: o.Path() + "/decline", Submit: "Decline", Danger: true, Cancel: "/accounts", Plain: true}},
		},
	}
	return page.Render(c, status, record.Record(p))
}

func (h *Handlers) acceptOffer(c echo.Context, g authz.Grant) error {
	o, err := h.offerTo(c, g)
	if err != nil {
		return err
	}
	_, err = h.Store.AcceptOwnership(c.Request().Context(), g, o.ID)
	if wrong, ok := page.Problems(err); ok {
		return h.offerPage(c, http.StatusUnprocessableEntity, o, wrong[""])
	}
	if err != nil {
		return err
	}
	h.Say(c, "You own "+o.Account.Name+" now.")
	return page.Done(c, page.AccountPath(o.AccountID))
}

func (h *Handlers) declineOffer(c echo.Context, g authz.Grant) error {
	o, err := h.offerTo(c, g)
	if err != nil {
		return err
	}
	if _, err := h.Store.DeclineOwnership(c.Request().Context(), g, o.ID); err != nil {
		return err
	}
	h.Say(c, "You declined "+o.Account.Name+". Nothing has changed.")
	return page.Done(c, "/accounts")
}

// OffersWaiting are what is offered to whoever is signed in, as what needs
// attention.
func (h *Handlers) OffersWaiting(c echo.Context) (all []home.Attention, err error) {
	offers, err := h.Store.OffersTo(c.Request().Context(), authz.Self(guard.Of(c).Actor()))
	if store.PartLost(err) {
		return []home.Attention{{Tone: part.Warn, Text: "Accounts offered to you can't be checked right now"}}, nil
	}
	for _, o := range offers {
		all = append(all, home.Attention{Tone: part.Info, Text: fmt.Sprintf("%s offers you the account %s", o.By.Name, o.Account.Name), URL: o.Path(),
			Details: "You can accept until " + page.When(c, o.ExpiresAt, h.Store.Now()) + "."})
	}
	return all, err
}
