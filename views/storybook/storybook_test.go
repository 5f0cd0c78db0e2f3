package storybook

import (
	"bailiwick/views/account"
	"bailiwick/views/part"

	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"bailiwick/static"
)

func document(t *testing.T, s Story) (*goquery.Document, string) {
	t.Helper()
	var b bytes.Buffer
	if err := s.Render.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	d, err := goquery.NewDocumentFromReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return d, b.String()
}

func each(t *testing.T, check func(t *testing.T, d *goquery.Document, page string)) {
	t.Helper()
	for _, s := range Stories() {
		t.Run(s.Slug(), func(t *testing.T) {
			d, page := document(t, s)
			check(t, d, page)
		})
	}
}

func TestSlugsAreAddresses(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Stories() {
		if seen[s.Slug()] {
			t.Errorf("two stories are called %s", s.Slug())
		}
		seen[s.Slug()] = true
	}
	if len(seen) < 60 {
		t.Errorf("only %d stories", len(seen))
	}
}

func TestIdsAreUniqueAndLead(t *testing.T) {
	each(t, func(t *testing.T, d *goquery.Document, _ string) {
		ids := map[string]bool{}
		d.Find("[id]").Each(func(_ int, e *goquery.Selection) {
			id := e.AttrOr("id", "")
			if ids[id] {
				t.Errorf("id %q stands twice", id)
			}
			ids[id] = true
		})
		for _, attr := range []string{"for", "aria-describedby", "aria-labelledby", "popovertarget", "data-copy", "data-add"} {
			d.Find("[" + attr + "]").Each(func(_ int, e *goquery.Selection) {
				for id := range strings.FieldsSeq(e.AttrOr(attr, "")) {
					if !ids[id] {
						t.Errorf("%s=%q leads nowhere", attr, id)
					}
				}
			})
		}
		d.Find(`.pager a, .chips a, a.sort`).Each(func(_ int, e *goquery.Selection) {
			if _, id, _ := strings.Cut(e.AttrOr("href", ""), "#"); !ids[id] {
				t.Errorf("%s leads to no rows", e.AttrOr("href", ""))
			}
		})
		d.Find(`main a[href^="#"]`).Each(func(_ int, e *goquery.Selection) {
			if id := strings.TrimPrefix(e.AttrOr("href", ""), "#"); !ids[id] {
				t.Errorf("link to #%s leads nowhere", id)
			}
		})
	})
}

func TestEveryControlHasAName(t *testing.T) {
	each(t, func(t *testing.T, d *goquery.Document, _ string) {
		d.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, e *goquery.Selection) {
			id := e.AttrOr("id", "")
			named := e.AttrOr("aria-label", "") != "" || strings.TrimSpace(e.Closest("label").Text()) != "" ||
				(id != "" && strings.TrimSpace(d.Find(`label[for="`+id+`"]`).Text()) != "")
			if !named {
				h, _ := goquery.OuterHtml(e)
				t.Errorf("no label: %s", h)
			}
		})
		d.Find("button, a[href]").Each(func(_ int, e *goquery.Selection) {
			if strings.TrimSpace(e.Text()) == "" && e.AttrOr("aria-label", "") == "" && e.AttrOr("aria-labelledby", "") == "" {
				h, _ := goquery.OuterHtml(e)
				t.Errorf("no name: %s", h)
			}
		})
	})
}

func TestNothingNeedsInlineStyleOrScript(t *testing.T) {
	each(t, func(t *testing.T, d *goquery.Document, _ string) {
		if d.Find("[style], style").Length() > 0 {
			t.Error("inline style")
		}
		d.Find("script").Each(func(_ int, e *goquery.Selection) {
			if e.AttrOr("src", "") == "" || strings.TrimSpace(e.Text()) != "" {
				t.Error("inline script")
			}
		})
		d.Find("*").Each(func(_ int, e *goquery.Selection) {
			for _, a := range e.Get(0).Attr {
				if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || strings.HasPrefix(strings.TrimSpace(a.Val), "js:") || strings.HasPrefix(strings.TrimSpace(a.Val), "javascript:") {
					t.Errorf("%s=%q", a.Key, a.Val)
				}
			}
		})
	})
}

func TestEachPageHasOneHeading(t *testing.T) {
	each(t, func(t *testing.T, d *goquery.Document, _ string) {
		if n := d.Find("h1").Length(); n != 1 {
			t.Errorf("%d h1", n)
		}
		if strings.TrimSpace(d.Find("title").Text()) == "" {
			t.Error("no title")
		}
		if d.Find("main").Length() != 1 {
			t.Error("no main")
		}
	})
}

func TestEveryPostCarriesTheToken(t *testing.T) {
	each(t, func(t *testing.T, d *goquery.Document, _ string) {
		d.Find("form").Each(func(_ int, e *goquery.Selection) {
			carries := e.Find(`input[name=token][value="`+token+`"]`).Length() == 1
			if post := e.AttrOr("method", "") == "post"; post != carries {
				h, _ := goquery.OuterHtml(e)
				t.Errorf("post %v, token %v: %s", post, carries, h[:min(len(h), 200)])
			}
		})
	})
}

func TestAProblemStandsAtItsField(t *testing.T) {
	found := 0
	each(t, func(t *testing.T, d *goquery.Document, _ string) {
		d.Find("[aria-invalid]").Each(func(_ int, e *goquery.Selection) {
			found++
			id := e.AttrOr("id", "")
			if !strings.Contains(e.AttrOr("aria-describedby", ""), id+"-problem") || d.Find("#"+id+"-problem").Text() == "" {
				t.Errorf("%s has no sentence", id)
			}
		})
	})
	if found == 0 {
		t.Error("no story shows a problem at a field")
	}
}

