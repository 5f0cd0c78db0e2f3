package letter_test

import (
	"context"
	"fmt"
	"testing"

	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/account"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
)

// Each limit of a day's letters holds by itself: of one person in many accounts,
// of many people in one account, of all accounts of a tenant, of all who have
// proven nothing, and of the installation.
func TestEachDailyLimitOfLettersHolds(t *testing.T) {
	ctx := context.Background()
	s, ada, a := modelstest.Agency(t)
	modelstest.At(s, 0)
	all := 0
	wants := func(who authz.PrincipalID, on authz.Resource, n, taken int, reached string) {
		t.Helper()
		may, err := s.Letters(ctx, who, on, n)
		if err != nil {
			t.Fatal(err)
		}
		if all += may.Taken; may.Taken != taken || taken < n && may.Short.Counts != reached {
			t.Errorf("%d of %d, held up by %q; not %d by %q", may.Taken, n, may.Short.Counts, taken, reached)
		}
	}
	somebody := func() authz.PrincipalID { return authz.PrincipalID{Kind: authz.Member, ID: store.NewID()} }
	somewhere := func() authz.Resource { return authz.Resource{Tenant: store.NewID(), Account: store.NewID()} }
	below := func(r authz.Resource) authz.Resource { return authz.Resource{Tenant: r.Tenant, Account: store.NewID()} }

	one, place := somebody(), somewhere()
	wants(one, somewhere(), 15, 15, "")
	wants(one, somewhere(), 15, 5, "person")
	wants(somebody(), place, 15, 15, "")
	wants(somebody(), place, 15, 5, "account")
	wants(somebody(), below(place), 20, 20, "")
	wants(somebody(), below(place), 1, 0, "root account")
	for all < 500 {
		wants(somebody(), somewhere(), 20, 20, "")
	}
	wants(somebody(), somewhere(), 1, 0, "people with unconfirmed addresses")

	// Where the owner has proven their address there are more, for whoever works there.
	if err := modelstest.Ground(s).In(ctx, store.ScopeSelf, func(db *gorm.DB) error {
		return db.Exec("UPDATE members SET email_proven_at = ? WHERE id = ?", modelstest.Ground(s).Now(), ada.ID).Error
	}); err != nil {
		t.Fatal(err)
	}
	worker := func() authz.PrincipalID { return authz.PrincipalID{Kind: authz.Subuser, ID: store.NewID()} }
	spend := func(a account.Account) {
		t.Helper()
		wants(worker(), a.AuthzResource(), 200, 200, "")
		wants(worker(), a.AuthzResource(), 100, 100, "")
	}
	tenant := func(a account.Account) []account.Account {
		t.Helper()
		subs, err := s.CreateSubAccounts(ctx, modelstest.GrantOf(t, s, ada, "sub_accounts.create", a.ID), []string{"East", "West", "North"})
		if err != nil {
			t.Fatal(err)
		}
		return subs
	}
	subs := tenant(a)
	wants(ada.Principal(), a.AuthzResource(), 250, 200, "person")
	wants(worker(), a.AuthzResource(), 150, 100, "account")
	spend(subs[0])
	spend(subs[1])
	wants(worker(), subs[2].AuthzResource(), 150, 100, "root account")
	for i := range 3 {
		main, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), fmt.Sprint("Analytical ", i))
		if err != nil {
			t.Fatal(err)
		}
		subs := tenant(main)
		spend(main)
		spend(subs[0])
		spend(subs[1])
		wants(worker(), subs[2].AuthzResource(), 100, 100, "")
	}
	main, err := s.CreateMainAccount(ctx, authz.Self(ada.Actor()), "Analytical again")
	if err != nil {
		t.Fatal(err)
	}
	wants(worker(), main.AuthzResource(), 200, 200, "")
	wants(worker(), tenant(main)[0].AuthzResource(), 200, 200, "")
	if left := 5000 - all; left != 100 {
		t.Fatalf("%d are left", left)
	}
	wants(worker(), main.AuthzResource(), 150, 100, "account")
	wants(worker(), tenant(main)[0].AuthzResource(), 1, 0, "installation")
}
