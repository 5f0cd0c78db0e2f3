package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Whoever works in an account reads there what programs can do, all of it and each
// operation once, and which of it their own role may call.
func TestTheAPIIsReadInThePanel(t *testing.T) {
	p := newPanel(t)
	root := in(p.east, "/api-reference")
	edsger, ada := p.as(p.edsger), p.as(p.ada)
	index := edsger.get(root).want(t, http.StatusOK).says(t, "API reference")
	snap := p.store.Access()
	at, _ := snap.Find(p.east.ID)
	may := snap.May(snap.Who(p.edsger.Principal()), at)
	lacks := func(x page, text string) {
		t.Helper()
		if strings.Contains(x.Find("main").Text(), text) {
			t.Errorf("it says %q", text)
		}
	}

	told, mine, parts := map[string]bool{}, 0, index.Find(".api-groups li a")
	if parts.Length() < 40 {
		t.Fatalf("%d sections", parts.Length())
	}
	d := describe(t, p)
	permissions := map[string]string{}
	for _, o := range d.operations() {
		permissions[o.method+" "+o.path], _ = o.about["x-permission"].(string)
	}
	parts.Each(func(_ int, a *goquery.Selection) {
		one := edsger.get(a.AttrOr("href", "")).want(t, http.StatusOK)
		if len(one.body) > 100_000 {
			t.Errorf("%s has %d bytes", a.Text(), len(one.body))
		}
		one.Find("[src], link[href]").Each(func(_ int, x *goquery.Selection) {
			if from := x.AttrOr("src", x.AttrOr("href", "")); !strings.HasPrefix(from, "/") {
				t.Errorf("%s loads %s", a.Text(), from)
			}
		})
		ids := map[string]bool{}
		one.Find("main [id]").Each(func(_ int, x *goquery.Selection) { ids["#"+x.AttrOr("id", "")] = true })
		one.Find(`main a[href^="#"]`).Each(func(_ int, x *goquery.Selection) {
			if !ids[x.AttrOr("href", "")] {
				t.Errorf("%s: %s leads nowhere", a.Text(), x.AttrOr("href", ""))
			}
		})
		one.Find(".api-operation:has(.api-curl)").Each(func(_ int, o *goquery.Selection) {
			key := strings.Join(strings.Fields(o.Find(".api-address").Text()), " ")
			permission, there := permissions[key]
			if told[key] || !there {
				t.Errorf("%s is told twice, or is not there", key)
			}
			told[key] = true
			yours := !strings.Contains(o.Find("h2").Text(), "Not allowed")
			if yours {
				mine++
			}
			if want := permission == "" || may.Has(p.store.Catalog().Permission(permission)); yours != want {
				t.Errorf("%s: that it is his is said to be %v, and is %v", key, yours, want)
			}
			if !strings.Contains(o.Find(".api-curl").Text(), p.server.URL+"/api/v1/") {
				t.Errorf("%s has the example %q", key, o.Find(".api-curl").Text())
			}
		})
	})
	for key := range permissions {
		if !told[key] {
			t.Errorf("%s is not told", key)
		}
	}
	if mine == 0 || mine == len(permissions) {
		t.Errorf("%d of %d are Edsger's", mine, len(permissions))
	}

	// Fields have their limits; what is not his can be left out.
	contacts := edsger.get(root+"/contacts").want(t, http.StatusOK)
	contacts.says(t, "Add a contact").says(t, "Not allowed").says(t, "phone number, as +442079460000")
	contacts.says(t, `{"name":"Example"}`)
	lacks(edsger.get(root+"/contacts?mine=1").want(t, http.StatusOK).says(t, "List contacts").says(t, "are hidden"), "Add a contact")
	edsger.get(root+"?mine=1").want(t, http.StatusOK).says(t, "Contacts").Find(".api-groups li .dim").Each(func(_ int, n *goquery.Selection) {
		if strings.HasPrefix(n.Text(), "0 ") {
			t.Error("a section of which nothing is his is listed as his")
		}
	})
	lacks(edsger.get(root+"?q=login+link").want(t, http.StatusOK).says(t, "Read the sign-in link of subusers"), "Add a contact")
	edsger.get(root+"?q=qwertzuiop").want(t, http.StatusOK).says(t, "Try fewer letters")
	if got := strings.Join(strings.Fields(ada.get(root+"/subusers").want(t, http.StatusOK).Find("main").Text()), " "); strings.Contains(got, "Not allowed") || !strings.Contains(got, "Needs the permission “Creating a new subuser”, which you have.") {
		t.Errorf("to Ada it says %s", got)
	}

	// It is found where one looks for it.
	for _, x := range []page{ada.get(in(p.east, "/settings/api_keys")), ada.get(in(p.east, "/settings/service_accounts")), edsger.get(in(p.east, "/search?q=api+ref"))} {
		if x.Find(`main a[href="`+root+`"]`).Length() != 1 {
			t.Errorf("nothing leads to it from %s", x.Find("h1").Text())
		}
	}
	if got := edsger.get("/api-reference").want(t, http.StatusSeeOther).location(); got != root {
		t.Errorf("without an account it leads to %s", got)
	}
	edsger.get(root+"/nonsense").want(t, http.StatusNotFound)
	p.as(p.mallory).get(root).want(t, http.StatusNotFound)
	p.browser().get(root).want(t, http.StatusSeeOther)
}
