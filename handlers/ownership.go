package handlers

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
	"bailiwick/words"
)

// owned is the account whose ownership a page is about: the acting one, or one
// below it.
type owned struct {
	account models.Account
	path    string
	above   []views.Link
	owner   string // its owner's name
	mine    bool   // whoever asks may hand it over
}

func (h *Handlers) owned(c echo.Context, g authz.Grant) (o owned, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	if c.Param("sub") == "" {
		o.account, err = h.store.Account(ctx, v.Place.Tenant, v.Place.Account)
		o.path, o.above = accountPath(v.Place.Account, "/settings/ownership"), []views.Link{{Text: "Account", URL: accountPath(v.Place.Account, "/settings/account")}}
	} else {
		o.account, err = h.subAccount(c, g)
		list := accountPath(v.Place.Account, "/accounts")
		o.path, o.above = list+"/"+o.account.ID.String()+"/ownership", []views.Link{{Text: "Accounts", URL: list}}
	}
	if err != nil {
		return o, err
	}
	names, err := h.store.Names(ctx, []uuid.UUID{o.account.OwnerID})
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
			return models.ErrNotFound
		}
		return h.offerForm(c, g, http.StatusOK, o, id, true, nil)
	}
	return h.ownershipPage(c, g, http.StatusOK, o, "")
}

func (h *Handlers) ownershipPage(c echo.Context, g authz.Grant, status int, o owned, problem string) error {
	v, ctx := guard.Of(c), c.Request().Context()
	p := views.RecordListPage{
		Frame:  h.frame(c, "Ownership of "+o.account.Name, o.above...),
		Header: views.Header{Title: "Ownership of " + o.account.Name, Text: o.owner + " owns it, and can do everything in it and below."},
		List: views.List{
			Label: "People it can be offered to", Search: &views.Search{Action: o.path, Value: c.QueryParam("q"), Placeholder: "Search people"},
			Table: views.Table{Token: v.Token, Columns: []views.Column{{Text: "Name"}, {Text: "E-mail address"}, {Text: "Hand over"}}},
			Empty: views.Empty{Icon: "users", Title: "Nobody to offer it to", Text: "An account can be offered to somebody who works in it, or above it. Invite them first."},
		},
	}
	switch {
	case problem != "":
		p.Notice = &views.Alert{Tone: views.Bad, Text: problem}
	case !shared(o.account.Kind):
		p.Notice = &views.Alert{Tone: views.Info, Text: models.NotHandedOver(o.account.Kind)}
	case !o.mine:
		p.Notice = &views.Alert{Tone: views.Info, Text: "Only its owner, or the owner of an account above it, can hand it over."}
	}
	if !shared(o.account.Kind) || !o.mine {
		return render(c, status, views.Record(views.RecordPage{Frame: p.Frame, Header: p.Header, Notice: p.Notice}))
	}
	offer, err := h.store.OfferOf(ctx, o.account.TenantID, o.account.ID)
	if err != nil {
		return err
	}
	if offer != nil {
		p.Header.Actions = []views.Action{{Text: "Take the offer back", Post: &views.Post{Text: "Take the offer back", Action: o.path + "/cancel"}}}
		if p.Notice == nil {
			p.Notice = &views.Alert{Tone: views.Info, Title: "Offered to " + offer.To.Name,
				Text: fmt.Sprintf("%s can accept until %s. Nothing changes until then. Another offer takes the place of this one.", offer.To.Name, when(c, offer.ExpiresAt, h.store.Now()))}
		}
	}
	q, after := c.QueryParam("q"), c.QueryParam("after")
	heirs, err := h.store.Heirs(ctx, g, o.account, q, after)
	if err != nil {
		return err
	}
	if q != "" {
		p.List.Clear = o.path
	}
	if after != "" {
		p.List.Pager.Previous = withQuery(o.path, "q", q)
	}
	if len(heirs) > models.HeirPage {
		heirs = heirs[:models.HeirPage]
		p.List.Pager.Next = withQuery(o.path, "q", q, "after", heirs[len(heirs)-1].Cursor())
	}
	for _, m := range heirs {
		p.List.Table.Rows = append(p.List.Table.Rows, views.Row{ID: m.ID.String(), Cells: []views.Cell{
			{Text: m.Name}, emailCell(m.Name, m.Email), {Text: "Offer to " + m.Name + "…", URL: withQuery(o.path, "to", m.ID.String())}}})
	}
	return render(c, status, views.RecordList(p))
}

