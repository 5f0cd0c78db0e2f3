// Package migrations holds the numbered SQL files that make the schema. They
// only go forward.
package migrations

import "embed"

// Files are the migrations, applied in the order of their numbers.
//
//go:embed *.sql
var Files embed.FS
