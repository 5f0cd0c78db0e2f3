package main

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/authz/oracle"
	"bailiwick/catalog"
)

// world is the part of the domain that every engine here can say: each login
// holds one role in one account, so the rule of the nearest membership, which
// neither Cedar nor Casbin has, does not come into it. Roles with their reach,
// the tree, ceilings, suspension and suspended logins do.
type world struct {
	catalog    *catalog.Catalog
	accounts   []authz.AccountState // parents first
	principals []authz.Principal    // five for each account, in its order
	oracle     oracle.World
}

const logins = 5

func newWorld(n int) *world {
	c := catalog.MustLoad()
	r := rand.New(rand.NewPCG(1, 2))
	id := func() (id uuid.UUID) {
		binary.NativeEndian.PutUint64(id[:], r.Uint64())
		binary.NativeEndian.PutUint64(id[8:], r.Uint64())
		return id
	}
	w := &world{catalog: c}
	subuser, member := c.Set("subuser").Roles[1:], c.Set("member").Roles
	for i := range n {
		a := authz.AccountState{ID: id(), Kind: authz.Sub, Own: catalog.Entitlements(r.Uint64() | r.Uint64()), Suspended: i%50 == 49}
		if i%1000 == 0 {
			a.Kind, a.Suspended, a.Tenant = authz.Main, false, a.ID
		} else {
			parent := w.accounts[i/1000*1000+r.IntN(i%1000)]
			a.Parent, a.Tenant = parent.ID, parent.Tenant
		}
		w.accounts = append(w.accounts, a)
		for k := range logins {
			p := authz.Principal{ID: authz.PrincipalID{Kind: authz.Subuser, ID: id()}, Active: r.IntN(50) > 0}
			role := subuser[r.IntN(len(subuser))]
			switch {
			case k == 4 && i%1000 == 0:
				p.ID.Kind, role = authz.Member, c.Owner()
			case k == 4:
				p.ID.Kind, role = authz.Member, member[r.IntN(len(member))]
			case k == 3:
				p.ID.Kind = authz.ServiceAccount
			}
			p.Assignments = []authz.Assignment{{Account: a.ID, Role: role.ID}}
			w.principals = append(w.principals, p)
		}
	}
	w.oracle = oracle.New(c).With(w.changes())
	return w
}

func (w *world) changes() authz.Changes {
	return authz.Changes{Accounts: w.accounts, Principals: w.principals}
}

type question struct {
	who     authz.Principal
	p       catalog.Permission
	account uuid.UUID
}

// questions are mostly about one's own account, the rest about another of the
// same tree.
func (w *world) questions(n int) []question {
	r := rand.New(rand.NewPCG(3, 4))
	all := w.catalog.Permissions()
	list := make([]question, n)
	for i := range list {
		at := r.IntN(len(w.principals))
		account := at / logins
		if i%3 == 0 {
			account = min(account/1000*1000+r.IntN(1000), len(w.accounts)-1)
		}
		list[i] = question{w.principals[at], all[r.IntN(len(all))], w.accounts[account].ID}
	}
	return list
}
