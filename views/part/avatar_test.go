package part

import (
	"fmt"
	"testing"
)

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Lovelace": "AL", "Ada": "A", "ada king lovelace": "AL", "phone-number-manager": "PM", "Édouard Lucas": "ÉL",
		"O’Brien": "O", "'t Hooft": "TH", "  ": "", "!?": "", "山田 太郎": "山太", "agent 47": "A4", "<script>": "S",
	} {
		if got := initials(name); got != want {
			t.Errorf("%q has the initials %q, not %q", name, got, want)
		}
	}
}

// A colour is somebody's for good, whatever they are called, and all are used.
func TestColoursStay(t *testing.T) {
	seen := map[int]bool{}
	for n := range 1000 {
		id := fmt.Sprint("id ", n)
		hue := AvatarOf("Ada", id).Hue
		if other := AvatarOf("Grace Hopper", id).Hue; other != hue {
			t.Fatalf("%s has the colours %d and %d", id, hue, other)
		}
		seen[hue] = true
	}
	if len(seen) != avatarHues {
		t.Errorf("%d colours", len(seen))
	}
}
