package store

import (
	"context"
	"fmt"
	"maps"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// accessChange says what one epoch of a tenant changed.
type accessChange struct {
	TenantID    uuid.UUID
	Epoch       int64
	Seq         int
	Kind        string // account, member, subuser, service_account: re-read it; children: re-read all of them; rule: set one entitlement of all of them
	SubjectID   uuid.UUID
	Entitlement *string
	Allowed     *bool
}

func (accessChange) TableName() string { return "access_changes" }

// Access is the newest snapshot this node has, as it is now.
func (s *Store) Access() *authz.Snapshot { return s.snapshot.Load().At(s.now()) }

// Fresh gives a snapshot that has the tenant at the epoch or later.
func (s *Store) Fresh(ctx context.Context, tenant uuid.UUID, epoch int64) (*authz.Snapshot, error) {
	if snap := s.Access(); snap.Epoch(tenant) >= epoch {
		return snap, nil
	}
	err := s.CatchUp(ctx, tenant)
	return s.Access(), err
}

// CatchUp brings the snapshot to what is committed of a tenant.
func (s *Store) CatchUp(ctx context.Context, tenant uuid.UUID) error {
	return s.consistently(ctx, func(db *gorm.DB) error {
		var epoch int64
		if err := db.Raw("SELECT epoch FROM tenants WHERE id = ?", tenant).Scan(&epoch).Error; err != nil {
			return err
		}
		_, err := s.catchUp(db, tenant, epoch)
		return err
	})
}

// consistently reads one state of the database across all tenants.
func (s *Store) consistently(ctx context.Context, do func(*gorm.DB) error) error {
	err := s.In(ctx, scopeSnapshot, func(db *gorm.DB) error {
		// Loading everything may take longer than a request may.
		if err := db.Exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = '60s'").Error; err != nil {
			return err
		}
		return do(db)
	})
	if err != nil {
		return fmt.Errorf("read who may what: %w", err)
	}
	return nil
}

// load makes the snapshot anew from every tenant that is reached.
func (s *Store) load(ctx context.Context) error {
	s.catching.Lock()
	defer s.catching.Unlock()
	var in reach
	var args []any
	lost := s.lookout.lost.Load()
	if lost != nil {
		in, args = ".tenant_id = ANY(CAST(@reached AS uuid[]))", []any{map[string]any{"reached": IDList(lost.rest)}}
	}
	return s.consistently(ctx, func(db *gorm.DB) error {
		// The epochs come first: where tenants are read at different times, a snapshot
		// is never older than its epoch says.
		var tenants []struct {
			ID    uuid.UUID
			Epoch int64
		}
		if err := db.Raw("SELECT t.id, t.epoch FROM (SELECT id AS tenant_id, * FROM tenants) t WHERE "+in.of("t"), args...).Scan(&tenants).Error; err != nil {
			return err
		}
		ch, err := s.readAccess(db, in, in.of("a"), "true", in.of("u"), in.of("u"), in.of("r"), args...)
		if err != nil {
			return err
		}
		for _, t := range tenants {
			ch.Epochs[t.ID] = t.Epoch
		}
		s.snapshot.Store(authz.NewSnapshot(s.catalog).With(ch))
		s.lookout.partial.Store(lost != nil)
		return nil
	})
}

// catchUp applies the changes of a tenant up to an epoch, as db reads them, which must
// see what stands outside tenants.
func (s *Store) catchUp(db *gorm.DB, tenant uuid.UUID, to int64) (*authz.Snapshot, error) {
	s.catching.Lock()
	defer s.catching.Unlock()
	snap := s.Access()
	from := snap.Epoch(tenant)
	if from >= to {
		return snap, nil
	}
	var changes []accessChange
	if err := db.Raw("SELECT * FROM access_changes WHERE tenant_id = ? AND epoch > ? AND epoch <= ? ORDER BY epoch, seq", tenant, from, to).
		Scan(&changes).Error; err != nil {
		return nil, err
	}
	var next authz.Changes
	var err error
	if from == 0 || to-from >= keepEpochs {
		next, err = s.readTenant(db, tenant, snap)
	} else {
		next, err = s.readChanged(db, tenant, changes)
	}
	if err != nil {
		return nil, err
	}
	next.Epochs = map[uuid.UUID]int64{tenant: to}
	snap = snap.With(next)
	s.snapshot.Store(snap)
	return snap.At(s.now()), nil
}

