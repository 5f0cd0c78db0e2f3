package home

import (
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/people"
	"bailiwick/views/home"
	"bailiwick/views/part"
	"bailiwick/words"
)

const endsSoon = 7 * 24 * time.Hour

// attention is what waits for somebody: offers and invites, people who have not
// come yet, and what expires soon.
func (h *Handlers) attention(c echo.Context, g authz.Grant, k known) (all []home.Attention, err error) {
	v, ctx := guard.Of(c), c.Request().Context()
	if all, err = h.account.OffersWaiting(c); err != nil {
		return nil, err
	}
	if a := h.login.EmailProofWaits(c); a != nil {
		all = append(all, *a)
	}
	if mine, err := h.InvitesForMe(c); err != nil {
		return nil, err
	} else if mine != nil {
		all = append(all, home.Attention{Tone: mine.Tone, Text: mine.Title, Details: mine.Text})
	}
	add := func(n int, tone part.Tone, one, many, url string) {
		if n > 0 {
			all = append(all, home.Attention{Tone: tone, Text: words.Count(n, one, many), URL: url})
		}
	}
	if h.May(c, "members.add") && page.Shared(v.Place.Kind) {
		add(k.people.Lost, part.Warn, "invite couldn't be delivered", "invites couldn't be delivered", people.MembersPath(c, "/invites"))
		add(k.people.Invited-k.people.Lost, part.Info, "invite is pending", "invites are pending", people.MembersPath(c, "/invites"))
	}
	if h.May(c, "subuser_edit") {
		add(k.people.New, part.Info, "subuser has not chosen a password yet", "subusers have not chosen a password yet", people.SubusersPath(c))
	}
	var kinds []string
	sections := map[string]*catalog.Section{}
	for _, s := range h.Catalog.Sections {
		if s.Records != nil && s.InNavigation() && s.Records.Kind.Field("expires_at") != nil && v.May.Has(s.View) {
			kinds = append(kinds, s.Records.Kind.Key)
			sections[s.Records.Kind.Key] = s
		}
	}
	if len(kinds) == 0 {
		return all, nil
	}
	counts, err := h.Store.CountExpiring(ctx, g, kinds, h.Store.Now().Add(endsSoon))
	for _, kind := range kinds {
		s := sections[kind]
		add(counts[kind], part.Warn, s.Records.Noun+" expires within a week", s.Records.Plural+" expire within a week", page.AccountPath(v.Place.Account, s.Path))
	}
	return all, err
}
