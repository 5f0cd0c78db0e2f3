package login

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	"bailiwick/models/store"
	"bailiwick/views/part"
)

// setPin pins or unpins an entry of one's own sidebar.
func (h *Handlers) setPin(c echo.Context, g authz.Grant) (err error) {
	v, set, key := guard.Of(c), h.Store.Pin, page.Posted(c, "pin")
	if key == "" {
		set, key = h.Store.Unpin, page.Posted(c, "unpin")
	}
	if !h.MayBePinned(key) {
		return store.ErrNotFound
	}
	if v.Session.Pins, err = set(c.Request().Context(), g, v.Session, key); err != nil {
		return err
	}
	if !page.IsHTMX(c) {
		back := "/"
		if from, err := url.Parse(c.Request().Referer()); err == nil {
			back = cmp.Or(page.ReturnPath(from.RequestURI()), back)
		}
		return c.Redirect(http.StatusSeeOther, back)
	}
	at, _ := uuid.Parse(page.Posted(c, "account"))
	if err := h.Guard.Enter(c, at); err != nil {
		return err
	}
	if v.At == authz.NoAccount {
		return page.Done(c, "/")
	}
	return page.Render(c, http.StatusOK, part.NavForm(h.Sidebar(c, h.Catalog.Section(page.Posted(c, "section")))))
}
