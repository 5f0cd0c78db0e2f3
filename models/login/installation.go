package login

import (
	"context"

	"bailiwick/models/store"
)

// HasMembers tells whether anybody has signed up.
func (s *Store) HasMembers(ctx context.Context) (bool, error) {
	var some bool
	err := s.store.One(ctx, store.ScopeSignIn, []any{&some}, "SELECT EXISTS (SELECT FROM members)")
	return some, err
}

// MemberByEmail finds a login for the operator's command line; ErrNotFound where
// there is none. It says nothing about who is asking: pages sign people in.
func (s *Store) MemberByEmail(ctx context.Context, email string) (Member, error) {
	var m Member
	err := s.store.One(ctx, store.ScopeOperator, []any{&m.ID, &m.Name, &m.Email, &m.State},
		"SELECT id, name, email, state FROM members WHERE email_folded = $1", store.FoldEmail(email))
	return m, err
}
