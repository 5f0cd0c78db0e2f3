package program

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/models/store"
)

// KeyEdit is what can be changed of a key: whom it is for and what for is decided when
// it is made.
type KeyEdit struct {
	Name     string
	Networks []string
	Expires  time.Time // zero is for good
	Version  int64     // that was read; zero for whichever it has
}

// Widens tells whether a change lets a key work longer or from further networks than
// before: it is asked what making such a key is asked.
func (k Key) Widens(in KeyEdit) bool {
	if k.ExpiresAt != nil && (in.Expires.IsZero() || in.Expires.After(*k.ExpiresAt)) {
		return true
	}
	if len(k.Networks) == 0 {
		return false
	}
	return len(in.Networks) == 0 || slices.ContainsFunc(in.Networks, func(typed string) bool {
		n, ok := readNetwork(typed)
		return !ok || !slices.ContainsFunc(k.Networks, func(own string) bool { return within(n, own) })
	})
}

// EditKey changes the name, the networks and the end of a key that works. One that it
// widens is as if it were made: nobody widens what they could not make.
func (s *Store) EditKey(ctx context.Context, g authz.Grant, id uuid.UUID, in KeyEdit) error {
	return s.changeKey(ctx, g, id, "api_key.edit", func(tx *store.Tx, snap *authz.Snapshot, k Key) error {
		switch {
		case in.Version != 0 && in.Version != k.Version:
			return store.ErrConflict
		case !k.Works(s.store.Now()):
			return store.Problems{"": "This key no longer works. Create a new one."}
		}
		want := KeyInput{Name: in.Name, Networks: in.Networks, Permissions: k.Permissions, Expires: in.Expires, Never: in.Expires.IsZero()}
		if p := want.check(tx, s.store.Now()); len(p) > 0 {
			return p
		}
		in.Networks = want.Networks
		if k.Widens(in) {
			program := uuid.Nil
			if k.ServiceAccountID != nil {
				program = *k.ServiceAccountID
			}
			if err := s.mayHandOut(tx, snap, program, k.SubAccounts); err != nil {
				return err
			}
		}
		until := stamp(in.Expires)
		expires := &until
		if want.Never {
			expires = nil
		}
		tx.Changed("name", k.Name, want.Name)
		tx.Changed("networks", []string(k.Networks), want.Networks)
		tx.Changed("expires_at", written(k.ExpiresAt), written(expires))
		return updateKey(tx, k, map[string]any{"name": want.Name, "networks": store.TextList(want.Networks), "expires_at": expires})
	})
}

// written is an end as the audit has it.
func written(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
