package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/models/account"
)

// together asks what would be done to many accounts, does it, and gives the report.
func (b *browser) together(above account.Account, pairs ...string) page {
	b.t.Helper()
	ask := b.get(in(above, "/accounts/batches/new?"+values(pairs...).Encode())).want(b.t, http.StatusOK)
	form := url.Values{}
	ask.Find("dialog form input").Each(func(_ int, x *goquery.Selection) { form.Add(x.AttrOr("name", ""), x.AttrOr("value", "")) })
	if i := slices.Index(pairs, "carry"); i >= 0 {
		form.Set("carry", pairs[i+1])
	}
	done := b.post(ask.Find("dialog form").AttrOr("action", ""), form).want(b.t, http.StatusSeeOther)
	return b.get(done.location()).want(b.t, http.StatusOK)
}

// undo presses the button of a report.
func (b *browser) undo(report page) page {
	b.t.Helper()
	form := report.Find(".page-actions form")
	done := b.send(form.AttrOr("action", "no button")).want(b.t, http.StatusSeeOther)
	return b.get(done.location()).want(b.t, http.StatusOK)
}

func TestManyAccountsAtOnce(t *testing.T) {
	p := newPanel(t)
	ada := p.as(p.ada)
	id := func(a account.Account) string { return a.ID.String() }
	list := in(p.analytical, "/accounts")
	suspended := func() string { return listed(ada.get(list + "?state=suspended")) }

	x := ada.get(list).want(t, http.StatusOK).says(t, "Suspend…", "Add label…")
	if n := x.Find("tbody input[name=id][form=bulk]").Length(); n != 3 {
		t.Errorf("%d rows can be ticked", n)
	}
	ada.get(in(p.analytical, "/accounts/batches/new?act=suspend")).want(t, http.StatusUnprocessableEntity).says(t, "Select at least one row.")
	ada.get(in(p.analytical, "/accounts/batches/new?act=sell&all=1")).want(t, http.StatusUnprocessableEntity).says(t, "Choose what to do")

	ada.get(in(p.analytical, "/accounts/batches/new?act=suspend&id="+id(p.west)+"&id="+id(p.berlin))).want(t, http.StatusOK).says(t, "Suspend: 2 accounts")
	if suspended() != "" {
		t.Error("asking did it")
	}
	report := ada.together(p.analytical, "act", "suspend", "id", id(p.west), "id", id(p.berlin)).says(t, "2 accounts suspended")
	p.as(p.barbara).get(in(p.west, "")).want(t, http.StatusForbidden)
	if got := suspended(); got != "East Berlin West" {
		t.Errorf("suspended: %s", got)
	}
	// What was so before is told, and stays so when the rest is undone.
	all := ada.together(p.analytical, "act", "suspend", "all", "1").says(t, "1 account suspended, 2 skipped", "is already suspended", "East Berlin")
	if csv := ada.get(all.Find("a[download]").AttrOr("href", "")).want(t, http.StatusOK).body; strings.Count(csv, "is already suspended") != 2 || strings.Count(csv, "\n") != 4 {
		t.Errorf("the CSV of the report: %s", csv)
	}
	ada.undo(all).says(t, "1 account resumed")
	if got := suspended(); got != "East Berlin West" {
		t.Errorf("after undoing all, suspended: %s", got)
	}
	ada.undo(report).says(t, "2 accounts resumed")
	if suspended() != "" {
		t.Errorf("after undoing, suspended: %s", suspended())
	}
	ada.send(report.Find(".page-actions form").AttrOr("action", "")).want(t, http.StatusUnprocessableEntity).says(t, "already undone")

	// Labels: ten at most, and only those that got one lose it again.
	ada.send(below(p.analytical, p.east, "/edit"), "name", "East", "labels", "a,b,c,d,e,f,g,h,i,j").want(t, http.StatusSeeOther)
	ada.send(below(p.analytical, p.west, "/edit"), "name", "West", "labels", "gold").want(t, http.StatusSeeOther)
	report = ada.together(p.analytical, "act", "label", "all", "1", "carry", "Gold").says(t, "1 account labelled “gold”, 2 skipped", "already has it", "has 10 labels")
	if got := listed(ada.get(list + "?label=gold")); got != "East Berlin West" {
		t.Errorf("labelled: %s", got)
	}
	ada.undo(report)
	if got := listed(ada.get(list + "?label=gold")); got != "West" {
		t.Errorf("after undoing, labelled: %s", got)
	}
	ada.send(in(p.analytical, "/accounts/batches"), "act", "label", "id", id(p.west), "carry", "two words").want(t, http.StatusUnprocessableEntity).says(t, "not a label")
	ada.together(p.analytical, "act", "unlabel", "all", "1", "label", "gold", "carry", "gold").says(t, "1 account no longer labelled “gold”")

	// Archiving what stands under another goes with that.
	ada.together(p.analytical, "act", "archive", "id", id(p.east), "id", id(p.berlin)).says(t, "1 account archived, 1 skipped", "is archived with the one above it")
	if got := listed(ada.get(list)); got != "West" {
		t.Errorf("after archiving, listed: %s", got)
	}
	ada.together(p.analytical, "act", "suspend", "id", id(p.east)).says(t, "0 accounts suspended", "is archived")
	ada.together(p.analytical, "act", "restore", "all", "1", "state", "archived").says(t, "1 account restored, 1 skipped", "comes back with the one above it")
	if got := listed(ada.get(list)); got != "East East Berlin West" {
		t.Errorf("after restoring, listed: %s", got)
	}

	// There are others than somebody was told of.
	ada.send(in(p.analytical, "/accounts/batches"), "act", "suspend", "all", "1", "expected", "2").want(t, http.StatusUnprocessableEntity).says(t, "There are 3 of them now, and there were 2")

	// What is not below answers like what is gone.
	report = ada.together(p.analytical, "act", "suspend", "id", id(p.west), "id", id(p.malloryville), "id", id(p.analytical), "id", "018f0000-0000-7000-8000-000000000000").
		says(t, "1 account suspended, 3 skipped", "is no longer there")
	if strings.Contains(report.Find("main").Text(), "Malloryville") {
		t.Error("the report names a foreign account")
	}
	p.as(p.mallory).get(in(p.malloryville, "")).want(t, http.StatusOK)
	report = ada.together(p.east, "act", "suspend", "id", id(p.west), "id", id(p.analytical)).says(t, "0 accounts suspended, 2 skipped")

	// Viewers, siblings and others do none of it, nor see what was done.
	theirs := strings.TrimPrefix(report.Find(".actions a[download]").AttrOr("href", ""), in(p.east, ""))
	edsger := p.as(p.edsger)
	if x := edsger.get(in(p.east, "/accounts")).want(t, http.StatusOK); x.Find("#bulk, input[name=id]").Length() != 0 {
		t.Error("a viewer is offered to change many")
	}
	edsger.get(in(p.east, "/accounts/batches/new?act=suspend&all=1")).want(t, http.StatusForbidden)
	edsger.send(in(p.east, "/accounts/batches"), "act", "suspend", "id", id(p.berlin)).want(t, http.StatusForbidden)
	edsger.get(in(p.east, theirs)).want(t, http.StatusForbidden)
	p.as(p.barbara).get(in(p.west, theirs)) // West is suspended
	p.as(p.mallory).get(in(p.malloryville, theirs)).want(t, http.StatusNotFound)
	p.as(p.mallory).send(in(p.malloryville, strings.Split(theirs, "?")[0]+"/undo")).want(t, http.StatusNotFound)
	ada.get(in(p.analytical, theirs)).want(t, http.StatusNotFound)
	p.as(p.mallory).together(p.malloryville, "act", "suspend", "id", id(p.east)).says(t, "0 accounts suspended", "is no longer there")
	edsger.get(in(p.east, "")).want(t, http.StatusOK)
	p.browser().post(in(p.analytical, "/accounts/batches"), values("act", "suspend", "all", "1")).want(t, http.StatusSeeOther)

	if got := ada.get(in(p.analytical, "/audit")).want(t, http.StatusOK).says(t, "suspended many accounts", "added the label gold to many accounts", "removed the label gold from many accounts"); strings.Contains(got.Text(), "sha256") {
		t.Error("the audit tells people a digest")
	}
	if n, err := p.store.VerifyAudit(t.Context(), p.analytical.ID, p.analytical.ID); err != nil || n == 0 {
		t.Error(n, err)
	}
}
