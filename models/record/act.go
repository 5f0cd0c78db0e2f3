package record

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// actCode is what the program does beyond what an act declares, by kind and key.
var actCode = map[string]func(*store.Tx, *Record) error{
	"number.buy": chargeNumber,
}

// Act does an act to a record: gives it the values of the act's form and what
// the act sets, or deletes it. In a state that the act does not wait for it is
// Problems.
func (s *Store) Act(ctx context.Context, g authz.Grant, kind *catalog.Kind, act *catalog.Act, id uuid.UUID, values map[string]any) (Record, error) {
	if act.Remove {
		return s.deleteRecord(ctx, g, act.Permission, act.Key, kind, id, func(r Record) error { return waits(kind, act, r) })
	}
	return s.changeRecord(ctx, g, act.Permission, act.Key, kind, id, func(tx *store.Tx, r *Record) error {
		if err := waits(kind, act, *r); err != nil {
			return err
		}
		if p := s.formWrong(g, act, values); len(p) > 0 {
			return p
		}
		s.fill(g, act, r, values)
		if code := actCode[kind.Key+"."+act.Key]; code != nil {
			return code(tx, r)
		}
		return nil
	})
}

// formWrong says what is wrong with the values of an act's form.
func (s *Store) formWrong(g authz.Grant, act *catalog.Act, values map[string]any) store.Problems {
	p := s.typed(g, act.Fields, values)
	for _, f := range act.Fields {
		if act.Required[f.Name] && values[f.Name] == nil {
			p.Add(f.Name, "Fill this in.")
		}
	}
	return p
}

// fill gives a record the values of an act's form and what the act sets.
func (s *Store) fill(g authz.Grant, act *catalog.Act, r *Record, values map[string]any) {
	for _, f := range act.Fields {
		if _, given := values[f.Name]; !given && !f.Grows() {
			delete(r.Values, f.Name)
		}
	}
	values = asJSON(values)
	for _, f := range act.Fields {
		if text, ok := values[f.Name].(string); ok && f.Grows() {
			by := g.Actor()
			values[f.Name] = catalog.Append(r.Values[f.Name], catalog.Entry{At: s.store.Now(), By: by.Name, Text: text}, by.ID.String())
		}
	}
	setAll(r.Values, values)
	setAll(r.Values, act.Set)
}

// waits refuses an act in a state that it does not wait for.
func waits(kind *catalog.Kind, act *catalog.Act, r Record) error {
	if act.Applies(r.State()) {
		return nil
	}
	return store.Problems{"": fmt.Sprintf("%s is not possible while this is %s.", act.Title, stateTitle(kind, r.State()))}
}

func stateTitle(kind *catalog.Kind, state string) string {
	if f := kind.Field("state"); f != nil {
		if o := f.Option(state); o != nil {
			return strings.ToLower(o.Title)
		}
	}
	return state
}
