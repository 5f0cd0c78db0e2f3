package store_test

import (
	"testing"

	"bailiwick/models/store"
)

func TestSealedSecretOpensInItsPlaceAlone(t *testing.T) {
	box, err := store.NewSecretBox(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	tenant, record := store.NewID(), store.NewID()
	here := store.SealedFor(tenant, record, "secret")
	sealed := box.Seal("hush", here)
	if plain, err := box.Open(sealed, here); err != nil || plain != "hush" {
		t.Errorf("opens as %q: %v", plain, err)
	}
	if again := box.Seal("hush", here); again == sealed {
		t.Error("the same secret is sealed the same twice")
	}
	if _, err := box.Open(sealed, store.SealedFor(tenant, store.NewID(), "secret")); err == nil {
		t.Error("it opens in another record")
	}
	other, err := store.NewSecretBox([]byte("another installation's secret key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(sealed, here); err == nil {
		t.Error("it opens with another key")
	}
}
