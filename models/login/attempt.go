package login

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// Attempt is one try at something that must not be tried without end: at a
// login, a code, a link. It is counted before a password is hashed.
type Attempt struct {
	Door    Door
	Link    string            // of the login page, at the door of subusers
	Name    string            // as typed: who or what it is tried at; empty where nobody says
	Who     authz.PrincipalID // in place of the name, where it is known
	Tenant  uuid.UUID         // of a subuser that is known
	Address string
	Browser string // what the browser's cookie holds
}

// Door is what is tried.
type Door string

// The doors.
const (
	DoorMember   Door = "member"
	DoorSubuser  Door = "subuser"
	DoorPasskey  Door = "passkey"
	DoorCode     Door = "code"     // of a second step
	DoorPassword Door = "password" // once more, of whoever is signed in
	DoorSignUp   Door = "sign-up"
	DoorReset    Door = "reset" // asking for a link
	DoorLink     Door = "link"  // using one
	DoorKey      Door = "key"   // of a program
)

// The rates of attempts. They throttle: nobody is locked out for good, and a
// browser that signed in before is not held up by what strangers do.
var (
	perName     = store.Rate{Burst: 10, Every: 6 * time.Second}
	perCode     = store.Rate{Burst: 10, Every: time.Minute} // short: guessing for a day finds one code in 200
	perBlock    = store.Rate{Burst: 120, Every: time.Second}
	perCustomer = store.Rate{Burst: 240, Every: 500 * time.Millisecond} // a /48 of IPv6
	perPanel    = store.Rate{Burst: 200, Every: 20 * time.Millisecond}
	perSignUps  = store.Rate{Burst: 30, Every: time.Minute} // from one block
	allSignUps  = store.Rate{Burst: 300, Every: 30 * time.Second}
)

// Allowed is an attempt that was within its limits.
type Allowed struct{ from []store.Bucket }

// Allow takes one attempt from its limits; TooMany where one of them has none
// left, and then it takes from none.
func (s *Store) Allow(ctx context.Context, a Attempt) (Allowed, error) {
	known, err := s.knowsBrowser(ctx, a)
	if err != nil {
		return Allowed{}, err
	}
	from := s.buckets(a, known)
	taken, short, err := s.store.Take(ctx, 1, from...)
	if err == nil && taken == 0 {
		err = store.TooMany{Until: short.Until}
	}
	return Allowed{from}, err
}

// Succeeded gives an attempt back to the name or browser it was taken from:
// success costs nothing, and refills nothing for others.
func (s *Store) Succeeded(ctx context.Context, a Allowed) error {
	return s.store.GiveBack(ctx, 1, a.from[0])
}

// buckets are what an attempt takes from, the one of its name or browser first.
func (s *Store) buckets(a Attempt, known bool) (all []store.Bucket) {
	named := perName
	if a.Door == DoorCode {
		named = perCode
	}
	if known {
		return []store.Bucket{s.store.Bucket(named, "browser", a.Browser+" "+a.whom()), s.store.Bucket(perPanel, "known browsers", "")}
	}
	if a.whom() != "" {
		all = append(all, s.store.Bucket(named, "name", a.whom()))
	}
	narrow, wide := store.Networks(a.Address)
	if a.Door == DoorSignUp {
		all = append(all, s.store.Bucket(perSignUps, "sign-ups", narrow), s.store.Bucket(allSignUps, "all sign-ups", ""))
	}
	all = append(all, s.store.Bucket(perBlock, "block", narrow))
	if wide != "" {
		all = append(all, s.store.Bucket(perCustomer, "customer", wide))
	}
	return append(all, s.store.Bucket(perPanel, "panel", ""))
}

// whom is what the attempt is at, in one form however it is spelled, each door
// for itself; empty where nobody says.
func (a Attempt) whom() string {
	switch {
	case !a.Who.IsZero():
		return string(a.Door) + " " + a.Who.String()
	case a.Name != "":
		return string(a.Door) + " " + a.Link + " " + store.FoldEmail(a.Name)
	}
	return ""
}

// knowsBrowser tells whether the attempt comes with a browser that signed in
// before to the login that it is at.
func (s *Store) knowsBrowser(ctx context.Context, a Attempt) (known bool, err error) {
	if a.Browser == "" {
		return false, nil
	}
	const by = "SELECT EXISTS (SELECT FROM known_browsers b "
	hash := store.TokenHash(a.Browser)
	switch {
	case !a.Who.IsZero():
		err = s.store.One(ctx, store.ScopeLimits, []any{&known}, by+"WHERE b.token_hash = $1 AND b.principal_kind = $2 AND b.principal_id = $3)", hash, a.Who.Kind.String(), a.Who.ID)
	case a.Door == DoorMember:
		err = s.store.One(ctx, store.ScopeLimits, []any{&known}, by+`JOIN members m ON b.principal_kind = 'member' AND m.id = b.principal_id
			WHERE b.token_hash = $1 AND m.email_folded = $2)`, hash, store.FoldEmail(a.Name))
	case a.Door == DoorSubuser:
		var who uuid.UUID
		err = s.store.Find(ctx, store.ScopeLimits, []any{&who}, `SELECT u.id FROM login_links l
			JOIN subusers u ON u.tenant_id = l.tenant_id AND u.account_id = l.account_id AND u.name = $2 WHERE {l.tenant_id} AND l.link = $1`, a.Link, store.FoldSubuser(a.Name))
		if err == store.ErrNotFound {
			return false, nil
		}
		if err == nil {
			err = s.store.One(ctx, store.ScopeLimits, []any{&known}, by+"WHERE b.token_hash = $1 AND b.principal_kind = 'subuser' AND b.principal_id = $2)", hash, who)
		}
	}
	return known, err
}

// mostBrowsers is how many browsers are known of one login.
const mostBrowsers = 50

// RememberBrowser keeps that a browser signed in, and gives it a new token in
// place of the one it had; what it is known for otherwise stays.
func (s *Store) RememberBrowser(ctx context.Context, who authz.PrincipalID, had string) (token string, err error) {
	token = store.NewToken()
	return token, s.store.In(ctx, store.ScopeLimits, func(db *gorm.DB) error {
		if had != "" {
			if err := db.Exec("UPDATE known_browsers SET token_hash = ? WHERE token_hash = ?", store.TokenHash(token), store.TokenHash(had)).Error; err != nil {
				return err
			}
		}
		if err := db.Exec(`INSERT INTO known_browsers (principal_kind, principal_id, token_hash, seen_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (principal_kind, principal_id, token_hash) DO UPDATE SET seen_at = excluded.seen_at`, who.Kind.String(), who.ID, store.TokenHash(token), s.store.Now()).Error; err != nil {
			return err
		}
		return db.Exec(`DELETE FROM known_browsers WHERE principal_kind = ? AND principal_id = ? AND token_hash IN (
			SELECT token_hash FROM known_browsers WHERE principal_kind = ? AND principal_id = ? ORDER BY seen_at DESC OFFSET ?)`,
			who.Kind.String(), who.ID, who.Kind.String(), who.ID, mostBrowsers).Error
	})
}
