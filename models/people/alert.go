package people

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// The kinds of alert.
const (
	AlertInvite = "invite" // to the reader's address, which they have proven
	AlertOffer  = "offer"  // of the ownership of an account
	AlertMail   = "mail"   // that the reader caused and that was not delivered
	AlertKey    = "key"    // that expires soon, where the reader may edit it
	AlertEnded  = "ended"  // access of the reader's
)

// Alert is one thing that happened for somebody. It is read from what there is, so
// it is gone when nothing is left to do.
type Alert struct {
	Kind    string
	Since   time.Time
	Until   time.Time // of what can be answered, or expires; zero for the rest
	Account uuid.UUID
	Where   string // the account's name
	ID      uuid.UUID
	What    string // an address, or the name of a key
	Record  string // the kind of a key: of record, or ProgramKey
	Who     string // whoever invited or offered
}

const (
	keysWithin  = 7 * 24 * time.Hour
	endedWithin = 30 * 24 * time.Hour
	// mostAlerts is how many are told of, the newest; mostPlaces in how many of
	// the accounts somebody works in keys are looked for.
	mostAlerts = 100
	mostPlaces = 50
	// alertsFor is how long a count may be old.
	alertsFor = time.Minute
)

// foundAlerts are what was found a moment ago, so that not every page asks.
type foundAlerts struct {
	at   time.Time
	list []Alert
}

// UnreadAlerts counts what happened for whoever is signed in since they last read.
// It may be a minute late.
func (s *Store) UnreadAlerts(ctx context.Context, x login.Session, snap *authz.Snapshot) (n int, err error) {
	now := s.store.Now()
	found, ok := s.alerts.GetIfPresent(x.Principal)
	list := found.list
	if !ok || now.Sub(found.at) >= alertsFor || now.Before(found.at) {
		if list, err = s.Alerts(ctx, x, snap); err != nil {
			return 0, err
		}
	}
	for _, a := range list {
		if a.Since.After(x.AlertsRead) {
			n++
		}
	}
	return n, nil
}

