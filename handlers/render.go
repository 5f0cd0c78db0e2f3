package handlers

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/gorilla/securecookie"
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/models"
	"bailiwick/views"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render draws a page into a buffer and sends it whole, or not at all.
func render(c echo.Context, status int, page templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := page.Render(c.Request().Context(), b); err != nil {
		return err
	}
	return c.HTMLBlob(status, b.Bytes())
}

// isHTMX tells whether a script asked, for a part of a page.
func isHTMX(c echo.Context) bool { return c.Request().Header.Get("HX-Request") == "true" }

// done ends a change: the browser goes to a page that shows it.
func done(c echo.Context, url string) error {
	if isHTMX(c) {
		c.Response().Header().Set("HX-Redirect", url)
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, url)
}

// problems gives the sentences of an error that is about what was typed.
func problems(err error) (models.Problems, bool) {
	var p models.Problems
	ok := errors.As(err, &p)
	return p, ok
}

// posted is a field of the form that was sent. The address is not read, so that
// no script gets into the habit of putting a password there.
func posted(c echo.Context, name string) string { return c.Request().PostFormValue(name) }

const cookiesKey = "cookies"

// readCookie is what a cookie of ours holds, empty where there is none.
func readCookie(c echo.Context, name string) string {
	k, _ := c.Get(cookiesKey).(guard.Cookies)
	return k.Read(c.Request(), name)
}

// saidCookie holds what the next page tells happened.
const (
	saidCookie = "bailiwick-said"
	saidLife   = time.Minute
)

func saidCodec(secret []byte) *securecookie.SecureCookie {
	return securecookie.New(derive(secret, "said cookie"), nil).MaxAge(int(saidLife.Seconds())).SetSerializer(securecookie.JSONEncoder{})
}

// said is one sentence about what happened, with the way back where there is one.
type said struct {
	Text string     `json:"t"`
	Undo *undoState `json:"u,omitempty"`
}

type undoState struct {
	Action string       `json:"a"`
	Hidden []views.Pair `json:"h,omitempty"`
}

// say keeps a sentence for the page that follows.
func (h *Handlers) say(c echo.Context, text string, undo ...undoState) {
	s := said{Text: text}
	if len(undo) > 0 {
		s.Undo = &undo[0]
	}
	value, err := h.said.Encode(saidCookie, s)
	if err != nil || len(value) > 3500 {
		return // the change is visible without the sentence
	}
	c.SetCookie(h.guard.Make(saidCookie, value, saidLife))
}

// takeSaid gives what was kept, once.
func (h *Handlers) takeSaid(c echo.Context) []views.Toast {
	value := readCookie(c, saidCookie)
	if value == "" {
		return nil
	}
	c.SetCookie(h.guard.Make(saidCookie, "", -time.Second))
	var s said
	if h.said.Decode(saidCookie, value, &s) != nil {
		return nil
	}
	t := views.Toast{Tone: views.Good, Text: s.Text}
	if s.Undo != nil {
		t.Undo = &views.Post{Text: "Undo", Action: s.Undo.Action, Hidden: s.Undo.Hidden}
	}
	return []views.Toast{t}
}

// accountPath is an address inside an account.
func accountPath(account uuid.UUID, parts ...string) string {
	return "/a/" + account.String() + strings.Join(parts, "")
}

// queryOf is the query of an address with its question mark, or nothing.
func queryOf(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}

// withQuery adds parameters to a path, leaving out the empty ones.
func withQuery(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// returnPath is where a form asked to go on, if that is a path of ours.
func returnPath(asked string) string {
	u, err := url.Parse(asked)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(asked, "//") || strings.ContainsAny(asked, "\\\r\n") {
		return ""
	}
	return u.RequestURI()
}
