package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	accounts "bailiwick/models/account"
	"bailiwick/models/store"
)

// Use notes that a session is used, at most once a minute on all nodes together.
func (s *Store) Use(ctx context.Context, x Session) error {
	now := s.store.Now()
	if now.Sub(x.UsedAt) < store.UsedEvery {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.store.AtMost(sessionTime))
	defer cancel()
	aside := store.ScopeSession
	aside.Aside = true
	return s.store.In(ctx, aside, func(db *gorm.DB) error {
		return db.Exec(`UPDATE sessions SET used_at = ?, longest_idle = greatest(longest_idle, floor(extract(epoch FROM ?::timestamptz - coalesce(used_at, started_at)))::integer)
			WHERE id = ? AND coalesce(used_at, started_at) <= ?`, now, now, x.ID, now.Add(-store.UsedEvery)).Error
	})
}

// Exceeds tells whether the session went unused for longer than a limit, at any
// time since it began: a visit to an account without a limit does not make up for
// it. It may be a minute late and is never early. No limit is zero.
func (x Session) Exceeds(limit time.Duration) bool {
	return limit > 0 && x.Idle >= limit+store.UsedEvery
}

// ProofLife is how long a password given again is good for what costs a lot
// (ASVS 5.0, 7.5.3).
const ProofLife = 5 * time.Minute

// sessionTime bounds the query by which every request is decided.
const sessionTime = time.Second

// Session is one sign-in.
type Session struct {
	ID        uuid.UUID // names it in lists; the cookie holds something else
	Principal authz.PrincipalID
	Account   uuid.UUID // of a subuser, whose sessions are bound to it; zero otherwise
	Tenant    uuid.UUID
	Name      string // of the principal
	Email     string // of a member
	Proven    bool   // that address
	Address   string
	Agent     string
	StartedAt time.Time
	ExpiresAt time.Time
	EndedAt   *time.Time
	ProvedAt  time.Time     // when its owner last gave their password or passkey
	TwoStep   bool          // that took more than a password
	Active    bool          // of the principal
	UsedAt    time.Time     // last, to the minute
	Idle      time.Duration // the longest it went unused, until now
	IdleLimit time.Duration // of a subuser's account; zero where there is none
	// AlertsRead is up to when the principal has read what happened for them.
	AlertsRead time.Time
	Pins       []string    // entries of the sidebar that the principal pinned, by their sections' keys
	Dismissed  []uuid.UUID // accounts whose checklist the principal dismissed
	Views      []View      // that the principal saved of the list at the address asked for, by name
	duties     []string
}

// Actor is who is signed in, as the audit names them.
func (x Session) Actor() authz.Actor { return authz.Actor{ID: x.Principal, Name: x.Name} }

// Live tells whether the session is valid at a time: from its start, until
// eight hours later or its end.
func (x Session) Live(now time.Time) bool {
	return x.EndedAt == nil && x.Active && !now.Before(x.StartedAt) && now.Before(x.ExpiresAt)
}

// Fresh tells whether the owner proved lately enough who they are for an act
// that costs a lot.
func (x Session) Fresh(now time.Time) bool { return now.Before(x.ProvedAt.Add(ProofLife)) }

// ErrTwoStep is for a sign-in by password alone of somebody whose sign-in takes
// two steps.
var ErrTwoStep = errors.New("the sign-in takes a second step")

// Login is a login whose password was right. It signs in only as long as that
// is its password still.
type Login struct {
	Principal       authz.PrincipalID
	Tenant, Account uuid.UUID // of a subuser
	Hash            string    // of the password
}

// Login is the member as whose password was right.
func (m Member) Login() Login { return Login{Principal: m.Principal(), Hash: m.PasswordHash} }

// standing is a login's row, as it is while its lock is held.
type standing struct {
	Hash    string
	Active  bool
	TwoStep bool
}

