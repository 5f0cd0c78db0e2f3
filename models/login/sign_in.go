package login

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// SignIn is how an attempt came out. It holds no secret, and of a name that was
// typed only what NameDigest gives away.
type SignIn struct {
	ID      uuid.UUID // in order of time
	At      time.Time
	Door    Door
	Who     authz.PrincipalID // zero where nobody is known by then
	WhoName string            // in a list
	Address string
	Agent   string
	Outcome Outcome
	Why     Why
	Tries   int // more than one where they are counted together

	NameDigest string // stands for the name in its folded form; empty where none was typed

	tenant uuid.UUID // of a subuser that is known
	link   string
	name   string // folded
}

// Outcome is what an attempt led to.
type Outcome string

// The outcomes.
const (
	SignInOK      Outcome = "ok"
	SignInRefused Outcome = "refused"
	SignInLimited Outcome = "limited" // nobody looked: too many tries
	SignInCrowded Outcome = "crowded" // nobody looked: too many people at once
)

// Outcomes are all of them.
var Outcomes = []Outcome{SignInOK, SignInRefused, SignInLimited, SignInCrowded}

// Why is the reason for an outcome. It is for logs and for whoever owns the
// login, and never for whoever tries.
type Why string

// The reasons.
const (
	WhySecondStep  Why = "second step needed" // the password was right
	WhyPassword    Why = "wrong password"
	WhyUnknown     Why = "unknown name"
	WhySuspended   Why = "suspended"
	WhyNoPassword  Why = "no password yet"
	WhyChanged     Why = "changed meanwhile"
	WhyCode        Why = "wrong code"
	WhyPasskey     Why = "passkey refused"
	WhyLink        Why = "dead link"
	WhyNewPassword Why = "new password refused"
	WhyLimit       Why = "limit"
	WhyCrowd       Why = "crowd"
	WhyFault       Why = "fault"

	WhyNoKey    Why = "not a key" // a slip, or of another installation
	WhyRevoked  Why = "revoked"
	WhyExpired  Why = "expired"
	WhyReplaced Why = "replaced"
	WhyNetwork  Why = "outside its networks"
	WhyDeleted  Why = "deleted"
	WhyAccount  Why = "account suspended"
)

// Refusal is an ErrSignIn that tells, inside the panel, whose login it was and why.
type Refusal struct {
	Who    authz.PrincipalID // zero for nobody
	Tenant uuid.UUID         // of a subuser
	Why    Why
}

func (Refusal) Error() string { return store.ErrSignIn.Error() }

// Is makes it an ErrSignIn.
func (Refusal) Is(err error) bool { return err == store.ErrSignIn }

// Refused says why a password did not sign in, where that is what err says.
func Refused(err error, who authz.PrincipalID, tenant uuid.UUID, hash string) error {
	r := Refusal{Who: who, Tenant: tenant, Why: WhyPassword}
	switch {
	case err != store.ErrSignIn:
		return err
	case who.ID == uuid.Nil:
		r = Refusal{Why: WhyUnknown}
	case hash == "":
		r.Why = WhyNoPassword
	}
	return r
}

// plainWhy is the reason for an ErrSignIn that gives none.
var plainWhy = map[Door]Why{
	DoorMember: WhyChanged, DoorSubuser: WhyChanged, DoorPasskey: WhyPasskey, DoorCode: WhyCode, DoorPassword: WhyPassword, DoorLink: WhyLink,
}

