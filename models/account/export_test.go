package account

// What tests of this wing look at from outside.
const (
	MovedPeople = movedPeople
	PurgeAfter  = purgeAfter
)

// Kept are the tables that a purge leaves, each with its reason.
var Kept = kept

// Purged are the tables that a purge empties.
func Purged() (tables []string) {
	for _, p := range purged {
		tables = append(tables, p.table)
	}
	return tables
}
