package people

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
)

// apiInvite is an invite that waits.
type apiInvite struct {
	ID        uuid.UUID  `json:"id"`
	Email     string     `json:"email"`
	Roles     []HeldRole `json:"roles"`
	InvitedBy string     `json:"invited_by"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
}

// apiNewInvites are addresses to invite.
type apiNewInvites struct {
	Emails []string   `json:"emails" jsonschema:"100 at most"`
	Roles  []HeldRole `json:"roles"`
}

// apiInvited is what became of one address.
type apiInvited struct {
	Email     string     `json:"email"`
	Link      string     `json:"link,omitempty" jsonschema:"works once, for this address alone; given only now"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	Problem   string     `json:"problem,omitempty" jsonschema:"why it is not invited"`
}

// apiInvitedAll is what became of each address.
type apiInvitedAll struct {
	Results []apiInvited `json:"results"`
}

func (h *Handlers) apiInvited(i persons.Invited) apiInvited {
	if i.Problem != "" {
		return apiInvited{Email: i.Email, Problem: i.Problem}
	}
	until := i.Until.UTC()
	return apiInvited{Email: i.Email, Link: h.Link("/invites/" + i.Token), ExpiresAt: &until}
}

func (h *Handlers) apiListInvites(c api.Call) (out api.Page[apiInvite], err error) {
	after, err := uuid.Parse(c.QueryParam("after"))
	if err != nil && c.QueryParam("after") != "" {
		return out, store.ErrNotFound
	}
	all, err := h.Store.Invites(c.Request().Context(), c.Grant, persons.InviteFilter{Search: c.QueryParam("q"), After: after, Limit: persons.InvitePage + 1})
	if err != nil {
		return out, err
	}
	next := ""
	if len(all) > persons.InvitePage {
		all = all[:persons.InvitePage]
		next = all[len(all)-1].ID.String()
	}
	place := c.Visit().Place
	return api.PageOf(all, next, func(i persons.Invite) apiInvite {
		return apiInvite{i.ID, i.Email, HeldRoles(h.Store.StoredRoles(i.Roles, place.Account, place.Kind)), i.InviterName, i.CreatedAt.UTC(), i.ExpiresAt.UTC()}
	}), nil
}

func (h *Handlers) apiCreateInvites(c api.Call, in apiNewInvites) (out apiInvitedAll, err error) {
	if len(in.Emails) > persons.MaxInvites {
		return out, store.Problems{"emails": tooManyWishes["file"]}
	}
	if len(in.Emails) == 0 {
		return out, store.Problems{"emails": "Enter at least one e-mail address."}
	}
	var wishes []inviteWish
	for _, email := range in.Emails {
		wishes = append(wishes, inviteWish{email: email, roles: NamedRoles(in.Roles)})
	}
	all, err := h.invite(c, c.Grant, wishes)
	if err != nil {
		return out, AtRoles(err, in.Roles)
	}
	for _, i := range all {
		out.Results = append(out.Results, h.apiInvited(i.Invited))
	}
	return out, nil
}

func (h *Handlers) apiResendInvite(c api.Call) (out apiInvited, err error) {
	i, err := api.Thing(c, h.Store.InviteByID)
	if err == nil {
		err = h.Store.AllowLetterTo(c.Request().Context(), i.Email)
	}
	if err != nil {
		return out, err
	}
	renewed, err := h.Store.ResendInvite(c.Request().Context(), c.Grant, i.ID)
	return h.apiInvited(renewed), err
}

// apiCancelled says that an invite is dead.
type apiCancelled struct {
	Cancelled bool `json:"cancelled"`
}

func (h *Handlers) apiCancelInvite(c api.Call) (out apiCancelled, err error) {
	i, err := api.Thing(c, h.Store.InviteByID)
	if err == nil {
		err = h.Store.CancelInvite(c.Request().Context(), c.Grant, i.ID)
	}
	return apiCancelled{err == nil}, err
}
