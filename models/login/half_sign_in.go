package login

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/letter"
	"bailiwick/models/store"
)

// A sign-in of which the password was right waits so long for its code, and
// takes so many.
const (
	HalfSignInLife  = 5 * time.Minute
	halfSignInTries = 5
)

// HalfSignIn is a sign-in of which the code is missing. It opens nothing.
type HalfSignIn struct {
	Principal authz.PrincipalID
	Tenant    uuid.UUID // of a subuser
	Account   uuid.UUID
	ReturnTo  string // a path of ours
	Name      string
	Over      bool // too late, too many codes were wrong, or nobody may sign in so any more
}

// StartHalfSignIn keeps that a password was right; ErrSignIn where it is not any
// more. The token is for a cookie.
func (s *Store) StartHalfSignIn(ctx context.Context, l Login, returnTo string) (token string, err error) {
	token = store.NewToken()
	row := map[string]any{
		"token_hash": store.TokenHash(token), "principal_kind": l.Principal.Kind.String(), "principal_id": l.Principal.ID,
		"return_to": returnTo, "expires_at": s.store.Now().Add(HalfSignInLife),
	}
	if l.Principal.Kind == authz.Subuser {
		row["tenant_id"], row["account_id"] = l.Tenant, l.Account
	}
	return token, s.store.In(ctx, store.ScopeSignIn, func(db *gorm.DB) error {
		// Whoever changes the password from here on waits, and then ends this.
		if _, err := l.hold(db); err != nil {
			return err
		}
		return db.Table("half_sign_ins").Create(row).Error
	})
}

const halfSignInColumns = `h.principal_kind = 'subuser', h.principal_id, coalesce(h.tenant_id, ?), coalesce(h.account_id, ?), h.return_to`

// read reads one, and then the name where the login stands.
func (h *HalfSignIn) read(tx, db *gorm.DB, more ...any) error {
	if err := h.scan(db, more...); err != nil {
		return err
	}
	return row(tx, h.Principal, h.Tenant).Where("state = 'active'").Select("name").Scan(&h.Name).Error
}

func (h *HalfSignIn) scan(db *gorm.DB, more ...any) error {
	subuser := false
	rows, err := db.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return store.ErrNotFound
	}
	if err := rows.Scan(append([]any{&subuser, &h.Principal.ID, &h.Tenant, &h.Account, &h.ReturnTo}, more...)...); err != nil {
		return err
	}
	h.Principal.Kind = authz.Member
	if subuser {
		h.Principal.Kind = authz.Subuser
	}
	return rows.Err()
}

// HalfSignIn finds a sign-in that waits for its code; ErrNotFound where there is
// none.
func (s *Store) HalfSignIn(ctx context.Context, token string) (h HalfSignIn, err error) {
	err = s.store.In(ctx, store.ScopeSignIn, func(db *gorm.DB) error {
		return h.read(db, db.Raw("SELECT "+halfSignInColumns+", h.tries >= ? OR h.expires_at <= ? FROM half_sign_ins h WHERE h.token_hash = ?",
			uuid.Nil, uuid.Nil, halfSignInTries, s.store.Now(), store.TokenHash(token)), &h.Over)
	})
	h.Over = h.Over || h.Name == ""
	return h, err
}

// FinishSignIn takes a code and starts the session. A wrong code, one that was
// used, and a sign-in that is over are all ErrSignIn. Left is how many recovery
// codes there are still, where one was used now, or -1.
func (s *Store) FinishSignIn(ctx context.Context, token, code, address, agent string) (session string, h HalfSignIn, left int, err error) {
	// The try counts whatever comes of it.
	tries := 0
	err = s.store.In(ctx, store.ScopeSignIn, func(db *gorm.DB) error {
		return h.read(db, db.Raw(`UPDATE half_sign_ins h SET tries = tries + 1 WHERE h.token_hash = ? AND h.tries < ? AND h.expires_at > ?
			RETURNING `+halfSignInColumns+", h.tries", store.TokenHash(token), halfSignInTries, s.store.Now(), uuid.Nil, uuid.Nil), &tries)
	})
	if err != nil {
		return "", h, -1, OrSignIn(err)
	}
	if h.Name == "" { // suspended meanwhile, or gone
		return "", h, -1, store.ErrSignIn
	}
	defer func() {
		if tries == halfSignInTries && errors.Is(err, store.ErrSignIn) {
			err = errors.Join(err, s.tellWrongCodes(ctx, h, address))
		}
	}()
	finish := func(db *gorm.DB) error {
		// A change of the password ends what waits for a code, under this lock.
		if _, err := hold(db, h.Principal, h.Tenant); err != nil {
			return err
		}
		if err := s.useCode(db, h.Principal, h.Tenant, code); err != nil {
			return err
		}
		if err := OrSignIn(store.ChangedOne(db.Exec("DELETE FROM half_sign_ins WHERE token_hash = ?", store.TokenHash(token)))); err != nil {
			return err
		}
		session, err = s.startSession(db, Login{Principal: h.Principal, Tenant: h.Tenant, Account: h.Account}, true, address, agent)
		return err
	}
	if !isRecoveryCode(code) {
		err = s.store.In(ctx, store.ScopeSignIn, finish)
		return session, h, -1, err
	}
	x, self := h.owner(address)
	err = s.writeOwn(ctx, self, x, "use_recovery_code", func(tx *store.Tx) error {
		if err := finish(tx.DB); err != nil {
			return err
		}
		if err := row(tx.DB, h.Principal, h.Tenant).Select("cardinality(recovery_codes)").Take(&left).Error; err != nil {
			return err
		}
		tx.Note("recovery_codes_left", left)
		return tellOwner(tx, h.Principal, "use_recovery_code", map[string]string{"left": strconv.Itoa(left)})
	})
	return session, h, left, err
}

// owner is whose sign-in it is, as far as the audit needs to know.
func (h HalfSignIn) owner(address string) (Session, authz.Grant) {
	x := Session{Principal: h.Principal, Tenant: h.Tenant, Account: h.Account, Name: h.Name}
	who := x.Actor()
	who.Address = address
	return x, authz.Self(who)
}

// tellWrongCodes keeps in the audit, and writes to a member once a day, that
// somebody knew their password and not their codes.
func (s *Store) tellWrongCodes(ctx context.Context, h HalfSignIn, address string) error {
	x, self := h.owner(address)
	return s.writeOwn(ctx, self, x, "fail_two_step", func(tx *store.Tx) error {
		var m Member
		if h.Principal.Kind != authz.Member {
			return nil
		}
		if err := row(tx.DB, h.Principal, h.Tenant).Select("email").Take(&m).Error; err != nil {
			return err
		}
		var told bool
		err := tx.Raw("SELECT EXISTS (SELECT FROM letters WHERE kind = ? AND recipient = ? AND created_at > ?)",
			letter.WrongCodes, m.Email, s.store.Now().Add(-24*time.Hour)).Scan(&told).Error
		if err != nil || told {
			return err
		}
		return letter.Queue(tx, letter.Letter{Kind: letter.WrongCodes, To: m.Email, ToName: h.Name, Facts: map[string]string{"path": "/two-step"}})
	})
}
