package people

import (
	"github.com/labstack/echo/v4"

	"bailiwick/authz"
	"bailiwick/views/people"
)

// SubuserListPage is the list as the panel fills it.
func (h *Handlers) SubuserListPage(c echo.Context, g authz.Grant) (people.SubuserListPage, error) {
	return h.subuserList(c, g)
}
