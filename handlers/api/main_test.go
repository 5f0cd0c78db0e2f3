package api_test

import (
	"os"
	"testing"

	"bailiwick/models/modelstest"
)

func TestMain(m *testing.M) { os.Exit(modelstest.Main(m)) }
