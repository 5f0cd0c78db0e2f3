package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// span is a part of a tenant's tree: an account, with all below it or without.
type span struct {
	tenant, top uuid.UUID
	personal    bool
	owned       bool
	from, end   string // of paths; end is left out
}

// spans are the parts of trees that somebody holds something in, personal ones
// last. A door that is open to support staff leads to its account alone.
func spans(snap *authz.Snapshot, who authz.PrincipalID, below bool) (all []span) {
	held := map[authz.Account]authz.Place{}
	places := snap.Places(snap.Who(who))
	for _, p := range places {
		held[p.Account] = p
	}
	covered := func(p authz.Place) bool {
		for above := snap.Parent(p.Account); above != authz.NoAccount; above = snap.Parent(above) {
			if top, ok := held[above]; ok && (below && !top.Lent || top.Owned && p.Owned) {
				return true
			}
		}
		return false
	}
	for _, p := range places {
		if covered(p) {
			continue
		}
		path := PathIn(snap, p.Account)
		x := span{tenant: snap.Tenant(p.Account), top: snap.ID(p.Account), owned: p.Owned, personal: snap.Kind(p.Account) == authz.Personal, from: path, end: path + "/"}
		if below && !p.Lent {
			x.end = path + "0"
		}
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b span) int { return byTree(a.personal, b.personal, a.from, b.from) })
	return all
}

// Owned are the topmost of the shared accounts that somebody owns, in the order of
// their trees.
func Owned(snap *authz.Snapshot, who authz.PrincipalID) (tenants, ids []uuid.UUID) {
	for _, x := range spans(snap, who, false) {
		if x.owned && !x.personal {
			tenants, ids = append(tenants, x.tenant), append(ids, x.top)
		}
	}
	return tenants, ids
}

// Topmost are the accounts where somebody holds something and holds nothing above,
// in the order of their trees.
func Topmost(snap *authz.Snapshot, who authz.PrincipalID) (tenants, ids []uuid.UUID) {
	for _, x := range spans(snap, who, true) {
		tenants, ids = append(tenants, x.tenant), append(ids, x.top)
	}
	return tenants, ids
}

// Home is a member's personal account; zero where the snapshot has not heard of it.
func Home(snap *authz.Snapshot, who authz.PrincipalID) (tenant, id uuid.UUID) {
	for _, p := range snap.Places(snap.Who(who)) {
		if p.Owned && snap.Kind(p.Account) == authz.Personal {
			return snap.Tenant(p.Account), snap.ID(p.Account)
		}
	}
	return uuid.Nil, uuid.Nil
}

// byTree is the order of accounts across tenants.
func byTree(aPersonal, bPersonal bool, a, b string) int {
	if aPersonal != bPersonal {
		if bPersonal {
			return -1
		}
		return 1
	}
	return cmp.Compare(a, b)
}

// Unread is the error that comes with a list which lacks what stands in some
// tenants: they are where the database can not reach just now.
type Unread struct {
	Trees int   // zero where nobody knows how many
	Err   error // of the first
}

func (u *Unread) Error() string { return fmt.Sprintf("%d trees can't be read: %v", u.Trees, u.Err) }

// Unwrap lets who does not ask for Unread take it for a failure of the moment.
func (u *Unread) Unwrap() error { return u.Err }

// InPart gives what a list lacks, if anything, and the error of one that is none.
func InPart(err error) (lacks *Unread, _ error) {
	if errors.As(err, &lacks) {
		return lacks, nil
	}
	return nil, err
}

