package login

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/letter"
	"bailiwick/models/store"
)

// errTaken is said of an address that somebody else has, or had a while ago.
var errTaken = store.Problems{"email": "There is already a login with this address."}

// AskEmailChange mails a link to the address that is to be the actor's. Nothing
// changes until it is used. Problems name email and current.
func (s *Store) AskEmailChange(ctx context.Context, g authz.Grant, x Session, email, password string) error {
	who := g.Actor()
	if who.ID.Kind != authz.Member {
		return authz.ErrDenied
	}
	email = strings.TrimSpace(email)
	p := store.Problems{}
	p.Add("email", CheckEmail(email))
	if store.FoldEmail(email) == store.FoldEmail(x.Email) {
		p.Add("email", "This is already your address.")
	}
	hash, err := s.passwordHash(ctx, x)
	if err != nil {
		return err
	}
	switch err := s.Matches(ctx, password, hash); {
	case errors.Is(err, store.ErrSignIn):
		p.Add("current", "This isn't your current password.")
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
	return s.letter.WithLetter(ctx, who.ID, home, "email", func() error { return s.askEmailChange(ctx, g, x, email, hash) })
}

func (s *Store) askEmailChange(ctx context.Context, g authz.Grant, x Session, email, hash string) error {
	who := g.Actor()
	return s.writeOwn(ctx, g, x, "ask_email", func(tx *store.Tx) error {
		if _, err := (Login{Principal: who.ID, Hash: hash}).hold(tx.DB); err != nil {
			return store.Problems{"current": "Your password was changed just now."}
		}
		m := Member{ID: who.ID.ID, Name: who.Name}
		taken, err := addressTaken(tx, email, m)
		switch {
		case err != nil:
			return err
		case taken:
			return errTaken
		}
		if err := voidLinks(tx, m.ID, linkConfirm); err != nil {
			return err
		}
		tx.Changed("email", x.Email, email)
		return mailLink(tx, linkConfirm, m, email, ConfirmLife, email, letter.ConfirmEmail, map[string]string{})
	})
}

// addressTaken tells whether somebody else signs in with an address, or may come
// back to it.
func addressTaken(tx *store.Tx, email string, m Member) (taken bool, err error) {
	err = tx.Across(func() error {
		return tx.Raw("SELECT EXISTS (SELECT FROM members WHERE email_folded = ? AND id <> ?)", store.FoldEmail(email), m.ID).Scan(&taken).Error
	})
	if err != nil || taken {
		return taken, err
	}
	return addressKept(tx, email, m)
}

// addressKept tells whether an address is kept for somebody else who gave it up
// and may take that back. Asked after a row has the address, it misses no one.
func addressKept(tx *store.Tx, email string, m Member) (kept bool, err error) {
	err = tx.Across(func() error {
		return tx.Raw(`SELECT EXISTS (SELECT FROM mailed_links WHERE kind = ? AND email_folded = ? AND member_id <> ? AND ended_at IS NULL AND expires_at > ?)`,
			linkUndo, store.FoldEmail(email), m.ID, tx.Store.Now()).Scan(&kept).Error
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
	err = s.store.One(ctx, store.ScopeSelf, []any{&email, &until}, `SELECT email, expires_at FROM mailed_links WHERE member_id = $1 AND kind = $2
		AND ended_at IS NULL AND expires_at > $3`, who.ID, linkConfirm, s.store.Now())
	if errors.Is(err, store.ErrNotFound) {
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
	home, err := s.PersonalAccount(ctx, who.ID)
	if err != nil {
		return err
	}
	return s.store.WriteSelf(ctx, g, who.ID, store.Change{Action: "member.cancel_email", On: home, Name: who.Name}, func(tx *store.Tx) error {
		tx.Note("email", email)
		return voidLinks(tx, who.ID.ID, linkConfirm)
	})
}

// ConfirmLink finds what a link would make whose address; ErrNotFound where it
// no longer works.
func (s *Store) ConfirmLink(ctx context.Context, token string) (MailedLink, Member, error) {
	return s.mailedLink(ctx, linkConfirm, token)
}

// ConfirmEmail makes the link's address the member's, once, and mails the way
// back to the old one. Problems name email, where somebody else has it by now.
func (s *Store) ConfirmEmail(ctx context.Context, token string) (email string, err error) {
	err = s.byLink(ctx, linkConfirm, token, "member.change_email", func(tx *store.Tx, l MailedLink, m Member) error {
		email = l.Email
		tx.Changed("email", m.Email, l.Email)
		// Links in the old mailbox are no proof any more.
		if err := voidLinks(tx, m.ID, linkReset, linkProof); err != nil {
			return err
		}
		if err := setEmail(tx, m, l.Email, s.store.Now()); err != nil {
			return err
		}
		return mailLink(tx, linkUndo, m, m.Email, UndoLife, m.Email, letter.EmailChanged, map[string]string{"new": MaskEmail(l.Email)})
	})
	return email, err
}

// setEmail gives a member an address, which was first proven at a time.
func setEmail(tx *store.Tx, m Member, email string, proven time.Time) error {
	if err := store.ChangedOne(tx.Exec("UPDATE members SET email = ?, email_folded = ?, email_proven_at = ? WHERE id = ?", email, store.FoldEmail(email), proven, m.ID)); err != nil {
		return err
	}
	kept, err := addressKept(tx, email, m)
	if err == nil && kept {
		err = errTaken
	}
	return err
}

// UndoLink finds the address that a link puts back for whom; ErrNotFound where it
// no longer works.
func (s *Store) UndoLink(ctx context.Context, token string) (MailedLink, Member, error) {
	return s.mailedLink(ctx, linkUndo, token)
}

// UndoEmail puts an old address back, once. Whoever changed it knew the password
// and had a session: the password is void, the login is taken back, and the old
// address gets a link for a new password.
func (s *Store) UndoEmail(ctx context.Context, token string, keep ...uuid.UUID) (email string, err error) {
	err = s.byLink(ctx, linkUndo, token, "member.undo_email", func(tx *store.Tx, l MailedLink, m Member) error {
		email = l.Email
		tx.Changed("email", m.Email, l.Email)
		for _, sql := range []string{
			"UPDATE mailed_links SET ended_at = @now WHERE member_id = @member AND kind = 'email_undo' AND created_at >= @since AND ended_at IS NULL",
			"UPDATE members SET password_hash = '' WHERE id = @member",
		} {
			if err := tx.Exec(sql, map[string]any{"now": s.store.Now(), "member": m.ID, "since": l.CreatedAt}).Error; err != nil {
				return err
			}
		}
		proven := s.store.Now()
		if l.ProvenAt != nil {
			proven = *l.ProvenAt
		}
		if err := setEmail(tx, m, l.Email, proven); err != nil {
			return err
		}
		m.Email = l.Email
		if err := takeBack(tx, "undo_email", l, m, keep); err != nil {
			return err
		}
		return mailReset(tx, m)
	})
	return email, err
}
