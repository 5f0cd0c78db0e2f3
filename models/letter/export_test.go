package letter

// Lease is how long a letter that was claimed is left alone.
const Lease = lease

// Sealed is what the table holds of the facts.
func (p Post) Sealed() string { return p.sealed }
