package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Ada pastes a list of names: what is wrong with it is said beside it, and it
// stays as she pasted it.
func TestPastedNamesStayAsTheyWerePasted(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	add := func(names string, one ...string) page {
		t.Helper()
		pairs := []string{"names", names}
		for _, name := range one {
			pairs = append(pairs, "name", name)
		}
		x := ada.send(in(p.analytical, "/sub-accounts"), pairs...)
		if x.status == http.StatusUnprocessableEntity {
			if got := strings.TrimPrefix(x.Find("textarea[name=names]").Text(), "\n"); got != strings.ReplaceAll(names, "\r\n", "\n") {
				t.Errorf("of %d bytes the text keeps %d: %.200q", len(names), len(got), got)
			}
			if n := x.Find("#names input[name=name]").Length(); n > max(3, len(one)) {
				t.Errorf("%d fields for names", n)
			}
		}
		return x
	}
	beside := func(x page) string { return strings.TrimSpace(x.Find("#f-names-problem").Text()) }
	below := func() string { return listed(ada.get(in(p.analytical, "/accounts"))) }
	before := below()

	var many []string
	for i := range 600 {
		many = append(many, fmt.Sprintf("Branch %03d", i+1))
	}
	if got := beside(add(strings.Join(many, "\r\n"), "", "  ").want(t, http.StatusUnprocessableEntity)); got != "You can add up to 500 sub-accounts at a time. This list has 600." {
		t.Error(got)
	}

	// Lines are counted as the reader counts them, empty ones too, and a field's
	// problem stands at the field.
	long := strings.Repeat("n", 101)
	x := add("North\n\n"+long+"\nSouth\nPo\u202ele", "Pole", long).want(t, http.StatusUnprocessableEntity)
	if got := beside(x); !strings.Contains(got, "Line 3: ") || !strings.Contains(got, "\nLine 5: Remove the invisible characters") || strings.Count(got, "Line") != 2 {
		t.Errorf("beside the text: %q", got)
	}
	if x.Find("#names-1-problem").Length() != 0 || x.Find("#names-2-problem").Length() != 1 || x.Find("#names-2").AttrOr("value", "") != long {
		t.Error("the problem of the second name is not at its field")
	}
	if got := beside(add(strings.Repeat(long+"\n", 23)).want(t, http.StatusUnprocessableEntity)); !strings.HasSuffix(got, "\n13 more lines have a problem.") || strings.Count(got, "Line ") != 10 {
		t.Errorf("of 23 wrong lines it says %q", got)
	}
	add(" \n\t").want(t, http.StatusUnprocessableEntity).says(t, "Enter at least one name.")
	if got := below(); got != before {
		t.Errorf("a refused list has made some: %s", got)
	}

	add("North\n\n South ", "Pole").want(t, http.StatusSeeOther)
	if got := below(); !strings.Contains(got, "North") || !strings.Contains(got, "South") || !strings.Contains(got, "Pole") {
		t.Errorf("there are %s", got)
	}
	p.as(p.edsger).send(in(p.analytical, "/sub-accounts"), "names", "Hopper").want(t, http.StatusNotFound)
	p.as(p.mallory).send(in(p.analytical, "/sub-accounts"), "names", "Hopper").want(t, http.StatusNotFound)
}
