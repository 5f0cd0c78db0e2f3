package page

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/gorilla/securecookie"
	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
	"github.com/labstack/echo/v4"

	"bailiwick/handlers/guard"
	"bailiwick/models/store"
	"bailiwick/views/part"
)

// IsLoopback tells whether a host is this machine alone.
func IsLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Compress packs pages at the level that costs least. The jitter hides the
// exact length, from which a secret on the page could be guessed.
func Compress(h http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.MinSize(1400), gzhttp.RandomJitter(32, 0, false))
	if err != nil {
		return nil, err
	}
	return wrap(h), nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render draws a page into a buffer and sends it whole, or not at all.
func Render(c echo.Context, status int, page templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := page.Render(c.Request().Context(), b); err != nil {
		return err
	}
	return c.HTMLBlob(status, b.Bytes())
}

// IsHTMX tells whether a script asked, for a part of a page.
func IsHTMX(c echo.Context) bool { return c.Request().Header.Get("HX-Request") == "true" }

// Done ends a change: the browser goes to a page that shows it.
func Done(c echo.Context, url string) error {
	if IsHTMX(c) {
		c.Response().Header().Set("HX-Redirect", url)
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, url)
}

// Problems gives the sentences of an error that is about what was typed.
func Problems(err error) (store.Problems, bool) {
	var p store.Problems
	ok := errors.As(err, &p)
	return p, ok
}

// Posted is a field of the form that was sent. The address is not read, so that
// no script gets into the habit of putting a password there.
func Posted(c echo.Context, name string) string { return c.Request().PostFormValue(name) }

// CookiesKey is where the cookies of a request are kept meanwhile.
const CookiesKey = "cookies"

// readCookie is what a cookie of ours holds, empty where there is none.
func readCookie(c echo.Context, name string) string {
	k, _ := c.Get(CookiesKey).(guard.Cookies)
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
	Undo *UndoState `json:"u,omitempty"`
}

// UndoState is what an Undo button sends.
type UndoState struct {
	Action string      `json:"a"`
	Hidden []part.Pair `json:"h,omitempty"`
}

// Say keeps a sentence for the page that follows.
func (h *Base) Say(c echo.Context, text string, undo ...UndoState) {
	s := said{Text: text}
	if len(undo) > 0 {
		s.Undo = &undo[0]
	}
	value, err := h.said.Encode(saidCookie, s)
	if err != nil || len(value) > 3500 {
		return // the change is visible without the sentence
	}
	c.SetCookie(h.Guard.Make(saidCookie, value, saidLife))
}

// takeSaid gives what was kept, once.
func (h *Base) takeSaid(c echo.Context) []part.Toast {
	value := readCookie(c, saidCookie)
	if value == "" {
		return nil
	}
	c.SetCookie(h.Guard.Make(saidCookie, "", -time.Second))
	var s said
	if h.said.Decode(saidCookie, value, &s) != nil {
		return nil
	}
	t := part.Toast{Tone: part.Good, Text: s.Text}
	if s.Undo != nil {
		t.Undo = &part.Post{Text: "Undo", Action: s.Undo.Action, Hidden: s.Undo.Hidden}
	}
	return []part.Toast{t}
}

// AccountPath is an address inside an account.
func AccountPath(account uuid.UUID, parts ...string) string {
	return "/a/" + account.String() + strings.Join(parts, "")
}

// QueryOf is the query of an address with its question mark, or nothing.
func QueryOf(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}

// WithQuery adds parameters to a path, leaving out the empty ones.
func WithQuery(path string, pairs ...string) string {
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

// ReturnPath is where a form asked to go on, if that is a path of ours.
func ReturnPath(asked string) string {
	u, err := url.Parse(asked)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(asked, "//") || strings.ContainsAny(asked, "\\\r\n") {
		return ""
	}
	return u.RequestURI()
}
