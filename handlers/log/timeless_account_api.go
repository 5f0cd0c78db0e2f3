package log

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/models/account"
	logs "bailiwick/models/log"
	"bailiwick/models/store"
)

// apiTimelessAccount is a timeless account as programs read it.
type apiTimelessAccount struct {
	ID        uuid.UUID   `json:"id"`
	Name      string      `json:"name"`
	Own       bool        `json:"own" jsonschema:"whether it belongs to this account"`
	Readers   []uuid.UUID `json:"readers,omitempty" jsonschema:"of one's own: the sub-accounts that may read it"`
	Feeds     []uuid.UUID `json:"feeds,omitempty" jsonschema:"of one's own: the accounts that feed it"`
	Past      bool        `json:"past" jsonschema:"whether entries of before are being taken in still"`
	CreatedAt time.Time   `json:"created_at"`
}

// apiNewTimelessAccount is a timeless account to create.
type apiNewTimelessAccount struct {
	Name    string      `json:"name" jsonschema:"1 to 100 characters"`
	Readers []uuid.UUID `json:"readers,omitempty" jsonschema:"sub-accounts that may read it"`
	Feeds   []uuid.UUID `json:"feeds,omitempty" jsonschema:"accounts whose log entries it stores from now on"`
	Past    bool        `json:"past,omitempty" jsonschema:"whether it also stores what they have logged before"`
}

// apiTimelessAccountChange is what can be changed of it.
type apiTimelessAccountChange struct {
	Name    string      `json:"name"`
	Readers []uuid.UUID `json:"readers"`
	Feeds   []uuid.UUID `json:"feeds"`
	Past    bool        `json:"past" jsonschema:"whether accounts that are added also give what they have logged before"`
}

func (in apiNewTimelessAccount) input() logs.TimelessInput {
	return logs.TimelessInput{Name: in.Name, Readers: in.Readers, Feeds: in.Feeds, Past: in.Past}
}

// ofTimeless gives problems the names that fields have here.
func ofTimeless(err error) error { return api.Renamed(err, "reader", "readers", "feed", "feeds") }

// apiTimeless is one as programs read it here; whom it names is for its own account.
func (h *Handlers) apiTimeless(c api.Call, t logs.TimelessAccount, named bool) (apiTimelessAccount, error) {
	out := apiTimelessAccount{ID: t.ID, Name: t.Name, Own: t.AccountID == c.Visit().Place.Account, Past: t.Past, CreatedAt: t.CreatedAt.UTC()}
	if !out.Own || !named {
		return out, nil
	}
	readers, feeds, err := h.Store.TimelessNamed(c.Request().Context(), t)
	out.Readers, out.Feeds = idsOf(readers), idsOf(feeds)
	return out, err
}

func idsOf(all []account.Account) []uuid.UUID {
	ids := make([]uuid.UUID, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	return ids
}

// timeless finds the one that the address names, where it is seen from the account.
func (h *Handlers) timeless(c echo.Context, g authz.Grant, own bool) (t logs.TimelessAccount, err error) {
	found := func(_ echo.Context, _ authz.Grant, x logs.TimelessAccount) error { t = x; return nil }
	if own {
		return t, h.ownTimeless(found)(c, g)
	}
	return t, h.atTimeless(found)(c, g)
}

func (h *Handlers) apiListTimeless(c api.Call) (out api.Page[apiTimelessAccount], err error) {
	all, err := h.Store.TimelessAccounts(c.Request().Context(), c.Grant, logs.TimelessFilter{})
	return api.PageOf(all, "", func(t logs.TimelessAccount) apiTimelessAccount {
		one, _ := h.apiTimeless(c, t, false)
		return one
	}), err
}

func (h *Handlers) apiReadTimeless(c api.Call) (out apiTimelessAccount, err error) {
	t, err := h.timeless(c, c.Grant, false)
	if err != nil {
		return out, err
	}
	return h.apiTimeless(c, t, true)
}

func (h *Handlers) apiCreateTimeless(c api.Call, in apiNewTimelessAccount) (out apiTimelessAccount, path string, err error) {
	t, err := h.Store.CreateTimelessAccount(c.Request().Context(), c.Grant, in.input())
	if err != nil {
		return out, "", ofTimeless(err)
	}
	h.takeInPast(c)
	if t, err = h.Store.TimelessAccount(c.Request().Context(), c.Grant, t.ID); err != nil {
		return out, "", err
	}
	out, err = h.apiTimeless(c, t, true)
	return out, "/timeless-accounts/" + t.ID.String(), err
}

func (h *Handlers) apiEditTimeless(c api.Call, patch func(*apiTimelessAccountChange) error) (out apiTimelessAccount, err error) {
	t, err := h.timeless(c, c.Grant, true)
	if err == nil {
		out, err = h.apiTimeless(c, t, true)
	}
	in := apiTimelessAccountChange{Name: out.Name, Readers: out.Readers, Feeds: out.Feeds}
	if err == nil {
		err = patch(&in)
	}
	if err != nil {
		return out, err
	}
	if err := h.Store.EditTimelessAccount(c.Request().Context(), c.Grant, t.ID, apiNewTimelessAccount(in).input()); err != nil {
		return out, ofTimeless(err)
	}
	h.takeInPast(c)
	return h.apiReadTimeless(c)
}

func (h *Handlers) apiDeleteTimeless(c api.Call) error {
	t, err := h.timeless(c, c.Grant, true)
	if err != nil {
		return err
	}
	return h.Store.DeleteTimelessAccount(c.Request().Context(), c.Grant, t.ID, c.QueryParam("name"))
}

// entries are the operations on what a timeless account keeps: those of log entries.
func (h *Handlers) entries() (list, read guard.Operation) {
	return h.record.Reading(h.Catalog.Section("logs"),
		h.atTimeless(func(c echo.Context, g authz.Grant, t logs.TimelessAccount) error {
			return h.record.AnswerList(h.keptLogs(c, g, t))
		}),
		h.atTimeless(func(c echo.Context, g authz.Grant, t logs.TimelessAccount) error {
			id, err := uuid.Parse(c.Param("entry"))
			if err != nil {
				return store.ErrNotFound
			}
			r, err := h.Store.TimelessEntry(c.Request().Context(), g, t, id)
			if err != nil {
				return err
			}
			return h.record.AnswerRecord(h.keptLogs(c, g, t), r)
		}))
}
