package account

import (
	"context"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
)

// apiAccount is a sub-account as programs read it.
type apiAccount struct {
	ID         uuid.UUID `json:"id"`
	Parent     uuid.UUID `json:"parent" jsonschema:"the account right above"`
	Name       string    `json:"name"`
	State      string    `json:"state" jsonschema:"active, suspended or archived"`
	Owner      uuid.UUID `json:"owner" jsonschema:"the member who owns it"`
	OpenToMain bool      `json:"open_to_main" jsonschema:"whether members of accounts above may open it"`
	Labels     []string  `json:"labels"`
	CreatedAt  time.Time `json:"created_at"`
}

// apiNewAccount is a sub-account to create.
type apiNewAccount struct {
	Name string `json:"name" jsonschema:"1 to 100 characters"`
}

// apiNewAccounts are some to create, all of them or none.
type apiNewAccounts struct {
	Names []string `json:"names" jsonschema:"one name each"`
}

// apiAccountChange is what can be changed of a sub-account.
type apiAccountChange struct {
	Name       string   `json:"name"`
	OpenToMain bool     `json:"open_to_main"`
	Labels     []string `json:"labels"`
}

// apiMove says where a sub-account is to stand.
type apiMove struct {
	To uuid.UUID `json:"to" jsonschema:"the account right above it from then on"`
}

// apiAccountBatch is an act on many sub-accounts.
type apiAccountBatch struct {
	Act   string      `json:"act" jsonschema:"what is done to each"`
	Label string      `json:"label,omitempty" jsonschema:"to add or remove"`
	IDs   []uuid.UUID `json:"ids" jsonschema:"of the sub-accounts, 500 at most"`
}

// answers are accounts as programs read them, with their labels.
func (h *Handlers) answers(ctx context.Context, tenant uuid.UUID, all []accounts.Account) ([]apiAccount, error) {
	out := make([]apiAccount, len(all))
	ids := make([]uuid.UUID, len(all))
	for i, a := range all {
		ids[i] = a.ID
		out[i] = apiAccount{ID: a.ID, Name: a.Name, State: a.Standing(), Owner: a.OwnerID, OpenToMain: a.OpenToMain, Labels: []string{}, CreatedAt: a.CreatedAt.UTC()}
		if a.ParentID != nil {
			out[i].Parent = *a.ParentID
		}
	}
	if len(all) == 0 {
		return out, nil
	}
	labels, err := h.Store.Labels(ctx, tenant, ids)
	for i := range out {
		out[i].Labels = append(out[i].Labels, labels[out[i].ID]...)
	}
	return out, err
}

func (h *Handlers) answerOne(c api.Call, id uuid.UUID) (apiAccount, error) {
	tenant := c.Grant.Resource().Tenant
	a, err := h.Store.Account(c.Request().Context(), tenant, id)
	if err != nil {
		return apiAccount{}, err
	}
	all, err := h.answers(c.Request().Context(), tenant, []accounts.Account{a})
	return all[0], err
}

func (h *Handlers) apiListSubAccounts(c api.Call) (out api.Page[apiAccount], err error) {
	f := h.treeAsked(c).Filter
	f.After, f.Limit = c.QueryParam("after"), page.TreeSize+1
	if f.After != "" && !accounts.IsPath(f.After) {
		return out, store.ErrNotFound
	}
	found, err := h.Store.AccountsBelow(c.Request().Context(), c.Grant, f)
	if err != nil {
		return out, err
	}
	next := ""
	if len(found) > page.TreeSize {
		found = found[:page.TreeSize]
		next = found[len(found)-1].Path
	}
	all, err := h.answers(c.Request().Context(), c.Grant.Resource().Tenant, found)
	return api.PageOf(all, next, func(a apiAccount) apiAccount { return a }), err
}

func (h *Handlers) apiCreateSubAccount(c api.Call, in apiNewAccount) (out apiAccount, path string, err error) {
	made, err := h.Store.CreateSubAccounts(c.Request().Context(), c.Grant, []string{in.Name})
	if err != nil {
		return out, "", api.Renamed(err, "name.0", "name")
	}
	out, err = h.answerOne(c, made[0].ID)
	return out, "/accounts/" + made[0].ID.String(), err
}

func (h *Handlers) apiCreateSubAccounts(c api.Call, in apiNewAccounts) (out api.Page[apiAccount], err error) {
	made, err := h.Store.CreateSubAccounts(c.Request().Context(), c.Grant, in.Names)
	if err != nil {
		return out, api.Renamed(err, "name.", "names.", "name", "names")
	}
	all, err := h.answers(c.Request().Context(), c.Grant.Resource().Tenant, made)
	return api.PageOf(all, "", func(a apiAccount) apiAccount { return a }), err
}

func (h *Handlers) apiReadSubAccount(c api.Call) (apiAccount, error) {
	a, err := h.subAccount(c, c.Grant)
	if err != nil {
		return apiAccount{}, err
	}
	return h.answerOne(c, a.ID)
}

