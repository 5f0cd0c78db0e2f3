// Package api is what every answer to a program needs: reading and writing JSON,
// problems, lists, calls that are sent twice, the description of all operations. The
// operations themselves stand in the wings, each beside the page it is made of
// (guard.Route.API); none decides anything that the page's route does not.
package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
)

// Call is one call of a program, allowed by a grant for the operation's permission.
type Call struct {
	echo.Context
	Grant authz.Grant
}

// Visit says who calls, and where.
func (c Call) Visit() *guard.Visit { return guard.Of(c.Context) }

// Thing finds what the path's last parameter names.
func Thing[T any](c Call, find guard.Finder[T]) (T, error) {
	return guard.Thing(c.Context, c.Grant, find)
}

// Read makes the operation that answers with something.
func Read[Out any](title string, do func(Call) (Out, error), query ...guard.Parameter) guard.Operation {
	return Checked(guard.Operation{Title: title, Query: query, Out: Of[Out](), Status: http.StatusOK, Serve: func(c echo.Context, g authz.Grant) error {
		out, err := do(Call{c, g})
		if err != nil {
			return err
		}
		return Answer(c, http.StatusOK, out)
	}})
}

// Make makes the operation that creates something, at the path below the account that
// do gives.
func Make[In, Out any](title string, do func(Call, In) (out Out, path string, err error)) guard.Operation {
	return Checked(guard.Operation{Title: title, In: Of[In](), Out: Of[Out](), Status: http.StatusCreated, Serve: func(c echo.Context, g authz.Grant) error {
		var in In
		if err := Decode(c, &in); err != nil {
			return err
		}
		out, path, err := do(Call{c, g}, in)
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderLocation, Path(c, path))
		return Answer(c, http.StatusCreated, out)
	}})
}

// Act makes the operation that does something with what it is sent, and answers with
// what came of it.
func Act[In, Out any](title string, do func(Call, In) (Out, error)) guard.Operation {
	return Checked(guard.Operation{Title: title, In: Of[In](), Out: Of[Out](), Status: http.StatusOK, Serve: func(c echo.Context, g authz.Grant) error {
		var in In
		if err := Decode(c, &in); err != nil {
			return err
		}
		out, err := do(Call{c, g}, in)
		if err != nil {
			return err
		}
		return Answer(c, http.StatusOK, out)
	}})
}

// Do makes the operation that is sent nothing and answers with what came of it.
func Do[Out any](title string, do func(Call) (Out, error)) guard.Operation {
	return Checked(guard.Operation{Title: title, Out: Of[Out](), Status: http.StatusOK, Serve: func(c echo.Context, g authz.Grant) error {
		if err := Nothing(c); err != nil {
			return err
		}
		out, err := do(Call{c, g})
		if err != nil {
			return err
		}
		return Answer(c, http.StatusOK, out)
	}})
}

// Remove makes the operation that deletes, and answers with nothing.
func Remove(title string, do func(Call) error, query ...guard.Parameter) guard.Operation {
	return Checked(guard.Operation{Title: title, Query: query, Status: http.StatusNoContent, Serve: func(c echo.Context, g authz.Grant) error {
		if err := Nothing(c); err != nil {
			return err
		}
		if err := do(Call{c, g}); err != nil {
			return err
		}
		return c.NoContent(http.StatusNoContent)
	}})
}

// Change makes the operation that changes something by a JSON Merge Patch (RFC 7396):
// patch lays it over what do gives, which is how things are.
func Change[In, Out any](title string, do func(c Call, patch func(*In) error) (Out, error)) guard.Operation {
	return Checked(guard.Operation{Title: title, In: Optional(Of[In]()), Out: Of[Out](), Status: http.StatusOK, Serve: func(c echo.Context, g authz.Grant) error {
		out, err := do(Call{c, g}, func(in *In) error { return Decode(c, in) })
		if err != nil {
			return err
		}
		return Answer(c, http.StatusOK, out)
	}})
}

