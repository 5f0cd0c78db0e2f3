package models_test

import (
	"os"
	"testing"

	"bailiwick/models"
	"bailiwick/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m, models.Migrate)) }