func (h *Handlers) offerForm(c echo.Context, g authz.Grant, status int, o owned, to uuid.UUID, below bool, wrong models.Problems) error {
	v, ctx := guard.Of(c), c.Request().Context()
	heir, err := h.store.Heir(ctx, g, o.account, to)
	if err != nil {
		return err
	}
	n, err := h.store.OwnedBelow(ctx, o.account)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("Offer %s to %s", o.account.Name, heir.Name)
	p := views.RecordPage{
		Frame:   h.frame(c, title, append(o.above, views.Link{Text: "Ownership", URL: o.path})...),
		Header:  views.Header{Title: title, Text: heir.Email},
		Details: h.ownershipFacts(c, o.account, o.owner, heir.Name, n),
		Acts: []views.ActForm{{Title: "Offer it", Form: views.Form{
			Token: v.Token, Action: o.path, Submit: "Offer " + o.account.Name, Cancel: o.path, Problem: wrong[""],
			Hidden: []views.Pair{{Name: "to", Value: to.String()}},
		}}},
	}
	if warning := emailCell(heir.Name, heir.Email).Details; warning != "" {
		p.Notice = &views.Alert{Tone: views.Warn, Text: warning}
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
		f.Fields = append(f.Fields, views.Field{Kind: views.Checkbox, Name: "below", Label: label, Checked: below})
	}
	f.Fields = append(f.Fields, h.proofFields(c, wrong)...)
	return render(c, status, views.Record(p))
}

// ownershipFacts say what changes once an offer is accepted.
func (h *Handlers) ownershipFacts(c echo.Context, a models.Account, old, heir string, below int) []views.Detail {
	facts := []views.Detail{
		{Label: "New owner", Value: views.Cell{Text: heir + " can do everything in " + a.Name + " and below, and is a member there no more: owning it is more."}},
		{Label: "Owner now", Value: views.Cell{Text: old + " becomes Admin of " + a.Name + ", whom the new owner can change or remove."}},
	}
	if below > 0 {
		facts = append(facts, views.Detail{Label: "Below it", Value: views.Cell{Text: fmt.Sprintf("%s owns %s below it, which can go along. Where %s is Admin of one of them, %s becomes Admin of it.",
			old, words.Count(below, "account", "accounts"), heir, old)}})
	}
	return append(facts,
		views.Detail{Label: "Stays", Value: views.Cell{Text: "Its people, what is in it, its place in the tree, and what it may use."}},
		views.Detail{Label: "When", Value: views.Cell{Text: "Once " + heir + " accepts, within seven days. Until then nothing changes, and the offer can be taken back."}})
}

func (h *Handlers) offerOwnership(c echo.Context, g authz.Grant) error {
	o, err := h.owned(c, g)
	if err != nil {
		return err
	}
	if !o.mine {
		return h.ownershipPage(c, g, http.StatusUnprocessableEntity, o, "")
	}
	to, err := uuid.Parse(posted(c, "to"))
	if err != nil {
		return h.ownershipPage(c, g, http.StatusUnprocessableEntity, o, "Choose to whom it is offered.")
	}
	below := posted(c, "below") != ""
	if err = h.prove(c); err == nil {
		err = h.store.OfferOwnership(c.Request().Context(), g, o.account.ID, to, below)
	}
	if wrong, ok := problems(err); ok {
		if _, err := h.store.Heir(c.Request().Context(), g, o.account, to); err != nil {
			return h.ownershipPage(c, g, http.StatusUnprocessableEntity, o, wrong["to"]+wrong[""])
		}
		return h.offerForm(c, g, http.StatusUnprocessableEntity, o, to, below, wrong)
	}
	if err != nil {
		return err
	}
	h.say(c, o.account.Name+" is offered. Nothing changes until it is accepted.")
	return done(c, o.path)
}

