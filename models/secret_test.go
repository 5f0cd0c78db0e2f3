package models

import "testing"

func TestSealedSecretOpensInItsPlaceAlone(t *testing.T) {
	box, err := newSecretBox(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	tenant, record := newID(), newID()
	here := sealedFor(tenant, record, "secret")
	sealed := box.seal("hush", here)
	if plain, err := box.open(sealed, here); err != nil || plain != "hush" {
		t.Errorf("opens as %q: %v", plain, err)
	}
	if again := box.seal("hush", here); again == sealed {
		t.Error("the same secret is sealed the same twice")
	}
	if _, err := box.open(sealed, sealedFor(tenant, newID(), "secret")); err == nil {
		t.Error("it opens in another record")
	}
	other, err := newSecretBox([]byte("another installation's secret key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.open(sealed, here); err == nil {
		t.Error("it opens with another key")
	}
}
