package search

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/handlers/program"
	"bailiwick/views/part"
	"bailiwick/views/search"
)

const (
	longest = 100 // characters of a search
	shown   = 6   // of each kind of thing
)

// searchHere finds what is in an account, and the other accounts of the reader.
func (h *Handlers) searchHere(c echo.Context, g authz.Grant) error {
	q := asked(c)
	pages, acts := append(h.Pages(c), program.Reference(c)), h.acts(c)
	if q == "" {
		last, err := h.account.Find(c, "", shown)
		if err != nil {
			return err
		}
		opened, err := h.record.Recent(c, g, shown)
		if err != nil {
			return err
		}
		return h.answer(c, q, []part.FoundGroup{{Title: "Recent", Items: slices.Concat(h.Recent(c), last)}, {Title: "Recent records", Items: opened}, {Title: "Do something", Items: first(acts)}, {Title: "Pages", Items: pages}})
	}
	groups := []part.FoundGroup{{Title: "Pages", Items: best(pages, q, addresses(h.Recent(c)))}, {Title: "Do something", Items: best(acts, q, nil)}}
	accounts, err := h.account.Find(c, q, shown)
	if err != nil {
		return err
	}
	people, err := h.people.Find(c, g, q, shown)
	if err != nil {
		return err
	}
	records, err := h.record.Find(c, g, q, shown)
	if err != nil {
		return err
	}
	groups = append(groups, part.FoundGroup{Title: "Accounts", Items: ranked(accounts, q, nil)}, part.FoundGroup{Title: "People", Items: ranked(people, q, nil)}, part.FoundGroup{Title: "Records", Items: ranked(records, q, h.record.Opened(c))})
	return h.answer(c, q, groups)
}

// searchMine finds accounts, for who is in none.
func (h *Handlers) searchMine(c echo.Context, _ authz.Grant) error {
	q := asked(c)
	accounts, err := h.account.Find(c, q, shown)
	if err != nil {
		return err
	}
	own := h.OwnPages(guard.Of(c))
	if q != "" {
		own, accounts = best(own, q, nil), ranked(accounts, q, nil)
	}
	return h.answer(c, q, []part.FoundGroup{{Title: "Accounts", Items: accounts}, {Title: "Pages", Items: own}})
}

// asked is what is looked for.
func asked(c echo.Context) string {
	q := strings.Join(strings.Fields(c.QueryParam("q")), " ")
	if utf8.RuneCountInString(q) > longest {
		q = string([]rune(q)[:longest])
	}
	return q
}

// acts are the things to begin here, that have a form of their own.
func (h *Handlers) acts(c echo.Context) (all []part.Found) {
	v := guard.Of(c)
	add := func(may bool, text, detail, path string) {
		if may {
			all = append(all, part.Found{Text: text, Detail: detail, URL: path, Icon: "plus"})
		}
	}
	here := func(path string) string { return page.AccountPath(v.Place.Account, path) }
	shared := page.Shared(v.Place.Kind)
	add(h.May(c, "subuser_create"), "Add subuser", "Subusers", here("/settings/subusers/new"))
	add(h.May(c, "service_accounts.edit"), "Create service account", "Service accounts", here("/settings/service_accounts/new"))
	add(h.May(c, "api_keys.edit") && v.Snapshot.Owns(v.Who, v.At), "Create API key", "API keys", here("/settings/api_keys/new"))
	add(shared && h.May(c, "members.add"), "Invite members", "Members", here("/members/invites/new"))
	add(shared && h.May(c, "sub_accounts.create"), "Add sub-accounts", "Accounts", here("/accounts/new"))
	add(v.Session.Principal.Kind == authz.Member, "Create a company account", "Accounts", "/accounts/new")
	return append(all, h.record.New(c)...)
}

func first(all []part.Found) []part.Found { return all[:min(len(all), shown)] }

// answer shows what was found, the group with the best on top.
func (h *Handlers) answer(c echo.Context, q string, groups []part.FoundGroup) error {
	groups = slices.DeleteFunc(groups, func(g part.FoundGroup) bool { return len(g.Items) == 0 })
	if q != "" {
		slices.SortStableFunc(groups, func(a, b part.FoundGroup) int { return cmp.Compare(match(a.Items[0], q), match(b.Items[0], q)) })
	}
	if page.IsHTMX(c) {
		return page.Render(c, http.StatusOK, part.PaletteResults(q, groups))
	}
	var f part.Frame
	if v := guard.Of(c); v.Asks != 0 {
		f = h.Frame(c, "Search", part.Link{Text: "Control panel", URL: page.AccountPath(v.Place.Account)})
	} else {
		f = h.OwnFrame(c, "Search")
	}
	return page.Render(c, http.StatusOK, search.Search(search.Page{Frame: f, Header: part.Header{Title: "Search"}, Action: c.Request().URL.Path, Query: q, Groups: groups}))
}

// match tells how well something fits: 0 is its whole name, then how it begins, a
// word that begins so, a part, or only what stands beside it.
func match(x part.Found, q string) int {
	text, q := strings.ToLower(x.Text), strings.ToLower(q)
	switch {
	case text == q:
		return 0
	case strings.HasPrefix(text, q):
		return 1
	case strings.Contains(" "+strings.ReplaceAll(text, "-", " "), " "+q):
		return 2
	case strings.Contains(text, q):
		return 3
	case strings.Contains(strings.ToLower(x.Detail), q):
		return 4
	}
	return 5
}

// best are those that match, what was open lately first among equals: lately has the
// ends of addresses.
func best(all []part.Found, q string, lately []string) []part.Found {
	return ranked(slices.DeleteFunc(slices.Clone(all), func(x part.Found) bool { return match(x, q) > 4 }), q, lately)
}

// ranked are those that the database found, the best first.
func ranked(all []part.Found, q string, lately []string) []part.Found {
	slices.SortStableFunc(all, func(a, b part.Found) int {
		return cmp.Or(match(a, q)-match(b, q), part.Opened(a, lately)-part.Opened(b, lately))
	})
	return first(all)
}

func addresses(all []part.Found) (ends []string) {
	for _, x := range all {
		ends = append(ends, x.URL)
	}
	return ends
}
