package account

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// MovedPeople is how many people a MoveEffect names on each side.
const MovedPeople = 10

// MoveEffect says what moving an account under another parent changes.
type MoveEffect struct {
	Account, From, To Account
	Accounts          int // that move: it and those below it
	// Gain and Lose are members whose roles in accounts above reach further, or
	// less far, than before. Those who work in the moved accounts keep their roles.
	Gain, Lose MovePeople
	// Cut and Opened are entitlements that the new place takes away or no longer
	// takes away. What each account was given itself stays.
	Cut, Opened []MovedEntitlement
	People      int // who work in the accounts where any of these differs
	// Closes is true where an account above the new place is suspended; Reopens
	// where one above the old place was.
	Closes, Reopens bool
	// Refusal says why whoever asks may not do it; empty where they may.
	Refusal string
	// Seen names this very effect, for MoveAccount.
	Seen string
}

// MovePeople are all whom a move touches in one way, of whom some are named.
type MovePeople struct {
	Total int
	Some  []MovedPerson
}

// MovedPerson is a member who may do more or less in moved accounts.
type MovedPerson struct {
	Name     string
	Through  string // role and account
	What     catalog.Mask
	Accounts int // in which anything differs for them
}

// MovedEntitlement is an entitlement that differs in so many accounts.
type MovedEntitlement struct {
	Entitlement *catalog.Entitlement
	Accounts    int
}

// MoveEffect tells beforehand what MoveAccount would do. Problems, under "to",
// say why an account can not be the new parent.
func (s *Store) MoveEffect(ctx context.Context, g authz.Grant, id, to uuid.UUID) (e MoveEffect, err error) {
	snap := s.store.Access()
	err = s.store.In(ctx, store.ScopeNames, func(db *gorm.DB) error {
		e, err = s.moveEffect(db, snap, g, id, to)
		return err
	})
	return e, err
}

