package login

import (
	"context"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/store"
)

// Member is a person with one global login.
type Member struct {
	ID           uuid.UUID
	Name         string
	Email        string
	EmailFolded  string
	PasswordHash string
	State        string
	LastSignIn   *time.Time
	CreatedAt    time.Time
	// EmailProvenAt is when the address was first shown to be the member's.
	EmailProvenAt *time.Time
}

// Principal is the member as who acts.
func (m Member) Principal() authz.PrincipalID { return authz.PrincipalID{Kind: authz.Member, ID: m.ID} }

// Actor is the member as the audit names them.
func (m Member) Actor() authz.Actor { return authz.Actor{ID: m.Principal(), Name: m.Name} }

// MaskEmail is an address as told to somebody who may not be who has it.
func MaskEmail(email string) string {
	_, size := utf8.DecodeRuneInString(email)
	return email[:size] + "•••" + email[strings.LastIndex(email, "@"):]
}

// CheckEmail says what is wrong with an address, or nothing.
func CheckEmail(email string) string {
	if problem := CheckKnownEmail(email); problem != "" {
		return problem
	}
	if strings.ContainsFunc(email, func(r rune) bool { return unicode.Is(store.Hidden, r) }) {
		return store.NotShown
	}
	return ""
}

// CheckKnownEmail is CheckEmail for an address that may be a member's already:
// those of before may hold characters that can't be seen.
func CheckKnownEmail(email string) string {
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 254 || !strings.Contains(email, "@") {
		return "Enter an e-mail address, such as ada@example.com."
	}
	return ""
}

// SignUp makes a login and its personal account. Problems name the fields
// name, email and password.
func (s *Store) SignUp(ctx context.Context, name, email, password string) (Member, account.Account, error) {
	return s.SignUpAs(ctx, name, email, password, func(*store.Tx, Member) error { return nil })
}

// SignUpAs makes a login; also is part of the same write.
func (s *Store) SignUpAs(ctx context.Context, name, email, password string, also func(*store.Tx, Member) error) (Member, account.Account, error) {
	name, email = strings.TrimSpace(name), strings.TrimSpace(email)
	p := store.Problems{}
	p.Add("name", store.CheckName(name))
	p.Add("email", CheckEmail(email))
	p.Add("password", CheckPassword(password, name, email))
	if len(p) > 0 {
		return Member{}, account.Account{}, p
	}
	hash, err := s.Hash(ctx, password)
	if err != nil {
		return Member{}, account.Account{}, err
	}
	m := Member{ID: store.NewID(), Name: name, Email: email, EmailFolded: store.FoldEmail(email), PasswordHash: hash, State: "active", CreatedAt: s.store.Now()}
	id, err := s.store.NewTenant(ctx)
	if err != nil {
		return Member{}, account.Account{}, err
	}
	a := account.NewRoot(id, "personal", name, m.ID, s.store.Now())
	err = s.store.Commit(ctx, store.ScopeSignUp, authz.SystemGrant("sign-up"), store.Change{Action: "member.sign_up", On: a.AuthzResource(), Name: name},
		func(tx *store.Tx) error {
			// The event names the new login itself as who acted.
			tx.Grant = authz.Self(m.Actor())
			if err := tx.Create(&m).Error; err != nil {
				return err
			}
			if kept, err := addressKept(tx, m.Email, m); err != nil {
				return err
			} else if kept {
				return store.Constraints["members_email_unique"]
			}
			if err := account.PlantRoot(tx, a); err != nil {
				return err
			}
			if err := mailEmailProof(tx, m); err != nil {
				return err
			}
			return also(tx, m)
		})
	return m, a, err
}

// SignInMember checks an e-mail address and password. Every failure is
// ErrSignIn and costs the same time.
func (s *Store) SignInMember(ctx context.Context, email, password string) (Member, error) {
	var m Member
	err := s.store.One(ctx, store.ScopeSignIn, []any{&m.ID, &m.Name, &m.Email, &m.PasswordHash, &m.State},
		"SELECT id, name, email, password_hash, state FROM members WHERE email_folded = $1", store.FoldEmail(email))
	if err != nil && err != store.ErrNotFound {
		return m, err
	}
	err = Refused(s.Matches(ctx, password, m.PasswordHash), m.Principal(), uuid.Nil, m.PasswordHash)
	if err == nil && m.State != "active" {
		err = Refusal{Who: m.Principal(), Why: WhySuspended}
	}
	if err != nil {
		return Member{}, err
	}
	if !s.Rehash(m.PasswordHash) {
		return m, nil
	}
	hash, err := s.Hash(ctx, password)
	if err != nil {
		return m, err
	}
	err = s.store.In(ctx, store.ScopeSignIn, func(db *gorm.DB) error {
		// A password chosen meanwhile stays.
		return OrSignIn(store.ChangedOne(db.Exec("UPDATE members SET password_hash = ? WHERE id = ? AND password_hash = ?", hash, m.ID, m.PasswordHash)))
	})
	m.PasswordHash = hash
	return m, err
}

// Names gives the names of members by id.
func (s *Store) Names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	if len(ids) == 0 {
		return names, nil
	}
	err := s.store.Read(ctx, store.ScopeNames, func(r pgx.Rows) error {
		var id uuid.UUID
		var name string
		err := r.Scan(&id, &name)
		names[id] = name
		return err
	}, "SELECT id, name FROM members WHERE id = ANY($1)", ids)
	return names, err
}
