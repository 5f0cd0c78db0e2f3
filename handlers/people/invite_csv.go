package people

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/page"
	"bailiwick/models/people"
	"bailiwick/models/store"
)

// inviteWish is one address to invite, with its roles.
type inviteWish struct {
	email string
	roles []string
	line  int    // of the file, from 1; zero of what was typed
	wrong string // why the line could not even be read
}

// allRoles are those that the wishes name.
func allRoles(wishes []inviteWish) (all []string) {
	for _, w := range wishes {
		all = append(all, w.roles...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// inviteOutcome is what became of a wish.
type inviteOutcome struct {
	people.Invited
	line int
}

// inviteWishes are those that were typed and those of the file. Roles are the
// ones that were ticked, for whom the file names no others.
func (h *Handlers) inviteWishes(c echo.Context, typed, roles []string) (wishes []inviteWish, err error) {
	if len(typed) > people.MaxInvites {
		return nil, store.Problems{"email": tooManyWishes["file"]}
	}
	for _, email := range typed {
		wishes = append(wishes, inviteWish{email: email, roles: roles})
	}
	file, err := c.FormFile("file")
	switch {
	case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) || err == nil && file.Size == 0:
	case err != nil:
		return nil, echo.ErrBadRequest
	default:
		text, err := page.ReadAll(file)
		if err != nil {
			return nil, err
		}
		more, err := h.readWishes(c, text, roles)
		if err != nil {
			return nil, err
		}
		wishes = append(wishes, more...)
	}
	switch {
	case len(wishes) == 0:
		return nil, store.Problems{"email": "Enter at least one e-mail address, or choose a file."}
	case len(wishes) > people.MaxInvites:
		return nil, store.Problems{"email": tooManyWishes["file"]}
	}
	return wishes, nil
}

var tooManyWishes = store.Problems{"file": fmt.Sprintf("Invite at most %d at once.", people.MaxInvites)}

// maxRoleCell is how long the cell with the roles of a line may be, in bytes.
const maxRoleCell = 10_000

// readWishes reads CSV: the columns email and role are named in the first line,
// or the first line is one of addresses already and the columns are in that
// order.
func (h *Handlers) readWishes(c echo.Context, text string, roles []string) (wishes []inviteWish, err error) {
	text = strings.TrimPrefix(text, "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	if first, _, _ := strings.Cut(text, "\n"); strings.Count(first, ";") > strings.Count(first, ",") {
		r.Comma = ';'
	}
	email, role := -1, -1
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			if wishes = append(wishes, inviteWish{line: parse.StartLine, wrong: "This is no line of CSV: " + parse.Err.Error() + "."}); len(wishes) > people.MaxInvites {
				return nil, tooManyWishes
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if email < 0 {
			named := false
			if email, role, named = wishColumns(cells); named {
				continue
			}
			if email < 0 {
				return nil, store.Problems{"file": "The first line must name the columns: email, and role where there is one."}
			}
		}
		w := inviteWish{roles: roles}
		w.line, _ = r.FieldPos(0)
		if email < len(cells) {
			w.email = strings.TrimSpace(page.PlainCell(cells[email]))
		}
		switch {
		case role < 0 || role >= len(cells) || strings.TrimSpace(cells[role]) == "":
		case len(cells[role]) > maxRoleCell:
			w.wrong = "It names too many roles."
		default:
			w.roles = h.roleNames(c, page.PlainCell(cells[role]))
		}
		if w.email == "" {
			w.wrong = "It has no e-mail address."
		}
		if wishes = append(wishes, w); len(wishes) > people.MaxInvites {
			return nil, tooManyWishes
		}
	}
	if len(wishes) == 0 {
		return nil, store.Problems{"file": "The file holds no addresses."}
	}
	return wishes, nil
}

// wishColumns finds the columns in a first line, and whether it names them.
func wishColumns(cells []string) (email, role int, named bool) {
	email, role = -1, -1
	for i, cell := range cells {
		switch name := strings.ToLower(strings.TrimSpace(cell)); {
		case strings.Contains(name, "@"):
			return 0, 1, false
		case email < 0 && strings.Contains(strings.ReplaceAll(name, "-", ""), "mail"):
			email = i
		case role < 0 && (name == "role" || name == "roles"):
			role = i
		}
	}
	return email, role, email >= 0
}

// roleNames reads the roles of a cell, by their names or as the form calls them.
func (h *Handlers) roleNames(c echo.Context, cell string) (names []string) {
	choice := h.roleChoice(c, Picks{})
	for _, name := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;+|", r) }) {
		name = strings.TrimSpace(name)
		for _, o := range choice.Options {
			if strings.EqualFold(o.Text, name) || strings.EqualFold(o.Group+": "+o.Text, name) {
				name = o.Value
			}
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// invite fulfils wishes, those with the same roles at once. Problems with roles
// are of the form where all wishes have the same ones, else of each line.
func (h *Handlers) invite(c echo.Context, g authz.Grant, wishes []inviteWish) ([]inviteOutcome, error) {
	all := make([]inviteOutcome, len(wishes))
	var groups []string
	members := map[string][]int{} // places of wishes by their roles
	for i, w := range wishes {
		all[i] = inviteOutcome{people.Invited{Email: w.email, Problem: w.wrong}, w.line}
		if w.wrong != "" {
			continue
		}
		if err := h.Store.AllowLetterTo(c.Request().Context(), w.email); errors.As(err, &store.TooMany{}) {
			all[i].Problem = "Too many e-mails went to this address. Try again later."
			continue
		} else if err != nil {
			return nil, err
		}
		key := strings.Join(w.roles, "\n")
		if members[key] == nil {
			groups = append(groups, key)
		}
		members[key] = append(members[key], i)
	}
	for _, key := range groups {
		var emails []string
		for _, i := range members[key] {
			emails = append(emails, wishes[i].email)
		}
		made, err := h.Store.Invite(c.Request().Context(), g, emails, wishes[members[key][0]].roles)
		wrong, refused := page.Problems(err)
		if err != nil && (!refused || len(groups) == 1) {
			return nil, err
		}
		for n, i := range members[key] {
			if refused {
				all[i].Problem = page.Sentences(wrong)
				continue
			}
			all[i].Invited = made[n]
		}
	}
	return all, nil
}
