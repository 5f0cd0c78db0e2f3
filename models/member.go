package models

import (
	"context"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"bailiwick/authz"
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

// foldEmail is the form in which addresses are compared.
func foldEmail(email string) string {
	return cases.Fold().String(norm.NFKC.String(strings.TrimSpace(email)))
}

// MaskEmail is an address as told to somebody who may not be who has it.
func MaskEmail(email string) string {
	_, size := utf8.DecodeRuneInString(email)
	return email[:size] + "•••" + email[strings.LastIndex(email, "@"):]
}

// notShown is said of a name or an address that does not show all it holds.
const notShown = "Leave out characters that can't be seen. Type it instead of pasting it."

// CheckEmail says what is wrong with an address, or nothing.
func CheckEmail(email string) string {
	if problem := CheckKnownEmail(email); problem != "" {
		return problem
	}
	if strings.ContainsFunc(email, func(r rune) bool { return unicode.Is(hidden, r) }) {
		return notShown
	}
	return ""
}

// CheckKnownEmail is CheckEmail for an address that may be a member's already:
// those of before may hold characters that can't be seen.
func CheckKnownEmail(email string) string {
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 254 || !strings.Contains(email, "@") {
		return "Write an e-mail address, such as ada@example.com."
	}
	return ""
}

func checkName(name string) string {
	if n := utf8.RuneCountInString(name); n < 1 || n > 100 {
		return constraints["members_name_length"]["name"]
	}
	if !utf8.ValidString(name) || !showsAll(name) {
		return notShown
	}
	return checkNoLink(name)
}

// SignUp makes a login and its personal account. Problems name the fields
// name, email and password.
func (s *Store) SignUp(ctx context.Context, name, email, password string) (Member, Account, error) {
	return s.signUp(ctx, name, email, password, func(*Tx, Member) error { return nil })
}

// signUp makes a login; also is part of the same write.
func (s *Store) signUp(ctx context.Context, name, email, password string, also func(*Tx, Member) error) (Member, Account, error) {
	name, email = strings.TrimSpace(name), strings.TrimSpace(email)
	p := Problems{}
	p.add("name", checkName(name))
	p.add("email", CheckEmail(email))
	p.add("password", CheckPassword(password, name, email))
	if len(p) > 0 {
		return Member{}, Account{}, p
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return Member{}, Account{}, err
	}
	m := Member{ID: newID(), Name: name, Email: email, EmailFolded: foldEmail(email), PasswordHash: hash, State: "active", CreatedAt: s.now()}
	a := newRoot("personal", name, m.ID, s.now())
	err = s.commit(ctx, scopeSignUp, authz.SystemGrant("sign-up"), change{action: "member.sign_up", on: a.AuthzResource(), name: name},
		func(tx *Tx) error {
			// The event names the new login itself as who acted.
			tx.grant = authz.Self(m.Actor())
			if err := tx.Create(&m).Error; err != nil {
				return err
			}
			if kept, err := tx.addressKept(m.Email, m); err != nil {
				return err
			} else if kept {
				return constraints["members_email_unique"]
			}
			if err := tx.plantRoot(a); err != nil {
				return err
			}
			if err := tx.mailEmailProof(m); err != nil {
				return err
			}
			return also(tx, m)
		})
	return m, a, err
}

// add keeps a sentence for a field, where there is one.
func (p Problems) add(field, sentence string) {
	if sentence != "" && p[field] == "" {
		p[field] = sentence
	}
}

// SignInMember checks an e-mail address and password. Every failure is
// ErrSignIn and costs the same time.
func (s *Store) SignInMember(ctx context.Context, email, password string) (Member, error) {
	var m Member
	err := s.one(ctx, scopeSignIn, []any{&m.ID, &m.Name, &m.Email, &m.PasswordHash, &m.State},
		"SELECT id, name, email, password_hash, state FROM members WHERE email_folded = $1", foldEmail(email))
	if err != nil && err != ErrNotFound {
		return m, err
	}
	err = refusal(s.matches(ctx, password, m.PasswordHash), m.Principal(), uuid.Nil, m.PasswordHash)
	if err == nil && m.State != "active" {
		err = Refusal{Who: m.Principal(), Why: WhySuspended}
	}
	if err != nil {
		return Member{}, err
	}
	if !rehash(m.PasswordHash) {
		return m, nil
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return m, err
	}
	err = s.in(ctx, scopeSignIn, func(db *gorm.DB) error {
		// A password chosen meanwhile stays.
		return orSignIn(changedOne(db.Exec("UPDATE members SET password_hash = ? WHERE id = ? AND password_hash = ?", hash, m.ID, m.PasswordHash)))
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
	err := s.read(ctx, scopeNames, func(r pgx.Rows) error {
		var id uuid.UUID
		var name string
		err := r.Scan(&id, &name)
		names[id] = name
		return err
	}, "SELECT id, name FROM members WHERE id = ANY($1)", ids)
	return names, err
}
