package handlers_test

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"bailiwick/handlers"
)

// TestForeignIdsInQueriesAndForms puts foreign ids where a page reads ids besides
// its path: its query, and every control of its forms that chooses something.
func TestForeignIdsInQueriesAndForms(t *testing.T) {
	s := newSweep(t)
	queries, choices := s.askEverywhere("parent", "sibling", "child", "other tenant")
	s.as("ada", s.analytical) // who may know of all below
	q, c := s.askEverywhere("other tenant")
	if queries += q; queries < 100 {
		t.Errorf("only %d parameters of queries were tried", queries)
	}
	if choices += c; choices < 20 {
		t.Errorf("only %d choices of forms were tried", choices)
	}
}

// askEverywhere asks every page and form of the account with ids from the places.
func (s *sweep) askEverywhere(places ...string) (queries, choices int) {
	var send []func() // once all is read: some of them change what pages show
	for _, r := range handlers.Table(s.store) {
		inside, ok := strings.CutPrefix(r.Path, "/a/:account")
		if !ok || r.Method != http.MethodGet || strings.Contains(inside, ":tab") {
			continue
		}
		path := in(s.at, parameters.ReplaceAllStringFunc(inside, func(n string) string {
			if kinds := s.kinds[n]; len(kinds) > 0 {
				return s.own[kinds[0]]
			}
			return noID
		}))
		page := s.ask(http.MethodGet, path, nil, false)
		if page.status != http.StatusOK {
			continue
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(page.body))
		must(s.t, err)
		for _, q := range s.asksFor(doc) {
			queries++
			for _, place := range places {
				if place == "child" && q.kind == "account" { // which is below
					continue
				}
				s.compare("GET "+r.Path+"?"+q.name+", "+place, http.MethodGet, s.things[around[place]][q.kind], func(id string) (string, url.Values) {
					asked := url.Values{q.name: {q.before + id}}
					if place != "child" {
						asked.Set("accounts", "below")
					}
					return path + "?" + asked.Encode(), nil
				})
			}
		}
		doc.Find("main form[method=post]").Each(func(_ int, f *goquery.Selection) {
			action := f.AttrOr("action", "")
			if !strings.HasPrefix(action, in(s.at, "/")) {
				return
			}
			form, chooses := filled(f)
			for _, name := range chooses {
				choices++
				for _, place := range places {
					for _, kind := range s.chosen(name, f.Find("[name]")) {
						if place == "child" && (kind == "account" || kind == "sub") {
							continue
						}
						send = append(send, func() {
							s.compare("POST "+r.Path+" "+name+" "+kind+", "+place, http.MethodPost, s.things[around[place]][kind], func(id string) (string, url.Values) {
								changed := maps.Clone(form)
								changed[name] = []string{id}
								return action, changed
							})
						})
					}
				}
			}
		})
	}
	s.wait.Wait()
	for _, one := range send {
		one()
	}
	s.wait.Wait()
	return queries, choices
}

// parameter is one of a query that takes an id, and of what kind.
type parameter struct{ name, before, kind string }

// asksFor are the parameters that take an id: those that any list may be asked
// with, and the filters of this page that choose one.
func (s *sweep) asksFor(doc *goquery.Document) []parameter {
	var all []parameter
	if doc.Find("#list").Length() > 0 {
		all = []parameter{{"account", "", "account"}, {"who", "member:", "member"}, {"who", "subuser:", "subuser"}}
	}
	doc.Find("main form[method=get] [name], main form:not([method]) [name]").Each(func(_ int, e *goquery.Selection) {
		if name := e.AttrOr("name", ""); holdsIDs(e) && name != "account" {
			for _, kind := range s.chosen(name, e) {
				all = append(all, parameter{name, "", kind})
			}
		}
	})
	if next, found := doc.Find("main [rel=next]").Attr("href"); found && idsIn.MatchString(next) {
		all = append(all, parameter{"after", "", "account"})
	}
	return all
}

var wholeID = regexp.MustCompile("^" + idsIn.String() + "$")

// holdsIDs tells whether a control has an id to send.
func holdsIDs(e *goquery.Selection) bool {
	return wholeID.MatchString(e.AttrOr("value", "")) || e.Find("option").FilterFunction(func(_ int, o *goquery.Selection) bool {
		return wholeID.MatchString(o.AttrOr("value", ""))
	}).Length() > 0
}

// filled is what a browser would send of a form with all that is required in it,
// and the names of what chooses by id.
func filled(f *goquery.Selection) (form url.Values, chooses []string) {
	form = url.Values{}
	f.Find("[name]").Each(func(_ int, e *goquery.Selection) {
		name, value, kind := e.AttrOr("name", ""), e.AttrOr("value", ""), e.AttrOr("type", "")
		if name == "token" {
			return
		}
		if holdsIDs(e) && !slices.Contains(chooses, name) {
			chooses = append(chooses, name)
		}
		if _, checked := e.Attr("checked"); (kind == "checkbox" || kind == "radio") && !checked {
			return
		}
		switch goquery.NodeName(e) {
		case "select":
			value = e.Find("option[selected]").AttrOr("value", e.Find("option").Last().AttrOr("value", ""))
		case "textarea":
			value = e.Text()
		}
		if _, needed := e.Attr("required"); needed && value == "" {
			value = map[string]string{"number": "1", "email": "x@example.com", "date": "2026-11-27"}[kind]
			if value == "" {
				value = "x"
			}
		}
		form.Add(name, value)
	})
	return form, chooses
}

// chosen are the kinds of thing that a control chooses from: what the catalog
// says of its name, or what its own ids are of.
func (s *sweep) chosen(name string, in *goquery.Selection) (kinds []string) {
	for _, section := range s.store.Catalog().Sections {
		if section.Records == nil {
			continue
		}
		for _, f := range section.Records.Kind.Fields {
			if f.Name == name && f.Ref != nil && !slices.Contains(kinds, f.Ref.Records.Kind.Key) {
				kinds = append(kinds, f.Ref.Records.Kind.Key)
			}
		}
	}
	if len(kinds) > 0 {
		return kinds
	}
	ids := ""
	in.Each(func(_ int, e *goquery.Selection) {
		if html, err := goquery.OuterHtml(e); err == nil && e.AttrOr("name", "") == name {
			ids += html
		}
	})
	for _, kind := range slices.Sorted(maps.Keys(s.own)) {
		if strings.Contains(ids, s.own[kind]) {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		kinds = []string{"account", "member", "role", "sub"}
	}
	return kinds
}