func (h *Handlers) cancelOffer(c echo.Context, g authz.Grant) error {
	o, err := h.owned(c, g)
	if err != nil {
		return err
	}
	if !o.mine {
		return h.ownershipPage(c, g, http.StatusUnprocessableEntity, o, "")
	}
	if err := h.store.CancelOffer(c.Request().Context(), g, o.account.ID); err != nil {
		return err
	}
	h.say(c, "The offer is taken back.")
	return done(c, o.path)
}

// offerTo finds the offer that the address names, to whoever is signed in.
func (h *Handlers) offerTo(c echo.Context, g authz.Grant) (models.Offer, error) {
	id, err := uuid.Parse(c.Param("offer"))
	if err != nil {
		return models.Offer{}, models.ErrNotFound
	}
	return h.store.OfferTo(c.Request().Context(), g, id)
}

// showOffer is what somebody sees who is offered an account.
func (h *Handlers) showOffer(c echo.Context, g authz.Grant) error {
	o, err := h.offerTo(c, g)
	if err != nil {
		return err
	}
	return h.offerPage(c, http.StatusOK, o, "")
}

func (h *Handlers) offerPage(c echo.Context, status int, o models.Offer, problem string) error {
	n, err := h.store.OwnedBelow(c.Request().Context(), o.Account)
	if err != nil {
		return err
	}
	f := h.ownFrame(c, o.Account.Name+" is offered to you")
	below := "Not offered with it."
	switch {
	case n == 0:
		below = "No account below it is " + o.Owner.Name + "'s."
	case o.WithBelow:
		below = fmt.Sprintf("You get the %s below it that %s owns too.", words.Count(n, "account", "accounts"), o.Owner.Name)
	}
	p := views.RecordPage{
		Frame: f, Header: views.Header{Title: o.Account.Name + " is offered to you", Text: fmt.Sprintf("By %s, %s, until %s.", o.By.Name, o.By.Email, when(c, o.ExpiresAt, h.store.Now()))},
		Details: []views.Detail{
			{Label: "You", Value: views.Cell{Text: "You can do everything in " + o.Account.Name + " and below, and answer for it. You stop being a member there: owning it is more."}},
			{Label: o.Owner.Name, Value: views.Cell{Text: "Owns it now, and becomes Admin, whom you can change or remove."}},
			{Label: "Below it", Value: views.Cell{Text: below}},
		},
		Acts: []views.ActForm{
			{Title: "Accept", Form: views.Form{Token: f.Token, Action: o.Path() + "/accept", Submit: "Accept " + o.Account.Name, Problem: problem, Plain: true}},
			{Title: "Decline", Text: "Nothing changes. It can be offered to you again.", Form: views.Form{Token: f.Token, Action: o.Path() + "/decline", Submit: "Decline", Danger: true, Cancel: "/accounts", Plain: true}},
		},
	}
	return render(c, status, views.Record(p))
}

func (h *Handlers) acceptOffer(c echo.Context, g authz.Grant) error {
	o, err := h.offerTo(c, g)
	if err != nil {
		return err
	}
	_, err = h.store.AcceptOwnership(c.Request().Context(), g, o.ID)
	if wrong, ok := problems(err); ok {
		return h.offerPage(c, http.StatusUnprocessableEntity, o, wrong[""])
	}
	if err != nil {
		return err
	}
	h.say(c, "You own "+o.Account.Name+" now.")
	return done(c, accountPath(o.AccountID))
}

func (h *Handlers) declineOffer(c echo.Context, g authz.Grant) error {
	o, err := h.offerTo(c, g)
	if err != nil {
		return err
	}
	if _, err := h.store.DeclineOwnership(c.Request().Context(), g, o.ID); err != nil {
		return err
	}
	h.say(c, "You declined "+o.Account.Name+". Nothing has changed.")
	return done(c, "/accounts")
}

// offersWaiting are what is offered to whoever is signed in, as what needs
// attention.
func (h *Handlers) offersWaiting(c echo.Context) (all []views.Attention, err error) {
	offers, err := h.store.OffersTo(c.Request().Context(), authz.Self(guard.Of(c).Actor()))
	for _, o := range offers {
		all = append(all, views.Attention{Tone: views.Info, Text: fmt.Sprintf("%s offers you the account %s", o.By.Name, o.Account.Name), URL: o.Path(),
			Details: "You can accept until " + when(c, o.ExpiresAt, h.store.Now()) + "."})
	}
	return all, err
}
