package store

import (
	"bailiwick/authz"
)

// The duties of the staff of an installation. An operator looks after the
// installation itself; support is what accounts may let in. Neither gives
// anything in an account by itself.
const (
	DutyOperator = "operator"
	DutySupport  = "support"
)

// Duties are all duties.
var Duties = []string{DutyOperator, DutySupport}

// OnDuty is proof that somebody who is signed in has a duty.
type OnDuty struct {
	Actor authz.Actor
	Duty  string
}

func (d OnDuty) Is(duty string) error {
	if d.Actor.ID.IsZero() || d.Duty != duty {
		return authz.ErrDenied
	}
	return nil
}
