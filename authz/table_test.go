package authz

import (
	"encoding/binary"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// A table holds what a map holds, and so does every earlier copy of it, through
// splits of buckets and doublings of the directory.
func TestTableIsAMapAndItsCopiesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := func(n uint32) (id uuid.UUID) {
			binary.BigEndian.PutUint32(id[12:], n)
			return id
		}
		var now table[int]
		want := map[uint32]int{}
		var copies []table[int]
		var wants []int // how many ids each copy holds
		for step := range rapid.IntRange(1, 6).Draw(t, "copies") {
			first := uint32(len(want))
			for n := range uint32(rapid.IntRange(0, 4000).Draw(t, "new")) {
				now.put(id(first+n), step)
				want[first+n] = step
			}
			if first > 0 {
				again := rapid.Uint32Range(0, first-1).Draw(t, "again")
				now.put(id(again), -step)
				want[again] = -step
				for i, earlier := range copies {
					if v := earlier.get(id(again)); v != nil && *v == -step && step > 0 {
						t.Fatalf("copy %d has what was put after it", i)
					}
				}
			}
			now.seal()
			copies, wants = append(copies, now), append(wants, len(want))
		}
		for n, v := range want {
			if got := now.get(id(n)); got == nil || *got != v {
				t.Fatalf("id %d is %v, want %d", n, got, v)
			}
		}
		for i, c := range copies {
			if c.rows.size != wants[i] {
				t.Fatalf("copy %d has %d rows, want %d", i, c.rows.size, wants[i])
			}
			for n := range uint32(len(want)) {
				if got := c.get(id(n)) != nil; got != (int(n) < wants[i]) {
					t.Fatalf("copy %d: id %d found is %v", i, n, got)
				}
			}
		}
	})
}

// The bits of the hash in a slot only spare a look: the id itself decides.
func TestSameHashIsNotSameID(t *testing.T) {
	var x table[int]
	id := uuid.UUID{1}
	i := x.put(id, 7)
	x.rows.edit(i).id = uuid.UUID{2}
	if got := x.find(id); got != -1 {
		t.Errorf("id 1 is found in row %d, which is another's", got)
	}
}
