package log_test

import (
	"os"
	"testing"

	"bailiwick/models/store"
	"bailiwick/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m, store.Migrate)) }
