package account

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/letter"
	"bailiwick/models/store"
)

// OfferLife is how long an offer of ownership can be accepted.
const OfferLife = 7 * 24 * time.Hour

// Offer is the ownership of an account, offered to a member. Until it is
// accepted nothing changes.
type Offer struct {
	TenantID  uuid.UUID
	ID        uuid.UUID
	AccountID uuid.UUID
	OwnerID   uuid.UUID // when it was offered
	OfferedBy uuid.UUID // the owner, or an owner above
	OfferedTo uuid.UUID
	WithBelow bool // with all below that the same owner holds
	CreatedAt time.Time
	ExpiresAt time.Time

	Account Account
	Owner   Person // now
	By, To  Person
}

// Person is a member as pages name them.
type Person struct{ Name, Email string }

// Path is where its receiver answers the offer.
func (o Offer) Path() string { return "/offers/" + o.ID.String() }

const offerColumns = "o.tenant_id, o.id, o.account_id, o.owner_id, o.offered_by, o.offered_to, o.with_below, o.created_at, o.expires_at"

const offerTables = "ownership_offers o JOIN accounts a ON a.tenant_id = o.tenant_id AND a.id = o.account_id"

func (o *Offer) fields() []any {
	return append([]any{&o.TenantID, &o.ID, &o.AccountID, &o.OwnerID, &o.OfferedBy, &o.OfferedTo, &o.WithBelow, &o.CreatedAt, &o.ExpiresAt}, o.Account.Fields()...)
}

// offers reads what is offered, and then the people, who stand outside tenants.
func (s *Store) offers(ctx context.Context, where string, args ...any) ([]Offer, error) {
	var all []Offer
	var ids []uuid.UUID
	err := s.store.Read(ctx, store.ScopeMemberships, func(r pgx.Rows) error {
		var o Offer
		err := r.Scan(o.fields()...)
		all, ids = append(all, o), append(ids, o.Account.OwnerID, o.OfferedBy, o.OfferedTo)
		return err
	}, s.store.Reached("SELECT "+offerColumns+", a."+strings.ReplaceAll(Columns, ", ", ", a.")+" FROM "+offerTables+" WHERE o.ended_at IS NULL AND "+where), args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	people, err := peopleBy(ctx, s.store, ids)
	for i := range all {
		o := &all[i]
		o.Owner, o.By, o.To = people[o.Account.OwnerID], people[o.OfferedBy], people[o.OfferedTo]
	}
	return all, err
}

func peopleBy(ctx context.Context, s *store.Store, ids []uuid.UUID) (map[uuid.UUID]Person, error) {
	people, named := peopleQuery(ids)
	return people, s.ReadAll(ctx, store.ScopeNames, named)
}

// peopleQuery is the query for some members, and where what it reads will be.
func peopleQuery(ids []uuid.UUID) (map[uuid.UUID]Person, store.Query) {
	people := map[uuid.UUID]Person{}
	return people, store.Query{Scan: func(r pgx.Rows) error {
		var id uuid.UUID
		var p Person
		err := r.Scan(&id, &p.Name, &p.Email)
		people[id] = p
		return err
	}, SQL: "SELECT id, name, email FROM members WHERE id = ANY($1)", Args: []any{ids}}
}

// OfferOf finds the offer of an account that waits; nil where there is none.
func (s *Store) OfferOf(ctx context.Context, tenant, account uuid.UUID) (*Offer, error) {
	all, err := s.offers(ctx, "o.tenant_id = $1 AND o.account_id = $2 AND o.expires_at > $3 AND o.owner_id = a.owner_id", tenant, account, s.store.Now())
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// OffersTo lists what is offered to whoever asks, the newest first.
func (s *Store) OffersTo(ctx context.Context, g authz.Grant) ([]Offer, error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return nil, nil
	}
	if err := s.store.AllReached(); err != nil {
		return nil, err
	}
	return s.offers(ctx, "o.offered_to = $1 AND o.expires_at > $2 AND o.owner_id = a.owner_id ORDER BY o.id DESC LIMIT 20", who.ID, s.store.Now())
}

// OfferTo finds one offer to whoever asks that waits.
func (s *Store) OfferTo(ctx context.Context, g authz.Grant, id uuid.UUID) (Offer, error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return Offer{}, store.ErrNotFound
	}
	all, err := s.offers(ctx, "{o.tenant_id} AND o.offered_to = $1 AND o.id = $2 AND o.expires_at > $3", who.ID, id, s.store.Now())
	if err == nil && len(all) == 0 {
		err = cmp.Or(s.store.AllReached(), store.ErrNotFound)
	}
	if err != nil {
		return Offer{}, err
	}
	return all[0], nil
}

