// Package storybook shows every component and page of the panel in every state, from literals,
// with no database: to look at, to take screenshots of, and for the tests to check.
package storybook

import (
	"bailiwick/views/part"

	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"bailiwick/static"
)

// Story is one page, or one component on an otherwise empty page, in one state.
type Story struct {
	Name, Group string
	Render      templ.Component // a whole document
}

// Slug is the story's place in the storybook's addresses.
func (s Story) Slug() string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s.Group+"-"+s.Name), "-")
}

// Stories are all stories, those of one group beside each other.
func Stories() []Story {
	var all []Story
	for _, group := range []struct {
		name    string
		stories []Story
	}{
		{"Parts", parts()},
		{"Signing in", sessions()},
		{"Two-step sign-in", twoSteps()},
		{"Mailed links", mailedLinks()},
		{"Failures", failures()},
		{"Home", homes()},
		{"Alerts", alerts()},
		{"Manual", manuals()},
		{"Accounts", accounts()},
		{"Moving an account", accountMoves()},
		{"Ownership", ownerships()},
		{"Closing a login", closings()},
		{"Idle limit", idleLimits()},
		{"Permissions", permissions()},
		{"Members", memberships()},
		{"Subusers", subusers()},
		{"Programs", programs()},
		{"Support access", supportAccess()},
		{"Timeless accounts", timelessAccounts()},
		{"Letters", letters()},
		{"Roles", roles()},
		{"Records", records()},
		{"Audit", audits()},
		{"Search", searches()},
		{"First run", welcomes()},
	} {
		for _, s := range group.stories {
			s.Group = group.name
			all = append(all, s)
		}
	}
	return all
}

// Policy is what the panel allows its pages: nothing from elsewhere, nothing inline.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler lists the stories at / and serves each at /s/ and its slug.
func Handler() http.Handler {
	stories := Stories()
	mux := http.NewServeMux()
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, http.StatusOK, index(stories))
	})
	for _, s := range stories {
		mux.HandleFunc("GET /s/"+s.Slug(), func(w http.ResponseWriter, r *http.Request) {
			serve(w, r, http.StatusOK, s.Render)
		})
	}
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { // a letter has no icon
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, http.StatusNotFound, part.Failure(part.FailurePage{
			Status: http.StatusNotFound, Title: "Not a story", Text: "Links and forms lead nowhere in the storybook.",
			Links: []part.Link{{Text: "All stories", URL: "/"}},
		}))
	})
	return mux
}

func serve(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	var page bytes.Buffer
	if err := c.Render(r.Context(), &page); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", Policy)
	w.WriteHeader(status)
	_, _ = page.WriteTo(w)
}

// on puts components on an otherwise empty page.
func on(title string, components ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		body := templ.Join(append([]templ.Component{part.PageHeader(part.Header{Title: title}, token)}, components...)...)
		return part.Panel(frame(title, "")).Render(templ.WithChildren(ctx, body), w)
	})
}
