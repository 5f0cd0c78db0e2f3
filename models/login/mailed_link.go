package login

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	letters "bailiwick/models/letter"
	"bailiwick/models/store"
)

// The kinds of one-time link that are mailed to a member.
const (
	linkReset   = "password_reset"
	linkConfirm = "email_confirm"
	linkUndo    = "email_undo"
	linkProof   = "email_proof"
)

// How long each works.
const (
	ResetLife      = time.Hour
	ConfirmLife    = 24 * time.Hour
	UndoLife       = 72 * time.Hour
	EmailProofLife = 7 * 24 * time.Hour
)

// MailedLink is a one-time link that was mailed to a member.
type MailedLink struct {
	TokenHash   []byte
	MemberID    uuid.UUID
	Kind        string
	Email       string // what it makes the member's address
	EmailFolded string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	ProvenAt    *time.Time // when the address was proven that the member had by then
}

// mailedLink finds a link that still works, and whose it is.
func (s *Store) mailedLink(ctx context.Context, kind, token string) (l MailedLink, m Member, err error) {
	err = s.store.One(ctx, store.ScopeSelf, []any{&l.TokenHash, &l.MemberID, &l.Kind, &l.Email, &l.CreatedAt, &l.ExpiresAt, &l.ProvenAt, &m.EmailProvenAt, &m.ID, &m.Name, &m.Email, &m.State},
		`SELECT l.token_hash, l.member_id, l.kind, l.email, l.created_at, l.expires_at, l.proven_at, m.email_proven_at, m.id, m.name, m.email, m.state
		FROM mailed_links l JOIN members m ON m.id = l.member_id
		WHERE l.token_hash = $1 AND l.kind = $2 AND l.ended_at IS NULL AND l.expires_at > $3 AND m.state = 'active'`, store.TokenHash(token), kind, s.store.Now())
	return l, m, err
}

// byLink lets whose link it is act by it, once: ErrNotFound for everybody but
// the first. The member is as they are within the write.
func (s *Store) byLink(ctx context.Context, kind, token, action string, do func(*store.Tx, MailedLink, Member) error) error {
	_, m, err := s.mailedLink(ctx, kind, token)
	if err != nil {
		return err
	}
	home, err := s.PersonalAccount(ctx, m.Principal())
	if err != nil {
		return err
	}
	return s.store.WriteSelf(ctx, authz.Self(m.Actor()), m.Principal(), store.Change{Action: action, On: home, Name: m.Name}, func(tx *store.Tx) error {
		if err := tx.Raw("SELECT * FROM members WHERE id = ? AND state = 'active' FOR UPDATE", m.ID).Take(&m).Error; err != nil {
			return err
		}
		var l MailedLink
		if err := tx.Raw(`UPDATE mailed_links SET ended_at = ? WHERE token_hash = ? AND kind = ? AND ended_at IS NULL AND expires_at > ? RETURNING *`,
			s.store.Now(), store.TokenHash(token), kind, s.store.Now()).Take(&l).Error; err != nil {
			return err
		}
		return do(tx, l, m)
	})
}

// mailLink makes a link for a member and posts it to an address.
func mailLink(tx *store.Tx, kind string, m Member, email string, life time.Duration, to, letter string, facts map[string]string) error {
	now, token := tx.Store.Now(), store.NewToken()
	facts["path"], facts["until"] = linkPaths[kind]+token, now.Add(life).Format(time.RFC3339)
	return tx.Across(func() error {
		if err := tx.Create(&MailedLink{store.TokenHash(token), m.ID, kind, email, store.FoldEmail(email), now, now.Add(life), m.EmailProvenAt}).Error; err != nil {
			return err
		}
		return letters.Queue(tx, letters.Letter{Kind: letter, To: to, ToName: m.Name, Facts: facts, Until: now.Add(life)})
	})
}

var linkPaths = map[string]string{linkReset: "/reset-password/", linkConfirm: "/confirm-email/", linkUndo: "/undo-email/", linkProof: "/verify-email/"}

// voidLinks ends the links of some kinds that a member has, so that of two that
// are asked for at once one is left.
func voidLinks(tx *store.Tx, member uuid.UUID, kinds ...string) error {
	return tx.Across(func() error {
		if err := tx.Exec("SELECT FROM members WHERE id = ? FOR UPDATE", member).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE mailed_links SET ended_at = ? WHERE member_id = ? AND kind = ANY(?) AND ended_at IS NULL",
			tx.Store.Now(), member, store.TextList(kinds)).Error
	})
}

// PruneMailedLinks removes links that stopped working long ago.
func (s *Store) PruneMailedLinks(ctx context.Context) error {
	return s.store.In(ctx, store.ScopeSelf, func(db *gorm.DB) error {
		return db.Exec("DELETE FROM mailed_links WHERE expires_at < ?", s.store.Now().Add(-letters.Life)).Error
	})
}
