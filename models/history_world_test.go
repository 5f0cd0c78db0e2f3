package models_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/authz/oracle"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/modelstest"
	"bailiwick/models/people"
	"bailiwick/models/program"
)

// world is what the plain rows say.
type world struct {
	oracle.World
	kinds  map[uuid.UUID]string
	names  map[uuid.UUID]string
	owners map[uuid.UUID]uuid.UUID
	order  []uuid.UUID // of accounts, as they were made
	subs   []people.Subuser
	// programs are service accounts, and keys those that are not revoked.
	programs []program.ServiceAccount
	keys     map[uuid.UUID]bool
	roles    map[uuid.UUID][]uuid.UUID // of an account's own
	admins   map[uuid.UUID]int         // active, for good
	invites  []people.Invite
	offers   []account.Offer
	support  map[uuid.UUID]bool // whose door is open
	staff    []uuid.UUID
	states   map[uuid.UUID]string // of members
	faults   []string
}

// Read asks the database for plain rows, by statements of its own.
func (h *history) read() world {
	h.t.Helper()
	cat := modelstest.Ground(h.s).Catalog()
	w := world{World: oracle.New(cat), kinds: map[uuid.UUID]string{}, names: map[uuid.UUID]string{}, owners: map[uuid.UUID]uuid.UUID{}, roles: map[uuid.UUID][]uuid.UUID{},
		admins: map[uuid.UUID]int{}, support: map[uuid.UUID]bool{}, states: map[uuid.UUID]string{}, keys: map[uuid.UUID]bool{}}
	w.Now = h.now()
	b := &pgx.Batch{}
	ask := func(sql string, each func(pgx.Rows) error) {
		b.Queue(sql).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := each(rows); err != nil {
					return fmt.Errorf("%s: %w", sql, err)
				}
			}
			return rows.Err()
		})
	}
	type given struct {
		allowed bool
		epoch   int64
	}
	rules := map[uuid.UUID]map[string]given{}
	exceptions := map[uuid.UUID]map[string]given{}
	keep := func(into map[uuid.UUID]map[string]given) func(pgx.Rows) error {
		return func(r pgx.Rows) error {
			var id uuid.UUID
			var key string
			var g given
			err := r.Scan(&id, &key, &g.allowed, &g.epoch)
			if into[id] == nil {
				into[id] = map[string]given{}
			}
			into[id][key] = g
			return err
		}
	}
	principals := map[authz.PrincipalID]*authz.Principal{}
	assign := func(who authz.PrincipalID, account uuid.UUID, stored string) {
		key, end, ends := strings.Cut(stored, " until ")
		as := authz.Assignment{Account: account}
		if ends {
			until, err := time.Parse(time.RFC3339, end)
			h.must(err)
			as.Until = until
		}
		switch id, custom := strings.CutPrefix(key, "custom:"); {
		case custom:
			as.Custom = uuid.MustParse(id)
		case strings.HasPrefix(key, "account:"):
			prefix := "account:main_"
			if w.kinds[account] == "sub" {
				prefix = "account:sub_"
			}
			as.Role = cat.Role(prefix + strings.TrimPrefix(key, "account:")).ID
		default:
			as.Role = cat.Role(key).ID
		}
		if p := principals[who]; p != nil {
			p.Assignments = append(p.Assignments, as)
		}
	}
	member := func(id uuid.UUID) authz.PrincipalID { return authz.PrincipalID{Kind: authz.Member, ID: id} }
	ask("SELECT parent_id, entitlement, allowed, epoch FROM entitlement_rules", keep(rules))
	ask("SELECT account_id, entitlement, allowed, epoch FROM entitlement_exceptions", keep(exceptions))
	ask("SELECT id, state FROM members ORDER BY id", func(r pgx.Rows) error {
		var id uuid.UUID
		var state string
		err := r.Scan(&id, &state)
		w.states[id] = state
		if state == "closed" {
			return err
		}
		principals[member(id)] = &authz.Principal{ID: member(id), Active: state == "active"}
		return err
	})
	ask("SELECT tenant_id, id, parent_id, kind, name, state, owner_id, archived_by IS NOT NULL, open_to_main FROM accounts WHERE state <> 'deleted' ORDER BY id", func(r pgx.Rows) error {
		var a authz.AccountState
		var parent *uuid.UUID
		var kind, name, state string
		var owner uuid.UUID
		var archived, open bool
		err := r.Scan(&a.Tenant, &a.ID, &parent, &kind, &name, &state, &owner, &archived, &open)
		a.Kind, a.Suspended, a.Closed = map[string]authz.AccountKind{"personal": authz.Personal, "main": authz.Main, "sub": authz.Sub}[kind], state != "active" || archived, !open
		a.Own = cat.AllEntitlements()
		if parent != nil {
			a.Parent = *parent
			for _, e := range cat.Entitlements {
				x, ruled := rules[*parent][e.Key]
				if y, differs := exceptions[a.ID][e.Key]; differs && (!ruled || y.epoch >= x.epoch) {
					x, ruled = y, true
				}
				if ruled && !x.allowed {
					a.Own &^= e.Bit
				}
			}
		}
		w.Accounts[a.ID] = a
		w.kinds[a.ID], w.names[a.ID], w.owners[a.ID], w.order = kind, name, owner, append(w.order, a.ID)
		if p := principals[member(owner)]; p != nil {
			p.Assignments = append(p.Assignments, authz.Assignment{Account: a.ID, Role: cat.Owner().ID})
		}
		if w.states[owner] != "active" {
			w.faults = append(w.faults, fmt.Sprintf("invariant 7: nobody active owns %s", name))
		}
		if kind == "personal" && parent != nil {
			w.faults = append(w.faults, fmt.Sprintf("invariant 9: the personal account %s stands below another", name))
		}
		return err
	})
	ask("SELECT id, account_id, base, permissions FROM custom_roles ORDER BY id", func(r pgx.Rows) error {
		var id, account uuid.UUID
		var base string
		var keys []string
		err := r.Scan(&id, &account, &base, &keys)
		var own catalog.Mask
		for _, k := range keys {
			own.Set(cat.Permission(k))
		}
		w.Roles[id] = authz.CustomRole{Account: account, ID: id, Role: cat.Custom(cat.Role(base), "custom:"+id.String(), "", own)}
		w.roles[account] = append(w.roles[account], id)
		return err
	})
	ask("SELECT account_id, member_id, roles FROM memberships ORDER BY account_id, member_id", func(r pgx.Rows) error {
		var account, id uuid.UUID
		var roles []string
		err := r.Scan(&account, &id, &roles)
		if w.kinds[account] == "" {
			return err // of a deleted account, until it is purged
		}
		for _, stored := range roles {
			assign(member(id), account, stored)
		}
		if slices.Contains(roles, "account:admin") && w.states[id] == "active" {
			w.admins[account]++
		}
		if w.kinds[account] == "personal" || w.kinds[account] == "timeless" {
			w.faults = append(w.faults, fmt.Sprintf("invariant 9: somebody is a member of the %s account %s", w.kinds[account], w.names[account]))
		}
		if w.owners[account] == id {
			w.faults = append(w.faults, "the owner of "+w.names[account]+" is its member as well")
		}
		return err
	})
	ask("SELECT tenant_id, id, account_id, name, state, roles FROM subusers ORDER BY id", func(r pgx.Rows) error {
		var u people.Subuser
		var roles []string
		err := r.Scan(&u.TenantID, &u.ID, &u.AccountID, &u.Name, &u.State, &roles)
		if w.kinds[u.AccountID] == "" {
			return err
		}
		u.Roles = roles
		w.subs = append(w.subs, u)
		principals[u.Principal()] = &authz.Principal{ID: u.Principal(), Active: u.State == "active"}
		for _, stored := range roles {
			assign(u.Principal(), u.AccountID, stored)
		}
		return err
	})
	ask("SELECT tenant_id, id, account_id, name, state, roles FROM service_accounts ORDER BY id", func(r pgx.Rows) error {
		var a program.ServiceAccount
		var roles []string
		err := r.Scan(&a.TenantID, &a.ID, &a.AccountID, &a.Name, &a.State, &roles)
		if w.kinds[a.AccountID] == "" {
			return err
		}
		w.programs = append(w.programs, a)
		principals[a.Principal()] = &authz.Principal{ID: a.Principal(), Active: a.State == "active"}
		for _, stored := range roles {
			assign(a.Principal(), a.AccountID, stored)
		}
		return err
	})
	ask("SELECT id, account_id FROM api_keys WHERE revoked_at IS NULL", func(r pgx.Rows) error {
		var id, account uuid.UUID
		err := r.Scan(&id, &account)
		w.keys[id] = w.kinds[account] != ""
		return err
	})
	ask("SELECT member_id FROM staff WHERE duty = 'support' ORDER BY member_id", func(r pgx.Rows) error {
		var id uuid.UUID
		err := r.Scan(&id)
		w.staff = append(w.staff, id)
		return err
	})
	ask("SELECT account_id, access, until FROM support_access WHERE closed_at IS NULL ORDER BY account_id", func(r pgx.Rows) error {
		var account uuid.UUID
		var access string
		var until time.Time
		err := r.Scan(&account, &access, &until)
		if w.kinds[account] == "" {
			return err
		}
		w.support[account] = until.After(w.Now)
		for _, id := range w.staff {
			assign(member(id), account, "support:"+access+" until "+until.UTC().Format(time.RFC3339))
		}
		return err
	})
	ask("SELECT id, account_id, email_folded, roles, inviter FROM invites WHERE accepted_at IS NULL AND cancelled_at IS NULL ORDER BY id", func(r pgx.Rows) error {
		var i people.Invite
		var roles []string
		err := r.Scan(&i.ID, &i.AccountID, &i.EmailFolded, &roles, &i.Inviter)
		i.Roles = roles
		w.invites = append(w.invites, i)
		return err
	})
	ask("SELECT id, account_id, offered_by, offered_to FROM ownership_offers WHERE ended_at IS NULL ORDER BY id", func(r pgx.Rows) error {
		var o account.Offer
		err := r.Scan(&o.ID, &o.AccountID, &o.OfferedBy, &o.OfferedTo)
		w.offers = append(w.offers, o)
		return err
	})
	h.must(h.conn.SendBatch(h.ctx, b).Close())
	for id, p := range principals {
		w.Principals[id] = *p
	}
	return w
}