func (h *Handlers) apiEditSubAccount(c api.Call, patch func(*apiAccountChange) error) (out apiAccount, err error) {
	out, err = h.apiReadSubAccount(c)
	if err != nil {
		return out, err
	}
	in := apiAccountChange{out.Name, out.OpenToMain, out.Labels}
	if err := patch(&in); err != nil {
		return out, err
	}
	if err := h.Store.EditAccount(c.Request().Context(), c.Grant, out.ID, in.Name, in.OpenToMain, in.Labels); err != nil {
		return out, err
	}
	return h.answerOne(c, out.ID)
}

// apiChangeSubAccount makes the operation of a verb that changes how a sub-account
// stands.
func (h *Handlers) apiChangeSubAccount(title string, change func(context.Context, authz.Grant, uuid.UUID) error) guard.Operation {
	return api.Do(title, func(c api.Call) (out apiAccount, err error) {
		a, err := h.subAccount(c, c.Grant)
		if err == nil {
			err = change(c.Request().Context(), c.Grant, a.ID)
		}
		if err != nil {
			return out, err
		}
		return h.answerOne(c, a.ID)
	})
}

func (h *Handlers) apiMoveSubAccount(c api.Call, in apiMove) (out apiAccount, err error) {
	a, err := h.subAccount(c, c.Grant)
	if err != nil {
		return out, err
	}
	ctx := c.Request().Context()
	e, err := h.Store.MoveEffect(ctx, c.Grant, a.ID, in.To)
	if err == nil {
		_, err = h.Store.MoveAccount(ctx, c.Grant, a.ID, in.To, e.Seen)
	}
	if err != nil {
		return out, err
	}
	return h.answerOne(c, a.ID)
}

// confirmDelete are the parameters by which an account is deleted.
var confirmDelete = []guard.Parameter{api.Text("name", "Its name, to say that it is this one."), api.OneOf("along", "Deletes what stands below it too.", "true")}

func (h *Handlers) apiDeleteSubAccount(c api.Call) error {
	a, err := h.subAccount(c, c.Grant)
	if err != nil {
		return err
	}
	return h.Store.DeleteAccount(c.Request().Context(), c.Grant, a.ID, c.QueryParam("name"), c.QueryParam("along") == "true")
}

// apiChangeMany makes the operation that does an act to many.
func (h *Handlers) apiChangeMany() guard.Operation {
	o := api.Act("Change many sub-accounts", h.apiChangeSubAccounts)
	var acts []string
	for _, a := range batchActs {
		acts = append(acts, a.key)
	}
	o.In = api.Only(o.In, "act", acts...)
	return o
}

func (h *Handlers) apiChangeSubAccounts(c api.Call, in apiAccountBatch) (api.Batch, error) {
	if len(in.IDs) > api.MaxAtOnce {
		return api.Batch{}, store.Problems{"ids": "Send at most 500 at once."}
	}
	if _, ok := batchAct(in.Act); !ok {
		return api.Batch{}, store.Problems{"act": "Choose what to do with the selected accounts."}
	}
	b, err := h.Store.ChangeAccounts(c.Request().Context(), c.Grant, in.Act, in.Label, accounts.Selection{Many: store.Some(in.IDs...)})
	return api.BatchOf(b), err
}

func (h *Handlers) apiReadBatch(c api.Call) (api.Batch, error) {
	b, err := h.accountBatch(c, c.Grant)
	return api.BatchOf(b), err
}

func (h *Handlers) apiUndoBatch(c api.Call) (api.Batch, error) {
	b, err := h.accountBatch(c, c.Grant)
	if err == nil {
		b, err = h.Store.UndoAccountBatch(c.Request().Context(), c.Grant, b.ID)
	}
	return api.BatchOf(b), err
}

// apiOwnAccount is the account that is acted in.
type apiOwnAccount struct {
	ID   uuid.UUID `json:"id"`
	Kind string    `json:"kind" jsonschema:"personal, main or sub"`
	Name string    `json:"name"`
}

// apiOwnAccountChange is what can be changed of it.
type apiOwnAccountChange struct {
	Name string `json:"name"`
}

func (h *Handlers) apiReadOwnAccount(c api.Call) (apiOwnAccount, error) {
	p := c.Visit().Place
	return apiOwnAccount{p.Account, p.Kind, p.Name}, nil
}

func (h *Handlers) apiEditOwnAccount(c api.Call, patch func(*apiOwnAccountChange) error) (apiOwnAccount, error) {
	out, _ := h.apiReadOwnAccount(c)
	in := apiOwnAccountChange{out.Name}
	err := patch(&in)
	if err == nil {
		err = h.Store.RenameOwnAccount(c.Request().Context(), c.Grant, in.Name)
	}
	if err != nil {
		return out, err
	}
	a, err := h.Store.Account(c.Request().Context(), c.Grant.Resource().Tenant, out.ID)
	out.Name = a.Name
	return out, err
}

func (h *Handlers) apiDeleteOwnAccount(c api.Call) error {
	return h.Store.DeleteOwnAccount(c.Request().Context(), c.Grant, c.QueryParam("name"), c.QueryParam("along") == "true")
}
