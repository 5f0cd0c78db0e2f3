package audit

import (
	"testing"

	"bailiwick/catalog"
)

// An act without a past would be told of as “used “switch on” on”.
func TestEveryActHasAPast(t *testing.T) {
	acts := 0
	for _, s := range catalog.MustLoad().Sections {
		if s.Records == nil {
			continue
		}
		for _, a := range s.Records.Acts {
			if acts++; pasts[a.Key] == "" {
				t.Errorf("%s of %s has no past in words.go", a.Key, s.Key)
			}
		}
	}
	if acts < 20 {
		t.Errorf("only %d acts were found", acts)
	}
}
