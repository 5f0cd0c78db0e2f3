package handlers

import (
	"fmt"
	"testing"
)

func TestOneAddressDoesNotUseUpTheTriesOfOthers(t *testing.T) {
	l := newLimits()
	for i := range 1000 {
		l.allow("member", fmt.Sprintf("nobody%d@example.com", i), "192.0.2.1")
	}
	for range 10 {
		l.allow("member", "grace@example.com", "192.0.2.99") // of the same block
	}
	for _, name := range []string{"ada@example.com", "grace@example.com"} {
		if !l.allow("member", name, "198.51.100.7") {
			t.Errorf("%s is held up by somebody elsewhere", name)
		}
	}
	if l.allow("member", "ada@example.com", "192.0.2.2") {
		t.Error("the block that tried a thousand times may go on")
	}
}

func TestANameHasItsTriesWhereverTheyComeFrom(t *testing.T) {
	l := newLimits()
	tries := 0
	for i := range 30 {
		if l.allow("member", " ADA@example.com", fmt.Sprintf("198.51.%d.1", i)) {
			tries++
		}
	}
	if tries > 11 {
		t.Errorf("%d tries of one name", tries)
	}
	if !l.allow("subuser x", "ada@example.com", "203.0.113.1") {
		t.Error("another door is closed too")
	}
	l.succeeded("member", "ada@example.com")
	if !l.allow("member", "ada@example.com", "203.0.113.1") {
		t.Error("who signed in has no tries")
	}
}