// MoveAccount puts an account below the grant's, with all that stands under it,
// under another parent at or below the grant's. It keeps the entitlements it was
// given. Seen is the effect that was shown; where it would be another by now,
// nothing is done and the error is ErrConflict.
func (s *Store) MoveAccount(ctx context.Context, g authz.Grant, id, to uuid.UUID, seen string) (e MoveEffect, err error) {
	err = s.changeBelow(ctx, g, id, "account.move", func(tx *store.Tx, a Account) error {
		snap := s.store.Access()
		if err := tx.Across(func() error {
			e, err = s.moveEffect(tx.DB, snap, g, id, to)
			return err
		}); err != nil {
			return err
		}
		switch {
		case e.Refusal != "":
			return store.Problems{"to": e.Refusal}
		case e.Seen != seen:
			return store.ErrConflict
		}
		tx.Changed("parent", e.From.Name, e.To.Name)
		tx.Changed("parent_id", e.From.ID, e.To.ID)
		tx.Note("accounts", e.Accounts)
		tx.Note("people_who_gain", e.Gain.Total)
		tx.Note("people_who_lose", e.Lose.Total)
		if err := tx.Patient(); err != nil {
			return err
		}
		// The rows of deleted accounts keep their place below.
		if err := tx.Exec("SET LOCAL app.deleted = 'seen'").Error; err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE accounts SET path = ? || substr(path, ?), depth = depth + ?, parent_id = CASE WHEN id = ? THEN ? ELSE parent_id END
			WHERE tenant_id = ? AND path >= ? AND path < ?`,
			e.To.Path+"/"+id.String(), len(a.Path)+1, e.To.Depth+1-a.Depth, id, to, a.TenantID, a.Path, a.Path+"0").Error; err != nil {
			return err
		}
		if err := tx.Exec("SET LOCAL app.deleted = ''").Error; err != nil {
			return err
		}
		m, _ := snap.Find(id)
		tx.Touch("account", id)
		return keepEntitlements(tx, id, to, snap.Own(m))
	})
	return e, err
}

// keepEntitlements gives an account under its new parent just what it had: an
// exception wherever a rule stands, even one that says the same today, since
// undoing that rule is not about this account.
func keepEntitlements(tx *store.Tx, account, parent uuid.UUID, own catalog.Entitlements) error {
	tenant := tx.Change.On.Tenant
	if err := tx.Exec("DELETE FROM entitlement_exceptions WHERE tenant_id = ? AND account_id = ?", tenant, account).Error; err != nil {
		return err
	}
	var ruled []string
	if err := tx.Raw("SELECT entitlement FROM entitlement_rules WHERE tenant_id = ? AND parent_id = ?", tenant, parent).Scan(&ruled).Error; err != nil {
		return err
	}
	for _, e := range tx.Store.Catalog().Entitlements {
		if e.AlwaysOn || own.Covers(e.Bit) && !slices.Contains(ruled, e.Key) {
			continue
		}
		if err := except(tx, store.IDList{account}, e, own.Covers(e.Bit)); err != nil {
			return err
		}
	}
	return nil
}

// moveEffect computes an effect from the snapshot and from db, which must see
// members.
func (s *Store) moveEffect(db *gorm.DB, snap *authz.Snapshot, g authz.Grant, id, to uuid.UUID) (e MoveEffect, err error) {
	top, okTop := snap.Find(g.Resource().Account)
	m, okM := snap.Find(id)
	parent, okTo := snap.Find(to)
	if !okTop || !okM || !okTo || m == top || !snap.Within(m, top) || !snap.Within(parent, top) {
		return e, store.ErrNotFound
	}
	byID, err := s.moveAccounts(db, g.Resource().Tenant, id, snap.ID(snap.Parent(m)), to)
	if err != nil {
		return e, err
	}
	if len(byID) < 2 { // the new parent may be the present one
		return e, store.ErrNotFound
	}
	e.Account, e.From, e.To = byID[id], byID[snap.ID(snap.Parent(m))], byID[to]
	if p := misplaced(snap, m, parent, e); p != "" {
		return e, store.Problems{"to": p}
	}

	// What stands above it, now and then, as far as the two ways differ.
	oldWay, newWay := apart(snap, snap.Parent(m), parent)
	states, err := s.store.ReadAccounts(db, "a.tenant_id = @t AND a.id = ANY(CAST(@a AS uuid[]))",
		map[string]any{"t": e.Account.TenantID, "a": store.IDList(slices.Concat(e.Account.PathIDs(), e.To.PathIDs()))})
	if err != nil {
		return e, err
	}
	suspended, closed := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	var moved, open []authz.AccountState
	for _, st := range states {
		suspended[st.ID] = st.Suspended
		closed[st.ID] = st.Closed
		wide := st
		wide.Own, wide.Suspended = s.store.Catalog().AllEntitlements(), false
		open = append(open, wide)
		if st.ID == id {
			st.Parent = to
			moved = append(moved, st)
		}
	}
	isSuspended := func(id uuid.UUID) bool { return suspended[id] }
	isClosed := func(id uuid.UUID) bool { return closed[id] }
	wasClosed, isNowClosed := slices.ContainsFunc(oldWay, isClosed), slices.ContainsFunc(newWay, isClosed)
	if wasClosed && !isNowClosed && !closed[id] && !g.IsSystem() && !snap.Owns(snap.Acting(g.Actor()), m) {
		e.Refusal = e.Account.Name + " is closed to members of accounts above because of where it is. Only its owner, or the owner of an account above it, can open it to them by moving it."
	}
	e.Closes = slices.ContainsFunc(newWay, isSuspended) && !slices.ContainsFunc(oldWay, isSuspended)
	e.Reopens = slices.ContainsFunc(oldWay, isSuspended) && !slices.ContainsFunc(newWay, isSuspended)

	after := snap.With(authz.Changes{Accounts: moved})
	affected := e.countEntitlements(s.store.Catalog(), snap, after, m)
	if err := db.Raw(`SELECT (SELECT count(*) FROM memberships WHERE tenant_id = @t AND account_id IN (SELECT unnest(CAST(@a AS uuid[]))))
		+ (SELECT count(*) FROM subusers WHERE tenant_id = @t AND account_id IN (SELECT unnest(CAST(@a AS uuid[]))))`,
		map[string]any{"t": e.Account.TenantID, "a": affected}).Scan(&e.People).Error; err != nil {
		return e, err
	}
	if wasClosed || isNowClosed { // to roles in accounts above both ways, too; of whom those above the actor are not told
		both := slices.DeleteFunc(e.To.PathIDs(), func(id uuid.UUID) bool {
			a, _ := snap.Find(id)
			return slices.Contains(newWay, id) || !snap.Within(a, top)
		})
		slices.Reverse(both)
		oldWay, newWay = slices.Concat(oldWay, both), slices.Concat(newWay, both)
	}
	if err := e.countPeople(db, s, g, snap, after, open, oldWay, newWay); err != nil {
		return e, err
	}
	if e.Refusal == "" && len(e.Opened) > 0 && !g.IsSystem() {
		d := snap.Decide(snap.Acting(g.Actor()), s.store.Catalog().Permission("entitlements.edit"), top)
		if !d.Allow {
			e.Refusal = e.Opened[0].Entitlement.Title + " would open up in " + e.Account.Name + ", and you may not change permissions of sub-accounts."
		}
	}
	return e, e.name()
}

// moveAccounts reads what is shown and checked of some accounts.
func (s *Store) moveAccounts(db *gorm.DB, tenant uuid.UUID, ids ...uuid.UUID) (map[uuid.UUID]Account, error) {
	var all []Account
	err := db.Select(Columns).Where("tenant_id = ? AND id = ANY(CAST(? AS uuid[]))", tenant, store.IDList(ids)).Find(&all).Error
	byID := map[uuid.UUID]Account{}
	for _, a := range all {
		byID[a.ID] = a
	}
	return byID, err
}

// misplaced says why an account can not stand under a parent; empty where it can.
func misplaced(snap *authz.Snapshot, m, parent authz.Account, e MoveEffect) string {
	deepest := 0
	snap.Descendants(m, func(a authz.Account) bool {
		deepest = max(deepest, snap.Depth(a)-snap.Depth(m))
		return true
	})
	switch {
	case snap.Within(parent, m):
		return e.Account.Name + " can't be moved below itself."
	case parent == snap.Parent(m):
		return e.Account.Name + " is already under " + e.To.Name + "."
	case e.To.Kind == "personal":
		return "A personal account has no sub-accounts."
	case e.To.ArchivedBy != nil:
		return e.To.Name + " is archived, so nothing can be moved under it."
	case e.Account.ArchivedBy != nil && *e.Account.ArchivedBy != e.Account.ID:
		return e.Account.Name + " is archived with an account above it. Restore that first."
	case e.To.Depth+1+deepest > MaxDepth:
		return fmt.Sprintf("Accounts can be nested %d deep at most; %s with what is below it would reach %d.", MaxDepth, e.Account.Name, e.To.Depth+1+deepest)
	}
	return ""
}

// apart gives the ids on the ways up from two accounts, each as far as the
// nearest account that stands on both.
func apart(snap *authz.Snapshot, a, b authz.Account) (upA, upB store.IDList) {
	for at := a; !snap.Within(b, at); at = snap.Parent(at) {
		upA = append(upA, snap.ID(at))
	}
	for at := b; !snap.Within(a, at); at = snap.Parent(at) {
		upB = append(upB, snap.ID(at))
	}
	return upA, upB
}

// countEntitlements compares the ceilings of all that moves, and gives the
// accounts where they differ.
func (e *MoveEffect) countEntitlements(c *catalog.Catalog, before, after *authz.Snapshot, m authz.Account) (affected store.IDList) {
	cut, opened := map[catalog.Entitlements]int{}, map[catalog.Entitlements]int{}
	one := func(a authz.Account) bool {
		e.Accounts++
		was, is := before.Ceiling(a), after.Ceiling(a)
		if was != is {
			affected = append(affected, before.ID(a))
			cut[was&^is]++
			opened[is&^was]++
		}
		return true
	}
	one(m)
	before.Descendants(m, one)
	sum := func(sets map[catalog.Entitlements]int, x *catalog.Entitlement) (n int) {
		for set, k := range sets {
			if set&x.Bit != 0 {
				n += k
			}
		}
		return n
	}
	for _, x := range c.Entitlements {
		if n := sum(cut, x); n > 0 {
			e.Cut = append(e.Cut, MovedEntitlement{x, n})
		}
		if n := sum(opened, x); n > 0 {
			e.Opened = append(e.Opened, MovedEntitlement{x, n})
		}
	}
	return affected
}

// countPeople finds the members whose roles on the two ways make a difference:
// judged with every ceiling open, so that only roles count. Who gains must not
// gain what whoever asks could not give them.
func (e *MoveEffect) countPeople(db *gorm.DB, s *Store, g authz.Grant, before, after *authz.Snapshot, open []authz.AccountState, oldWay, newWay store.IDList) error {
	type held struct {
		ID, AccountID     uuid.UUID
		Name, Kind, Place string
		Roles             string
	}
	var rows []held
	if err := db.Raw(`SELECT m.member_id AS id, m.account_id, a.kind, a.name AS place, array_to_string(m.roles, ',') AS roles
			FROM memberships m JOIN accounts a ON a.tenant_id = @t AND a.id = m.account_id
			WHERE m.tenant_id = @t AND m.account_id = ANY(CAST(@a AS uuid[]))
			UNION ALL SELECT a.owner_id, a.id, a.kind, a.name, 'owner' FROM accounts a WHERE a.tenant_id = @t AND a.id = ANY(CAST(@a AS uuid[]))
			ORDER BY account_id, roles`,
		map[string]any{"t": e.Account.TenantID, "a": slices.Concat(oldWay, newWay)}).Scan(&rows).Error; err != nil {
		return err
	}
	ids := make(store.IDList, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var people []struct {
		ID   uuid.UUID
		Name string
	}
	if err := db.Raw("SELECT id, name FROM members WHERE id = ANY(CAST(? AS uuid[])) ORDER BY lower(name), id", ids).Scan(&people).Error; err != nil {
		return err
	}
	place, names := map[uuid.UUID]int{}, map[uuid.UUID]string{}
	for i, p := range people {
		place[p.ID], names[p.ID] = i, p.Name
	}
	for i := range rows {
		rows[i].Name = names[rows[i].ID]
	}
	slices.SortStableFunc(rows, func(a, b held) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	roles := before.With(authz.Changes{Accounts: open})
	for i := range open {
		if open[i].ID == e.Account.ID {
			open[i].Parent = e.To.ID
		}
	}
	rolesAfter := roles.With(authz.Changes{Accounts: open})
	m, _ := roles.Find(e.Account.ID)
	actor := roles.Acting(g.Actor())

	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].ID == rows[0].ID {
			n++
		}
		mine := rows[:n]
		rows = rows[n:]
		id := authz.PrincipalID{Kind: authz.Member, ID: mine[0].ID}
		who, whoAfter := roles.Who(id), rolesAfter.Who(id)
		was, is := roles.May(who, m), rolesAfter.May(whoAfter, m)
		through := func(way store.IDList) string {
			for _, at := range way { // from the moved account upwards
				for _, r := range mine {
					if r.AccountID != at {
						continue
					}
					if held := store.Running(s.store.StoredRoles(store.SplitList(r.Roles), at, r.Kind), s.store.Now()); len(held) > 0 {
						return listedRoles(held) + " in " + r.Place
					}
				}
			}
			return ""
		}
		gain, loss := is.Minus(was), was.Minus(is)
		e.Gain.add(gain, mine[0].Name, through(newWay), func() int { return differing(before, after, m, id) })
		e.Lose.add(loss, mine[0].Name, through(oldWay), func() int { return differing(after, before, m, id) })
		if e.Refusal != "" || g.IsSystem() {
			continue
		}
		if lets := roles.Lets(actor, m, who, rolesAfter, whoAfter); !lets.Empty() {
			switch {
			case id == g.Actor().ID:
				e.Refusal = "You would be able to do more in " + e.Account.Name + " than you can now, so somebody else has to move it."
			default:
				e.Refusal = fmt.Sprintf("%s would get %s in %s, which you can't give there. Whoever owns both can move it.",
					mine[0].Name, s.store.PermissionTitles(lets[0].What), e.Account.Name)
			}
		}
	}
	return nil
}

func (p *MovePeople) add(what catalog.Mask, name, through string, accounts func() int) {
	if what.Empty() {
		return
	}
	p.Total++
	if len(p.Some) < MovedPeople {
		p.Some = append(p.Some, MovedPerson{name, through, what, accounts()})
	}
}

// differing counts the accounts at or below a where somebody may do in the
// second snapshot what they may not in the first.
func differing(first, second *authz.Snapshot, a authz.Account, id authz.PrincipalID) (n int) {
	one, two := first.Who(id), second.Who(id)
	count := func(a authz.Account) bool {
		if more := second.May(two, a); !more.Minus(first.May(one, a)).Empty() {
			n++
		}
		return true
	}
	count(a)
	first.Descendants(a, count)
	return n
}

func listedRoles(roles []*catalog.Role) string {
	var titles []string
	for _, r := range roles {
		titles = append(titles, r.Label())
	}
	return Listed(titles)
}

// name makes Seen of everything else.
func (e *MoveEffect) name() error {
	b, err := json.Marshal([]any{e.Account.ID, e.From.ID, e.To.ID, e.Accounts, e.Gain, e.Lose, e.Cut, e.Opened, e.People, e.Closes, e.Reopens})
	if err != nil {
		return fmt.Errorf("encode the effect of a move: %w", err)
	}
	h := sha256.Sum256(b)
	e.Seen = base64.RawURLEncoding.EncodeToString(h[:])
	return nil
}
