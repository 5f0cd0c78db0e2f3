package letter

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// How many letters may be written to addresses that whoever writes names: by one
// person, in one account, in all accounts of a tenant, and in the installation.
// Where nobody has proven that their own address is theirs it is far fewer.
var (
	perRecipient = store.Rate{Burst: 10, Every: 10 * time.Minute} // whoever they are from

	perSender       = trusted{aDay(20), aDay(200)}
	perAccount      = trusted{aDay(20), aDay(300)}
	perTenant       = trusted{aDay(40), aDay(1000)}
	perInstallation = aDay(5000)
	perUnproven     = aDay(500) // of the installation, by all who have proven nothing
)

// aDay is a rate of so many a day.
func aDay(n int) store.Rate { return store.Rate{Burst: n, Every: 24 * time.Hour / time.Duration(n)} }

// trusted is a rate for those who have proven their address, and one for others.
type trusted struct{ unproven, proven store.Rate }

// Bucket is one of its own for those who have proven their address: what was
// used before does not count against it.
func (t trusted) bucket(s *Store, proven bool, counts string, whom fmt.Stringer) store.Bucket {
	if proven {
		return s.store.Bucket(t.proven, counts, "proven "+whom.String())
	}
	return s.store.Bucket(t.unproven, counts, whom.String())
}

// AllowLetterTo takes one of the letters that somebody, whoever it is, may have
// sent to an address that is not theirs, so that no mailbox is flooded.
func (s *Store) AllowLetterTo(ctx context.Context, email string) error {
	taken, short, err := s.store.Take(ctx, 1, s.store.Bucket(perRecipient, "recipient", store.FoldEmail(email)))
	if err == nil && taken == 0 {
		err = store.TooMany{Until: short.Until}
	}
	return err
}

// allowance is how many letters somebody may write now.
type allowance struct {
	store  *Store
	from   []store.Bucket
	who    authz.PrincipalID
	on     authz.Resource
	proven bool // the sender's own address
	wanted int
	Taken  int
	Short  store.Shortage
}

// Letters takes up to n letters to strangers from the limits of whoever asks and
// of the account they act in. What is not used is given back with settle.
func (s *Store) Letters(ctx context.Context, who authz.PrincipalID, on authz.Resource, n int) (a allowance, err error) {
	a = allowance{store: s, who: who, on: on, wanted: n}
	if n == 0 || who.Kind == authz.System {
		a.Taken = n
		return a, nil
	}
	owners, proven, err := s.proven(ctx, who, on)
	if err != nil {
		return a, err
	}
	a.proven = proven[who.ID]
	if who.Kind != authz.Member {
		a.proven = proven[owners[on.Account]]
	}
	a.from = []store.Bucket{
		perSender.bucket(s, a.proven, "person", who),
		perAccount.bucket(s, proven[owners[on.Account]], "account", on.Account),
		perTenant.bucket(s, proven[owners[on.Tenant]], "root account", on.Tenant),
	}
	if !a.proven {
		a.from = append(a.from, s.store.Bucket(perUnproven, "people with unconfirmed addresses", ""))
	}
	a.from = append(a.from, s.store.Bucket(perInstallation, "installation", ""))
	a.Taken, a.Short, err = s.store.Take(ctx, n, a.from...)
	return a, err
}

// proven tells who owns the account and its root, and which of them and whoever asks
// have an address that is known to be theirs.
func (s *Store) proven(ctx context.Context, who authz.PrincipalID, on authz.Resource) (owners map[uuid.UUID]uuid.UUID, proven map[uuid.UUID]bool, err error) {
	owners, proven = map[uuid.UUID]uuid.UUID{}, map[uuid.UUID]bool{}
	people := []uuid.UUID{who.ID}
	err = s.store.Read(ctx, store.TenantScope(on.Tenant), func(r pgx.Rows) error {
		var id, owner uuid.UUID
		err := r.Scan(&id, &owner)
		owners[id], people = owner, append(people, owner)
		return err
	}, "SELECT id, owner_id FROM accounts WHERE tenant_id = $1 AND id = ANY($2)", on.Tenant, []uuid.UUID{on.Account, on.Tenant})
	if err != nil {
		return nil, nil, err
	}
	return owners, proven, s.store.Read(ctx, store.ScopeLetters, func(r pgx.Rows) error {
		var id uuid.UUID
		err := r.Scan(&id)
		proven[id] = true
		return err
	}, "SELECT id FROM members WHERE id = ANY($1) AND email_proven_at IS NOT NULL", people)
}

