package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"bailiwick/models"
)

const security = "/settings/security/allowed"

func TestNetworksLetInAndKeepOut(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	refused := ada.send(in(p.east, security), "network", "127.0.0.0/8", "rule", "block").want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(refused.Text(), "lock yourself out") {
		t.Error("the form does not say why")
	}
	ada.send(in(p.east, security), "network", "192.0.2.0/24", "rule", "allow").want(t, http.StatusUnprocessableEntity)
	ada.send(in(p.east, security), "network", "127.0.0.1", "rule", "allow").want(t, http.StatusSeeOther)
	ada.send(in(p.east, security), "network", "192.0.2.0/24", "rule", "allow").want(t, http.StatusSeeOther)
	ada.get(in(p.east, "/calls")).want(t, http.StatusOK)

	// Made from elsewhere, the rules bind at once, in that account alone.
	section := models.RecordPlace{Section: p.store.Catalog().Section("security")}
	_, _, err := p.store.CreateRecord(context.Background(), p.grant(p.ada, "security.edit", p.east), section,
		map[string]any{"network": "127.0.0.0/8", "rule": "block"})
	must(t, err)
	edsger := p.as(p.edsger)
	out := edsger.get(in(p.east, "/calls")).want(t, http.StatusForbidden)
	if !strings.Contains(out.Text(), "127.0.0.1") {
		t.Error("the page does not say which address is meant")
	}
	edsger.get(in(p.analytical, "/calls")).want(t, http.StatusNotFound)
	ada.get(in(p.west, "/calls")).want(t, http.StatusOK)
	ada.get(in(p.berlin, "/calls")).want(t, http.StatusOK)
}
