package words

import (
	"math"
	"testing"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", -7: "-7", 999: "999", 1000: "1,000", 20_000: "20,000", -1005: "-1,005", 5_000_000: "5,000,000", math.MaxInt32: "2,147,483,647"} {
		if got := Number(n); got != want {
			t.Errorf("%d reads %s", n, got)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 people", 1: "1 person", 2: "2 people", 1005: "1,005 people"} {
		if got := Count(n, "person", "people"); got != want {
			t.Errorf("%d of them read %s", n, got)
		}
	}
}