// Page is one page of a list. Next is the cursor to ask for the next one with, as
// after, and null on the last.
type Page[Item any] struct {
	Items []Item  `json:"items"`
	Next  *string `json:"next"`
}

// PageOf is a page of what each of some is, with the cursor of the next.
func PageOf[T, Item any](all []T, next string, item func(T) Item) Page[Item] {
	p := Page[Item]{Items: make([]Item, 0, len(all))}
	for _, x := range all {
		p.Items = append(p.Items, item(x))
	}
	if next != "" {
		p.Next = &next
	}
	return p
}

// List makes the operation that answers with a page of a list.
func List[Item any](title string, do func(Call) (Page[Item], error), query ...guard.Parameter) guard.Operation {
	return Read(title, do, append(query, After)...)
}

// After is the parameter that asks for the next page of a list.
var After = Text("after", "The cursor that came as next with the page before.")

// Text is a parameter that may be any text.
func Text(name, title string) guard.Parameter {
	return guard.Parameter{Name: name, Title: title, Doc: map[string]any{"type": "string"}}
}

// OneOf is a parameter that may be one of some texts.
func OneOf(name, title string, values ...string) guard.Parameter {
	return guard.Parameter{Name: name, Title: title, Doc: map[string]any{"type": "string", "enum": values}}
}

// Search is the parameter by which lists are searched.
var Search = Text("q", "What to search for.")

// Period are the parameters by which lists are narrowed to days, of UTC.
var Period = []guard.Parameter{
	OneOf("when", "The days to narrow the list down to.", "today", "7", "30", "month"),
	{Name: "since", Title: "Or the first day.", Doc: map[string]any{"type": "string", "format": "date"}},
	{Name: "till", Title: "And the last.", Doc: map[string]any{"type": "string", "format": "date"}},
}

// Path is an address of the API below the account of the visit.
func Path(c echo.Context, parts ...string) string {
	return guard.APIPath + "/a/" + guard.Of(c).Place.Account.String() + strings.Join(parts, "")
}

// Checked makes an operation refuse parameters that it has not, and values that they
// can not have: one that is misspelt would give more than was asked for.
func Checked(o guard.Operation) guard.Operation {
	serve := o.Serve
	o.Serve = func(c echo.Context, g authz.Grant) error {
		if c.Request().URL.RawQuery != "" || len(o.Query) > 0 {
			if err := checkQuery(c, o.Query); err != nil {
				return err
			}
		}
		return serve(c, g)
	}
	return o
}

func checkQuery(c echo.Context, all []guard.Parameter) error {
	query, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return Malformed{Text: "The query of the address can't be read."}
	}
	wrong := map[string]string{}
	for name, values := range query {
		i := slices.IndexFunc(all, func(p guard.Parameter) bool { return p.Name == name })
		if i < 0 {
			wrong[name] = "There is no such parameter."
			continue
		}
		doc := all[i].Doc
		if items, ok := doc["items"].(map[string]any); ok {
			doc = items
		} else if len(values) > 1 {
			wrong[name] = "Give this only once."
		}
		for _, value := range values {
			if sentence := unfit(value, doc); sentence != "" {
				wrong[name] = sentence
			}
		}
	}
	if len(wrong) > 0 {
		return Malformed{Parameters: wrong}
	}
	return nil
}

// unfit says why a value is none of a parameter's.
func unfit(value string, doc map[string]any) string {
	enum, _ := doc["enum"].([]string)
	switch {
	case enum != nil && !slices.Contains(enum, value):
		return "Use one of: " + strings.Join(enum, ", ") + "."
	case doc["format"] == "uuid" && uuid.Validate(value) != nil:
		return "Enter an id."
	case doc["format"] == "date" && !isDay(value):
		return "Enter a date, such as 2026-11-21."
	case doc["type"] == "boolean" && value != "true" && value != "false":
		return "Use true or false."
	case strings.ContainsRune(value, 0) || !utf8.ValidString(value):
		return "Remove the invisible characters."
	}
	return ""
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}
