package store_test

import (
	"context"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"bailiwick/catalog"
	"bailiwick/models/modelstest"
	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

// The first host of an address lets connections in and never says a word: the panel
// migrates and opens at the second.
func TestAFrozenHostIsPassedBy(t *testing.T) {
	t.Parallel()
	frozen, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer frozen.Close()
	login := pgtest.Clone(t)
	both := func(address string) string {
		line := modelstest.NewLine(t, address).URL
		u, err := url.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(line, u.Host, frozen.Addr().String()+","+u.Host, 1)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := store.Migrate(ctx, both(pgtest.OwnerURL(login)), both(login)); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, store.Config{URL: both(login), Catalog: catalog.MustLoad(), Secret: make([]byte, 32), MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}
