package people

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	accounts "bailiwick/models/account"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// Acts that are done to many subusers or members at once.
const (
	Suspend     = "suspend"
	Resume      = "resume"
	EndSessions = "end_sessions"
	Delete      = "delete"
	GiveRole    = "give_role"
	TakeRole    = "take_role"
	Remove      = "remove" // end the membership
)

// ManyActs are the acts on many, each with the permission that it takes.
var ManyActs = map[authz.PrincipalKind]map[string]string{
	authz.Subuser: {Suspend: "subuser_edit", Resume: "subuser_edit", EndSessions: "subuser_edit", GiveRole: "subuser_edit", TakeRole: "subuser_edit", Delete: "subuser_edit"},
	authz.Member:  {GiveRole: "members.edit", TakeRole: "members.edit", EndSessions: "members.edit", Remove: "members.remove"},
}

// undoes are the acts that take others back; those on roles put back what was.
var undoes = map[string]string{Suspend: Resume, Resume: Suspend, GiveRole: TakeRole, TakeRole: GiveRole}

// CanUndo tells whether an act on many can be taken back exactly.
func CanUndo(act string) bool { return undoes[act] != "" }

// Selection says which subusers or members of the acting account are meant.
type Selection struct {
	store.Many
	Filter Filter // what All are narrowed down to
}

// heldBefore is what somebody's roles were, and became, by one act on many.
type heldBefore struct {
	From, To store.RoleList
}

// person is somebody to whom an act on many may be done.
type person struct {
	ID    uuid.UUID
	Name  string
	State string
	Owner bool
	Roles string // as stored, with commas

	who authz.PrincipalID
	was []store.HeldRole
}

// crowd is one act on many, within its write.
type crowd struct {
	tx     *store.Tx
	snap   *authz.Snapshot
	kind   authz.PrincipalKind
	act    string
	role   store.HeldRole                // that is given or taken
	before map[uuid.UUID]json.RawMessage // of what is undone
	in     string                        // the kind of the account
	admins map[uuid.UUID]bool            // active ones without an end, of members
	here   map[uuid.UUID]bool            // members whose sessions have been in the account, where those end
	batch  *store.Batch

	who   []authz.PrincipalID
	names []string
	roles []store.RoleList
}

// ChangePeople does one act to many subusers or members of the grant's account, in one
// transaction. Those to whom it can not be done are left, each with the reason: what
// one alone would be refused for. A role, with its end, is named as RoleUntil writes
// it; Problems name role.
func (s *Store) ChangePeople(ctx context.Context, g authz.Grant, kind authz.PrincipalKind, act, role string, sel Selection, with ...Parting) (store.Batch, error) {
	return s.changePeople(ctx, g, kind, act, role, sel, nil, func(c *crowd) error {
		if act != Delete && act != Remove {
			return nil
		}
		return s.part(c.tx, c.snap, with, kind, c.batch.Changed...)
	})
}

// PeopleBatch finds what an act on many subusers or members of the grant's account did.
func (s *Store) PeopleBatch(ctx context.Context, g authz.Grant, kind authz.PrincipalKind, id uuid.UUID) (store.Batch, error) {
	return s.store.Batch(ctx, g, kind.String(), id)
}

// UndoPeopleBatch takes an act back from just those whom it changed, once. Whose roles
// were changed since is left as they are.
func (s *Store) UndoPeopleBatch(ctx context.Context, g authz.Grant, kind authz.PrincipalKind, id uuid.UUID) (store.Batch, error) {
	done, err := s.PeopleBatch(ctx, g, kind, id)
	if err != nil {
		return done, err
	}
	if !CanUndo(done.Act) {
		return done, store.Problems{"": "This can't be undone."}
	}
	return s.changePeople(ctx, g, kind, undoes[done.Act], done.Detail, Selection{Many: store.Some(done.Changed...)}, done.Before,
		func(c *crowd) error { return c.tx.UndoesBatch(id) })
}