// CameOut is what an attempt's error, or none, says of it. It asks nobody, so
// that it costs the same whoever it is about.
func (s *Store) CameOut(a Attempt, agent string, err error) SignIn {
	x := SignIn{
		ID: store.NewID(), At: s.store.Now(), Door: a.Door, Who: a.Who, Address: store.Cut(a.Address, 64), Agent: store.Cut(agent, 256), Outcome: SignInRefused, Tries: 1, tenant: a.Tenant,
	}
	if a.Door != DoorLink && a.Name != "" { // what a link holds is a secret
		x.name = store.Cut(store.FoldEmail(a.Name), 320)
		x.NameDigest = s.store.Digest("sign-in name", x.name).String()
	}
	if a.Door == DoorSubuser && x.name != "" {
		x.link, x.name = store.Cut(a.Link, 64), store.Cut(store.FoldSubuser(a.Name), 320)
	}
	var r Refusal
	var many store.TooMany
	switch {
	case err == nil:
		x.Outcome = SignInOK
	case errors.Is(err, ErrTwoStep):
		x.Outcome, x.Why = SignInOK, WhySecondStep
	case errors.As(err, &r):
		x.Why = r.Why
		if r.Who.ID != uuid.Nil {
			x.Who, x.tenant = r.Who, r.Tenant
		}
	case errors.Is(err, store.ErrSignIn):
		x.Why = plainWhy[a.Door]
	case errors.Is(err, store.ErrConflict):
		x.Why = WhyChanged
	case errors.As(err, &many):
		x.Outcome, x.Why = SignInLimited, WhyLimit
	case errors.Is(err, store.ErrCrowded):
		x.Outcome, x.Why = SignInCrowded, WhyCrowd
	default:
		x.Why = WhyFault
	}
	if x.Outcome == SignInLimited || x.Outcome == SignInCrowded {
		x.ID = s.minuteID(x, a.whom())
	}
	return x
}

// minuteID is one for all that nobody looked at within a minute, at one door and
// login: a flood must not fill the log.
func (s *Store) minuteID(x SignIn, whom string) uuid.UUID {
	id := s.store.Digest("sign-ins of a minute", fmt.Sprintf("%s %s %s", x.Door, x.Outcome, whom))
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(x.At.Truncate(time.Minute).UnixMilli()))
	copy(id[:6], ms[2:])
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// signInLog holds attempts that are not stored yet, up to a number.
type signInLog struct {
	mu      sync.Mutex
	waiting []SignIn
	at      map[uuid.UUID]int // in waiting
	dropped int
}

const (
	mostSignIns    = 4096 // that wait to be stored
	signInsAtATime = 500
)

// KeepSignIn has an attempt stored in the log of whose login it was at, soon and
// not now: whoever tries must not learn by the time whether there is such a
// login. Beyond a number it is dropped, and counted.
func (s *Store) KeepSignIn(x SignIn) {
	if x.Who.ID == uuid.Nil && x.name == "" {
		return // nobody's
	}
	l := &s.signIns
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, ok := l.at[x.ID]; ok {
		l.waiting[i].Tries++
		return
	}
	if len(l.waiting) >= mostSignIns {
		l.dropped++
		return
	}
	if l.at == nil {
		l.at = map[uuid.UUID]int{}
	}
	l.at[x.ID] = len(l.waiting)
	l.waiting = append(l.waiting, x)
}

func (l *signInLog) take() (all []SignIn, dropped int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all, dropped = l.waiting, l.dropped
	l.waiting, l.at, l.dropped = nil, nil, 0
	return all, dropped
}

// StoreSignIns stores the attempts that wait, and tells how many were lost since
// it was last called.
func (s *Store) StoreSignIns(ctx context.Context) (lost int, err error) {
	all, lost := s.signIns.take()
	for len(all) > 0 && err == nil {
		n := min(len(all), signInsAtATime)
		if err = s.storeSignIns(ctx, all[:n]); err == nil {
			all = all[n:]
		}
	}
	return lost + len(all), err
}