// Heir is somebody to whom the ownership of an account can be offered.
type Heir struct {
	ID          uuid.UUID
	Name, Email string
	sort        string
}

// HeirPage is how many a page of Heirs holds; one more is given where there are more.
const HeirPage = 50

// Cursor is the place of the heir in the list.
func (m Heir) Cursor() string { return m.ID.String() + " " + m.sort }

// Heirs lists, by name after a cursor, the active members and owners of an
// account and of those above it up to the grant's, without its present owner.
func (s *Store) Heirs(ctx context.Context, g authz.Grant, a Account, search, after string) ([]Heir, error) {
	id, name, _ := strings.Cut(after, " ")
	last, err := uuid.Parse(id)
	if err != nil && after != "" {
		return nil, store.ErrNotFound
	}
	return s.heirs(ctx, g, a, `($2 = '' OR x.name ILIKE $2 OR x.email ILIKE $2) AND ($3 = '' OR (lower(x.name), x.id) > ($4, $5))`,
		store.Like(search), after, name, last)
}

// CountHeirs is how many of them a search shows on all pages, as far as store.Count
// counts.
func (s *Store) CountHeirs(ctx context.Context, g authz.Grant, a Account, search string) (int, error) {
	ids, err := s.heirIDs(ctx, g, a)
	if err != nil {
		return 0, err
	}
	return s.store.Count(ctx, store.ScopeNames, "members x WHERE x.id = ANY($1) AND x.state = 'active' AND ($2 = '' OR x.name ILIKE $2 OR x.email ILIKE $2)", ids, store.Like(search))
}

func (s *Store) heirIDs(ctx context.Context, g authz.Grant, a Account) (ids []uuid.UUID, err error) {
	return ids, s.store.In(ctx, store.TenantScope(a.TenantID), func(db *gorm.DB) (err error) {
		ids, err = heirsOf(db, a, upTo(a, g.Resource().Account))
		return err
	})
}

// Heir finds one of them.
func (s *Store) Heir(ctx context.Context, g authz.Grant, a Account, id uuid.UUID) (Heir, error) {
	all, err := s.heirs(ctx, g, a, "x.id = $2", id)
	if err == nil && len(all) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return Heir{}, err
	}
	return all[0], nil
}

func (s *Store) heirs(ctx context.Context, g authz.Grant, a Account, where string, args ...any) ([]Heir, error) {
	var all []Heir
	ids, err := s.heirIDs(ctx, g, a)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	err = s.store.Read(ctx, store.ScopeNames, func(r pgx.Rows) error {
		var m Heir
		err := r.Scan(&m.ID, &m.Name, &m.Email, &m.sort)
		all = append(all, m)
		return err
	}, "SELECT x.id, x.name, x.email, lower(x.name) FROM members x WHERE x.id = ANY($1) AND x.state = 'active' AND "+where+
		" ORDER BY lower(x.name), x.id LIMIT "+fmt.Sprint(HeirPage+1), append([]any{ids}, args...)...)
	return all, err
}

// heirsOf gives those to whom an account can be offered, as far as they are
// active: who works in one of some accounts, but for the account's owner.
func heirsOf(db *gorm.DB, a Account, accounts store.IDList) (ids []uuid.UUID, err error) {
	return ids, db.Raw(`SELECT member_id FROM memberships WHERE tenant_id = @t AND account_id = ANY(CAST(@a AS uuid[])) AND member_id <> @o
		UNION SELECT owner_id FROM accounts WHERE tenant_id = @t AND id = ANY(CAST(@a AS uuid[])) AND owner_id <> @o`,
		map[string]any{"t": a.TenantID, "a": accounts, "o": a.OwnerID}).Scan(&ids).Error
}

// upTo are the ids from an account up to one above it, both included.
func upTo(a Account, top uuid.UUID) store.IDList {
	ids := a.PathIDs()
	for i, id := range ids {
		if id == top {
			return ids[i:]
		}
	}
	return store.IDList{a.ID}
}

