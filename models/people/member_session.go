package people

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/authz"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// sessionsHere is the condition of the live sessions s of members that have been in an
// account. Others are none of its business: where else somebody works.
const sessionsHere = ` s.principal_kind = 'member' AND s.ended_at IS NULL AND s.expires_at > @now
	AND EXISTS (SELECT FROM session_accounts e WHERE e.session_id = s.id AND e.account_id = @account)`

// ofAccount is that of the sessions of one member.
const ofAccount = " s.principal_id = @member AND" + sessionsHere

// MemberSessions lists the live sessions of a member of the grant's account that have
// been in it, newest first.
func (s *Store) MemberSessions(ctx context.Context, g authz.Grant, member uuid.UUID) (all []login.Session, err error) {
	err = s.store.Read(ctx, store.ScopeSession, func(r pgx.Rows) error {
		x := login.Session{Principal: authz.PrincipalID{Kind: authz.Member, ID: member}}
		err := r.Scan(&x.ID, &x.Address, &x.Agent, &x.StartedAt, &x.ExpiresAt)
		all = append(all, x)
		return err
	}, "SELECT s.id, s.address, s.agent, s.started_at, s.expires_at FROM sessions s WHERE"+ofAccount+" ORDER BY s.started_at DESC LIMIT 200",
		pgx.NamedArgs{"member": member, "account": g.Resource().Account, "now": s.store.Now()})
	return all, err
}

// EndMemberSessions ends one of the sessions that MemberSessions lists, or all of
// them where it is zero. It gives how many.
func (s *Store) EndMemberSessions(ctx context.Context, g authz.Grant, member, session uuid.UUID) (ended int64, err error) {
	err = s.changeMember(ctx, g, member, "member.end_sessions", "members.edit", func(tx *store.Tx, _ *authz.Snapshot, m memberHold) error {
		if m.self {
			return store.Problems{"": "These are your own sessions. End them under Your sessions."}
		}
		if err := tx.Across(func() error {
			done := tx.Exec("UPDATE sessions s SET ended_at = @now WHERE"+ofAccount+" AND (@one = @none OR s.id = @one)",
				map[string]any{"member": member, "account": m.account.ID, "now": s.store.Now(), "one": session, "none": uuid.Nil})
			ended = done.RowsAffected
			return done.Error
		}); err != nil {
			return err
		}
		if ended == 0 {
			return store.ErrNotFound
		}
		tx.Note("sessions", ended)
		return nil
	})
	return ended, err
}
