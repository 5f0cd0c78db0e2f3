package main

import (
	"github.com/cedar-policy/cedar-go"

	"bailiwick/catalog"
)

// The whole policy: what a role gives is a group of actions, and each principal
// names the groups of its role.
const cedarPolicy = `
permit (principal, action, resource) when {
	principal.active && resource.open && resource == principal.home &&
	action in principal.own && resource.ceiling.containsAll(action.needs) &&
	principal.home.ceiling.containsAll(action.asks)
};
permit (principal, action, resource) when {
	principal.active && resource.open && resource != principal.home && resource in principal.home &&
	action in principal.below && resource.ceiling.containsAll(action.needs) &&
	principal.home.ceiling.containsAll(action.asks)
};`

// newCedar gives cedar-go the world as entities. Cedar does not cut ceilings or
// hand down suspensions by itself, so accounts carry them worked out.
func newCedar(w *world) engine {
	policies, err := cedar.NewPolicySetFromBytes("bench.cedar", []byte(cedarPolicy))
	if err != nil {
		panic(err)
	}
	entities := cedar.EntityMap{}
	add := func(uid cedar.EntityUID, attributes cedar.RecordMap, parents ...cedar.EntityUID) {
		entities[uid] = cedar.Entity{UID: uid, Parents: cedar.NewEntityUIDSet(parents...), Attributes: cedar.NewRecord(attributes)}
	}
	titles := func(set catalog.Entitlements) cedar.Set {
		var keys []cedar.Value
		for _, e := range w.catalog.Entitlements {
			if set.Covers(e.Bit) {
				keys = append(keys, cedar.String(e.Key))
			}
		}
		return cedar.NewSet(keys...)
	}
	action := func(key string) cedar.EntityUID { return cedar.NewEntityUID("Action", cedar.String(key)) }
	for _, p := range w.catalog.Permissions() {
		var groups []cedar.EntityUID
		for _, set := range w.catalog.Sets {
			for _, r := range set.Roles {
				if r.Own.Has(p) {
					groups = append(groups, action("own "+r.Key))
				}
				if r.Below.Has(p) {
					groups = append(groups, action("below "+r.Key))
				}
			}
		}
		own := w.catalog.Needs(p) & w.catalog.OwnPeople()
		add(action(w.catalog.Info(p).Key), cedar.RecordMap{"needs": titles(w.catalog.Needs(p) &^ own), "asks": titles(own)}, groups...)
	}
	for _, a := range w.accounts {
		_, open := w.oracle.State(a.ID)
		uid := cedar.NewEntityUID("Account", cedar.String(a.ID.String()))
		attributes := cedar.RecordMap{"open": cedar.Boolean(open), "ceiling": titles(w.oracle.Ceiling(a.ID))}
		add(uid, attributes, cedar.NewEntityUID("Account", cedar.String(a.Parent.String())))
	}
	for _, p := range w.principals {
		role := w.catalog.RoleByID(p.Assignments[0].Role)
		home := cedar.NewEntityUID("Account", cedar.String(p.Assignments[0].Account.String()))
		add(cedar.NewEntityUID("Login", cedar.String(p.ID.String())), cedar.RecordMap{
			"active": cedar.Boolean(p.Active), "home": home, "own": action("own " + role.Key), "below": action("below " + role.Key),
		})
	}
	return engine{"cedar-go", func(list []question) func(i int) bool {
		requests := make([]cedar.Request, len(list))
		for i, q := range list {
			requests[i] = cedar.Request{
				Principal: cedar.NewEntityUID("Login", cedar.String(q.who.ID.String())),
				Action:    action(w.catalog.Info(q.p).Key),
				Resource:  cedar.NewEntityUID("Account", cedar.String(q.account.String())),
			}
		}
		return func(i int) bool {
			ok, _ := cedar.Authorize(policies, entities, requests[i])
			return ok == cedar.Allow
		}
	}}
}