// hold locks the row of a login until the commit, so that whatever changes how
// it signs in is waited for, or waits. ErrSignIn is for one that is gone or
// suspended.
func hold(db *gorm.DB, who authz.PrincipalID, tenant uuid.UUID) (now standing, err error) {
	err = row(db, who, tenant).Clauses(store.Locked).
		Select("coalesce(password_hash, '') AS hash, state = 'active' AS active, two_step_key IS NOT NULL AS two_step").Take(&now).Error
	if err == nil && !now.Active {
		err = store.ErrNotFound
	}
	return now, OrSignIn(store.Known(err))
}

// hold is hold for a login whose password was right; ErrSignIn where it is
// another by now.
func (l Login) hold(db *gorm.DB) (standing, error) {
	now, err := hold(db, l.Principal, l.Tenant)
	if err == nil && (l.Hash == "" || now.Hash != l.Hash) {
		err = store.ErrSignIn
	}
	return now, err
}

// StartSession signs in whoever's password was right; ErrTwoStep where that is
// not enough, ErrSignIn where it is not right any more. The token is for the
// cookie; only its hash is kept.
func (s *Store) StartSession(ctx context.Context, l Login, address, agent string) (token string, err error) {
	err = s.store.In(ctx, store.ScopeSession, func(db *gorm.DB) error {
		now, err := l.hold(db)
		if err != nil {
			return err
		}
		if now.TwoStep {
			return ErrTwoStep
		}
		token, err = s.startSession(db, l, false, address, agent)
		return err
	})
	return token, err
}

// startSession begins the session of a login that is held.
func (s *Store) startSession(db *gorm.DB, l Login, twoStep bool, address, agent string) (token string, err error) {
	token = store.NewToken()
	row := sessionRow{
		IDHash: store.TokenHash(token), ID: store.NewID(), PrincipalKind: l.Principal.Kind.String(), PrincipalID: l.Principal.ID,
		Address: store.Cut(address, 64), Agent: store.Cut(agent, 256), StartedAt: s.store.Now(), ExpiresAt: s.store.Now().Add(store.SessionLife), TwoStep: twoStep,
	}
	if l.Principal.Kind == authz.Subuser {
		row.TenantID, row.AccountID = &l.Tenant, &l.Account
	}
	if l.Principal.Kind == authz.Member {
		if err := db.Exec("UPDATE members SET last_sign_in = ? WHERE id = ?", row.StartedAt, l.Principal.ID).Error; err != nil {
			return "", err
		}
	} else if err := presentAccount(db, l.Tenant, l.Account); err != nil {
		return "", err
	}
	return token, db.Create(&row).Error
}

// presentAccount makes a deletion of the account wait for the transaction, or
// finds that it came first.
func presentAccount(db *gorm.DB, tenant, account uuid.UUID) error {
	var id uuid.UUID
	return db.Raw("SELECT id FROM accounts WHERE tenant_id = ? AND id = ? AND state <> 'deleted' FOR SHARE", tenant, account).Row().Scan(&id)
}

type sessionRow struct {
	IDHash        []byte
	ID            uuid.UUID
	PrincipalKind string
	PrincipalID   uuid.UUID
	TenantID      *uuid.UUID
	AccountID     *uuid.UUID
	Address       string
	Agent         string
	StartedAt     time.Time
	ExpiresAt     time.Time
	TwoStep       bool
}

func (sessionRow) TableName() string { return "sessions" }

// Place is the account in an address: what a page says of it, and how far its
// tenant's who-may-what has come in the database.
type Place struct {
	Tenant, Account uuid.UUID
	Epoch           int64
	Kind, Name      string
	Owner           uuid.UUID
	Path            string
	IdleLimit       time.Duration          // how long a session may go unused; zero is for as long as it lasts
	TwoStepSince    *time.Time             // sign-ins from then on take two steps; nil where one is enough
	Support         accounts.SupportAccess // the open door to support staff; Access is empty where it is shut
	networks        string
}

// Trusts tells whether the account takes a session: one of two steps, or from
// before it wanted that.
func (p Place) Trusts(x Session) bool {
	return p.TwoStepSince == nil || x.TwoStep || x.StartedAt.Before(*p.TwoStepSince)
}

// Admits tells whether the account may be entered from an address.
func (p Place) Admits(address string) bool { return accounts.Admits(p.networks, address) }