// OwnedBelow counts the accounts below one that its owner holds too.
func (s *Store) OwnedBelow(ctx context.Context, a Account) (n int, err error) {
	err = s.store.One(ctx, store.TenantScope(a.TenantID), []any{&n}, `SELECT count(*)::int FROM accounts
		WHERE tenant_id = $1 AND path > $2 AND path < $3 AND owner_id = $4`, a.TenantID, a.Path+"/", a.Path+"0", a.OwnerID)
	return n, err
}

// OfferOwnership offers an account, the grant's own (account.manage) or one below
// it (sub_accounts.edit), to one of its Heirs. Only who owns it, or an account
// above it, can. An offer before it is void.
func (s *Store) OfferOwnership(ctx context.Context, g authz.Grant, account, to uuid.UUID, withBelow bool) error {
	return s.changeOwned(ctx, g, account, "account.offer_ownership", func(tx *store.Tx, a Account) error {
		if p := NotHandedOver(a.Kind); p != "" {
			return store.Problems{"": p}
		}
		o := Offer{
			TenantID: a.TenantID, ID: store.NewID(), AccountID: a.ID, OwnerID: a.OwnerID, OfferedBy: g.Actor().ID.ID, OfferedTo: to, WithBelow: withBelow,
			CreatedAt: s.store.Now(), ExpiresAt: s.store.Now().Add(OfferLife),
		}
		people := map[uuid.UUID]Person{}
		heirs, err := heirsOf(tx.DB, a, upTo(a, g.Resource().Account))
		if err == nil {
			err = tx.Across(func() error {
				var rows []struct {
					ID          uuid.UUID
					Name, Email string
				}
				err := tx.Raw("SELECT id, name, email FROM members WHERE id = ? AND state = 'active' OR id = ?", to, o.OfferedBy).Scan(&rows).Error
				for _, r := range rows {
					people[r.ID] = Person{r.Name, r.Email}
				}
				return err
			})
		}
		receiver, ok := people[to]
		ok = ok && slices.Contains(heirs, to)
		switch {
		case err != nil:
			return err
		case to == a.OwnerID:
			return store.Problems{"to": "This person already owns the account."}
		case !ok:
			return store.Problems{"to": "This account can be offered only to somebody who works in it, or above it."}
		}
		tx.Note("offered_to", receiver.Name)
		tx.Note("with_below", withBelow)
		if _, err := endOffer(tx, a, "replaced"); err != nil {
			return err
		}
		if err := tx.Exec(`INSERT INTO ownership_offers (tenant_id, id, account_id, owner_id, offered_by, offered_to, with_below, created_at, expires_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, o.TenantID, o.ID, o.AccountID, o.OwnerID, o.OfferedBy, o.OfferedTo, o.WithBelow, o.CreatedAt, o.ExpiresAt).Error; err != nil {
			return err
		}
		return letter.Queue(tx, letter.Letter{Kind: letter.OwnershipOffered, To: receiver.Email, ToName: receiver.Name, About: o.ID, Facts: map[string]string{
			"by": people[o.OfferedBy].Name, "account": a.Name, "path": o.Path(), "until": o.ExpiresAt.Format(time.RFC3339)}})
	})
}

// NotHandedOver says why accounts of a kind keep their owner; empty where they
// need not.
func NotHandedOver(kind string) string {
	if kind == "personal" {
		return "A personal account is its owner's for good. Create a company account to hand over."
	}
	return ""
}

// CancelOffer takes back what is offered of an account. Who may offer may.
func (s *Store) CancelOffer(ctx context.Context, g authz.Grant, account uuid.UUID) error {
	return s.changeOwned(ctx, g, account, "account.cancel_offer", func(tx *store.Tx, a Account) error {
		ended, err := endOffer(tx, a, "cancelled")
		if err == nil && !ended {
			err = store.ErrNotFound
		}
		return err
	})
}

// endOffer ends what is offered of an account, if anything is, and the letter
// that was not sent.
func endOffer(tx *store.Tx, a Account, outcome string) (ended bool, err error) {
	var ids []uuid.UUID
	if err := tx.Raw("UPDATE ownership_offers SET ended_at = ?, outcome = ? WHERE tenant_id = ? AND account_id = ? AND ended_at IS NULL RETURNING id",
		tx.Store.Now(), outcome, a.TenantID, a.ID).Scan(&ids).Error; err != nil {
		return false, err
	}
	return len(ids) > 0, letter.Withdraw(tx, ids...)
}

// ErrNotOwner refuses to hand over what somebody else owns.
var ErrNotOwner = store.Problems{"": "Only its owner, or the owner of an account above it, can hand it over."}

// changeOwned changes the ownership of the grant's account or of one below it,
// which the actor must own, or an account above it.
func (s *Store) changeOwned(ctx context.Context, g authz.Grant, account uuid.UUID, action string, do func(*store.Tx, Account) error) error {
	owned := func(tx *store.Tx, a Account) error {
		if g.IsSystem() || !owns(tx, a) {
			return ErrNotOwner
		}
		return do(tx, a)
	}
	on := g.Resource()
	if account != on.Account {
		return s.changeBelow(ctx, g, account, action, owned)
	}
	return s.store.Write(ctx, g, store.Change{Action: action, Permission: "account.manage", On: on}, func(tx *store.Tx) error {
		if _, err := tx.LockAccess(); err != nil {
			return err
		}
		var a Account
		if err := TakeAccount(tx, &a, account); err != nil {
			return err
		}
		tx.Change.Name = a.Name
		return owned(tx, a)
	})
}

// AcceptOwnership makes the actor the owner of what is offered to them, once.
// Whoever owned it becomes Admin of it, and of each account below that the new
// owner was Admin of and gets with it; the new owner's memberships there end.
func (s *Store) AcceptOwnership(ctx context.Context, g authz.Grant, id uuid.UUID) (Offer, error) {
	return s.answerOffer(ctx, g, id, "account.take_ownership", func(tx *store.Tx, o Offer) error {
		snap, err := tx.LockAccess()
		if err != nil {
			return err
		}
		var a Account
		if err := TakeAccount(tx, &a, o.AccountID); err != nil {
			return err
		}
		if err := takeOffer(tx, o, "accepted"); err != nil {
			return err
		}
		at, ok := snap.Find(a.ID)
		giver := snap.Who(authz.PrincipalID{Kind: authz.Member, ID: o.OfferedBy})
		switch {
		case !ok:
			return store.ErrNotFound
		case a.OwnerID != o.OwnerID || !snap.Owns(giver, at):
			return store.Problems{"": a.Name + " is no longer " + o.By.Name + "'s to offer."}
		case !worksAbove(snap, g.Actor().ID, at):
			return store.Problems{"": "You no longer work in " + a.Name + " or above it, so it can't become yours."}
		}
		if err := ActiveMember(tx, g.Actor().ID.ID); err != nil {
			return err
		}
		return handOver(tx, a, o)
	})
}

// DeclineOwnership refuses what is offered to the actor.
func (s *Store) DeclineOwnership(ctx context.Context, g authz.Grant, id uuid.UUID) (Offer, error) {
	return s.answerOffer(ctx, g, id, "account.decline_ownership", func(tx *store.Tx, o Offer) error { return takeOffer(tx, o, "declined") })
}

func (s *Store) answerOffer(ctx context.Context, g authz.Grant, id uuid.UUID, action string, do func(*store.Tx, Offer) error) (Offer, error) {
	o, err := s.OfferTo(ctx, g, id)
	if err != nil {
		return o, err
	}
	on := authz.Resource{Tenant: o.TenantID, Account: o.AccountID, Kind: "account", ID: o.AccountID}
	return o, s.store.WriteSelf(ctx, g, g.Actor().ID, store.Change{Action: action, On: on, Name: o.Account.Name}, func(tx *store.Tx) error { return do(tx, o) })
}

// takeOffer uses an offer up; of two who try one succeeds.
func takeOffer(tx *store.Tx, o Offer, outcome string) error {
	now := tx.Store.Now()
	done := tx.Exec("UPDATE ownership_offers SET ended_at = ?, outcome = ? WHERE tenant_id = ? AND id = ? AND ended_at IS NULL AND expires_at > ?",
		now, outcome, o.TenantID, o.ID, now)
	if done.Error == nil && done.RowsAffected != 1 {
		return store.Problems{"": "This offer is no longer open."}
	}
	if done.Error != nil {
		return done.Error
	}
	return letter.Withdraw(tx, o.ID)
}

// worksAbove tells whether somebody holds any role at an account or above it.
func worksAbove(snap *authz.Snapshot, id authz.PrincipalID, at authz.Account) bool {
	who := snap.Who(id)
	for ; at != authz.NoAccount; at = snap.Parent(at) {
		if len(snap.Held(who, at)) > 0 {
			return true
		}
	}
	return false
}

// ActiveMember refuses a login that is closed, and keeps it from being closed
// until this write is through.
func ActiveMember(tx *store.Tx, id uuid.UUID) error {
	return tx.Across(func() error {
		var found []uuid.UUID
		err := tx.Raw("SELECT id FROM members WHERE id = ? AND state = 'active' FOR SHARE", id).Scan(&found).Error
		if err == nil && len(found) == 0 {
			err = store.Problems{"": "This login is closed."}
		}
		return err
	})
}

// handOver changes the owner, of an account and, where the offer says so, of all
// below it that the same owner holds.
func handOver(tx *store.Tx, a Account, o Offer) error {
	end := a.Path + "/"
	if o.WithBelow {
		end = a.Path + "0"
		if err := tx.Patient(); err != nil {
			return err
		}
	}
	args := map[string]any{"t": a.TenantID, "from": a.Path, "end": end, "old": a.OwnerID, "new": o.OfferedTo, "now": tx.Store.Now(), "admin": store.AdminKey, "top": a.ID}
	const handed = "a.tenant_id = @t AND a.path >= @from AND a.path < @end AND a.owner_id = @old"
	// The old owner takes the place of an Admin who becomes the owner, so that none
	// loses its last one.
	if err := tx.Exec(`INSERT INTO memberships (tenant_id, account_id, member_id, roles, created_at)
		SELECT a.tenant_id, a.id, CAST(@old AS uuid), ARRAY[CAST(@admin AS text)], CAST(@now AS timestamptz) FROM accounts a WHERE `+handed+` AND (a.id = @top OR EXISTS (
			SELECT FROM memberships m WHERE m.tenant_id = @t AND m.account_id = a.id AND m.member_id = @new AND @admin = ANY(m.roles)))
		ON CONFLICT DO NOTHING`, args).Error; err != nil {
		return err
	}
	if err := tx.Exec(`DELETE FROM memberships m USING accounts a WHERE a.id = m.account_id AND m.member_id = @new AND m.tenant_id = @t AND `+handed, args).Error; err != nil {
		return err
	}
	// Whatever else the old owner offers of them is not theirs to offer any more.
	if err := tx.Exec(`UPDATE ownership_offers o SET ended_at = @now, outcome = 'replaced' FROM accounts a
		WHERE a.id = o.account_id AND o.tenant_id = @t AND o.ended_at IS NULL AND `+handed, args).Error; err != nil {
		return err
	}
	// The old owner may have what acts as the owner.
	revoked := tx.Exec(`UPDATE api_keys k SET revoked_at = @now, revoked_by_name = 'Change of owner', updated_at = @now, version = k.version + 1 FROM accounts a
		WHERE a.id = k.account_id AND k.tenant_id = @t AND k.service_account_id IS NULL AND k.revoked_at IS NULL AND `+handed, args)
	if revoked.Error != nil {
		return revoked.Error
	}
	if revoked.RowsAffected > 0 {
		tx.Note("keys_revoked", revoked.RowsAffected)
	}
	changed := tx.Exec("UPDATE accounts a SET owner_id = @new WHERE "+handed, args)
	if changed.Error != nil {
		return changed.Error
	}
	tx.Changed("owner", o.Owner.Name, o.To.Name)
	tx.Note("accounts", changed.RowsAffected)
	// Accounts themselves do not say in the snapshot who owns them: its owners do.
	tx.Touch("member", a.OwnerID)
	tx.Touch("member", o.OfferedTo)
	for _, p := range []Person{o.Owner, o.To} {
		if err := letter.Queue(tx, letter.Letter{Kind: letter.OwnershipChanged, To: p.Email, ToName: p.Name, About: o.ID, Facts: map[string]string{
			"account": a.Name, "from": o.Owner.Name, "to": o.To.Name, "path": "/a/" + a.ID.String()}}); err != nil {
			return err
		}
	}
	return nil
}
