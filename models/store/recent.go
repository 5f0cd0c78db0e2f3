package store

import "github.com/maypok86/otter/v2"

// mostRecent is of how many a node remembers something.
const mostRecent = 20_000

// Recent remembers something of those who were met lately, so that not every request
// asks for it. What it has forgotten is asked for again.
func Recent[K comparable, V any]() *otter.Cache[K, V] {
	return otter.Must(&otter.Options[K, V]{MaximumSize: mostRecent})
}
