package record

import (
	"context"
	"encoding/hex"
	"errors"

	"bailiwick/authz"
	"bailiwick/catalog"
	"bailiwick/models/account"
	"bailiwick/models/store"
	"bailiwick/words"
)

// MaxImport is how many lines one request may bring.
const MaxImport = 10_000

// Appended is what came of lines, by their place among them.
type Appended struct {
	Added int
	Wrong map[int]store.Problems
	// Twice are those that were left out because the line it leads to is the same
	// in what must be unique, or because such a record is there already: -1.
	Twice map[int]int
}

// errOnlyChecked ends a write that was only to be tried.
var errOnlyChecked = errors.New("only checked")

// AppendRecords makes a record of each line, and leaves out those that are wrong
// or there already. All good ones are stored, or none; where they are only to be
// checked, none.
func (s *Store) AppendRecords(ctx context.Context, g authz.Grant, at Place, lines []map[string]any, onlyCheck bool) (Appended, error) {
	did := Appended{Wrong: map[int]store.Problems{}, Twice: map[int]int{}}
	if len(lines) > MaxImport {
		return did, store.Problems{"": "Bring at most " + words.Number(MaxImport) + " lines at once."}
	}
	var good []*Record
	var lineOf []int // of good
	for i, values := range lines {
		r, err := s.newRecord(g, at, values)
		var p store.Problems
		switch {
		case errors.As(err, &p):
			did.Wrong[i] = p
		case err != nil:
			return did, err
		default:
			good, lineOf = append(good, &r), append(lineOf, i)
		}
	}
	if len(good) == 0 {
		return did, nil
	}
	kind, rs := at.kind(), at.records()
	// The event is one of the thing that the lines go into.
	on := Record{Kind: kind.Key, ID: at.Parent}
	if in := at.Section.Inside; in != nil {
		into, err := s.Record(ctx, g, at.Parent)
		if err != nil {
			return did, err
		}
		on = Record{Kind: into.Kind, ID: into.ID, Name: into.Name}
	}
	err := s.writeRecord(ctx, g, rs.Create, "append", &on, func(tx *store.Tx) error {
		if err := holdParent(tx, at); err != nil {
			return err
		}
		fresh, err := once(tx, kind, at, good, lineOf, did.Twice)
		if err != nil {
			return err
		}
		for _, r := range fresh {
			if err := checkPlace(tx, at, *r, nil); err != nil {
				return err
			}
			if _, err := s.keepSecrets(r, kind); err != nil {
				return err
			}
		}
		did.Added = len(fresh)
		if onlyCheck || len(fresh) == 0 {
			return errOnlyChecked
		}
		tx.Note("lines", len(fresh))
		return insertRecords(tx, kind, fresh)
	})
	if errors.Is(err, errOnlyChecked) {
		err = nil
	}
	return did, err
}

// once leaves out records that are there already or come twice. What they go into
// is locked, so that two who append wait for each other.
func once(tx *store.Tx, kind *catalog.Kind, at Place, all []*Record, lineOf []int, twice map[int]int) (fresh []*Record, err error) {
	if len(kind.Unique) == 0 {
		return all, nil
	}
	on := tx.Change.On
	if at.Section.Inside != nil {
		err = tx.Exec("SELECT FROM records WHERE tenant_id = ? AND account_id = ? AND id = ? FOR NO KEY UPDATE", on.Tenant, on.Account, at.Parent).Error
	} else {
		err = account.LockAccount(tx)
	}
	if err != nil {
		return nil, err
	}
	first := map[string]int{}
	keys := make(store.TextList, len(all))
	for i, r := range all {
		keys[i] = hex.EncodeToString(uniqueKey(kind, r))
	}
	var there []string
	err = tx.Raw(`SELECT encode(unique_key, 'hex') FROM records WHERE tenant_id = ? AND account_id = ? AND kind = ?
		AND unique_key IN (SELECT decode(key, 'hex') FROM unnest(CAST(? AS text[])) AS x (key))`, on.Tenant, on.Account, kind.Key, keys).Scan(&there).Error
	if err != nil {
		return nil, err
	}
	for _, key := range there {
		first[key] = -1
	}
	for i, r := range all {
		if was, known := first[keys[i]]; known {
			twice[lineOf[i]] = was
			continue
		}
		first[keys[i]] = lineOf[i]
		fresh = append(fresh, r)
	}
	return fresh, nil
}
