package people_test

import (
	"context"
	"errors"
	"testing"

	"bailiwick/authz"
	"bailiwick/models/audit"
	"bailiwick/models/letter"
	"bailiwick/models/login"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

func TestStaffAreNamedByAnExistingLogin(t *testing.T) {
	ctx := context.Background()
	s, ada, _ := modelstest.Agency(t)
	if _, err := s.AddStaff(ctx, "radia@example.com", store.DutyOperator); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an address without a login becomes an operator: %v", err)
	}
	radia := modelstest.Person(t, s, "Radia")
	for range 2 { // twice is once
		if _, err := s.AddStaff(ctx, "RADIA@example.com", store.DutyOperator); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := s.Staff(ctx, store.DutyOperator); err != nil || len(all) != 1 || all[0].Email != radia.Email {
		t.Errorf("%+v %v", all, err)
	}
	visit := func(m login.Member) login.Session {
		t.Helper()
		return modelstest.Visit(t, s, m)
	}
	operator, ok := visit(radia).OnDuty(store.DutyOperator)
	if _, support := visit(radia).OnDuty(store.DutySupport); !ok || support {
		t.Errorf("Radia: operator %t, support %t", ok, support)
	}
	if is, err := s.IsOperator(ctx, radia.Principal()); err != nil || !is {
		t.Errorf("%t %v", is, err)
	}
	if _, ok := visit(ada).OnDuty(store.DutyOperator); ok {
		t.Error("Ada is an operator")
	}
	if _, err := s.Posts(ctx, operator, letter.PostFilter{Limit: 1}); err != nil {
		t.Error(err)
	}
	support, _ := visit(radia).OnDuty(store.DutySupport)
	for _, d := range []store.OnDuty{{}, support} {
		if _, err := s.Posts(ctx, d, letter.PostFilter{Limit: 1}); !errors.Is(err, authz.ErrDenied) {
			t.Errorf("%+v reads the mail: %v", d, err)
		}
	}
	if _, err := s.RemoveStaff(ctx, radia.Email, store.DutySupport); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a duty that she does not have is taken: %v", err)
	}
	if _, err := s.RemoveStaff(ctx, radia.Email, store.DutyOperator); err != nil {
		t.Fatal(err)
	}
	if _, ok := visit(radia).OnDuty(store.DutyOperator); ok {
		t.Error("Radia is an operator still")
	}
	events, err := s.Audit(ctx, modelstest.OwnerGrant(t, s, radia), audit.Filter{Limit: 10})
	if err != nil || len(events) < 2 || events[0].Action != "member.staff_remove" {
		t.Errorf("%+v %v", events, err)
	}
}