// AccountsOf lists the accounts where a person holds something, tree by tree;
// with below also those under them, which still have to be decided one by one;
// of a door that is open to support staff never. Archived ones are left out. It may
// be Unread in part.
func (s *Store) AccountsOf(ctx context.Context, g authz.Grant, who authz.PrincipalID, search string, below bool, limit int) (all []Account, err error) {
	if !g.CoversSelf(who) {
		return nil, authz.ErrDenied
	}
	search = store.Like(search)
	var lacks *Unread
	asked := false
	err = s.upToDate(ctx, func(snap *authz.Snapshot) (behind []uuid.UUID, err error) {
		all, lacks = nil, nil
		rest := spans(snap, who, below)
		if len(rest) == 0 && !asked { // everybody has something: this node has not heard of them
			asked = true
			return s.tenantsOf(ctx, who)
		}
		for len(rest) > 0 && len(all) < limit {
			now := rest
			if search == "" { // the first ones are enough
				now = rest[:min(len(rest), limit)]
			}
			rest = rest[len(now):]
			found, behind, err := s.accountsIn(ctx, snap, now, search, limit)
			var u *Unread
			if errors.As(err, &u) {
				if lacks, err = lacks.and(u), nil; len(behind) == 0 {
					all = append(all, found...)
					continue
				}
			}
			if err != nil || len(behind) > 0 {
				return behind, err
			}
			all = append(all, found...)
		}
		all = all[:min(len(all), limit)]
		return nil, nil
	})
	if lacks == nil && s.store.Partial() {
		lacks = &Unread{Err: store.ErrUnreached}
	}
	if err == nil && lacks != nil {
		err = lacks
	}
	return all, err
}

func (u *Unread) and(more *Unread) *Unread {
	if u == nil {
		return more
	}
	return &Unread{u.Trees + more.Trees, u.Err}
}

// tenantsOf asks in which tenants somebody holds something, whatever the snapshot
// knows.
func (s *Store) tenantsOf(ctx context.Context, who authz.PrincipalID) (tenants []uuid.UUID, err error) {
	if who.Kind != authz.Member {
		return nil, nil
	}
	return tenants, s.store.Read(ctx, store.ScopeMemberships, func(r pgx.Rows) error {
		var tenant uuid.UUID
		err := r.Scan(&tenant)
		tenants = append(tenants, tenant)
		return err
	}, s.store.Reached("SELECT tenant_id FROM memberships WHERE {tenant_id} AND member_id = $1 UNION SELECT tenant_id FROM accounts WHERE {tenant_id} AND owner_id = $1 ORDER BY 1"), who.ID)
}

// upToDate runs do, which answers from the snapshot, until no tenant that it looked
// at has changed since.
func (s *Store) upToDate(ctx context.Context, do func(*authz.Snapshot) (behind []uuid.UUID, err error)) error {
	for range 3 {
		behind, err := do(s.store.Access())
		if err != nil || len(behind) == 0 {
			return err
		}
		for _, tenant := range behind {
			if err := s.store.CatchUp(ctx, tenant); err != nil {
				return err
			}
		}
	}
	return store.ErrBusy
}

// mostApart is how many trees are read one by one where not all can be read.
const mostApart = 100

// accountsIn reads what spans hold, and which of their tenants the snapshot is behind
// of: all in one round trip or, where a part of the database is lost, tree by tree.
func (s *Store) accountsIn(ctx context.Context, snap *authz.Snapshot, in []span, search string, limit int) (all []Account, behind []uuid.UUID, err error) {
	gone := map[uuid.UUID]bool{}
	in = slices.DeleteFunc(slices.Clone(in), func(x span) bool {
		if s.store.Unreached(x.tenant) {
			gone[x.tenant] = true
		}
		return gone[x.tenant]
	})
	if len(in) > 0 {
		all, behind, err = s.readSpans(ctx, snap, in, search, limit)
	}
	switch {
	case err == nil && len(gone) > 0:
		return all, behind, &Unread{len(gone), store.ErrUnreached}
	case !store.PartLost(err):
		return all, behind, err
	}
	all, behind = nil, nil
	trees := map[uuid.UUID][]span{}
	var order []uuid.UUID
	for _, x := range in {
		if trees[x.tenant] == nil {
			order = append(order, x.tenant)
		}
		trees[x.tenant] = append(trees[x.tenant], x)
	}
	apart := order[:min(len(order), mostApart)]
	lacks := &Unread{len(gone) + len(order) - len(apart), err}
	for _, tenant := range apart {
		found, old, err := s.readSpans(ctx, snap, trees[tenant], search, limit)
		switch {
		case err == nil:
			all, behind = append(all, found...), append(behind, old...)
		case store.PartLost(err):
			lacks.Trees++
		default:
			return nil, nil, err
		}
	}
	if lacks.Trees == 0 { // it is back
		return all, behind, nil
	}
	return all, behind, lacks
}

