package authz

import (
	"time"

	"github.com/google/uuid"

	"bailiwick/catalog"
)

// Scope is what a key lets through of what its principal may do.
type Scope struct {
	Key  uuid.UUID
	Name string
	// Account is the only one that the key opens, and with Below those below it too.
	Account uuid.UUID
	Below   bool
	Only    *catalog.Mask // nil is everything that the principal may use
	// What is handed out with the key ends no later, and comes from no other networks.
	Until    time.Time // zero is never
	Networks []string  // none is any
}

// Acting finds who acts: their principal, as far as the key lets it that they come with.
func (s *Snapshot) Acting(a Actor) Who {
	w := s.Who(a.ID)
	if a.Scope == nil {
		return w
	}
	top, ok := s.Find(a.Scope.Account)
	if !ok {
		return Who{}
	}
	w.scope, w.top = a.Scope, top
	return w
}

// opens tells whether the key of w, if there is one, is for a place.
func (s *Snapshot) opens(w Who, x place) bool {
	switch {
	case w.scope == nil:
		return true
	case w.scope.Below:
		return s.Within(x.at, w.top)
	}
	return x.at == w.top && !x.below
}

// narrow leaves of a mask what the key of w lets through.
func (w Who) narrow(m catalog.Mask) catalog.Mask {
	if w.scope == nil || w.scope.Only == nil {
		return m
	}
	return m.And(*w.scope.Only)
}

// everywhere tells whether w owns an account and all that is below it, with no key
// that keeps them out of any of it.
func (s *Snapshot) everywhere(w Who, a Account) bool {
	return s.Owns(w, a) && (w.scope == nil || w.scope.Below)
}