// Blocks tells whether an address is in a network that the account blocks.
func (p Place) Blocks(address string) bool {
	return accounts.Judge(p.networks, address) == accounts.Blocked
}

// Session finds a session by its token, dead ones too, together with the
// account in the address (zero for none), so that one round trip tells who asks,
// where, and whether the snapshot is up to date.
//
// Sessions and members stand outside tenants; an account and a subuser are read in
// their tenant, which this node knows of an account from the snapshot, and of a
// subuser from the session's first request. What it does not know costs a round
// trip more, once.
//
// It waits a second at most: a node that can not ask does not know, and denies.
func (s *Store) Session(ctx context.Context, token string, account uuid.UUID) (Session, Place, error) {
	return s.SessionAt(ctx, token, account, "")
}

// SessionAt is Session with the views of the list that has its page at a path.
func (s *Store) SessionAt(ctx context.Context, token string, account uuid.UUID, path string) (Session, Place, error) {
	ctx, cancel := context.WithTimeout(ctx, s.store.AtMost(sessionTime))
	defer cancel()
	hash, tenant := store.TokenHash(token), uuid.Nil
	snap := s.store.Access()
	if at, ok := snap.Find(account); ok {
		tenant = snap.Tenant(at)
	}
	var x Session
	e := Place{Account: account}
	parts := []store.Query{s.whose(hash, path, &x)}
	known, ok := s.subusers.GetIfPresent(string(hash))
	unreached := s.store.Unreached(tenant) || s.store.Unreached(known.tenant)
	if tenant != uuid.Nil && !unreached {
		parts = append(parts, s.Where(tenant, &e))
	}
	if ok && !unreached {
		parts = append(parts, whichSubuser(known, path, &x))
	}
	if err := s.store.ReadAll(ctx, store.ScopeSession, parts...); err != nil {
		return Session{}, Place{Account: account}, err
	}
	switch {
	case x.ID == uuid.Nil:
		return Session{}, Place{Account: account}, store.ErrNotFound
	case unreached: // who is not signed in is told that first
		return Session{}, Place{Account: account}, store.ErrUnreached
	}
	return x, e, s.learn(ctx, hash, tenant, path, ok, &x, &e)
}

// learn reads the parts of a session whose tenant was not known.
func (s *Store) learn(ctx context.Context, hash []byte, tenant uuid.UUID, path string, known bool, x *Session, e *Place) error {
	var parts []store.Query
	if tenant == uuid.Nil && e.Account != uuid.Nil {
		err := s.store.Find(ctx, store.ScopeSession, []any{&tenant}, "SELECT tenant_id FROM accounts WHERE {tenant_id} AND id = $1", e.Account)
		if err == nil {
			parts = append(parts, s.Where(tenant, e))
		} else if err != store.ErrNotFound {
			return err
		}
	}
	if x.Principal.Kind == authz.Subuser && !known {
		who := subuserKey{x.Tenant, x.Principal.ID}
		s.subusers.Set(string(hash), who)
		parts = append(parts, whichSubuser(who, path, x))
	}
	switch {
	case len(parts) == 0:
		return nil
	case s.store.Unreached(tenant) || s.store.Unreached(x.Tenant):
		return store.ErrUnreached
	}
	return s.store.ReadAll(ctx, store.ScopeSession, parts...)
}

// whose is the query for what stands outside tenants.
func (s *Store) whose(hash []byte, path string, x *Session) store.Query {
	return store.Query{Prepared: true, Scan: func(r pgx.Rows) error {
		var kind string
		var longest int // in seconds
		var views []byte
		err := r.Scan(&x.ID, &kind, &x.Principal.ID, &x.Tenant, &x.Account, &x.Name, &x.Email, &x.Proven, &x.Active,
			&x.Address, &x.Agent, &x.StartedAt, &x.ExpiresAt, &x.EndedAt, &x.ProvedAt, &x.TwoStep, &x.UsedAt, &longest, &x.AlertsRead, &x.Pins, &x.Dismissed, &views, &x.duties)
		x.Idle = max(time.Duration(longest)*time.Second, s.store.Now().Sub(x.UsedAt))
		x.Principal.Kind = authz.Member
		if kind == "subuser" {
			x.Principal.Kind = authz.Subuser
		}
		if err == nil {
			err = x.readViews(views)
		}
		return err
	}, SQL: whoseSQL, Args: []any{hash, uuid.Nil, path}}
}