// readSpans is accountsIn in one round trip.
func (s *Store) readSpans(ctx context.Context, snap *authz.Snapshot, in []span, search string, limit int) (all []Account, behind []uuid.UUID, err error) {
	var tenants []uuid.UUID
	var from, end []string
	for _, x := range in {
		tenants, from, end = append(tenants, x.tenant), append(from, x.from), append(end, x.end)
	}
	columns := "a." + strings.ReplaceAll(Columns, ", ", ", a.")
	found := store.Query{Scan: func(r pgx.Rows) error {
		var a Account
		err := r.Scan(a.Fields()...)
		all = append(all, a)
		return err
	}}
	if search != "" {
		found.SQL = "SELECT " + columns + ` FROM accounts a JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS mine (tenant, lower, upper)
			ON a.tenant_id = mine.tenant AND a.path >= mine.lower AND a.path < mine.upper
			WHERE a.name ILIKE $4 AND a.archived_by IS NULL ORDER BY a.kind = 'personal', a.path LIMIT $5`
		found.Args = []any{tenants, from, end, search, limit}
	} else {
		parts := make([]string, len(in))
		found.Args = []any{limit}
		for i, x := range in {
			n := len(found.Args)
			parts[i] = fmt.Sprintf("(SELECT %s FROM accounts a WHERE a.tenant_id = $%d AND a.path >= $%d AND a.path < $%d AND a.archived_by IS NULL ORDER BY a.path LIMIT $1)", columns, n+1, n+2, n+3)
			found.Args = append(found.Args, x.tenant, x.from, x.end)
		}
		found.SQL = "SELECT * FROM (" + strings.Join(parts, " UNION ALL ") + ") found"
	}
	err = s.store.ReadAll(ctx, store.ScopeMemberships, behindOf(snap, tenants, &behind), found)
	slices.SortFunc(all, func(a, b Account) int { return byTree(a.Kind == "personal", b.Kind == "personal", a.Path, b.Path) })
	return all, behind, err
}

// behindOf is the query for those of some tenants that a snapshot is behind of.
func behindOf(snap *authz.Snapshot, tenants []uuid.UUID, behind *[]uuid.UUID) store.Query {
	return store.Query{Scan: func(r pgx.Rows) error {
		var tenant uuid.UUID
		var epoch int64
		err := r.Scan(&tenant, &epoch)
		if epoch > snap.Epoch(tenant) {
			*behind = append(*behind, tenant)
		}
		return err
	}, SQL: "SELECT id, epoch FROM tenants WHERE id = ANY($1)", Args: []any{tenants}}
}

// AccountsAmong gives those of some accounts, in their order, that whoever asks
// works in, or above. It may be Unread in part.
func (s *Store) AccountsAmong(ctx context.Context, g authz.Grant, ids []uuid.UUID) (all []Account, err error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return nil, nil
	}
	err = s.upToDate(ctx, func(snap *authz.Snapshot) ([]uuid.UUID, error) {
		all = nil
		var in []span
		w := snap.Who(who)
		for _, id := range ids {
			at, ok := snap.Find(id)
			if ok && holdsAbove(snap, w, at) {
				path := PathIn(snap, at)
				in = append(in, span{tenant: snap.Tenant(at), from: path, end: path + "/"})
			}
		}
		if len(in) == 0 {
			return nil, nil
		}
		var behind []uuid.UUID
		var err error
		all, behind, err = s.accountsIn(ctx, snap, in, "", 1)
		return behind, err
	})
	slices.SortFunc(all, func(a, b Account) int { return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID)) })
	return all, err
}

// holdsAbove tells whether somebody holds a role, not only a lent one, in an
// account or above it.
func holdsAbove(snap *authz.Snapshot, w authz.Who, at authz.Account) bool {
	for ; at != authz.NoAccount; at = snap.Parent(at) {
		for _, id := range snap.Held(w, at) {
			if r := snap.Role(id); r != nil && !r.Lent {
				return true
			}
		}
	}
	return false
}
