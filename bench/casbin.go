package main

import (
	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/google/uuid"

	"bailiwick/catalog"
)

// A line of policy is a role, a permission and how far it reaches; g says who
// holds which role where, g2 which account is below which.
const casbinModel = `
[request_definition]
r = who, act, account
[policy_definition]
p = role, act, reach
[role_definition]
g = _, _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && (p.reach == "own" && g(r.who, p.role, r.account) || p.reach == "below" && home(r.who) != r.account && g(r.who, p.role, home(r.who)) && g2(r.account, home(r.who))) && open(r.who, r.account, r.act)
`

// newCasbin gives Casbin the world. Activity, suspension and ceilings are not
// its to say: a function that looks them up answers for them.
func newCasbin(w *world) engine {
	m, err := model.NewModelFromString(casbinModel)
	must(err)
	e, err := casbin.NewEnforcer(m)
	must(err)
	e.EnableAutoBuildRoleLinks(false)
	var lines, holds, below [][]string
	for _, set := range w.catalog.Sets {
		for _, r := range set.Roles {
			r.Own.Each(func(p catalog.Permission) { lines = append(lines, []string{r.Key, w.catalog.Info(p).Key, "own"}) })
			r.Below.Each(func(p catalog.Permission) { lines = append(lines, []string{r.Key, w.catalog.Info(p).Key, "below"}) })
		}
	}
	home, active := map[string]string{}, map[string]bool{}
	for _, p := range w.principals {
		id, account := p.ID.String(), p.Assignments[0].Account.String()
		home[id], active[id] = account, p.Active
		holds = append(holds, []string{id, w.catalog.RoleByID(p.Assignments[0].Role).Key, account})
	}
	open, ceiling := map[string]bool{}, map[string]catalog.Entitlements{}
	for _, a := range w.accounts {
		_, open[a.ID.String()] = w.oracle.State(a.ID)
		ceiling[a.ID.String()] = w.oracle.Ceiling(a.ID)
		if a.Parent != uuid.Nil {
			below = append(below, []string{a.ID.String(), a.Parent.String()})
		}
	}
	_, err = e.AddPolicies(lines)
	must(err)
	_, err = e.AddGroupingPolicies(holds)
	must(err)
	_, err = e.AddNamedGroupingPolicies("g2", below)
	must(err)
	must(e.BuildRoleLinks())
	e.AddFunction("home", func(args ...any) (any, error) { return home[args[0].(string)], nil })
	e.AddFunction("open", func(args ...any) (any, error) {
		who, account, act := args[0].(string), args[1].(string), args[2].(string)
		need := w.catalog.Needs(w.catalog.Permission(act))
		own := need & w.catalog.OwnPeople()
		return active[who] && open[account] && ceiling[account].Covers(need&^own) && ceiling[home[who]].Covers(own), nil
	})
	return engine{"casbin", func(list []question) func(i int) bool {
		requests := make([][]any, len(list))
		for i, q := range list {
			requests[i] = []any{q.who.ID.String(), w.catalog.Info(q.p).Key, q.account.String()}
		}
		return func(i int) bool {
			ok, err := e.Enforce(requests[i]...)
			must(err)
			return ok
		}
	}}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