var whoseSQL = `SELECT s.id, s.principal_kind, s.principal_id, coalesce(s.tenant_id, $2), coalesce(s.account_id, $2),
			coalesce(m.name, ''), coalesce(m.email, ''), m.email_proven_at IS NOT NULL, coalesce(m.state, '') = 'active',
			s.address, s.agent, s.started_at, s.expires_at, s.ended_at,
			coalesce(s.proved_at, s.started_at), s.two_step, coalesce(s.used_at, s.started_at), s.longest_idle, coalesce(m.alerts_read_at, '0001-01-01'), m.pins, m.dismissed, ` + viewsOf("m", "$3") + `,
			ARRAY(SELECT duty FROM staff WHERE s.principal_kind = 'member' AND member_id = s.principal_id)
		FROM sessions s LEFT JOIN members m ON s.principal_kind = 'member' AND m.id = s.principal_id
		WHERE s.id_hash = $1`

// Where is the query for an account of a tenant: what a visit must know of its place.
func (s *Store) Where(tenant uuid.UUID, e *Place) store.Query {
	return store.Query{Prepared: true, Scan: func(r pgx.Rows) error {
		var limit int // in minutes
		err := r.Scan(&e.Tenant, &e.Epoch, &e.Kind, &e.Name, &e.Owner, &e.Path, &limit, &e.TwoStepSince,
			&e.Support.Access, &e.Support.Reason, &e.Support.OpenedByName, &e.Support.Until, &e.networks)
		e.IdleLimit = time.Duration(limit) * time.Minute
		return err
	}, SQL: whereSQL, Args: []any{tenant, e.Account, s.store.Now()}}
}

var whereSQL = `SELECT t.id, t.epoch, a.kind, a.name, a.owner_id, a.path, coalesce(a.idle_minutes, 0), a.two_step_since,
			coalesce(d.access, ''), coalesce(d.reason, ''), coalesce(d.opened_by_name, ''), coalesce(d.until, $3),
			` + fmt.Sprintf(accounts.NetworkRules, "$1", "$2") + `
		FROM accounts a JOIN tenants t ON t.id = $1
		LEFT JOIN support_access d ON d.tenant_id = $1 AND d.account_id = $2 AND d.closed_at IS NULL AND d.until > $3
		WHERE a.tenant_id = $1 AND a.id = $2`

// whichSubuser is the query for the login of a subuser's session.
func whichSubuser(who subuserKey, path string, x *Session) store.Query {
	return store.Query{Prepared: true, Scan: func(r pgx.Rows) error {
		var limit int // in minutes
		var views []byte
		err := r.Scan(&x.Name, &x.Active, &limit, &x.AlertsRead, &x.Pins, &x.Dismissed, &views)
		x.IdleLimit = time.Duration(limit) * time.Minute
		if err == nil {
			err = x.readViews(views)
		}
		return err
	}, SQL: whichSubuserSQL, Args: []any{who.tenant, who.id, path}}
}

var whichSubuserSQL = `SELECT u.name, u.state = 'active', coalesce(a.idle_minutes, 0), coalesce(u.alerts_read_at, '0001-01-01'), u.pins, u.dismissed, ` + viewsOf("u", "$3") + `
		FROM subusers u JOIN accounts a ON a.tenant_id = $1 AND a.id = u.account_id WHERE u.tenant_id = $1 AND u.id = $2`

// subuserKey is the place of a subuser's login.
type subuserKey struct{ tenant, id uuid.UUID }

