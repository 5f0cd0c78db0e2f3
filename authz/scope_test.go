package authz_test

import (
	"testing"

	"pgregory.net/rapid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// What comes with a key is what its principal may do there, as far as the key is for
// that, and nothing anywhere else; who gives with a key could give it without.
func TestAKeyOnlyNarrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := unfold(t)
		scope := &authz.Scope{Account: rapid.SampledFrom(h.accounts).Draw(t, "account"), Below: rapid.Bool().Draw(t, "below")}
		if rapid.Bool().Draw(t, "some") {
			scope.Only = &catalog.Mask{}
			for _, p := range rapid.SliceOfN(rapid.SampledFrom(h.catalog.Permissions()), 0, 40).Draw(t, "permissions") {
				scope.Only.Set(p)
			}
		}
		h.everywhere(func(s *authz.Snapshot, id authz.PrincipalID, w authz.Who, a authz.Account) {
			narrow := s.Acting(authz.Actor{ID: id, Scope: scope})
			var want catalog.Mask
			if top, ok := s.Find(scope.Account); ok && (a == top || scope.Below && s.Within(a, top)) {
				want = s.May(w, a)
				if scope.Only != nil {
					want = want.And(*scope.Only)
				}
			}
			may := s.May(narrow, a)
			if may != want {
				t.Fatalf("%s with %+v may %v at %s, not %v", id, scope, may, s.ID(a), want)
			}
			for _, p := range s.Catalog().Permissions() {
				if d := s.Decide(narrow, p, a); d.Allow != want.Has(p) {
					t.Fatalf("%s with %+v: %d at %s is %+v", id, scope, p, s.ID(a), d)
				}
			}
			if s.Owns(narrow, a) && !s.Owns(w, a) {
				t.Fatalf("%s owns %s by a key alone", id, s.ID(a))
			}
			for _, r := range s.Catalog().Set("subuser").Roles {
				if s.MayGrant(narrow, a, r).Empty() && (!s.MayGrant(w, a, r).Empty() || scope.Only != nil && !within(r.Own, *scope.Only)) && !r.Own.Empty() {
					t.Fatalf("%s with %+v gives %s at %s", id, scope, r.Key, s.ID(a))
				}
			}
		})
	})
}
