package login

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

const (
	// ChallengeLife is how long a passkey has to sign what it was asked to.
	ChallengeLife = 5 * time.Minute
	maxPasskeys   = 20
)

// Passkey is a key pair of a member; the private half never leaves their device.
type Passkey struct {
	ID           uuid.UUID
	MemberID     uuid.UUID
	Name         string
	CredentialID []byte          // by which the device names it
	Credential   json.RawMessage // the public half, as the ceremonies need it
	CreatedAt    time.Time
	LastUsedAt   *time.Time
}

// Passkeys are those of whoever asks, oldest first.
func (s *Store) Passkeys(ctx context.Context, g authz.Grant, x Session) ([]Passkey, error) {
	if !g.CoversSelf(x.Principal) {
		return nil, authz.ErrDenied
	}
	return s.passkeys(ctx, store.ScopeSelf, x.Principal.ID)
}

// PasskeysToSignIn are those of an active member whom a passkey names.
// ErrNotFound is for anybody else.
func (s *Store) PasskeysToSignIn(ctx context.Context, member uuid.UUID) (m Member, keys []Passkey, err error) {
	if err = s.store.One(ctx, store.ScopeSignIn, []any{&m.ID, &m.Name, &m.Email}, "SELECT id, name, email FROM members WHERE id = $1 AND state = 'active'", member); err != nil {
		return m, nil, err
	}
	keys, err = s.passkeys(ctx, store.ScopeSignIn, member)
	return m, keys, err
}

func (s *Store) passkeys(ctx context.Context, sc store.Scope, member uuid.UUID) (all []Passkey, err error) {
	err = s.store.Read(ctx, sc, func(r pgx.Rows) error {
		k := Passkey{MemberID: member}
		err := r.Scan(&k.ID, &k.Name, &k.CredentialID, &k.Credential, &k.CreatedAt, &k.LastUsedAt)
		all = append(all, k)
		return err
	}, "SELECT id, name, credential_id, credential, created_at, last_used_at FROM passkeys WHERE member_id = $1 ORDER BY created_at", member)
	return all, err
}

// KeepChallenge keeps what a passkey is asked to sign: of a member who adds it,
// or of nobody yet, who signs in.
func (s *Store) KeepChallenge(ctx context.Context, member uuid.UUID, challenge []byte) (token string, err error) {
	token = store.NewToken()
	return token, s.store.In(ctx, store.ScopeSignIn, func(db *gorm.DB) error {
		return db.Exec("INSERT INTO passkey_challenges (expires_at, token_hash, member_id, challenge) VALUES (?, ?, NULLIF(CAST(? AS uuid), ?), ?)",
			s.store.Now().Add(ChallengeLife), store.TokenHash(token), member, uuid.Nil, string(challenge)).Error
	})
}

// TakeChallenge gives what was kept, once; ErrNotFound where it is not there any
// more, too old, or of somebody else.
func (s *Store) TakeChallenge(ctx context.Context, token string, member uuid.UUID) (challenge []byte, err error) {
	var row struct{ Challenge string }
	err = s.store.In(ctx, store.ScopeSignIn, func(db *gorm.DB) error {
		done := db.Raw(`DELETE FROM passkey_challenges WHERE token_hash = ? AND expires_at > ? AND coalesce(member_id, ?) = ? RETURNING challenge`,
			store.TokenHash(token), s.store.Now(), uuid.Nil, member).Scan(&row)
		if done.Error == nil && done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return done.Error
	})
	return []byte(row.Challenge), err
}

// CheckPasskeyName says what is wrong with a passkey's name, or nothing.
func CheckPasskeyName(name string) string {
	if n := utf8.RuneCountInString(name); n < 1 || n > 64 {
		return store.Constraints["passkeys_name_length"]["name"]
	}
	return store.CheckName(name)
}

