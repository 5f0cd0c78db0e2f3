package authz

import (
	"hash/maphash"
	"slices"

	"github.com/google/uuid"
)

const (
	pageBits = 9
	pageSize = 1 << pageBits

	// A bucket fills one allocation of 16 KiB and is split when three quarters full.
	bucketSize = 2046
	bucketFull = bucketSize * 3 / 4
)

// pages is a list that only grows. A copy costs nothing and shares every page
// until one of the two edits it; sealed is called once the editing is over.
type pages[T any] struct {
	all   []*[pageSize]T
	size  int
	fresh []bool // which pages are not shared, nil when sealed
}

func (p *pages[T]) at(i int32) *T { return &p.all[i>>pageBits][i&(pageSize-1)] }

// edit is at, for writing.
func (p *pages[T]) edit(i int32) *T {
	p.open()
	if k := int(i >> pageBits); !p.fresh[k] {
		page := *p.all[k]
		p.all[k], p.fresh[k] = &page, true
	}
	return p.at(i)
}

func (p *pages[T]) append(v T) int32 {
	p.open()
	if p.size == len(p.all)*pageSize {
		p.all, p.fresh = append(p.all, new([pageSize]T)), append(p.fresh, true)
	}
	i := int32(p.size)
	p.size++
	*p.edit(i) = v
	return i
}

func (p *pages[T]) open() {
	if p.fresh == nil {
		p.all, p.fresh = slices.Clone(p.all), make([]bool, len(p.all))
	}
}

func (p *pages[T]) seal() { p.fresh = nil }

// row is a value and the id it is found by.
type row[V any] struct {
	id    uuid.UUID
	value V
}

// table is rows numbered in the order they came, with an index by id. It is
// copied as pages are. Nothing is ever taken out, as ids are never used again.
type table[V any] struct {
	rows pages[row[V]]
	// The index is an extendible hash: the first depth bits of an id's hash
	// choose the bucket, so that a table grows by one split bucket at a time.
	depth   uint8
	buckets []*bucket
	fresh   map[*bucket]bool
}

// bucket is an open-addressed table of row numbers. A slot is zero or holds 32
// bits of the id's hash, which spare a look at the wrong row, and the number
// plus one.
type bucket struct {
	slots [bucketSize]uint64
	used  uint16
	depth uint8 // how many first bits all its hashes share
}

var seed = maphash.MakeSeed()

func hash(id uuid.UUID) uint64 { return maphash.Bytes(seed, id[:]) }

func slot(h uint64, i int32) uint64 { return h>>16<<32 | uint64(i+1) }

// home is where in a bucket the search for a hash begins.
func home(h uint64) uint64 { return h & (1<<32 - 1) * bucketSize >> 32 }

// find gives the number of an id's row, or -1.
func (t *table[V]) find(id uuid.UUID) int32 {
	if t.rows.size == 0 {
		return -1
	}
	h := hash(id)
	b := t.buckets[h>>(64-t.depth)]
	for at := home(h); ; {
		s := b.slots[at]
		if s == 0 {
			return -1
		}
		if s>>32 == h>>16&(1<<32-1) {
			if i := int32(uint32(s)) - 1; t.rows.at(i).id == id {
				return i
			}
		}
		if at++; at == bucketSize {
			at = 0
		}
	}
}

// get gives an id's value, or nil.
func (t *table[V]) get(id uuid.UUID) *V {
	if i := t.find(id); i >= 0 {
		return &t.rows.at(i).value
	}
	return nil
}

func (t *table[V]) value(i int32) *V { return &t.rows.at(i).value }

func (t *table[V]) edit(i int32) *V { return &t.rows.edit(i).value }

// put gives an id the value, in the row it has or in a new one.
func (t *table[V]) put(id uuid.UUID, v V) int32 {
	if i := t.find(id); i >= 0 {
		*t.edit(i) = v
		return i
	}
	i := t.rows.append(row[V]{id, v})
	if t.fresh == nil {
		t.buckets, t.fresh = slices.Clone(t.buckets), map[*bucket]bool{}
	}
	if len(t.buckets) == 0 {
		t.buckets = []*bucket{{}}
	}
	h := hash(id)
	b := t.buckets[h>>(64-t.depth)]
	for b.used >= bucketFull {
		t.split(b, h)
		b = t.buckets[h>>(64-t.depth)]
	}
	if !t.fresh[b] {
		b = t.replace(b, h, *b)
	}
	b.add(h, i)
	return i
}

func (b *bucket) add(h uint64, i int32) {
	at := home(h)
	for b.slots[at] != 0 {
		if at++; at == bucketSize {
			at = 0
		}
	}
	b.slots[at] = slot(h, i)
	b.used++
}

// replace puts a bucket of the table's own where b, the bucket of h, is.
func (t *table[V]) replace(b *bucket, h uint64, with bucket) *bucket {
	first, n := t.span(b, h)
	for k := range n {
		t.buckets[first+k] = &with
	}
	t.fresh[&with] = true
	return &with
}

// span is the run of entries that name b, the bucket of h.
func (t *table[V]) span(b *bucket, h uint64) (first, n int) {
	n = 1 << (t.depth - b.depth)
	return int(h>>(64-t.depth)) &^ (n - 1), n
}

// split makes two buckets of b, the bucket of h.
func (t *table[V]) split(b *bucket, h uint64) {
	if b.depth == t.depth {
		wider := make([]*bucket, 2*len(t.buckets))
		for i, b := range t.buckets {
			wider[2*i], wider[2*i+1] = b, b
		}
		t.buckets = wider
		t.depth++
	}
	first, n := t.span(b, h)
	halves := [2]*bucket{{depth: b.depth + 1}, {depth: b.depth + 1}}
	for k := range n {
		t.buckets[first+k] = halves[k*2/n]
	}
	for _, s := range b.slots {
		if s != 0 {
			i := int32(uint32(s)) - 1
			h := hash(t.rows.at(i).id)
			halves[h<<b.depth>>63].add(h, i)
		}
	}
	delete(t.fresh, b)
	t.fresh[halves[0]], t.fresh[halves[1]] = true, true
}

func (t *table[V]) seal() {
	t.rows.seal()
	t.fresh = nil
}
