package modelstest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models"
	"bailiwick/models/login"
	"bailiwick/models/store"
)

// WantProblem wants a problem at a field.
func WantProblem(t *testing.T, err error, field string) {
	t.Helper()
	var p store.Problems
	if !errors.As(err, &p) || p[field] == "" {
		t.Errorf("want a problem at %q: %v (%v)", field, err, map[string]string(p))
	}
}

// Mailbox takes all letters that are due, and gives the path in each one of a
// kind to an address, oldest first.
func Mailbox(t *testing.T, s *models.Store, kind, to string) (tokens []string) {
	t.Helper()
	for {
		p, err := s.ClaimLetter(context.Background())
		if errors.Is(err, store.ErrNotFound) {
			return tokens
		}
		if err == nil {
			err = s.LetterSent(context.Background(), p)
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind == kind && p.To == to {
			tokens = append(tokens, p.Facts["path"][strings.LastIndex(p.Facts["path"], "/")+1:])
		}
	}
}

// LoginOf is somebody as whose password was right just now. Who has none gets one.
func LoginOf(t testing.TB, s *models.Store, who authz.PrincipalID, tenant, account uuid.UUID) login.Login {
	t.Helper()
	l := login.Login{Principal: who, Tenant: tenant, Account: account}
	table, where, args := "members", "id = ?", []any{who.ID}
	if who.Kind == authz.Subuser {
		table, where, args = "subusers", "tenant_id = ? AND id = ?", []any{tenant, who.ID}
	}
	if err := Ground(s).In(context.Background(), store.ScopeSelf, func(db *gorm.DB) error {
		return db.Raw("UPDATE "+table+" SET password_hash = coalesce(password_hash, '-') WHERE "+where+" RETURNING password_hash", args...).Scan(&l.Hash).Error
	}); err != nil {
		t.Fatal(err)
	}
	return l
}

// Visit signs somebody in.
func Visit(t *testing.T, s *models.Store, m login.Member) login.Session {
	t.Helper()
	token, err := s.StartSession(context.Background(), LoginOf(t, s, m.Principal(), uuid.Nil, uuid.Nil), "", "")
	if err != nil {
		t.Fatal(err)
	}
	x, _, err := s.Session(context.Background(), token, uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// At moves the store's clock.
func At(s *models.Store, d time.Duration) {
	now := time.Now().Add(d)
	Inside(s).SetClock(func() time.Time { return now })
}