// readTenant reads all of a tenant, and what the snapshot knows of it and is no
// more.
func (s *Store) readTenant(db *gorm.DB, tenant uuid.UUID, snap *authz.Snapshot) (authz.Changes, error) {
	accounts, roles, principals := snap.Known(tenant)
	var members IDList
	var own []authz.PrincipalID // of one account
	for _, id := range principals {
		if id.Kind == authz.Member {
			members = append(members, id.ID)
		} else {
			own = append(own, id)
		}
	}
	var now []uuid.UUID
	if err := db.Raw("SELECT member_id FROM memberships WHERE tenant_id = @t UNION SELECT owner_id FROM accounts WHERE tenant_id = @t", map[string]any{"t": tenant}).Scan(&now).Error; err != nil {
		return authz.Changes{}, err
	}
	members = append(members, now...)
	ch, err := s.readAccess(db, inTenant, "a.tenant_id = @t", "(x.id = ANY(CAST(@m AS uuid[])) OR x.id IN (SELECT member_id FROM staff))",
		"u.tenant_id = @t", "u.tenant_id = @t", "r.tenant_id = @t", map[string]any{"t": tenant, "m": members})
	tellGone(&ch, tenant, accounts, roles, own)
	return ch, err
}

func (s *Store) readChanged(db *gorm.DB, tenant uuid.UUID, changes []accessChange) (authz.Changes, error) {
	var accounts, parents, members, subusers, programs, roles IDList
	var own []authz.PrincipalID
	var rules []authz.Rule
	for _, c := range changes {
		switch c.Kind {
		case "account":
			accounts = append(accounts, c.SubjectID)
		case "children":
			parents = append(parents, c.SubjectID)
		case "member":
			members = append(members, c.SubjectID)
		case "subuser":
			subusers, own = append(subusers, c.SubjectID), append(own, authz.PrincipalID{Kind: authz.Subuser, ID: c.SubjectID})
		case "service_account":
			programs, own = append(programs, c.SubjectID), append(own, authz.PrincipalID{Kind: authz.ServiceAccount, ID: c.SubjectID})
		case "role":
			roles = append(roles, c.SubjectID)
		case "rule":
			if e := s.catalog.Entitlement(*c.Entitlement); e != nil {
				rules = append(rules, authz.Rule{Parent: c.SubjectID, Entitlement: e.Bit, Allowed: *c.Allowed})
			}
		}
	}
	only := func(has bool, condition string) string {
		if !has {
			return ""
		}
		return condition
	}
	args := map[string]any{"t": tenant, "a": accounts, "p": parents, "m": members, "u": subusers, "s": programs, "r": roles}
	ch, err := s.readAccess(db, inTenant,
		only(len(accounts)+len(parents) > 0, "a.tenant_id = @t AND (a.id = ANY(CAST(@a AS uuid[])) OR a.parent_id = ANY(CAST(@p AS uuid[])))"),
		only(len(members) > 0, "x.id = ANY(CAST(@m AS uuid[]))"),
		only(len(subusers) > 0, "u.tenant_id = @t AND u.id = ANY(CAST(@u AS uuid[]))"),
		only(len(programs) > 0, "u.tenant_id = @t AND u.id = ANY(CAST(@s AS uuid[]))"),
		only(len(roles) > 0, "r.tenant_id = @t AND r.id = ANY(CAST(@r AS uuid[]))"), args)
	if err != nil {
		return ch, err
	}
	if ch.Added, err = s.readOwners(db, accounts, args); err != nil {
		return ch, err
	}
	ch.Rules = rules
	tellGone(&ch, tenant, accounts, roles, own)
	return ch, nil
}

