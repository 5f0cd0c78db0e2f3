package login

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/letter"
	"bailiwick/models/store"
)

// MostResets is how many letters with a link for a new password anybody can have
// sent to a member within an hour.
const MostResets = 5

// AskReset mails a link for a new password to whoever signs in with an address.
// Nothing tells whether there is somebody.
func (s *Store) AskReset(ctx context.Context, email string) error {
	m, err := s.MemberByEmail(ctx, email)
	if errors.Is(err, store.ErrNotFound) || err == nil && m.State != "active" {
		return nil
	}
	if err != nil {
		return err
	}
	home, err := s.PersonalAccount(ctx, m.Principal())
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, authz.SystemGrant("forgotten password"), store.Change{Action: "member.ask_reset", On: home, Name: m.Name}, func(tx *store.Tx) error {
		if err := tx.Across(func() error {
			// Who has the address is asked again: it may have been taken back just now,
			// and a link must not go to whoever had it.
			return tx.Raw("SELECT * FROM members WHERE id = ? AND email_folded = ? AND state = 'active' FOR UPDATE", m.ID, store.FoldEmail(email)).Take(&m).Error
		}); err != nil {
			return err
		}
		recent := 0
		if err := tx.Across(func() error {
			return tx.Raw("SELECT count(*) FROM mailed_links WHERE member_id = ? AND kind = ? AND created_at > ?", m.ID, linkReset, s.store.Now().Add(-time.Hour)).Scan(&recent).Error
		}); err != nil {
			return err
		}
		if recent >= MostResets {
			return store.ErrNotFound
		}
		return mailReset(tx, m)
	})
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return err
}

// mailReset mails a link for a new password, which voids the older ones.
func mailReset(tx *store.Tx, m Member) error {
	if err := voidLinks(tx, m.ID, linkReset); err != nil {
		return err
	}
	return mailLink(tx, linkReset, m, "", ResetLife, m.Email, letter.Reset, map[string]string{})
}

// ResetLink finds who may choose a new password by a link; ErrNotFound where it
// no longer works.
func (s *Store) ResetLink(ctx context.Context, token string) (MailedLink, Member, error) {
	return s.mailedLink(ctx, linkReset, token)
}

// ResetPassword gives a member a new password by a link, once, and takes the
// login back: of the passkeys some are kept. A change of address that waits ends
// too: whoever knew the old password may have asked for it. Problems name
// password.
func (s *Store) ResetPassword(ctx context.Context, token, password string, keep ...uuid.UUID) error {
	_, m, err := s.mailedLink(ctx, linkReset, token)
	if err != nil {
		return err
	}
	if p := CheckPassword(password, m.Name, m.Email); p != "" {
		return store.Problems{"password": p}
	}
	hash, err := s.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.byLink(ctx, linkReset, token, "member.reset_password", func(tx *store.Tx, l MailedLink, m Member) error {
		if err := store.ChangedOne(tx.Exec("UPDATE members SET password_hash = ? WHERE id = ?", hash, m.ID)); err != nil {
			return err
		}
		if err := proveEmail(tx, m); err != nil {
			return err
		}
		return takeBack(tx, "reset_password", l, m, keep)
	})
}