// Sentence says to whoever asks why there are no more letters, and what helps.
// Whether others used them up is not told: it may be somebody above or beside.
func (a allowance) Sentence() string {
	again := "Try again in " + Wait(a.Short.Until.Sub(a.store.store.Now())) + "."
	switch {
	case a.Short.Counts == "person" && !a.proven:
		return fmt.Sprintf("You can invite %d people a day until you confirm your e-mail address. Confirm it to invite more, or t%s", a.Short.Burst, again[1:])
	case a.Short.Counts == "person":
		return fmt.Sprintf("You can invite %d people a day. %s", a.Short.Burst, again)
	}
	return "Too many invites were sent. " + again
}

// WithLetter does what writes one letter to a stranger, where there is one left;
// a Problem of a field where there is not.
func (s *Store) WithLetter(ctx context.Context, who authz.PrincipalID, on authz.Resource, field string, do func() error) error {
	may, err := s.Letters(ctx, who, on, 1)
	if err != nil {
		return err
	}
	used := 0
	if may.Taken == 0 {
		err = store.Problems{field: may.Sentence()}
	} else if err = do(); err == nil {
		used = 1
	}
	return may.Settle(ctx, used, err)
}

// Settle gives back what was not used, and keeps for operators who wanted more
// than there was. What went wrong before comes first.
func (a allowance) Settle(ctx context.Context, used int, before error) error {
	if len(a.from) == 0 {
		return before
	}
	err := a.store.store.GiveBack(ctx, a.Taken-used, a.from...)
	if err == nil && a.Taken < a.wanted {
		err = a.keep(ctx)
	}
	if before != nil {
		return before
	}
	return err
}

func (a allowance) keep(ctx context.Context) error {
	now := a.store.store.Now()
	return a.store.store.In(ctx, store.ScopeLetters, func(db *gorm.DB) error {
		return db.Exec(`INSERT INTO letter_refusals (day, reached, principal_kind, principal_id, tenant_id, account_id, letters, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (day, reached, principal_kind, principal_id, account_id)
			DO UPDATE SET letters = letter_refusals.letters + excluded.letters, last_at = excluded.last_at`,
			now.UTC().Format(time.DateOnly), a.Short.Counts, a.who.Kind.String(), a.who.ID, a.on.Tenant, a.on.Account, a.wanted-a.Taken, now).Error
	})
}

// Refusal is somebody who reached a limit of letters on one day.
type Refusal struct {
	Reached   string // whose limit
	Who       string // as operators know them: an address, or the name of a subuser
	AccountID uuid.UUID
	Account   string
	Letters   int // that were not written
	LastAt    time.Time
}

// LetterRefusals tells an operator who reached a limit of letters, newest first.
func (s *Store) LetterRefusals(ctx context.Context, d store.OnDuty, limit int) ([]Refusal, error) {
	if err := d.Is(store.DutyOperator); err != nil {
		return nil, err
	}
	var all []Refusal
	var subusers, tenants, accounts []uuid.UUID // of each; a member's subuser is none
	if err := s.store.Read(ctx, store.ScopeLetters, func(r pgx.Rows) error {
		var x Refusal
		var subuser, tenant uuid.UUID
		err := r.Scan(&x.Reached, &x.Who, &subuser, &tenant, &x.AccountID, &x.Letters, &x.LastAt)
		all, subusers, tenants, accounts = append(all, x), append(subusers, subuser), append(tenants, tenant), append(accounts, x.AccountID)
		return err
	}, `SELECT r.reached, coalesce(m.email, ''), CASE r.principal_kind WHEN 'subuser' THEN r.principal_id ELSE $2::uuid END, r.tenant_id, r.account_id, r.letters, r.last_at
		FROM letter_refusals r LEFT JOIN members m ON r.principal_kind = 'member' AND m.id = r.principal_id
		ORDER BY r.last_at DESC LIMIT $1`, limit, uuid.Nil); err != nil || len(all) == 0 {
		return nil, err
	}
	names := map[uuid.UUID]string{}
	named := func(table string, ids []uuid.UUID) store.Query {
		return store.Query{Scan: func(r pgx.Rows) error {
			var id uuid.UUID
			var name string
			err := r.Scan(&id, &name)
			names[id] = name
			return err
		}, SQL: "SELECT id, name FROM " + table + " WHERE tenant_id = ANY($1) AND id = ANY($2)", Args: []any{tenants, ids}}
	}
	err := s.store.ReadAll(ctx, store.ScopeLetters, named("accounts", accounts), named("subusers", subusers))
	for i := range all {
		all[i].Who, all[i].Account = cmp.Or(all[i].Who, names[subusers[i]]), names[accounts[i]]
	}
	return all, err
}

// Wait says how long to wait, in whole seconds, minutes or hours.
func Wait(d time.Duration) string {
	n, unit := int((d+time.Second-1)/time.Second), "second"
	switch {
	case d > time.Hour:
		n, unit = int((d+time.Hour-1)/time.Hour), "hour"
	case d > time.Minute:
		n, unit = int((d+time.Minute-1)/time.Minute), "minute"
	}
	if n = max(n, 1); n > 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}