// Sessions lists a principal's live sessions, newest first.
func (s *Store) Sessions(ctx context.Context, g authz.Grant, who authz.PrincipalID) ([]Session, error) {
	if !g.CoversSelf(who) {
		return nil, authz.ErrDenied
	}
	var all []Session
	err := s.store.Read(ctx, store.ScopeSession, func(r pgx.Rows) error {
		x := Session{Principal: who}
		err := r.Scan(&x.ID, &x.Address, &x.Agent, &x.StartedAt, &x.ExpiresAt)
		all = append(all, x)
		return err
	}, `SELECT id, address, agent, started_at, expires_at FROM sessions
		WHERE principal_kind = $1 AND principal_id = $2 AND ended_at IS NULL AND expires_at > $3 ORDER BY started_at DESC LIMIT 200`,
		who.Kind.String(), who.ID, s.store.Now())
	return all, err
}

// EndSession ends one of a principal's own sessions.
func (s *Store) EndSession(ctx context.Context, g authz.Grant, who authz.PrincipalID, id uuid.UUID) error {
	return s.endOwn(ctx, g, who, "id = ?", id)
}

// EndOtherSessions ends all of a principal's own sessions but one.
func (s *Store) EndOtherSessions(ctx context.Context, g authz.Grant, who authz.PrincipalID, keep uuid.UUID) error {
	err := s.endOwn(ctx, g, who, "id <> ?", keep)
	if err == store.ErrNotFound { // there were no others
		err = nil
	}
	return err
}

// endOwn is not kept by the audit of any account: a sign-out changes nothing
// that others may do or see.
func (s *Store) endOwn(ctx context.Context, g authz.Grant, who authz.PrincipalID, which string, id uuid.UUID) error {
	if !g.CoversSelf(who) {
		return authz.ErrDenied
	}
	return s.store.In(ctx, store.ScopeSession, func(db *gorm.DB) error {
		done := db.Exec("UPDATE sessions SET ended_at = ? WHERE principal_kind = ? AND principal_id = ? AND ended_at IS NULL AND "+which,
			s.store.Now(), who.Kind.String(), who.ID, id)
		if done.Error == nil && done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return done.Error
	})
}

// EndSessions ends every session of some principals of one kind within a write.
func EndSessions(tx *store.Tx, who ...authz.PrincipalID) error {
	return endSessionsBut(tx, uuid.Nil, who...)
}

// endSessionsBut is EndSessions for all but one. It also ends what the browsers of the
// logins are allowed beyond others: one may be of whoever knew an old password.
func endSessionsBut(tx *store.Tx, keep uuid.UUID, who ...authz.PrincipalID) error {
	if len(who) == 0 {
		return nil
	}
	kind, ids := who[0].Kind.String(), make(store.IDList, len(who))
	for i, w := range who {
		ids[i] = w.ID
	}
	const whose = " WHERE principal_kind = ? AND principal_id = ANY(CAST(? AS uuid[]))"
	return tx.Across(func() error {
		for _, table := range []string{"half_sign_ins", "known_browsers"} {
			if err := tx.Exec("DELETE FROM "+table+whose, kind, ids).Error; err != nil {
				return err
			}
		}
		return tx.Exec("UPDATE sessions SET ended_at = ?"+whose+" AND ended_at IS NULL AND id <> ?", tx.Store.Now(), kind, ids, keep).Error
	})
}

// PruneSessions removes sessions that ended long ago, and sign-ins that came to
// nothing; until then a dead one still tells which sign-in page its owner needs.
func (s *Store) PruneSessions(ctx context.Context) error {
	return s.store.In(ctx, store.ScopeSession, func(db *gorm.DB) error {
		if err := db.Exec("DELETE FROM half_sign_ins WHERE expires_at < ?", s.store.Now().Add(-24*time.Hour)).Error; err != nil {
			return err
		}
		if err := db.Exec("DELETE FROM passkey_challenges WHERE expires_at < ?", s.store.Now()).Error; err != nil {
			return err
		}
		old := s.store.Now().Add(-30 * 24 * time.Hour)
		if err := db.Exec("DELETE FROM session_accounts WHERE entered_at < ?", old).Error; err != nil {
			return err
		}
		return db.Exec("DELETE FROM sessions WHERE expires_at < ?", old).Error
	})
}

// OnDuty tells whether whoever is signed in has a duty now.
func (x Session) OnDuty(duty string) (store.OnDuty, bool) {
	return store.OnDuty{Actor: x.Actor(), Duty: duty}, slices.Contains(x.duties, duty)
}