// storeSignIns stores attempts with the logins that they were at. A name that nobody
// has is found nowhere, and leaves nothing.
func (s *Store) storeSignIns(ctx context.Context, all []SignIn) error {
	all = slices.DeleteFunc(slices.Clone(all), func(x SignIn) bool { return s.later(x, x.tenant) })
	at, err := s.triedAt(ctx, all)
	if err != nil {
		return err
	}
	var ids, whos, tenants, accounts store.IDList
	var times, doors, kinds, names, addresses, agents, outcomes, whys store.TextList
	var tries store.NumberList
	for i, x := range all {
		l := at[i]
		if l.account == uuid.Nil || s.later(x, l.tenant) {
			continue
		}
		tenants, accounts, ids, times = append(tenants, l.tenant), append(accounts, l.account), append(ids, x.ID), append(times, x.At.UTC().Format(time.RFC3339Nano))
		doors, kinds, whos, names = append(doors, string(x.Door)), append(kinds, l.who.Kind.String()), append(whos, l.who.ID), append(names, l.name)
		addresses, agents, outcomes = append(addresses, x.Address), append(agents, x.Agent), append(outcomes, string(x.Outcome))
		whys, tries = append(whys, string(x.Why)), append(tries, int64(x.Tries))
	}
	if len(ids) == 0 {
		return nil
	}
	return s.store.In(ctx, store.ScopeSignInLog, func(db *gorm.DB) error {
		return db.Exec(`INSERT INTO sign_ins (tenant_id, account_id, id, at, door, principal_kind, principal_id, principal_name, address, agent, outcome, why, tries)
			SELECT * FROM unnest(CAST(? AS uuid[]), CAST(? AS uuid[]), CAST(? AS uuid[]), CAST(? AS timestamptz[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS uuid[]),
				CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS integer[]))
			ON CONFLICT (tenant_id, account_id, id) DO UPDATE SET tries = sign_ins.tries + excluded.tries`,
			tenants, accounts, ids, times, doors, kinds, whos, names, addresses, agents, outcomes, whys, tries).Error
	})
}

// later keeps an attempt for another time where its tenant is unreached.
func (s *Store) later(x SignIn, tenant uuid.UUID) bool {
	unreached := s.store.Unreached(tenant)
	if unreached {
		s.KeepSignIn(x)
	}
	return unreached
}

// loginAt is a login, and where attempts at it are stored.
type loginAt struct {
	who             authz.PrincipalID
	name            string
	tenant, account uuid.UUID // a member's personal one
}

// triedAt finds the login of each attempt by who it is or, where nobody was known, by
// what was typed.
func (s *Store) triedAt(ctx context.Context, all []SignIn) ([]loginAt, error) {
	at := make([]loginAt, len(all))
	var members, inside []int // logins, and what is of one account
	var ids, insideIDs, tenants []uuid.UUID
	var emails, links, names []string
	for i, x := range all {
		typed := x.name
		if x.Who.ID != uuid.Nil {
			typed = ""
		}
		if x.Who.ID != uuid.Nil && x.Who.Kind != authz.Member || x.Door == DoorSubuser {
			inside, tenants, insideIDs = append(inside, i), append(tenants, x.tenant), append(insideIDs, x.Who.ID)
			links, names = append(links, x.link), append(names, typed)
		} else {
			members, ids, emails = append(members, i), append(ids, x.Who.ID), append(emails, typed)
		}
	}
	var ask []store.Query
	if len(members) > 0 {
		const found = "SELECT x.n, m.id, m.name FROM unnest($1::integer[], $2::uuid[], $3::text[]) AS x (n, who, typed) JOIN members m ON "
		ask = append(ask, store.Query{Scan: func(r pgx.Rows) error {
			var i int
			l := loginAt{who: authz.PrincipalID{Kind: authz.Member}}
			err := r.Scan(&i, &l.who.ID, &l.name)
			at[i] = l
			return err
		}, SQL: found + "m.id = x.who UNION ALL " + found + "m.email_folded = x.typed", Args: []any{members, ids, emails}})
	}
	if len(inside) > 0 {
		scan := func(kind authz.PrincipalKind) func(pgx.Rows) error {
			return func(r pgx.Rows) error {
				var i int
				l := loginAt{who: authz.PrincipalID{Kind: kind}}
				err := r.Scan(&i, &l.tenant, &l.account, &l.who.ID, &l.name)
				at[i] = l
				return err
			}
		}
		known := func(kind authz.PrincipalKind, table string) store.Query {
			return store.Query{Scan: scan(kind), SQL: `SELECT x.n, u.tenant_id, u.account_id, u.id, u.name FROM unnest($1::integer[], $2::uuid[], $3::uuid[]) AS x (n, tenant, who)
				JOIN ` + table + ` u ON u.tenant_id = x.tenant AND u.id = x.who`, Args: []any{inside, tenants, insideIDs}}
		}
		ask = append(ask, known(authz.Subuser, "subusers"), known(authz.ServiceAccount, "service_accounts"),
			store.Query{Scan: scan(authz.Subuser), SQL: s.store.Reached(`SELECT x.n, u.tenant_id, u.account_id, u.id, u.name FROM unnest($1::integer[], $2::text[], $3::text[]) AS x (n, link, typed)
				JOIN login_links l ON l.link = x.link JOIN subusers u ON u.tenant_id = l.tenant_id AND u.account_id = l.account_id AND u.name = x.typed WHERE {l.tenant_id}`), Args: []any{inside, links, names}})
	}
	if err := s.store.ReadAll(ctx, store.ScopeSignInLog, ask...); err != nil {
		return nil, err
	}
	homes, err := s.homes(ctx, at)
	for i, l := range at {
		if l.who.Kind == authz.Member {
			at[i].tenant, at[i].account = homes[l.who.ID].tenant, homes[l.who.ID].account
		}
	}
	return at, err
}

