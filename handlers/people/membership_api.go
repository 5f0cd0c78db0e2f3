package people

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/handlers/api"
	"bailiwick/models/login"
	persons "bailiwick/models/people"
	"bailiwick/models/store"
)

// apiMember is somebody who works in the account as programs read them.
type apiMember struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name"`
	Email      string     `json:"email"`
	Owner      bool       `json:"owner" jsonschema:"whether they own the account, which is no role"`
	Roles      []HeldRole `json:"roles"`
	State      string     `json:"state" jsonschema:"of their login: active or suspended"`
	TwoStep    bool       `json:"two_step" jsonschema:"whether they can sign in by two steps"`
	LastSignIn *time.Time `json:"last_sign_in,omitempty"`
	Since      time.Time  `json:"since"`
}

// apiMemberChange is what can be changed of a member.
type apiMemberChange struct {
	Roles []HeldRole `json:"roles"`
}

// apiSession is a session of a member that has been in the account.
type apiSession struct {
	ID        uuid.UUID `json:"id"`
	Agent     string    `json:"agent" jsonschema:"the browser, as it calls itself"`
	Address   string    `json:"address"`
	StartedAt time.Time `json:"started_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// apiEndSessions says which sessions end.
type apiEndSessions struct {
	Session *uuid.UUID `json:"session,omitempty" jsonschema:"the one to end; all where it is left out"`
}

// apiEnded is how many ended.
type apiEnded struct {
	Ended int64 `json:"ended"`
}

func apiMemberOf(m persons.AccountMember) apiMember {
	return apiMember{m.ID, m.Name, m.Email, m.Owner, HeldRoles(m.Roles), m.State, m.TwoStep, m.LastSignIn, m.Since.UTC()}
}

func (h *Handlers) apiListMembers(c api.Call) (out api.Page[apiMember], err error) {
	all, err := h.Store.Members(c.Request().Context(), c.Grant, h.readAsked(c, authz.Member).filter)
	if err != nil {
		return out, err
	}
	next := ""
	if len(all) > persons.MemberPage {
		all = all[:persons.MemberPage]
		next = all[len(all)-1].Cursor()
	}
	return api.PageOf(all, next, apiMemberOf), nil
}

func (h *Handlers) apiReadMember(c api.Call) (apiMember, error) {
	m, err := api.Thing(c, h.Store.Member)
	if err != nil {
		return apiMember{}, err
	}
	return apiMemberOf(m), nil
}

func (h *Handlers) apiEditMember(c api.Call, patch func(*apiMemberChange) error) (out apiMember, err error) {
	m, err := api.Thing(c, h.Store.Member)
	if err != nil {
		return out, err
	}
	if m.Owner {
		return out, store.Problems{"": m.Name + " owns this account, which is no role that could be changed here."}
	}
	in := apiMemberChange{HeldRoles(m.Roles)}
	if err := patch(&in); err != nil {
		return out, err
	}
	if err := h.Store.EditMember(c.Request().Context(), c.Grant, m.ID, NamedRoles(in.Roles)...); err != nil {
		return out, AtRoles(err, in.Roles)
	}
	return h.apiReadMember(c)
}

func (h *Handlers) apiRemoveMember(c api.Call) error {
	m, err := api.Thing(c, h.Store.Member)
	if err != nil {
		return err
	}
	return h.Store.RemoveMember(c.Request().Context(), c.Grant, m.ID, parting(c.QueryParam("revoke_keys") == "true")...)
}

func (h *Handlers) apiListSessions(c api.Call) (out api.Page[apiSession], err error) {
	m, err := api.Thing(c, h.Store.Member)
	if err != nil {
		return out, err
	}
	if !h.mayEndSessions(c, m) {
		return out, store.Problems{"": "You can see the sessions of those whose roles you can change. " + m.Name + " can do more here than you can."}
	}
	all, err := h.Store.MemberSessions(c.Request().Context(), c.Grant, m.ID)
	return api.PageOf(all, "", func(s login.Session) apiSession {
		return apiSession{s.ID, s.Agent, s.Address, s.StartedAt.UTC(), s.ExpiresAt.UTC()}
	}), err
}

func (h *Handlers) apiEndMemberSessions(c api.Call, in apiEndSessions) (out apiEnded, err error) {
	m, err := api.Thing(c, h.Store.Member)
	if err != nil {
		return out, err
	}
	one := uuid.Nil
	if in.Session != nil {
		one = *in.Session
	}
	out.Ended, err = h.Store.EndMemberSessions(c.Request().Context(), c.Grant, m.ID, one)
	return out, err
}
