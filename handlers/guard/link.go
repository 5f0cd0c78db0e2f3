package guard

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"bailiwick/catalog"
)

// linkLife is how long a page that a one-time link led to stays usable before
// the link must be opened again.
const linkLife = 30 * time.Minute

// maxLinkToken bounds what is kept of an address: no token of ours is longer.
const maxLinkToken = 100

// Link is a one-time link that was opened in this browser.
type Link struct {
	Page  string // where it led
	Token string // its secret, which no page, address or log may show
	Mark  string // names the token without telling it: the page's form carries it as "link"
	store *cookieStore
}

// LinkMoved is the error of a page without a link, or of a form made for another
// link than the one that was opened last.
type LinkMoved struct{}

func (LinkMoved) Error() string { return "another link was opened since, or none" }

// OneTime is the routes of a kind of one-time link. The link itself, page/:token,
// puts its token into a cookie and leads to the page, so that the address holds
// it no longer than that. Act runs only for the link that its form was made for.
func OneTime(page, reason string, show, act func(echo.Context, Link) error) []Route {
	route := func(method, path string, do func(echo.Context, Link) error) Route {
		r := Public(method, path, reason, nil)
		r.serve = func(g *Guard, _ catalog.Permission) echo.HandlerFunc {
			store := newCookieStore("bailiwick"+strings.ReplaceAll(page, "/", "-"), linkLife, g.secret, g.Cookies)
			return func(c echo.Context) error {
				c.Response().Header().Set("Referrer-Policy", "no-referrer")
				token := store.token(c.Request())
				return do(c, Link{page, token, g.linkMark(page, token), store})
			}
		}
		return r
	}
	return []Route{
		route(http.MethodGet, page+"/:token", func(c echo.Context, l Link) error {
			token := c.Param("token")
			if err := l.store.set(c.Request(), c.Response(), token[:min(len(token), maxLinkToken)]); err != nil {
				return err
			}
			if c.Request().Header.Get("HX-Request") == "true" {
				// A script would keep the link in the history.
				c.Response().Header().Set("HX-Redirect", page)
				return c.NoContent(http.StatusNoContent)
			}
			return c.Redirect(http.StatusSeeOther, page)
		}),
		route(http.MethodGet, page, func(c echo.Context, l Link) error {
			if l.Token == "" {
				return LinkMoved{}
			}
			return show(c, l)
		}),
		route(http.MethodPost, page, func(c echo.Context, l Link) error {
			if l.Token == "" || subtle.ConstantTimeCompare([]byte(c.Request().PostFormValue("link")), []byte(l.Mark)) != 1 {
				return LinkMoved{}
			}
			return act(c, l)
		}),
	}
}

// Forget takes the link's cookie away, once it is used.
func (l Link) Forget(c echo.Context) error { return l.store.clear(c.Request(), c.Response()) }

func (g *Guard) linkMark(page, token string) string {
	m := hmac.New(sha256.New, g.forms)
	m.Write([]byte("link " + page + " " + token))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:12])
}
