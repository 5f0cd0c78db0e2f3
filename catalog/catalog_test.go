package catalog

import "testing"

func TestLoads(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(c.Sections), len(c.permissions))
}