// everyone are all principals, in the same order whenever the same history runs.
func (h *history) everyone(w world) (all []authz.PrincipalID) {
	for _, m := range h.people {
		all = append(all, m.Principal())
	}
	for _, u := range w.subs {
		all = append(all, u.Principal())
	}
	for _, a := range w.programs {
		all = append(all, a.Principal())
	}
	return all
}

// masks are what everybody may do in every account, by the store's own decision.
type masks map[uuid.UUID]map[authz.PrincipalID]catalog.Mask

func (h *history) may(w world) masks {
	snap, all := h.s.Access(), masks{}
	for _, id := range w.order {
		a, ok := snap.Find(id)
		if !ok {
			continue
		}
		all[id] = map[authz.PrincipalID]catalog.Mask{}
		for _, who := range h.everyone(w) {
			if m := snap.May(snap.Who(who), a); !m.Empty() {
				all[id][who] = m
			}
		}
	}
	return all
}

func (h *history) name(id authz.PrincipalID) string {
	for _, m := range h.people {
		if m.Principal() == id {
			return m.Name
		}
	}
	for _, u := range h.world.subs {
		if u.Principal() == id {
			return u.Name
		}
	}
	for _, a := range h.world.programs {
		if a.Principal() == id {
			return a.Name
		}
	}
	return id.String()
}
