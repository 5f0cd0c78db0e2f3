package login

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
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

// storeSignIns finds each login by who it is or, where nobody was known, by what was
// typed. A name that nobody has is found nowhere, and leaves nothing.
func (s *Store) storeSignIns(ctx context.Context, all []SignIn) error {
	n := len(all)
	ids, whos, tenants := make(store.IDList, n), make(store.IDList, n), make(store.IDList, n)
	at, doors, kinds, links, names, addresses, agents, outcomes, whys := make(store.TextList, n), make(store.TextList, n), make(store.TextList, n), make(store.TextList, n),
		make(store.TextList, n), make(store.TextList, n), make(store.TextList, n), make(store.TextList, n), make(store.TextList, n)
	tries := make(store.NumberList, n)
	for i, x := range all {
		ids[i], whos[i], tenants[i], tries[i] = x.ID, x.Who.ID, x.tenant, int64(x.Tries)
		at[i], doors[i], links[i], names[i] = x.At.UTC().Format(time.RFC3339Nano), string(x.Door), x.link, x.name
		addresses[i], agents[i], outcomes[i], whys[i] = x.Address, x.Agent, string(x.Outcome), string(x.Why)
		kinds[i] = authz.Member.String()
		switch {
		case x.Who.Kind == authz.ServiceAccount:
			kinds[i] = authz.ServiceAccount.String()
		case x.Who.Kind == authz.Subuser && x.Who.ID != uuid.Nil || x.Door == DoorSubuser:
			kinds[i] = authz.Subuser.String()
		}
		if x.Who.ID != uuid.Nil {
			names[i] = ""
		}
	}
	const member = "SELECT a.tenant_id, a.id AS account_id, x.id, x.at, x.door, x.kind, m.id AS who, m.name, x.address, x.agent, x.outcome, x.why, x.tries FROM x "
	const home = " JOIN accounts a ON a.owner_id = m.id AND a.kind = 'personal'"
	const own = "SELECT u.tenant_id, u.account_id, x.id, x.at, x.door, x.kind, u.id, u.name, x.address, x.agent, x.outcome, x.why, x.tries FROM x "
	return s.store.In(ctx, store.ScopeSignInLog, func(db *gorm.DB) error {
		return db.Exec(`WITH x AS (SELECT * FROM unnest(CAST(? AS uuid[]), CAST(? AS timestamptz[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS uuid[]), CAST(? AS uuid[]),
				CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS integer[]))
				AS x (id, at, door, kind, tenant, who, link, typed, address, agent, outcome, why, tries))
			INSERT INTO sign_ins (tenant_id, account_id, id, at, door, principal_kind, principal_id, principal_name, address, agent, outcome, why, tries)
			`+member+"JOIN members m ON m.id = x.who"+home+` WHERE x.kind = 'member' UNION ALL
			`+member+"JOIN members m ON m.email_folded = x.typed"+home+` WHERE x.kind = 'member' UNION ALL
			`+own+`JOIN subusers u ON u.tenant_id = x.tenant AND u.id = x.who WHERE x.kind = 'subuser' UNION ALL
			`+own+`JOIN service_accounts u ON u.tenant_id = x.tenant AND u.id = x.who WHERE x.kind = 'service_account' UNION ALL
			`+own+`JOIN login_links l ON l.link = x.link JOIN subusers u ON u.tenant_id = l.tenant_id AND u.account_id = l.account_id AND u.name = x.typed WHERE x.kind = 'subuser'
			ON CONFLICT (tenant_id, account_id, id) DO UPDATE SET tries = sign_ins.tries + excluded.tries`,
			ids, at, doors, kinds, tenants, whos, links, names, addresses, agents, outcomes, whys, tries).Error
	})
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
			}, "SELECT DISTINCT tenant_id FROM (SELECT tenant_id FROM sign_ins WHERE at < ? ORDER BY at LIMIT ?) x", old, account.PurgeRows)
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
	r, b := g.Resource(), &store.Clauses{}
	b.Where("tenant_id = %s", r.Tenant)
	b.Where("account_id = %s", r.Account)
	b.Where("(principal_kind <> 'member' OR principal_id = %s)", g.Actor().ID.ID)
	if f.Text != "" {
		text := b.Arg(store.Like(f.Text))
		b.Conditions = append(b.Conditions, "(principal_name ILIKE "+text+" OR address ILIKE "+text+")")
	}
	if f.Outcome != "" {
		b.Where("outcome = %s", string(f.Outcome))
	}
	b.Between("at", f.From, f.To)
	if f.Before != uuid.Nil {
		b.Where("id < %s", f.Before)
	}
	return s.signInRows(ctx, r.Tenant, fmt.Sprintf("WHERE %s ORDER BY id DESC LIMIT %s", strings.Join(b.Conditions, " AND "), b.Arg(f.Limit)), b.Args...)
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