func (s *Store) changePeople(ctx context.Context, g authz.Grant, kind authz.PrincipalKind, act, role string, sel Selection, before map[uuid.UUID]json.RawMessage, also func(*crowd) error) (b store.Batch, err error) {
	permission := ManyActs[kind][act]
	switch {
	case permission == "":
		return b, store.Problems{"act": "Choose what to do with them."}
	case sel.None():
		return b, store.Problems{"": "Nothing is selected. Select at least one row."}
	}
	on := authz.Resource{Tenant: g.Resource().Tenant, Account: g.Resource().Account}
	err = s.store.Write(ctx, g, store.Change{Action: kind.String() + "." + act + "_many", Permission: permission, On: on}, func(tx *store.Tx) error {
		b = store.Batch{ID: store.NewID(), Things: kind.String(), Act: act, Permission: permission, MadeAt: s.store.Now()}
		c := crowd{tx: tx, kind: kind, act: act, before: before, batch: &b}
		var err error
		if c.snap, err = tx.LockAccess(); err != nil {
			return err
		}
		if err := tx.Patient(); err != nil {
			return err
		}
		var a accounts.Account
		if err := accounts.TakeAccount(tx, &a, on.Account); err != nil {
			return err
		}
		c.in, tx.Change.Name = a.Kind, a.Name
		if act == GiveRole || act == TakeRole {
			if err := c.readRole(s, role, a); err != nil {
				return err
			}
		}
		people, err := s.chosen(tx, kind, a, sel)
		if err != nil {
			return err
		}
		if err := sel.Agrees(len(people)); err != nil {
			return err
		}
		if err := c.countAdmins(); err != nil {
			return err
		}
		if err := c.findSessions(people); err != nil {
			return err
		}
		for _, p := range people {
			if err := c.one(p); err != nil {
				return err
			}
		}
		if err := c.store(); err != nil {
			return err
		}
		if err := also(&c); err != nil {
			return err
		}
		tx.Note("names", c.names[:min(len(c.names), 100)])
		return tx.KeepBatch(b)
	})
	return b, err
}

// readRole reads the role that is given or taken. What is given must be the actor's
// to give.
func (c *crowd) readRole(s *Store, role string, a accounts.Account) error {
	if role == "" && c.before != nil {
		return nil
	}
	given, wrong := s.store.RolesNamed(c.snap, []string{role}, store.Holding{Account: a.ID, Kind: a.Kind, By: c.kind})
	if c.before != nil { // what is put back stands there, whatever became of this role
		c.batch.Detail = role
		if len(wrong) > 0 {
			return nil
		}
	} else if len(wrong) > 0 {
		return wrong
	}
	c.role, c.batch.Detail = given[0], role
	c.tx.Change.Name = c.role.Title
	c.tx.Note("role", store.AuditRoles(given)[0])
	if c.act == GiveRole && c.before == nil {
		return accounts.MayGrant(c.tx, c.snap, given)
	}
	return nil
}

// chosen reads the people of a selection. Those that are named and not there are
// left, with the reason.
func (s *Store) chosen(tx *store.Tx, kind authz.PrincipalKind, a accounts.Account, sel Selection) (all []person, err error) {
	f := sel.Filter
	if !sel.All {
		f = Filter{IDs: sel.IDs}
	}
	f.After = ""
	if kind == authz.Subuser {
		where, args := s.subusersShown(a.TenantID, a.ID, f)
		err = tx.Raw("SELECT x.id, x.name, x.state, array_to_string(x.roles, ',') AS roles FROM subusers x WHERE "+where+" ORDER BY x.name", args).Scan(&all).Error
	} else {
		where, args := s.membersShown(a.TenantID, a.ID, f)
		err = tx.Across(func() error {
			return tx.Raw("SELECT x.id, x.name, x.state, h.owner, array_to_string(h.roles, ',') AS roles FROM "+peopleOf+" WHERE "+where+" ORDER BY lower(x.name), x.id", args).Scan(&all).Error
		})
	}
	for i := range all {
		p := &all[i]
		p.who = authz.PrincipalID{Kind: kind, ID: p.ID}
		p.was = s.store.StoredRoles(store.SplitList(p.Roles), a.ID, a.Kind)
	}
	if sel.All {
		return all, err
	}
	for _, id := range sel.IDs {
		if !slices.ContainsFunc(all, func(p person) bool { return p.ID == id }) {
			all = append(all, person{ID: id})
		}
	}
	return all, err
}

