package people

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Parting is what else is done when somebody goes.
type Parting uint8

// RevokeKeys revokes the keys that they made in the account: they may have kept them.
const RevokeKeys Parting = 1

// KeyMade is a key that works, and that somebody made who is about to go.
type KeyMade struct {
	ID         uuid.UUID
	Name, Hint string // Hint is how the key begins
	Maker      string // kind:id
	Account    string // the name of its account, where several are looked at
}

// Text names a key, among those of one account or of several.
func (k KeyMade) Text() string {
	text := k.Name + " (" + k.Hint + "…)"
	if k.Account != "" {
		text += " in " + k.Account
	}
	return text
}

const (
	// mostKeysMade is how many keys a dialog looks at.
	mostKeysMade = 2000
	keyMade      = "k.id, k.name, k.hint, k.created_by"
	keyWorks     = "k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > "
)

// mayRevoke tells whether whoever acts may revoke all keys of an account, and those of
// its service accounts.
func (s *Store) mayRevoke(snap *authz.Snapshot, actor authz.Actor, account uuid.UUID) (all, ofPrograms bool) {
	at, ok := snap.Find(account)
	if !ok {
		return false, false
	}
	may, cat := snap.May(snap.Acting(actor), at), s.store.Catalog()
	return may.Has(cat.Permission("api_keys.edit")), may.Has(cat.Permission("service_accounts.edit"))
}

// KeysMade are the working keys of the grant's account that some subusers or members
// made, by name, as far as whoever asks may revoke them.
func (s *Store) KeysMade(ctx context.Context, g authz.Grant, kind authz.PrincipalKind, sel Selection) (keys []KeyMade, err error) {
	r := g.Resource()
	all, ofPrograms := s.mayRevoke(s.store.Access(), g.Actor(), r.Account)
	if !all && !ofPrograms || sel.None() {
		return nil, nil
	}
	err = s.store.Read(ctx, store.TenantScope(r.Tenant), func(rows pgx.Rows) error {
		var k KeyMade
		err := rows.Scan(&k.ID, &k.Name, &k.Hint, &k.Maker)
		keys = append(keys, k)
		return err
	}, "SELECT "+keyMade+" FROM api_keys k WHERE k.tenant_id = @tenant AND k.account_id = @account AND "+keyWorks+`@now)
			AND (@all OR k.service_account_id IS NOT NULL) AND (k.created_by = ANY(@who) OR @everybody AND starts_with(k.created_by, @kind))
		ORDER BY lower(k.name), k.id LIMIT @most`,
		pgx.NamedArgs{"tenant": r.Tenant, "account": r.Account, "now": s.store.Now(), "all": all, "who": makers(kind, sel.IDs), "everybody": sel.All, "kind": kind.String() + ":", "most": mostKeysMade})
	if err != nil || !sel.All || len(keys) == 0 {
		return keys, err
	}
	shown := sel.Filter
	shown.After, shown.IDs = "", nil
	for _, k := range keys {
		if who, err := authz.ParsePrincipal(k.Maker); err == nil {
			shown.IDs = append(shown.IDs, who.ID)
		}
	}
	found, err := s.peopleNames(ctx, g, kind, shown)
	return slices.DeleteFunc(keys, func(k KeyMade) bool {
		who, err := authz.ParsePrincipal(k.Maker)
		return err != nil || found[who.ID] == ""
	}), err
}

func makers(kind authz.PrincipalKind, ids []uuid.UUID) (all []string) {
	for _, id := range ids {
		all = append(all, authz.PrincipalID{Kind: kind, ID: id}.String())
	}
	return all
}

// OwnKeysMade are the working keys that whoever asks made in the accounts that they are
// a member of, or in just one of them, as far as they may revoke them.
func (s *Store) OwnKeysMade(ctx context.Context, g authz.Grant, account uuid.UUID) (keys []KeyMade, err error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return nil, authz.ErrDenied
	}
	snap := s.store.Access()
	return keys, s.store.Read(ctx, store.ScopeMemberships, func(rows pgx.Rows) error {
		var k KeyMade
		var at uuid.UUID
		var ofProgram bool
		err := rows.Scan(&k.ID, &k.Name, &k.Hint, &k.Maker, &k.Account, &at, &ofProgram)
		if account != uuid.Nil {
			k.Account = ""
		}
		if all, ofPrograms := s.mayRevoke(snap, g.Actor(), at); all || ofPrograms && ofProgram {
			keys = append(keys, k)
		}
		return err
	}, "SELECT "+keyMade+`, a.name, a.id, k.service_account_id IS NOT NULL FROM memberships m JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id
			JOIN api_keys k ON k.tenant_id = m.tenant_id AND k.account_id = m.account_id AND k.created_by = $2
		WHERE m.member_id = $1 AND ($3::uuid = $4::uuid OR m.account_id = $3) AND `+keyWorks+"$5) ORDER BY lower(k.name), k.id LIMIT $6",
		who.ID, who.String(), account, uuid.Nil, s.store.Now(), mostKeysMade)
}

// part does what else is done when some people go from the write's account.
func (s *Store) part(tx *store.Tx, snap *authz.Snapshot, with []Parting, kind authz.PrincipalKind, ids ...uuid.UUID) error {
	if !slices.Contains(with, RevokeKeys) || len(ids) == 0 {
		return nil
	}
	on, actor := tx.Change.On, tx.Grant.Actor()
	all, ofPrograms := s.mayRevoke(snap, actor, on.Account)
	if tx.Grant.IsSystem() {
		all = true
	}
	if !all && !ofPrograms {
		_, denied := snap.Authorize(actor, s.store.Catalog().Permission("service_accounts.edit"), on.Account)
		return fmt.Errorf("revoke the keys of who goes: %w", denied)
	}
	var keys []KeyMade
	now := s.store.Now().UTC().Truncate(time.Microsecond)
	if err := tx.Raw(`UPDATE api_keys k SET revoked_at = @now, revoked_by_name = @by, updated_at = @now, version = k.version + 1
		WHERE k.tenant_id = @tenant AND k.account_id = @account AND k.created_by = ANY(CAST(@who AS text[])) AND `+keyWorks+`@now) AND (@all OR k.service_account_id IS NOT NULL)
		RETURNING k.name, k.hint`, map[string]any{
		"now": now, "by": actor.Name, "tenant": on.Tenant, "account": on.Account, "who": store.TextList(makers(kind, ids)), "all": all,
	}).Scan(&keys).Error; err != nil {
		return err
	}
	var names []string
	for _, k := range keys {
		names = append(names, k.Text())
	}
	if len(names) > 0 {
		tx.Note("keys_revoked", names)
	}
	return nil
}