// AddPasskey gives whoever asks a passkey. Problems name name.
func (s *Store) AddPasskey(ctx context.Context, g authz.Grant, x Session, k Passkey) error {
	k.Name = strings.TrimSpace(k.Name)
	if p := CheckPasskeyName(k.Name); p != "" {
		return store.Problems{"name": p}
	}
	return s.writeOwn(ctx, g, x, "add_passkey", func(tx *store.Tx) error {
		var n int
		// The row lock makes those who add at the same time count each other's.
		if err := tx.Raw("SELECT (SELECT count(*) FROM passkeys WHERE member_id = m.id) FROM members m WHERE id = ? FOR UPDATE", x.Principal.ID).Scan(&n).Error; err != nil {
			return err
		}
		if n >= maxPasskeys {
			return store.Problems{"": fmt.Sprintf("You have %d passkeys already. Remove one that you no longer use.", n)}
		}
		tx.Note("name", k.Name)
		if err := tx.Exec("INSERT INTO passkeys (id, member_id, name, credential_id, credential, created_at) VALUES (?, ?, ?, ?, ?, ?)",
			store.NewID(), x.Principal.ID, k.Name, k.CredentialID, string(k.Credential), s.store.Now()).Error; err != nil {
			return err
		}
		return tellOwner(tx, x.Principal, "add_passkey", map[string]string{"name": k.Name})
	})
}

// RenamePasskey changes the name of one's own passkey. Problems name name.
func (s *Store) RenamePasskey(ctx context.Context, g authz.Grant, x Session, id uuid.UUID, name string) error {
	name = strings.TrimSpace(name)
	if p := CheckPasskeyName(name); p != "" {
		return store.Problems{"name": p}
	}
	return s.changePasskey(ctx, g, x, id, "rename_passkey", func(tx *store.Tx, k Passkey) error {
		tx.Changed("name", k.Name, name)
		return store.ChangedOne(tx.Exec("UPDATE passkeys SET name = ? WHERE id = ?", name, id))
	})
}

// RemovePasskey takes one's own passkey away.
func (s *Store) RemovePasskey(ctx context.Context, g authz.Grant, x Session, id uuid.UUID) error {
	return s.changePasskey(ctx, g, x, id, "remove_passkey", func(tx *store.Tx, k Passkey) error {
		tx.Note("name", k.Name)
		if err := store.ChangedOne(tx.Exec("DELETE FROM passkeys WHERE id = ?", id)); err != nil {
			return err
		}
		return tellOwner(tx, x.Principal, "remove_passkey", map[string]string{"name": k.Name})
	})
}

func (s *Store) changePasskey(ctx context.Context, g authz.Grant, x Session, id uuid.UUID, verb string, do func(*store.Tx, Passkey) error) error {
	return s.writeOwn(ctx, g, x, verb, func(tx *store.Tx) error {
		var k Passkey
		if err := tx.Raw("SELECT id, name FROM passkeys WHERE id = ? AND member_id = ? FOR UPDATE", id, x.Principal.ID).Take(&k).Error; err != nil {
			return err
		}
		return do(tx, k)
	})
}

// SignInByPasskey starts a session, which counts as of two steps: whoever signed
// has the device and unlocked it. The passkey is kept as it came out of the
// ceremony, which began with was; ErrSignIn where it changed meanwhile or is gone.
func (s *Store) SignInByPasskey(ctx context.Context, was, k Passkey, address, agent string) (token string, err error) {
	err = s.store.In(ctx, store.ScopeSession, func(db *gorm.DB) error {
		l := Login{Principal: authz.PrincipalID{Kind: authz.Member, ID: was.MemberID}}
		if _, err := hold(db, l.Principal, uuid.Nil); err != nil {
			return err
		}
		if err := OrSignIn(store.ChangedOne(db.Exec("UPDATE passkeys SET credential = ?, last_used_at = ? WHERE id = ? AND member_id = ? AND credential = CAST(? AS jsonb)",
			string(k.Credential), s.store.Now(), k.ID, was.MemberID, string(was.Credential)))); err != nil {
			return err
		}
		token, err = s.startSession(db, l, true, address, agent)
		return err
	})
	return token, err
}

// RefusePasskey keeps in its owner's audit that a passkey's counter went back, as
// that of a copy does.
func (s *Store) RefusePasskey(ctx context.Context, m Member, k Passkey, address string) error {
	who := m.Actor()
	who.Address = address
	return s.writeOwn(ctx, authz.Self(who), Session{Principal: m.Principal(), Name: m.Name}, "refuse_passkey", func(tx *store.Tx) error {
		tx.Note("name", k.Name)
		return nil
	})
}
