package login

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// apiSignIn is an attempt to sign in, or to use a key that was not good.
type apiSignIn struct {
	ID        uuid.UUID `json:"id"`
	At        time.Time `json:"at"`
	Who       string    `json:"who" jsonschema:"a name; empty where nobody is known by what was typed"`
	Principal string    `json:"principal,omitempty" jsonschema:"kind:id of who it was"`
	Outcome   string    `json:"outcome" jsonschema:"ok, refused, limited or crowded"`
	Why       string    `json:"why,omitempty" jsonschema:"of what was refused"`
	Door      string    `json:"door" jsonschema:"where it was tried"`
	Address   string    `json:"address"`
	Agent     string    `json:"agent" jsonschema:"the browser, as it calls itself"`
	Tries     int       `json:"tries" jsonschema:"within a minute"`
}

// signInParameters are those of the page.
func signInParameters() []guard.Parameter {
	var outcomes []string
	for _, x := range login.Outcomes {
		outcomes = append(outcomes, string(x))
	}
	return append([]guard.Parameter{api.Search, api.OneOf("outcome", "What it led to.", outcomes...)}, api.Period...)
}

func (h *Handlers) apiListSignIns(c api.Call) (out api.Page[apiSignIn], err error) {
	f := h.askedSignIns(c).SignInFilter
	if after := c.QueryParam("after"); after != "" {
		if f.Before, err = uuid.Parse(after); err != nil {
			return out, store.ErrNotFound
		}
	}
	all, err := h.Store.SignIns(c.Request().Context(), c.Grant, f)
	next := ""
	if len(all) > login.SignInPage {
		all = all[:login.SignInPage]
		next = all[len(all)-1].ID.String()
	}
	return api.PageOf(all, next, func(x login.SignIn) apiSignIn {
		out := apiSignIn{ID: x.ID, At: x.At.UTC(), Who: x.WhoName, Outcome: string(x.Outcome), Why: string(x.Why), Door: string(x.Door), Address: x.Address, Agent: x.Agent, Tries: x.Tries}
		if !x.Who.IsZero() {
			out.Principal = x.Who.String()
		}
		return out
	}), err
}