// tellGone tells of accounts that were not found as removed, of the principals of one
// account as inactive, and of roles as deleted.
func tellGone(ch *authz.Changes, tenant uuid.UUID, accounts, roles []uuid.UUID, own []authz.PrincipalID) {
	have := map[uuid.UUID]bool{}
	for _, a := range ch.Accounts {
		have[a.ID] = true
	}
	for _, id := range accounts {
		if !have[id] {
			ch.Accounts = append(ch.Accounts, authz.AccountState{ID: id, Tenant: tenant, Removed: true})
		}
	}
	for _, r := range ch.Roles {
		have[r.ID] = true
	}
	for _, id := range roles {
		if !have[id] {
			ch.Roles = append(ch.Roles, authz.CustomRole{ID: id})
		}
	}
	for _, p := range ch.Principals {
		have[p.ID.ID] = true
	}
	for _, id := range own {
		if !have[id.ID] {
			ch.Principals = append(ch.Principals, authz.Principal{ID: id})
		}
	}
}

// readOwners gives the owners of accounts what is theirs. Who is not the owner
// any more is told of as a member.
func (s *Store) readOwners(db *gorm.DB, accounts IDList, args map[string]any) ([]authz.Added, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	var rows []struct{ ID, OwnerID uuid.UUID }
	err := db.Raw("SELECT id, owner_id FROM accounts WHERE tenant_id = @t AND id = ANY(CAST(@a AS uuid[])) ORDER BY owner_id", args).Scan(&rows).Error
	added := make([]authz.Added, len(rows))
	for i, r := range rows {
		added[i] = authz.Added{Member: r.OwnerID, Assignment: authz.Assignment{Account: r.ID, Role: s.catalog.Owner().ID}}
	}
	return added, err
}

var accountKinds = map[string]authz.AccountKind{"personal": authz.Personal, "main": authz.Main, "sub": authz.Sub}

// readAccess reads what a snapshot is told, of the accounts (a), members (x),
// subusers and service accounts (u) and custom roles (r) that the conditions name; none
// where one is empty. Of members it is what they hold within reach.
func (s *Store) readAccess(db *gorm.DB, in reach, accounts, members, subusers, programs, roles string, args ...any) (ch authz.Changes, err error) {
	ch.Epochs = map[uuid.UUID]int64{}
	if accounts != "" {
		ch.Accounts, err = s.readAccounts(db, in, accounts, args...)
	}
	if roles != "" && err == nil {
		ch.Roles, err = s.readCustomRoles(db, roles, args...)
	}
	if members != "" && err == nil {
		ch.Principals, err = s.readMembers(db, in, members, args...)
	}
	for _, of := range []struct {
		kind         authz.PrincipalKind
		table, which string
	}{{authz.Subuser, "subusers", subusers}, {authz.ServiceAccount, "service_accounts", programs}} {
		if of.which != "" && err == nil {
			var own []authz.Principal
			own, err = s.readOwn(db, of.kind, of.table, of.which, args...)
			ch.Principals = append(ch.Principals, own...)
		}
	}
	return ch, err
}

// ReadAccounts reads the accounts (a) of the tenant @t that a condition selects, as a
// snapshot is told of them.
func (s *Store) ReadAccounts(db *gorm.DB, which string, args ...any) ([]authz.AccountState, error) {
	return s.readAccounts(db, inTenant, which, args...)
}