// Alerts are what happened for whoever is signed in, the newest first. While tenants
// are unreached, what happened there is left out.
func (s *Store) Alerts(ctx context.Context, x login.Session, snap *authz.Snapshot) (all []Alert, err error) {
	now, who := s.store.Now(), snap.Who(x.Principal)
	ended, endedIDs := map[uuid.UUID]time.Time{}, []uuid.UUID{}
	var tenants, keyTenants, keyIDs []uuid.UUID
	kinds, edits := s.expiring()
	for _, p := range snap.Places(who) {
		if t := snap.Ended(who, p.Account); !t.IsZero() && now.Sub(t) < endedWithin && !s.store.Unreached(snap.Tenant(p.Account)) {
			ended[snap.ID(p.Account)] = t
			tenants, endedIDs = append(tenants, snap.Tenant(p.Account)), append(endedIDs, snap.ID(p.Account))
		}
	}
	tenantsOf, tops := account.Topmost(snap, x.Principal)
	for i, id := range tops {
		at, ok := snap.Find(id)
		if ok && len(keyIDs) < mostPlaces && !s.store.Unreached(tenantsOf[i]) && !snap.May(who, at).And(edits).Empty() {
			keyTenants, keyIDs = append(keyTenants, tenantsOf[i]), append(keyIDs, id)
		}
	}
	by := map[uuid.UUID]uuid.UUID{} // who made an offer
	scan := func(rows pgx.Rows) error {
		var a Alert
		var offers uuid.UUID
		if err := rows.Scan(&a.Kind, &a.Since, &a.Until, &a.Account, &a.Where, &a.ID, &a.What, &a.Record, &a.Who, &offers); err != nil {
			return err
		}
		at, known := snap.Find(a.Account)
		switch a.Kind {
		case AlertOffer:
			by[a.ID] = offers
		case AlertEnded:
			a.Since = ended[a.Account]
		case AlertKey:
			if !known || !snap.Decide(who, s.mayEndKey(a.Record), at).Allow {
				return nil
			}
		case AlertMail:
			if !known || !snap.Decide(who, s.store.Catalog().Permission("members"), at).Allow {
				return nil
			}
		}
		all = append(all, a)
		return nil
	}
	none := uuid.Nil
	ask := []store.Query{{Scan: scan, SQL: `SELECT 'mail', coalesce(failed_at, created_at), $2::timestamptz, coalesce(account_id, $3), '', id, recipient, '', '', $3::uuid
		FROM letters WHERE author = $1 AND state = 'failed' AND kind = $4 LIMIT 1000`, Args: []any{x.Principal.String(), time.Time{}, none, letter.Invite}}}
	if x.Proven {
		ask = append(ask, store.Query{Scan: scan, SQL: s.store.Reached(`SELECT 'invite', i.created_at, i.expires_at, i.account_id, a.name, i.id, '', '', i.inviter_name, $3::uuid
			FROM invites i JOIN accounts a ON a.tenant_id = i.tenant_id AND a.id = i.account_id
			WHERE {i.tenant_id} AND i.email_folded = $1 AND i.accepted_at IS NULL AND i.cancelled_at IS NULL AND i.expires_at > $2 LIMIT 1000`), Args: []any{store.FoldEmail(x.Email), now, none}})
	}
	if x.Principal.Kind == authz.Member {
		ask = append(ask, store.Query{Scan: scan, SQL: s.store.Reached(`SELECT 'offer', o.created_at, o.expires_at, o.account_id, a.name, o.id, '', '', '', o.offered_by
			FROM ownership_offers o JOIN accounts a ON a.tenant_id = o.tenant_id AND a.id = o.account_id
			WHERE {o.tenant_id} AND o.offered_to = $1 AND o.ended_at IS NULL AND o.expires_at > $2 AND o.owner_id = a.owner_id LIMIT 1000`), Args: []any{x.Principal.ID, now}})
	}
	if len(keyIDs) > 0 {
		ask = append(ask, store.Query{Scan: scan, SQL: `SELECT 'key', greatest(x.since, x.ends - interval '7 days'), x.ends, x.account, a.name, x.id, x.name, x.kind, '', $7::uuid
			FROM (SELECT r.tenant_id AS tenant, r.account_id AS account, r.created_at AS since, (r.data->>'expires_at')::timestamptz AS ends, r.id, r.name, r.kind
					FROM unnest($1::uuid[], $2::uuid[]) AS mine (tenant, account) JOIN records r ON r.tenant_id = mine.tenant AND r.account_id = mine.account AND r.kind = ANY($3)
				UNION ALL SELECT k.tenant_id, k.account_id, k.created_at, k.expires_at, k.id, k.name, $6
					FROM unnest($1::uuid[], $2::uuid[]) AS mine (tenant, account) JOIN api_keys k ON k.tenant_id = mine.tenant AND k.account_id = mine.account AND k.revoked_at IS NULL) AS x
				JOIN accounts a ON a.tenant_id = x.tenant AND a.id = x.account
			WHERE x.ends BETWEEN $4 AND $5 LIMIT 1000`, Args: []any{keyTenants, keyIDs, kinds, now, now.Add(keysWithin), ProgramKey, none}})
	}
	if len(endedIDs) > 0 {
		ask = append(ask, store.Query{Scan: scan, SQL: `SELECT 'ended', $3::timestamptz, $3::timestamptz, id, name, $4::uuid, '', '', '', $4::uuid
			FROM accounts WHERE tenant_id = ANY($1) AND id = ANY($2)`, Args: []any{tenants, endedIDs, time.Time{}, none}})
	}
	if err = s.store.ReadAll(ctx, store.ScopeMemberships, ask...); err != nil {
		return nil, err
	}
	if len(by) > 0 {
		names, err := s.login.Names(ctx, slices.Collect(maps.Values(by)))
		if err != nil {
			return nil, err
		}
		for i := range all {
			if a := &all[i]; a.Kind == AlertOffer {
				a.Who = names[by[a.ID]]
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Alert) int { return b.Since.Compare(a.Since) })
	all = all[:min(len(all), mostAlerts)]
	s.alerts.Set(x.Principal, foundAlerts{now, all})
	return all, nil
}

// ProgramKey is the kind of the keys of programs, which are no records.
const ProgramKey = "api_key"

// mayEndKey is the permission to edit keys of a kind.
func (s *Store) mayEndKey(kind string) catalog.Permission {
	if kind == ProgramKey {
		return s.store.Catalog().Permission("api_keys.edit")
	}
	return s.store.Catalog().Kind(kind).Section.Records.Edit
}

// expiring are the kinds of record that let somebody in until a time, and all the
// permissions to edit keys.
func (s *Store) expiring() (kinds []string, edits catalog.Mask) {
	edits.Set(s.mayEndKey(ProgramKey))
	for _, x := range s.store.Catalog().Sections {
		if r := x.Records; r != nil && x.InNavigation() && r.Kind.Section == x && r.Edit != 0 && r.Kind.Field("expires_at") != nil {
			kinds = append(kinds, r.Kind.Key)
			edits.Set(r.Edit)
		}
	}
	return kinds, edits
}

// ReadAlerts keeps that whoever asks has read what happened for them until now.
func (s *Store) ReadAlerts(ctx context.Context, g authz.Grant, x login.Session) error {
	if !g.CoversSelf(x.Principal) {
		return authz.ErrDenied
	}
	return s.store.In(ctx, store.ScopeSelf, func(db *gorm.DB) error {
		if x.Principal.Kind == authz.Subuser {
			return db.Exec("UPDATE subusers SET alerts_read_at = ? WHERE tenant_id = ? AND id = ?", s.store.Now(), x.Tenant, x.Principal.ID).Error
		}
		return db.Exec("UPDATE members SET alerts_read_at = ? WHERE id = ?", s.store.Now(), x.Principal.ID).Error
	})
}
