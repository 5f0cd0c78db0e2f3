package record

import (
	"bailiwick/catalog"
	"bailiwick/models/store"
)

// Quoted is a property's name as a literal.
var Quoted = quoted

// Naming is a property that names records of a kind.
type Naming struct {
	Kind  *catalog.Kind
	Field *catalog.Field
}

// NamingOf lists the properties that name records of a kind.
func NamingOf(s *store.Store, kind *catalog.Kind) (all []Naming) {
	for _, n := range namingOf(s, kind) {
		all = append(all, Naming{n.kind, n.field})
	}
	return all
}

// Records are the place's section as it is declared.
func (p Place) Records() *catalog.Records { return p.records() }