func (s *Store) readAccounts(db *gorm.DB, in reach, which string, args ...any) ([]authz.AccountState, error) {
	var rows []struct {
		ID, TenantID uuid.UUID
		ParentID     *uuid.UUID
		ArchivedBy   *uuid.UUID
		Kind, State  string
		OpenToMain   bool
	}
	err := db.Raw(`SELECT a.id, a.tenant_id, a.parent_id, a.kind, a.state, a.open_to_main, a.archived_by FROM accounts a WHERE `+which, args...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	given, err := s.readGiven(db, in, which, args...)
	if err != nil {
		return nil, err
	}
	all := make([]authz.AccountState, 0, len(rows))
	for _, r := range rows {
		st := authz.AccountState{
			ID: r.ID, Tenant: r.TenantID, Kind: accountKinds[r.Kind],
			// What was archived with an account above is closed by that one.
			Suspended: r.State != "active" || r.ArchivedBy != nil && *r.ArchivedBy == r.ID, Closed: !r.OpenToMain,
			Own: s.catalog.AllEntitlements(),
		}
		if r.ParentID != nil {
			st.Parent = *r.ParentID
			st.Own = given.to(r.ID, st.Parent)
		}
		all = append(all, st)
	}
	return all, nil
}

// readMembers reads people, who stand outside tenants, and then what they hold in
// each: a distributed Postgres does not join the two. Of what they hold in a tenant
// out of reach, nothing is told.
func (s *Store) readMembers(db *gorm.DB, in reach, which string, args ...any) (all []authz.Principal, err error) {
	var people []struct {
		ID      uuid.UUID
		State   string
		Support bool
	}
	them := args
	if which == "true" {
		them = nil // which the condition does not name
	}
	err = db.Raw(`SELECT x.id, x.state, EXISTS (SELECT FROM staff t WHERE t.member_id = x.id AND t.duty = '`+DutySupport+`') AS support
		FROM members x WHERE `+which+` ORDER BY x.id`, them...).Scan(&people).Error
	if err != nil || len(people) == 0 {
		return nil, err
	}
	with := map[string]any{"now": s.now()}
	for _, a := range args {
		maps.Copy(with, a.(map[string]any))
	}
	tenant, _ := with["t"].(uuid.UUID)
	at, ids, support := map[uuid.UUID]int{}, make(IDList, len(people)), IDList{}
	for i, p := range people {
		all = append(all, authz.Principal{ID: authz.PrincipalID{Kind: authz.Member, ID: p.ID}, Active: p.State == "active", In: tenant})
		at[p.ID], ids[i] = i, p.ID
		if p.Support {
			support = append(support, p.ID)
		}
	}
	var held []struct {
		MemberID, AccountID uuid.UUID
		Kind, Roles         string
	}
	theirs, those := "= ANY(CAST(@ids AS uuid[]))", []any{with}
	with["ids"] = ids
	if which == "true" {
		theirs, those = "IS NOT NULL", args
	}
	err = db.Raw(`SELECT m.member_id, m.account_id, a.kind, array_to_string(m.roles, ',') AS roles FROM memberships m
			JOIN accounts a ON a.tenant_id = m.tenant_id AND a.id = m.account_id WHERE `+in.of("m")+` AND `+in.of("a")+` AND m.member_id `+theirs+`
		UNION ALL SELECT o.owner_id, o.id, o.kind, 'owner' FROM accounts o WHERE `+in.of("o")+` AND o.owner_id `+theirs, those...).Scan(&held).Error
	if err != nil {
		return nil, err
	}
	for _, r := range held {
		if i, ok := at[r.MemberID]; ok {
			all[i].Assignments = append(all[i].Assignments, s.assignments(r.AccountID, r.Kind, r.Roles)...)
		}
	}
	if len(support) == 0 {
		return all, nil
	}
	var doors []struct {
		AccountID uuid.UUID
		Role      string
	}
	err = db.Raw(`SELECT d.account_id, 'support:' || d.access || '`+untilMark+`' || to_char(d.until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS role
		FROM support_access d WHERE `+in.of("d")+` AND d.closed_at IS NULL AND d.until > @now`, with).Scan(&doors).Error
	for _, id := range support {
		for _, d := range doors {
			all[at[id]].Assignments = append(all[at[id]].Assignments, s.assignments(d.AccountID, "", d.Role)...)
		}
	}
	return all, err
}

// readOwn reads the principals (u) of one account each that a table holds.
func (s *Store) readOwn(db *gorm.DB, kind authz.PrincipalKind, table, which string, args ...any) ([]authz.Principal, error) {
	var rows []struct {
		ID, AccountID uuid.UUID
		State, Roles  string
	}
	err := db.Raw(`SELECT u.id, u.account_id, u.state, array_to_string(u.roles, ',') AS roles FROM `+table+` u WHERE `+which, args...).Scan(&rows).Error
	all := make([]authz.Principal, len(rows))
	for i, r := range rows {
		all[i] = authz.Principal{
			ID: authz.PrincipalID{Kind: kind, ID: r.ID}, Active: r.State == "active",
			Assignments: s.assignments(r.AccountID, "", r.Roles),
		}
	}
	return all, err
}

// given is what parents give: a rule per parent and entitlement, and exceptions
// per child, which a newer rule voids. Without either an entitlement is given.
type given struct {
	catalog    *catalog.Catalog
	rules      map[uuid.UUID][]givenBit
	exceptions map[uuid.UUID][]givenBit
}

type givenBit struct {
	bit     catalog.Entitlements
	allowed bool
	epoch   int64
}

func (s *Store) readGiven(db *gorm.DB, in reach, accounts string, args ...any) (given, error) {
	g := given{s.catalog, map[uuid.UUID][]givenBit{}, map[uuid.UUID][]givenBit{}}
	read := func(into map[uuid.UUID][]givenBit, sql string) error {
		var rows []struct {
			ID          uuid.UUID
			Entitlement string
			Allowed     bool
			Epoch       int64
		}
		if err := db.Raw(sql, args...).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			if e := s.catalog.Entitlement(r.Entitlement); e != nil {
				into[r.ID] = append(into[r.ID], givenBit{e.Bit, r.Allowed, r.Epoch})
			}
		}
		return nil
	}
	err := read(g.rules, `SELECT r.parent_id AS id, r.entitlement, r.allowed, r.epoch FROM entitlement_rules r WHERE `+in.of("r")+` AND EXISTS (
		SELECT FROM accounts a WHERE a.tenant_id = r.tenant_id AND a.parent_id = r.parent_id AND (`+accounts+`))`)
	if err != nil {
		return g, err
	}
	err = read(g.exceptions, `SELECT x.account_id AS id, x.entitlement, x.allowed, x.epoch FROM entitlement_exceptions x
		JOIN accounts a ON a.tenant_id = x.tenant_id AND a.id = x.account_id WHERE `+in.of("x")+` AND `+accounts)
	return g, err
}

