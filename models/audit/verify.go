package audit

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"bailiwick/models/store"
)

// ChainFault is where an account's chain of events breaks.
type ChainFault struct {
	Account uuid.UUID
	After   int64 // the number of the last event before it that holds
	What    string
}

func (f ChainFault) Error() string { return f.What }

// VerifyAudit reads an account's chain from its beginning and gives the number
// of events that hold; the error is a ChainFault where one was changed, removed,
// inserted or re-ordered.
func (s *Store) VerifyAudit(ctx context.Context, tenant, account uuid.UUID) (int64, error) {
	n, _, faults, err := s.verify(ctx, tenant, account)
	if err == nil && len(faults) > 0 {
		return faults[0].After, faults[0]
	}
	return n, err
}

// VerifyTenant reads the chains of all accounts of a tenant, of those that are no
// more as well. It gives the number of events that hold and of chains, and the
// first fault of each chain that has one.
func (s *Store) VerifyTenant(ctx context.Context, tenant uuid.UUID) (events int64, chains int, faults []ChainFault, err error) {
	return s.verify(ctx, tenant, uuid.Nil)
}

// Tenants are the ids of all tenants.
func (s *Store) Tenants(ctx context.Context) (ids []uuid.UUID, err error) {
	return ids, s.store.Read(ctx, store.ScopeOperator, func(rows pgx.Rows) error {
		var id uuid.UUID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, "SELECT id FROM tenants ORDER BY id")
}

// chain is one account's, as far as it was read.
type chain struct {
	account uuid.UUID
	seq     int64
	hash    []byte
	fault   *ChainFault
}

func (c *chain) breaks(what string, args ...any) {
	if c.fault == nil {
		c.fault = &ChainFault{c.account, c.seq, fmt.Sprintf(what, args...)}
	}
}

// follow takes the next event in.
func (c *chain) follow(e store.AuditEvent) error {
	hash, err := e.Seal()
	switch {
	case err != nil:
		return err
	case c.fault != nil:
	case e.Seq != c.seq+1:
		c.breaks("event %d follows event %d", e.Seq, c.seq)
	case !bytes.Equal(e.Previous, c.hash) || !bytes.Equal(e.Hash, hash):
		c.breaks("event %d was changed", e.Seq)
	default:
		c.seq, c.hash = e.Seq, e.Hash
	}
	return nil
}

// verify reads the chains of a tenant, or of one account where it is not zero.
func (s *Store) verify(ctx context.Context, tenant, only uuid.UUID) (events int64, chains int, faults []ChainFault, err error) {
	found := map[uuid.UUID]*chain{}
	at := &chain{account: only}
	const page = 1000
	for last, full := int64(0), true; full; {
		read, from := 0, at.account
		err := s.store.Read(ctx, store.TenantScope(tenant), func(rows pgx.Rows) error {
			e := store.AuditEvent{TenantID: tenant}
			if err := rows.Scan(append(e.Fields(), &e.Previous, &e.Hash)...); err != nil {
				return err
			}
			read++
			if found[e.AccountID] == nil {
				found[e.AccountID] = &chain{account: e.AccountID}
			}
			at, last = found[e.AccountID], e.Seq
			return at.follow(e)
		}, `SELECT `+auditColumns+`, previous, hash FROM audit_events WHERE tenant_id = $1 AND (account_id, seq) > ($2, $3)
			AND ($4 OR account_id = $2) ORDER BY account_id, seq LIMIT $5`, tenant, from, last, only == uuid.Nil, page)
		if err != nil {
			return 0, 0, nil, err
		}
		full = read == page
	}
	headed := map[uuid.UUID]bool{}
	err = s.store.Read(ctx, store.TenantScope(tenant), func(rows pgx.Rows) error {
		var account uuid.UUID
		var seq int64
		var hash []byte
		if err := rows.Scan(&account, &seq, &hash); err != nil {
			return err
		}
		c := found[account]
		if c == nil {
			c = &chain{account: account}
			found[account] = c
		}
		headed[account] = true
		switch {
		case seq > c.seq:
			c.breaks("events after %d were removed", c.seq)
		case seq < c.seq || !bytes.Equal(hash, c.hash):
			c.breaks("the end after %d is not the one that was stored", seq)
		}
		return nil
	}, "SELECT account_id, seq, hash FROM audit_heads WHERE tenant_id = $1 AND ($2 OR account_id = $3)", tenant, only == uuid.Nil, only)
	for account, c := range found {
		if !headed[account] {
			c.breaks("what was stored of its end is gone")
		}
		events += c.seq
		if c.fault != nil {
			faults = append(faults, *c.fault)
		}
	}
	slices.SortFunc(faults, func(a, b ChainFault) int { return strings.Compare(a.Account.String(), b.Account.String()) })
	return events, len(found), faults, err
}
