package login

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/models/store"
)

// A login is taken back by mail: by a link for a new password, or by one that
// puts an old address back. What was set up to sign in by before the address was
// first proven may be a stranger's who squatted it, and goes. So do passkeys of
// later, unless they are kept by name. A second step of later stays: a mailbox
// alone must not get past it (ASVS 5.0, 6.4.3).

// ours is the time in which what was set up is the member's own: from the proof
// of the address until a stranger may have had the login.
func ours(m Member, l MailedLink, now time.Time) (from, until time.Time) {
	proven := m.EmailProvenAt
	if until = now; l.Kind == linkUndo {
		proven, until = l.ProvenAt, l.CreatedAt
	}
	if proven == nil {
		return now, now
	}
	return *proven, until
}

// KeepablePasskeys are those that may stay when a link takes a login back.
func (s *Store) KeepablePasskeys(ctx context.Context, l MailedLink, m Member) (all []Passkey, err error) {
	from, until := ours(m, l, s.store.Now())
	err = s.store.Read(ctx, store.ScopeSelf, func(r pgx.Rows) error {
		var k Passkey
		err := r.Scan(&k.ID, &k.Name, &k.CreatedAt, &k.LastUsedAt)
		all = append(all, k)
		return err
	}, "SELECT id, name, created_at, last_used_at FROM passkeys WHERE member_id = $1 AND created_at > $2 AND created_at < $3 ORDER BY created_at", m.ID, from, until)
	return all, err
}

// takeBack removes what others may have set up to sign in by, ends every session
// and sign-in, and mails the member what was done. The way back to an address of
// before stays: it is the protection of whoever had that.
func takeBack(tx *store.Tx, what string, l MailedLink, m Member, keep []uuid.UUID) error {
	if err := voidLinks(tx, m.ID, linkReset, linkConfirm, linkProof); err != nil {
		return err
	}
	from, until := ours(m, l, tx.Store.Now())
	args := map[string]any{"member": m.ID, "from": from, "until": until, "keep": store.IDList(keep)}
	var removed, kept []string
	if err := tx.Raw(`DELETE FROM passkeys WHERE member_id = @member AND NOT (created_at > @from AND created_at < @until AND id = ANY(CAST(@keep AS uuid[]))) RETURNING name`, args).
		Scan(&removed).Error; err != nil {
		return err
	}
	if err := tx.Raw("SELECT name FROM passkeys WHERE member_id = @member ORDER BY created_at", args).Scan(&kept).Error; err != nil {
		return err
	}
	steps := tx.Exec(`UPDATE members SET two_step_key = NULL, two_step_at = NULL, recovery_codes = '{}'
		WHERE id = @member AND two_step_key IS NOT NULL AND NOT (two_step_at > @from AND two_step_at < @until)`, args)
	if steps.Error != nil {
		return steps.Error
	}
	if err := tx.Exec("DELETE FROM passkey_challenges WHERE member_id = ?", m.ID).Error; err != nil {
		return err
	}
	if err := EndSessions(tx, m.Principal()); err != nil {
		return err
	}
	facts := map[string]string{}
	for field, names := range map[string][]string{"removed": removed, "kept": kept} {
		if len(names) > 0 {
			slices.Sort(names)
			tx.Note(field+"_passkeys", names)
			facts[field] = "“" + strings.Join(names, "”, “") + "”"
		}
	}
	var on bool
	if err := row(tx.DB, m.Principal(), uuid.Nil).Select("two_step_key IS NOT NULL").Take(&on).Error; err != nil {
		return err
	}
	switch {
	case steps.RowsAffected > 0:
		tx.Note("two_step", "removed")
		facts["two_step"] = "removed"
	case on:
		facts["two_step"] = "kept"
	}
	return tellOwner(tx, m.Principal(), what, facts)
}
