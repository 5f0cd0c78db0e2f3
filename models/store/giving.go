package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// MayGive is MayGrant for anybody.
func (s *Store) MayGive(snap *authz.Snapshot, who authz.Who, a authz.Account, given []HeldRole, name func(uuid.UUID) string) error {
	for _, r := range given {
		if beyond := snap.MayGrant(who, a, r.Role); !beyond.Empty() {
			return Problems{"role": r.Title + " " + s.BeyondText(snap, a, beyond, name) + ", so you can't give it."}
		}
		if until := snap.GivesUntil(who, a, r.Role); Outlasts(r.Until, until) {
			return Problems{"until." + r.name: EndsBefore(until)}
		}
	}
	return nil
}

// Outlasts tells whether something that ends at a time, or never where it is zero,
// lasts longer than something else.
func Outlasts(end, other time.Time) bool {
	return !other.IsZero() && (end.IsZero() || end.After(other))
}

// EndsBefore says that what is given ends too late.
func EndsBefore(own time.Time) string {
	return "What you give can't outlast your own role, which ends on " + own.UTC().Format("2 January 2006, 15:04:05 MST") + ". Choose that time or an earlier one."
}

// BeyondText says what somebody can not give and where they lack it, after the
// name of a role. An account is named where their own nearer role decides.
func (s *Store) BeyondText(snap *authz.Snapshot, at authz.Account, beyond authz.Beyond, name func(uuid.UUID) string) string {
	x := beyond[0]
	gives := "gives " + s.PermissionTitles(x.What)
	switch place := name(snap.ID(x.At)); {
	case x.At == at && !x.Below:
		return gives + ", which you don't have here"
	case x.At == at && x.Closed:
		return gives + " in sub-accounts that are closed to members of accounts above, which you don't have there"
	case x.At == at:
		return gives + " in sub-accounts, which you don't have there"
	case x.Below:
		return gives + " below " + place + ", which you don't have there"
	default:
		return gives + " in " + place + ", which you don't have there"
	}
}

// PermissionTitles names some permissions, the first of them by title.
func (s *Store) PermissionTitles(some catalog.Mask) string {
	var titles []string
	some.Each(func(p catalog.Permission) { titles = append(titles, "“"+s.catalog.Info(p).Title+"”") })
	if n := len(titles); n > 3 {
		titles = append(titles[:3], fmt.Sprintf("%d more", n-3))
	}
	last := len(titles) - 1
	if last == 0 {
		return titles[0]
	}
	return strings.Join(titles[:last], ", ") + " and " + titles[last]
}

// Assigned are roles held in an account, as a snapshot is told of them.
func Assigned(roles []HeldRole, account uuid.UUID) (all []authz.Assignment) {
	for _, r := range roles {
		as := authz.Assignment{Account: account, Role: r.ID, Until: r.Until}
		if r.Base != nil {
			as.Custom = CustomID(r.Role)
		}
		all = append(all, as)
	}
	return all
}
