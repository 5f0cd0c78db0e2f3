package login

import (
	"context"

	"bailiwick/authz"
	"bailiwick/models/letter"
	"bailiwick/models/store"
)

// errProven is said to whoever asks for proof that is there.
var errProven = store.Problems{"": "Your e-mail address is already confirmed."}

// AskEmailProof mails whoever asks a link by which they show that their address
// is theirs; the one before is void.
func (s *Store) AskEmailProof(ctx context.Context, g authz.Grant, x Session) error {
	if x.Principal.Kind != authz.Member {
		return authz.ErrDenied
	}
	home, err := s.ownLogin(ctx, x)
	if err != nil {
		return err
	}
	return s.letter.WithLetter(ctx, x.Principal, home, "", func() error { return s.askEmailProof(ctx, g, x) })
}

func (s *Store) askEmailProof(ctx context.Context, g authz.Grant, x Session) error {
	return s.writeOwn(ctx, g, x, "ask_email_proof", func(tx *store.Tx) error {
		var m Member
		if err := row(tx.DB.Clauses(store.Locked), x.Principal, x.Tenant).Take(&m).Error; err != nil {
			return err
		}
		if m.EmailProvenAt != nil {
			return errProven
		}
		return mailEmailProof(tx, m)
	})
}

func mailEmailProof(tx *store.Tx, m Member) error {
	if err := voidLinks(tx, m.ID, linkProof); err != nil {
		return err
	}
	return mailLink(tx, linkProof, m, m.Email, EmailProofLife, m.Email, letter.EmailProof, map[string]string{})
}

// EmailProofLink finds whose address a link proves; ErrNotFound where it does not
// work any more.
func (s *Store) EmailProofLink(ctx context.Context, token string) (Member, error) {
	_, m, err := s.mailedLink(ctx, linkProof, token)
	return m, err
}

// ProveEmail keeps, by a mailed link and once, that a member's address is theirs.
func (s *Store) ProveEmail(ctx context.Context, token string) (email string, err error) {
	err = s.byLink(ctx, linkProof, token, "member.prove_email", func(tx *store.Tx, _ MailedLink, m Member) error {
		email = m.Email
		tx.Note("email", m.Email)
		return proveEmail(tx, m)
	})
	return email, err
}

// proveEmail keeps when a member's address was first proven.
func proveEmail(tx *store.Tx, m Member) error {
	return tx.Exec("UPDATE members SET email_proven_at = ? WHERE id = ? AND email_proven_at IS NULL", tx.Store.Now(), m.ID).Error
}