func TestTypedValuesComeBackButPasswordsDoNot(t *testing.T) {
	for _, s := range Stories() {
		d, _ := document(t, s)
		d.Find("input[type=password]").Each(func(_ int, e *goquery.Selection) {
			if e.AttrOr("value", "") != "" {
				t.Errorf("%s sends a password back", s.Slug())
			}
		})
		if s.Slug() == "signing-in-sign-up--refused" && d.Find("[name=email]").AttrOr("value", "") != "ada@analytical" {
			t.Error("what was typed is gone")
		}
	}
}

var use = regexp.MustCompile(`icons[^"]*#([a-z0-9-]*)"`)

func TestEveryIconIsInTheSprite(t *testing.T) {
	sprite, err := os.ReadFile("../../static/src/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, _ *goquery.Document, page string) {
		for _, m := range use.FindAllStringSubmatch(page, -1) {
			if !bytes.Contains(sprite, []byte(`id="`+m[1]+`"`)) {
				t.Errorf("no icon %q", m[1])
			}
		}
	})
}

// Fifty sub-accounts under ten entitlements must stay under 100 kB.
func TestPermissionsPageIsLean(t *testing.T) {
	for _, s := range permissions() {
		s.Group = "Permissions"
		_, page := document(t, s)
		if len(page) >= 100_000 {
			t.Errorf("%s: %d bytes", s.Slug(), len(page))
		}
		t.Logf("%s: %d bytes", s.Slug(), len(page))
	}
}

// What a box of the matrix sends is what ChosenCell reads, for every box of the page.
func TestEveryBoxSaysWhatItDoes(t *testing.T) {
	m := permissionMatrix()
	d, _ := document(t, Story{Render: account.Permissions(permissionsPage())})
	form := map[string][]string{}
	d.Find("#matrix input[type=hidden]").Each(func(_ int, e *goquery.Selection) {
		form[e.AttrOr("name", "")] = append(form[e.AttrOr("name", "")], e.AttrOr("value", ""))
	})
	boxes := 0
	d.Find("#matrix tbody tr").Each(func(n int, tr *goquery.Selection) {
		tr.Find("td").Each(func(i int, td *goquery.Selection) {
			want := m.Rows[n].Cells[i]
			box := td.Find("button[role=checkbox]")
			switch {
			case want.Cut != (part.Link{}):
				who := d.Find("#" + td.Find("button").AttrOr("popovertarget", "nobody")).Text()
				if box.Length() != 0 || !strings.Contains(who, want.Cut.Text) {
					t.Errorf("row %d column %d does not say who cuts it off", n, i)
				}
				return
			case want.Fixed:
				if _, off := box.Attr("disabled"); !off || box.AttrOr("aria-checked", "") != "true" {
					t.Errorf("row %d column %d is not fixed", n, i)
				}
				return
			}
			boxes++
			form["cell"] = []string{box.AttrOr("value", "")}
			account, entitlement, allowed, ok := account.ChosenCell(form)
			if !ok || account != m.Rows[n].SubAccount || entitlement != m.Columns[i].Key || allowed == want.On {
				t.Errorf("row %d column %d sends %q", n, i, box.AttrOr("value", ""))
			}
		})
	})
	if boxes < 400 {
		t.Errorf("only %d boxes", boxes)
	}
	for _, cell := range []string{"", "0 agents", "0 agents 2", "-1 agents 1", "50 agents 1", "x agents 1"} {
		form["cell"] = []string{cell}
		if _, _, _, ok := account.ChosenCell(form); ok {
			t.Errorf("%q was read as a box", cell)
		}
	}
}

func TestCutOffNamesAreEscaped(t *testing.T) {
	p := permissionsPage()
	p.Matrix.Rows = []account.PermissionRow{{SubAccount: "1", Name: "x", Cells: []account.PermissionCell{{Cut: part.Link{Text: `"><script>alert(1)</script>`, URL: `"><script>alert(2)</script>`}}}}}
	d, _ := document(t, Story{Render: account.Permissions(p)})
	if d.Find("#matrix script").Length() != 0 {
		t.Error("a name became markup")
	}
}

func TestHandlerServesStoriesUnderTheStrictPolicy(t *testing.T) {
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	for path, want := range map[string]int{"/": 200, "/s/roles-subuser-roles": 200, "/s/none": 404} {
		res, err := http.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want || res.Header.Get("Content-Security-Policy") != Policy {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// The first page of a signed-in person costs under 60 kB on the wire, everything together.
func TestFirstPageIsSmall(t *testing.T) {
	if !static.Built() {
		t.Skip("static/dist is empty: run `node static/build.mjs`")
	}
	srv := httptest.NewServer(Handler())
	defer srv.Close()
	res, err := http.Get(srv.URL + "/s/home-agency")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	root, err := html.Parse(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	d := goquery.NewDocumentFromNode(root)
	page, err := d.Html()
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	_, _ = z.Write([]byte(page))
	_ = z.Close()
	sum := packed.Len()
	seen := map[string]bool{}
	d.Find("script[src], link[href], use[href]").Each(func(_ int, e *goquery.Selection) {
		url, _, _ := strings.Cut(e.AttrOr("src", e.AttrOr("href", "")), "#")
		if seen[url] {
			return
		}
		seen[url] = true
		req, _ := http.NewRequest("GET", srv.URL+url, nil)
		req.Header.Set("Accept-Encoding", "gzip")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("%s: %d", url, res.StatusCode)
		}
		sum += int(res.ContentLength)
	})
	if sum >= 60_000 || len(seen) < 5 {
		t.Errorf("%d bytes in %d files", sum, len(seen))
	}
	t.Logf("%d bytes in %d files", sum, len(seen))
}