// homes finds the personal accounts of members.
func (s *Store) homes(ctx context.Context, of []loginAt) (map[uuid.UUID]loginAt, error) {
	homes, snap := map[uuid.UUID]loginAt{}, s.store.Access()
	var unheard []uuid.UUID // signed up at another node
	for _, l := range of {
		if _, known := homes[l.who.ID]; known || l.who.Kind != authz.Member {
			continue
		}
		tenant, id := account.Home(snap, l.who)
		if homes[l.who.ID] = (loginAt{tenant: tenant, account: id}); id == uuid.Nil {
			unheard = append(unheard, l.who.ID)
		}
	}
	if len(unheard) == 0 {
		return homes, nil
	}
	return homes, s.store.Read(ctx, store.ScopeSignInLog, func(r pgx.Rows) error {
		var owner uuid.UUID
		var l loginAt
		err := r.Scan(&owner, &l.tenant, &l.account)
		homes[owner] = l
		return err
	}, "SELECT owner_id, tenant_id, id FROM accounts WHERE owner_id = ANY($1) AND kind = 'personal'", unheard)
}

// SignInLife is how long attempts are kept.
const SignInLife = 90 * 24 * time.Hour

// PruneSignIns removes attempts that are old, some at a time.
func (s *Store) PruneSignIns(ctx context.Context) error {
	for full := true; full; {
		err := s.store.In(ctx, store.ScopeSignInLog, func(db *gorm.DB) error {
			full = false
			old := s.store.Now().Add(-SignInLife)
			return store.AmongTenants(db, func(tenant uuid.UUID) (bool, error) {
				done := db.Exec("DELETE FROM sign_ins WHERE tenant_id = ? AND ctid = ANY(ARRAY(SELECT ctid FROM sign_ins WHERE tenant_id = ? AND at < ? LIMIT ?))", tenant, tenant, old, account.PurgeRows)
				full = full || done.RowsAffected > 0
				return done.RowsAffected == account.PurgeRows, done.Error
			}, s.store.Reached("SELECT DISTINCT tenant_id FROM (SELECT tenant_id FROM sign_ins WHERE {tenant_id} AND at < ? ORDER BY at LIMIT ?) x"), old, account.PurgeRows)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SignInPage is how many attempts a page holds.
const SignInPage = 50

// SignInFilter narrows a list of attempts down.
type SignInFilter struct {
	Text     string // part of who it was or of the address
	Outcome  Outcome
	From, To time.Time // zero for no bound; To is left out
	Before   uuid.UUID // where the page begins; zero for the newest
	Limit    int
}

const signInColumns = "id, at, door, principal_kind, principal_id, principal_name, address, agent, outcome, why, tries"

// SignIns lists the newest attempts at the logins of the subusers and with the keys of
// the service accounts of the grant's account, and in one's own personal account those at one's own.
func (s *Store) SignIns(ctx context.Context, g authz.Grant, f SignInFilter) ([]SignIn, error) {
	b := f.shown(g)
	if f.Before != uuid.Nil {
		b.Where("id < %s", f.Before)
	}
	return s.signInRows(ctx, g.Resource().Tenant, fmt.Sprintf("WHERE %s ORDER BY id DESC LIMIT %s", strings.Join(b.Conditions, " AND "), b.Arg(f.Limit)), b.Args...)
}

// CountSignIns is how many attempts a filter shows on all of its pages, as far as
// store.Count counts.
func (s *Store) CountSignIns(ctx context.Context, g authz.Grant, f SignInFilter) (int, error) {
	b := f.shown(g)
	return s.store.Count(ctx, store.TenantScope(g.Resource().Tenant), "sign_ins WHERE "+strings.Join(b.Conditions, " AND "), b.Args...)
}

// shown are the conditions of what the filter shows, whatever the page.
func (f SignInFilter) shown(g authz.Grant) *store.Clauses {
	r, b := g.Resource(), &store.Clauses{}
	b.Where("tenant_id = %s", r.Tenant)
	b.Where("account_id = %s", r.Account)
	self := g.Actor().ID.ID
	if g.Actor().Scope != nil {
		self = uuid.Nil // no key reaches anybody's own login
	}
	b.Where("(principal_kind <> 'member' OR principal_id = %s)", self)
	if f.Text != "" {
		text := b.Arg(store.Like(f.Text))
		b.Conditions = append(b.Conditions, "(principal_name ILIKE "+text+" OR address ILIKE "+text+")")
	}
	if f.Outcome != "" {
		b.Where("outcome = %s", string(f.Outcome))
	}
	b.Between("at", f.From, f.To)
	return b
}

// OwnSignIns are the newest attempts at the login of whoever asks.
func (s *Store) OwnSignIns(ctx context.Context, g authz.Grant, x Session, limit int) ([]SignIn, error) {
	if !g.CoversSelf(x.Principal) {
		return nil, authz.ErrDenied
	}
	tenant := x.Tenant
	if x.Principal.Kind == authz.Member {
		home, err := s.PersonalAccount(ctx, x.Principal)
		if err != nil {
			return nil, err
		}
		tenant = home.Tenant
	}
	return s.signInRows(ctx, tenant, "WHERE tenant_id = $1 AND principal_id = $2 ORDER BY id DESC LIMIT $3", tenant, x.Principal.ID, limit)
}

func (s *Store) signInRows(ctx context.Context, tenant uuid.UUID, which string, args ...any) (all []SignIn, err error) {
	return all, s.store.Read(ctx, store.TenantScope(tenant), func(rows pgx.Rows) error {
		var x SignIn
		var kind string
		if err := rows.Scan(&x.ID, &x.At, &x.Door, &kind, &x.Who.ID, &x.WhoName, &x.Address, &x.Agent, &x.Outcome, &x.Why, &x.Tries); err != nil {
			return err
		}
		for _, k := range []authz.PrincipalKind{authz.Member, authz.Subuser, authz.ServiceAccount} {
			if k.String() == kind {
				x.Who.Kind = k
			}
		}
		all = append(all, x)
		return nil
	}, "SELECT "+signInColumns+" FROM sign_ins "+which, args...)
}
