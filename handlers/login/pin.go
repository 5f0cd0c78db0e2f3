package login

import (
	"cmp"
	"net/http"

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
		return c.Redirect(http.StatusSeeOther, cmp.Or(page.ReturnPath(page.AskedFrom(c)), "/"))
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
