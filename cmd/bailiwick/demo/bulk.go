package demo

import (
	"bailiwick/models/account"

	"context"
	"errors"
	"fmt"

	"bailiwick/authz"
	"bailiwick/models"
)

// towns name the sub-accounts of the bulk, one after the other.
var towns = []string{
	"Aachen", "Bergen", "Coimbra", "Delft", "Évora", "Fulda", "Ghent", "Haarlem", "Innsbruck", "Jena", "Kraków", "Leiden", "Malmö",
	"Namur", "Odense", "Porto", "Quimper", "Riga", "Siena", "Trieste", "Uppsala", "Vilnius", "Worms", "Xanten", "York", "Zadar",
}

// Bulk adds n sub-accounts to the agency of the cast and tells how far it is
// after each request of at most models.MaxAtOnce.
func Bulk(ctx context.Context, s *models.Store, n int, progress func(done, of int)) error {
	cast, err := Known(ctx, s)
	if err != nil {
		return err
	}
	agency, ok := cast.Accounts[analytical]
	if !ok {
		return errors.New("the demo cast is not here: bulk goes below its agency")
	}
	owner, err := s.MemberByEmail(ctx, people[0].email)
	if err != nil {
		return err
	}
	snap, first := s.Access(), 0
	if a, ok := snap.Find(agency.ID); ok {
		snap.Children(a, func(authz.Account) bool { first++; return true })
	}
	for done := 0; done < n; {
		g, err := s.Access().Authorize(owner.Actor(), s.Catalog().Permission("sub_accounts.create"), agency.ID)
		if err != nil {
			return err
		}
		names := make([]string, min(n-done, account.MaxAtOnce))
		for i := range names {
			number := first + done + i
			names[i] = fmt.Sprintf("%s %05d", towns[number%len(towns)], number)
		}
		if _, err := s.CreateSubAccounts(ctx, g, names); err != nil {
			return fmt.Errorf("after %d sub-accounts: %w", done, err)
		}
		done += len(names)
		if progress != nil {
			progress(done, n)
		}
	}
	return nil
}