// countAdmins reads whose role Admin keeps the account from being without one.
func (c *crowd) countAdmins() error {
	c.admins = map[uuid.UUID]bool{}
	if c.kind != authz.Member {
		return nil
	}
	var ids []uuid.UUID
	on := c.tx.Change.On
	if err := c.tx.Raw("SELECT member_id FROM memberships WHERE tenant_id = ? AND account_id = ? AND ? = ANY(roles)", on.Tenant, on.Account, store.AdminKey).Scan(&ids).Error; err != nil {
		return err
	}
	of := store.IDList(ids)
	ids = nil
	err := c.tx.Across(func() error {
		return c.tx.Raw("SELECT id FROM members WHERE id = ANY(CAST(? AS uuid[])) AND state = 'active'", of).Scan(&ids).Error
	})
	for _, id := range ids {
		c.admins[id] = true
	}
	return err
}

// findSessions reads which of some members have sessions to end.
func (c *crowd) findSessions(of []person) error {
	if c.kind != authz.Member || c.act != EndSessions {
		return nil
	}
	members := make(store.IDList, len(of))
	for i, p := range of {
		members[i] = p.ID
	}
	var ids []uuid.UUID
	err := c.tx.Across(func() error {
		return c.tx.Raw("SELECT DISTINCT s.principal_id FROM sessions s WHERE s.principal_id = ANY(CAST(@members AS uuid[])) AND"+sessionsHere,
			map[string]any{"now": c.tx.Store.Now(), "account": c.tx.Change.On.Account, "members": members}).Scan(&ids).Error
	})
	c.here = map[uuid.UUID]bool{}
	for _, id := range ids {
		c.here[id] = true
	}
	return err
}

// one does the act to one person, or leaves them with the reason.
func (c *crowd) one(p person) error {
	if reason := c.leaves(p); reason != "" {
		c.batch.Skip(p.ID, reason)
		return nil
	}
	will := store.StoredList(p.was)
	switch c.act {
	case GiveRole, TakeRole:
		given, reason := c.becomes(p)
		if reason == "" {
			reason = c.refuses(p, given)
		}
		if reason != "" {
			c.batch.Skip(p.ID, reason)
			return nil
		}
		will = store.StoredList(given)
		kept, err := json.Marshal(heldBefore{store.StoredList(p.was), will})
		if err != nil {
			return err
		}
		if c.batch.Before == nil {
			c.batch.Before = map[uuid.UUID]json.RawMessage{}
		}
		c.batch.Before[p.ID] = kept
	case Remove:
		if reason := c.refuses(p, nil); reason != "" {
			c.batch.Skip(p.ID, reason)
			return nil
		}
	}
	c.batch.Changed = append(c.batch.Changed, p.ID)
	c.who, c.names, c.roles = append(c.who, p.who), append(c.names, p.Name), append(c.roles, will)
	if c.act != EndSessions {
		c.tx.Touch(c.kind.String(), p.ID)
	}
	return nil
}

// leaves says why somebody is left as they are, whatever their roles become.
func (c *crowd) leaves(p person) string {
	switch actor := c.tx.Grant.Actor().ID; {
	case p.who == authz.PrincipalID{}:
		return "is no longer here"
	case p.Owner:
		return "owns this account"
	case p.who == actor:
		return "is you"
	case accounts.Outranked(c.tx, c.snap, p.was):
		return "can do more here than you can"
	case c.here != nil && !c.here[p.ID]:
		return "is not signed in here"
	case c.act == Suspend && p.State == "suspended":
		return "is already suspended"
	case c.act == Resume && p.State == "active":
		return "is not suspended"
	case c.act == Resume && letsIn(c.tx, c.snap, p.was) != nil:
		return "has roles that last longer than yours"
	}
	return ""
}

