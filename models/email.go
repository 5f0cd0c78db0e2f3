package models

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
)

// errTaken is said of an address that somebody else has, or had a while ago.
var errTaken = Problems{"email": "There is a login with this address already."}

// AskEmailChange mails a link to the address that is to be the actor's. Nothing
// changes until it is used. Problems name email and current.
func (s *Store) AskEmailChange(ctx context.Context, g authz.Grant, x Session, email, password string) error {
	who := g.Actor()
	if who.ID.Kind != authz.Member {
		return authz.ErrDenied
	}
	email = strings.TrimSpace(email)
	p := Problems{}
	p.add("email", CheckEmail(email))
	if foldEmail(email) == foldEmail(x.Email) {
		p.add("email", "This is your address already.")
	}
	hash, err := s.passwordHash(ctx, x)
	if err != nil {
		return err
	}
	switch err := s.matches(ctx, password, hash); {
	case errors.Is(err, ErrSignIn):
		p.add("current", "This is not your current password.")
	case err != nil:
		return err
	}
	if len(p) > 0 {
		return p
	}
	home, err := s.ownLogin(ctx, x)
	if err != nil {
		return err
	}
	return s.withLetter(ctx, who.ID, home, "email", func() error { return s.askEmailChange(ctx, g, x, email, hash) })
}

func (s *Store) askEmailChange(ctx context.Context, g authz.Grant, x Session, email, hash string) error {
	who := g.Actor()
	return s.writeOwn(ctx, g, x, "ask_email", func(tx *Tx) error {
		if _, err := (Login{Principal: who.ID, hash: hash}).hold(tx.DB); err != nil {
			return Problems{"current": "Your password was changed just now."}
		}
		m := Member{ID: who.ID.ID, Name: who.Name}
		taken, err := tx.addressTaken(email, m)
		switch {
		case err != nil:
			return err
		case taken:
			return errTaken
		}
		if err := tx.voidLinks(m.ID, linkConfirm); err != nil {
			return err
		}
		tx.changed("email", x.Email, email)
		return tx.mailLink(linkConfirm, m, email, ConfirmLife, email, LetterConfirmEmail, map[string]string{})
	})
}

// addressTaken tells whether somebody else signs in with an address, or may come
// back to it.
func (tx *Tx) addressTaken(email string, m Member) (taken bool, err error) {
	err = tx.across(func() error {
		return tx.Raw("SELECT EXISTS (SELECT FROM members WHERE email_folded = ? AND id <> ?)", foldEmail(email), m.ID).Scan(&taken).Error
	})
	if err != nil || taken {
		return taken, err
	}
	return tx.addressKept(email, m)
}

// addressKept tells whether an address is kept for somebody else who gave it up
// and may take that back. Asked after a row has the address, it misses no one.
func (tx *Tx) addressKept(email string, m Member) (kept bool, err error) {
	err = tx.across(func() error {
		return tx.Raw(`SELECT EXISTS (SELECT FROM mailed_links WHERE kind = ? AND email_folded = ? AND member_id <> ? AND ended_at IS NULL AND expires_at > ?)`,
			linkUndo, foldEmail(email), m.ID, tx.store.now()).Scan(&kept).Error
	})
	return kept, err
}

// PendingEmail is the address that waits to be confirmed as the actor's, and
// until when; empty where none does.
func (s *Store) PendingEmail(ctx context.Context, g authz.Grant) (email string, until time.Time, err error) {
	who := g.Actor().ID
	if !g.CoversSelf(who) || who.Kind != authz.Member {
		return "", until, nil
	}
	err = s.one(ctx, scopeSelf, []any{&email, &until}, `SELECT email, expires_at FROM mailed_links WHERE member_id = $1 AND kind = $2
		AND ended_at IS NULL AND expires_at > $3`, who.ID, linkConfirm, s.now())
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return email, until, err
}

// CancelEmailChange ends a change of address that waits.
func (s *Store) CancelEmailChange(ctx context.Context, g authz.Grant) error {
	who := g.Actor()
	email, _, err := s.PendingEmail(ctx, g)
	if err != nil || email == "" {
		return err
	}
	home, err := s.personalAccount(ctx, who.ID)
	if err != nil {
		return err
	}
	return s.writeSelf(ctx, g, who.ID, change{action: "member.cancel_email", on: home, name: who.Name}, func(tx *Tx) error {
		tx.note("email", email)
		return tx.voidLinks(who.ID.ID, linkConfirm)
	})
}

// ConfirmLink finds what a link would make whose address; ErrNotFound where it
// does not work any more.
func (s *Store) ConfirmLink(ctx context.Context, token string) (MailedLink, Member, error) {
	return s.mailedLink(ctx, linkConfirm, token)
}

// ConfirmEmail makes the link's address the member's, once, and mails the way
// back to the old one. Problems name email, where somebody else has it by now.
func (s *Store) ConfirmEmail(ctx context.Context, token string) (email string, err error) {
	err = s.byLink(ctx, linkConfirm, token, "member.change_email", func(tx *Tx, l MailedLink, m Member) error {
		email = l.Email
		tx.changed("email", m.Email, l.Email)
		// Links in the old mailbox are no proof any more.
		if err := tx.voidLinks(m.ID, linkReset, linkProof); err != nil {
			return err
		}
		if err := tx.setEmail(m, l.Email, s.now()); err != nil {
			return err
		}
		return tx.mailLink(linkUndo, m, m.Email, UndoLife, m.Email, LetterEmailChanged, map[string]string{"new": MaskEmail(l.Email)})
	})
	return email, err
}

// setEmail gives a member an address, which was first proven at a time.
func (tx *Tx) setEmail(m Member, email string, proven time.Time) error {
	if err := changedOne(tx.Exec("UPDATE members SET email = ?, email_folded = ?, email_proven_at = ? WHERE id = ?", email, foldEmail(email), proven, m.ID)); err != nil {
		return err
	}
	kept, err := tx.addressKept(email, m)
	if err == nil && kept {
		err = errTaken
	}
	return err
}

// UndoLink finds the address that a link puts back for whom; ErrNotFound where it
// does not work any more.
func (s *Store) UndoLink(ctx context.Context, token string) (MailedLink, Member, error) {
	return s.mailedLink(ctx, linkUndo, token)
}

// UndoEmail puts an old address back, once. Whoever changed it knew the password
// and had a session: the password is void, the login is taken back, and the old
// address gets a link for a new password.
func (s *Store) UndoEmail(ctx context.Context, token string, keep ...uuid.UUID) (email string, err error) {
	err = s.byLink(ctx, linkUndo, token, "member.undo_email", func(tx *Tx, l MailedLink, m Member) error {
		email = l.Email
		tx.changed("email", m.Email, l.Email)
		for _, sql := range []string{
			"UPDATE mailed_links SET ended_at = @now WHERE member_id = @member AND kind = 'email_undo' AND created_at >= @since AND ended_at IS NULL",
			"UPDATE members SET password_hash = '' WHERE id = @member",
		} {
			if err := tx.Exec(sql, map[string]any{"now": s.now(), "member": m.ID, "since": l.CreatedAt}).Error; err != nil {
				return err
			}
		}
		proven := s.now()
		if l.ProvenAt != nil {
			proven = *l.ProvenAt
		}
		if err := tx.setEmail(m, l.Email, proven); err != nil {
			return err
		}
		m.Email = l.Email
		if err := tx.takeBack("undo_email", l, m, keep); err != nil {
			return err
		}
		return tx.mailReset(m)
	})
	return email, err
}
