package models

import (
	"context"
	"errors"
	"testing"

	"bailiwick/authz"
)

func TestStaffAreNamedByAnExistingLogin(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := agency(t)
	if _, err := s.AddStaff(ctx, "radia@example.com", DutyOperator); !errors.Is(err, ErrNotFound) {
		t.Errorf("an address without a login becomes an operator: %v", err)
	}
	radia := person(t, s, "Radia")
	for range 2 { // twice is once
		if _, err := s.AddStaff(ctx, "RADIA@example.com", DutyOperator); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := s.Staff(ctx, DutyOperator); err != nil || len(all) != 1 || all[0].Email != radia.Email {
		t.Errorf("%+v %v", all, err)
	}
	visit := func(m Member) Session {
		t.Helper()
		return visit(t, s, m)
	}
	operator, ok := visit(radia).OnDuty(DutyOperator)
	if _, support := visit(radia).OnDuty(DutySupport); !ok || support {
		t.Errorf("Radia: operator %t, support %t", ok, support)
	}
	if is, err := s.IsOperator(ctx, radia.Principal()); err != nil || !is {
		t.Errorf("%t %v", is, err)
	}
	if _, ok := visit(ada).OnDuty(DutyOperator); ok {
		t.Error("Ada is an operator")
	}
	if _, err := s.Posts(ctx, operator, PostFilter{Limit: 1}); err != nil {
		t.Error(err)
	}
	support, _ := visit(radia).OnDuty(DutySupport)
	for _, d := range []OnDuty{{}, support} {
		if _, err := s.Posts(ctx, d, PostFilter{Limit: 1}); !errors.Is(err, authz.ErrDenied) {
			t.Errorf("%+v reads the mail: %v", d, err)
		}
	}
	if _, err := s.RemoveStaff(ctx, radia.Email, DutySupport); !errors.Is(err, ErrNotFound) {
		t.Errorf("a duty that she does not have is taken: %v", err)
	}
	if _, err := s.RemoveStaff(ctx, radia.Email, DutyOperator); err != nil {
		t.Fatal(err)
	}
	if _, ok := visit(radia).OnDuty(DutyOperator); ok {
		t.Error("Radia is an operator still")
	}
	events, err := s.Audit(ctx, ownerGrant(t, s, radia), AuditFilter{Limit: 10})
	if err != nil || len(events) < 2 || events[0].Action != "member.staff_remove" {
		t.Errorf("%+v %v", events, err)
	}
}

// ownerGrant lets somebody read the audit of their personal account.
func ownerGrant(t *testing.T, s *Store, m Member) authz.Grant {
	t.Helper()
	home, err := s.personalAccount(context.Background(), m.Principal())
	if err != nil {
		t.Fatal(err)
	}
	return grantOf(t, s, m, "audit", home.Account)
}