// becomes are the roles that somebody has after the act.
func (c *crowd) becomes(p person) (given []store.HeldRole, reason string) {
	if c.before != nil {
		var was heldBefore
		if json.Unmarshal(c.before[p.ID], &was) != nil || !slices.Equal(was.To, store.StoredList(p.was)) {
			return nil, "was changed since"
		}
		if given = c.tx.Store.StoredRoles(was.From, c.tx.Change.On.Account, c.in); len(given) < len(was.From) {
			return nil, "had a role that was deleted since"
		}
		return given, ""
	}
	at := slices.IndexFunc(p.was, func(r store.HeldRole) bool { return r.StoredKey == c.role.StoredKey })
	switch {
	case c.act == TakeRole && at < 0:
		return nil, "does not have this role"
	case c.act == TakeRole && len(p.was) == 1:
		return nil, "has no other role"
	case c.act == TakeRole:
		return slices.Delete(slices.Clone(p.was), at, at+1), ""
	case at < 0:
		return append(slices.Clone(p.was), c.role), ""
	case p.was[at].Until.Equal(c.role.Until):
		return nil, "already has this role"
	}
	given = slices.Clone(p.was)
	given[at] = c.role
	return given, ""
}

// refuses says why somebody can not get other roles, or none, from the actor.
func (c *crowd) refuses(p person, given []store.HeldRole) string {
	if accounts.MayGrant(c.tx, c.snap, store.Granted(given, p.was, c.tx.Store.Now())) != nil {
		return "would get more than you can give"
	}
	if c.kind != authz.Member {
		return ""
	}
	if !accounts.LetsByRoles(c.tx, c.snap, p.who, given).Empty() {
		return "can do more than you can"
	}
	was, is := slices.Contains(store.StoredList(p.was), store.AdminKey), slices.Contains(store.StoredList(given), store.AdminKey)
	if !was || is {
		return ""
	}
	if left := len(c.admins); left == 0 || left == 1 && c.admins[p.ID] {
		return "is the last Admin here"
	}
	delete(c.admins, p.ID)
	return ""
}

// store makes it so.
func (c *crowd) store() error {
	tx, on, ids := c.tx, c.tx.Change.On, store.IDList(c.batch.Changed)
	if len(ids) == 0 {
		return nil
	}
	const those = " WHERE tenant_id = ? AND account_id = ? AND id = ANY(CAST(? AS uuid[]))"
	switch c.act {
	case GiveRole, TakeRole:
		return storeRoles(tx, c.kind, ids, c.roles)
	case Remove:
		return tx.Exec("DELETE FROM memberships WHERE tenant_id = ? AND account_id = ? AND member_id = ANY(CAST(? AS uuid[]))", on.Tenant, on.Account, ids).Error
	case Resume:
		return tx.Exec("UPDATE subusers SET state = 'active'"+those, on.Tenant, on.Account, ids).Error
	}
	if c.here != nil {
		return tx.Across(func() error {
			return tx.Exec("UPDATE sessions s SET ended_at = @now WHERE s.principal_id = ANY(CAST(@members AS uuid[])) AND"+sessionsHere,
				map[string]any{"now": tx.Store.Now(), "account": on.Account, "members": ids}).Error
		})
	}
	if err := login.EndSessions(tx, c.who...); err != nil {
		return err
	}
	switch c.act {
	case Suspend:
		return tx.Exec("UPDATE subusers SET state = 'suspended'"+those, on.Tenant, on.Account, ids).Error
	case Delete:
		return tx.Exec("DELETE FROM subusers"+those, on.Tenant, on.Account, ids).Error
	}
	return nil
}

// PeopleNames gives the names of some subusers or members of the grant's account.
func (s *Store) PeopleNames(ctx context.Context, g authz.Grant, kind authz.PrincipalKind, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return s.peopleNames(ctx, g, kind, Filter{IDs: ids})
}

// peopleNames is PeopleNames of those named that a filter shows too.
func (s *Store) peopleNames(ctx context.Context, g authz.Grant, kind authz.PrincipalKind, f Filter) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	if len(f.IDs) == 0 {
		return names, nil
	}
	r := g.Resource()
	sc, from := store.TenantScope(r.Tenant), "subusers x"
	where, args := s.subusersShown(r.Tenant, r.Account, f)
	if kind == authz.Member {
		sc, from = store.ScopeNames, peopleOf
		where, args = s.membersShown(r.Tenant, r.Account, f)
	}
	err := s.store.Read(ctx, sc, func(rows pgx.Rows) error {
		var id uuid.UUID
		var name string
		err := rows.Scan(&id, &name)
		names[id] = name
		return err
	}, "SELECT x.id, x.name FROM "+from+" WHERE "+where, pgx.NamedArgs(args))
	return names, err
}
