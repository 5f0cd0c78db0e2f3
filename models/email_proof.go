package models

import (
	"context"

	"bailiwick/authz"
)

// errProven is said to whoever asks for proof that is there.
var errProven = Problems{"": "Your e-mail address is confirmed already."}

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
	return s.withLetter(ctx, x.Principal, home, "", func() error { return s.askEmailProof(ctx, g, x) })
}

func (s *Store) askEmailProof(ctx context.Context, g authz.Grant, x Session) error {
	return s.writeOwn(ctx, g, x, "ask_email_proof", func(tx *Tx) error {
		var m Member
		if err := loginRow(tx.DB.Clauses(locked), x.Principal, x.Tenant).Take(&m).Error; err != nil {
			return err
		}
		if m.EmailProvenAt != nil {
			return errProven
		}
		return tx.mailEmailProof(m)
	})
}

func (tx *Tx) mailEmailProof(m Member) error {
	if err := tx.voidLinks(m.ID, linkProof); err != nil {
		return err
	}
	return tx.mailLink(linkProof, m, m.Email, EmailProofLife, m.Email, LetterEmailProof, map[string]string{})
}

// EmailProofLink finds whose address a link proves; ErrNotFound where it does not
// work any more.
func (s *Store) EmailProofLink(ctx context.Context, token string) (Member, error) {
	_, m, err := s.mailedLink(ctx, linkProof, token)
	return m, err
}

// ProveEmail keeps, by a mailed link and once, that a member's address is theirs.
func (s *Store) ProveEmail(ctx context.Context, token string) (email string, err error) {
	err = s.byLink(ctx, linkProof, token, "member.prove_email", func(tx *Tx, _ MailedLink, m Member) error {
		email = m.Email
		tx.note("email", m.Email)
		return tx.proveEmail(m)
	})
	return email, err
}

// proveEmail keeps when a member's address was first proven.
func (tx *Tx) proveEmail(m Member) error {
	return tx.Exec("UPDATE members SET email_proven_at = ? WHERE id = ? AND email_proven_at IS NULL", tx.store.now(), m.ID).Error
}