func (g given) to(child, parent uuid.UUID) catalog.Entitlements {
	own := g.catalog.AllEntitlements()
	epochs := map[catalog.Entitlements]int64{}
	for _, r := range g.rules[parent] {
		epochs[r.bit] = r.epoch
		if !r.allowed {
			own &^= r.bit
		}
	}
	for _, x := range g.exceptions[child] {
		if x.epoch < epochs[x.bit] {
			continue
		}
		own &^= x.bit
		if x.allowed {
			own |= x.bit
		}
	}
	return own
}

// keepEpochs is how many epochs of access_changes are kept; a node further
// behind reads the tenant anew.
const keepEpochs = 10_000

// Ceiling is what the grant's account may use; the installation's own command
// line is bound by it like anybody else.
func (s *Store) Ceiling(g authz.Grant) catalog.Entitlements {
	return s.CeilingAt(g.Resource().Account)
}

// CeilingAt is what an account may use; nothing where it is unknown.
func (s *Store) CeilingAt(account uuid.UUID) catalog.Entitlements {
	snap := s.Access()
	a, ok := snap.Find(account)
	if !ok {
		return 0
	}
	return snap.Ceiling(a)
}

// readCustomRoles reads what a snapshot is told of the roles (r) that a condition
// names.
func (s *Store) readCustomRoles(db *gorm.DB, which string, args ...any) ([]authz.CustomRole, error) {
	var rows []CustomRole
	err := db.Raw("SELECT r.* FROM custom_roles r WHERE "+which, args...).Scan(&rows).Error
	all := make([]authz.CustomRole, len(rows))
	for i, r := range rows {
		all[i] = authz.CustomRole{Account: r.AccountID, ID: r.ID, Role: s.CompiledRole(r)}
	}
	return all, err
}
