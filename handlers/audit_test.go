package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAuditIsFilteredAndExported(t *testing.T) {
	p := newPanel(t)
	ada, grace := p.as(p.ada), p.as(p.grace)
	grace.send(in(p.analytical, "/settings/subusers"), "name", "charles", "role", "Developer", "password", password).want(t, http.StatusSeeOther)
	ada.send(in(p.analytical, "/contacts"), "name", "=Babbage").want(t, http.StatusSeeOther)

	rows := func(query string) string {
		return ada.get(in(p.analytical, "/audit"+query)).want(t, http.StatusOK).Find("tbody").Text()
	}
	if all := rows(""); !strings.Contains(all, "added subuser charles") || !strings.Contains(all, "Babbage") {
		t.Errorf("something is missing: %s", all)
	}
	if some := rows("?q=grace"); !strings.Contains(some, "charles") || strings.Contains(some, "Babbage") {
		t.Errorf("filtered by who: %s", some)
	}
	if some := rows("?kind=contact"); strings.Contains(some, "charles") || !strings.Contains(some, "Babbage") {
		t.Errorf("filtered by kind: %s", some)
	}
	today, tomorrow := time.Now().UTC().Format(time.DateOnly), time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	if some := rows("?from=" + today + "&to=" + today); !strings.Contains(some, "charles") {
		t.Errorf("filtered by today: %s", some)
	}
	if some := rows("?from=" + tomorrow); strings.Contains(some, "charles") {
		t.Errorf("filtered by tomorrow: %s", some)
	}
	ada.get(in(p.analytical, "/audit?from=nonsense&before=x")).want(t, http.StatusOK)

	out := ada.get(in(p.analytical, "/audit?format=csv&q=ada")).want(t, http.StatusOK)
	if !strings.Contains(out.header.Get("Content-Disposition"), "attachment") || !strings.Contains(out.body, "'=Babbage") || strings.Contains(out.body, "charles") {
		t.Errorf("the CSV holds: %s", out.body)
	}
	if got := p.as(p.edsger).get(in(p.east, "/audit")).want(t, http.StatusOK); strings.Contains(got.Find("tbody").Text(), "Babbage") {
		t.Error("a child's audit shows what happened above")
	}
	_, link := p.subuser(p.analytical, "dev", "Developer")
	p.asSubuser(link, "dev").get(in(p.analytical, "/audit")).want(t, http.StatusForbidden)
}
