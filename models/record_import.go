package models

import (
	"context"
	"errors"
	"fmt"

	"bailiwick/authz"
)

// MaxImport is how many lines one request may bring.
const MaxImport = 10_000

// AppendRecords makes a record of each line, and leaves out those that are
// wrong, with the reasons by their place in lines. All good ones are stored, or
// none.
func (s *Store) AppendRecords(ctx context.Context, g authz.Grant, at RecordPlace, lines []map[string]any) (added int, wrong map[int]Problems, err error) {
	if len(lines) > MaxImport {
		return 0, nil, Problems{"": fmt.Sprintf("Bring at most %d lines at once.", MaxImport)}
	}
	wrong = map[int]Problems{}
	var good []*Record
	for i, values := range lines {
		r, err := s.newRecord(g, at, values)
		var p Problems
		switch {
		case errors.As(err, &p):
			wrong[i] = p
		case err != nil:
			return 0, nil, err
		default:
			good = append(good, &r)
		}
	}
	if len(good) == 0 {
		return 0, wrong, nil
	}
	kind, rs := at.kind(), at.records()
	// The event is one of the thing that the lines go into.
	on := Record{Kind: kind.Key, ID: at.Parent}
	if in := at.Section.Inside; in != nil {
		into, err := s.Record(ctx, g, at.Parent)
		if err != nil {
			return 0, nil, err
		}
		on = Record{Kind: into.Kind, ID: into.ID, Name: into.Name}
	}
	err = s.writeRecord(ctx, g, rs.Create, "append", &on, func(tx *Tx) error {
		for _, r := range good {
			if err := tx.checkLinks(kind, *r, nil); err != nil {
				return err
			}
			if _, err := s.keepSecrets(r, kind); err != nil {
				return err
			}
		}
		tx.note("lines", len(good))
		return tx.insertRecords(kind, good)
	})
	if err != nil {
		return 0, nil, err
	}
	return len(good), wrong, nil
}
